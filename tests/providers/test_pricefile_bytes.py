"""Bytes that are no price file are refused whole, in words; odd but lawful CSV is read."""

import codecs
import gzip
import random
import time

import pytest

from providers.errors import PriceFileError
from providers.pricefile import read_price_file
from providers.pricefile.decode import MAX_BYTES
from tests.providers.price_csv import GOOD, price_csv, read

HEADER = (",".join(GOOD) + "\n").encode()
GARBAGE_BYTES = 10_000_000


def why(data: bytes) -> str:
    with pytest.raises(PriceFileError) as caught:
        read(data)
    message = str(caught.value)
    assert message.startswith("prices.csv: ")
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize("data", [b"", b" \r\n\r\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n", b",,,\n,,,\n"])
def test_an_empty_file_is_no_price_file(data: bytes) -> None:
    assert "empty" in why(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (price_csv({}) + b"\x00", "is NUL: binary data"),
        (b"PK\x03\x04rest", "a spreadsheet or zip archive; save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "an old spreadsheet; save it as CSV"),
        pytest.param(gzip.compress(price_csv({})), "compressed with gzip", id="gzip"),
        (b"%PDF-1.7", "a PDF"),
        (price_csv({}).decode().encode("utf-16"), "UTF-16 text; save it as CSV in UTF-8"),
        (b' {"prices": []}', "this is JSON; must be CSV"),
        (codecs.BOM_UTF8 + b"[1, 2]", "this is JSON; must be CSV"),
        (b"<!doctype html>", "this is a web page or XML; must be CSV"),
        (HEADER + b"aws,\xe9,DE,t,spot,1,USD\n", "line 2: byte 0xE9 is not UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, words: str) -> None:
    assert words in why(data)


def test_a_file_above_the_cap_is_refused_by_size() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_BYTES + 1

    assert f"too large; a price file has at most {MAX_BYTES} bytes" in why(Huge(b"x"))


def test_a_header_alone_is_a_price_file_without_offers() -> None:
    price_file = read(HEADER)
    assert (price_file.offers, price_file.refused, price_file.rows) == ((), (), 0)


def test_byte_order_mark_windows_lines_and_trailing_blank_lines_change_nothing() -> None:
    plain = price_csv({}, {"region": "eu-west-1"})
    windows = codecs.BOM_UTF8 + plain.replace(b"\n", b"\r\n") + b"\r\n\r\n ,,,,,,\r\n"
    assert read(windows).offers == read(plain).offers
    assert read(windows).rows == 2


def test_a_last_line_without_a_line_end_is_read() -> None:
    assert len(read(price_csv({}).rstrip(b"\n")).offers) == 1


def test_column_order_is_free() -> None:
    names = list(reversed(GOOD))
    turned = f"{','.join(names)}\n{','.join(GOOD[n] for n in names)}\n".encode()
    assert read(turned).offers == read(price_csv({})).offers


def test_quoted_cells_may_hold_commas_and_quotes() -> None:
    (offer,) = read(price_csv({"note": 'says "from 8 nodes", ask'})).offers
    assert offer.note == 'says "from 8 nodes", ask'


def test_line_numbers_count_lines_inside_quoted_cells() -> None:
    data = price_csv({"note": "two\nlines"}, {"region": "eu-west-1", "price_per_hour": "0"})
    assert [refused.line for refused in read(data).refused] == [2, 4]


def test_an_unclosed_quote_names_the_line_where_it_opens() -> None:
    message = why(HEADER + b'aws,r,DE,t,spot,1,USD\naws,"r,DE,t,spot,1,USD\n')
    assert "line 3" in message
    assert "double quote" in message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "provider,region,country,instance_type,purchase,price_per_hour",
            "missing column currency; must have",
        ),
        ("provider,region", "missing columns country, instance_type, purchase, price_per_hour, currency"),
        (",".join(GOOD) + ",vcpu", "unknown column vcpu (did you mean vcpus?)"),
        (
            ",".join(GOOD).replace("price_per_hour", "price_hour"),
            "unknown column price_hour (did you mean price_per_hour?); missing column price_per_hour",
        ),
        (
            ",".join(GOOD) + ",qqq,os,gpus,ram,disk,cores,tax",
            "unknown columns qqq, os, gpus (did you mean vcpus?), ram, disk and 2 more",
        ),
        (",".join(GOOD) + ",Zone", "unknown column Zone (did you mean zone?)"),
        (",".join(GOOD) + ",", "unknown column (empty)"),
        (",".join(GOOD) + ",region", "region: column occurs more than once"),
        (";".join(GOOD), "columns must be separated by commas"),
        ("\t".join(GOOD), "columns must be separated by commas"),
        ("Anbieter,Preis", "not the header of a price file: Anbieter, Preis; must have provider,"),
    ],
)
def test_a_wrong_header_says_what_would_be_right(header: str, words: str) -> None:
    message = why(f"{header}\n".encode())
    assert "line 1: " in message
    assert words in message


def test_header_cells_may_be_quoted_and_padded() -> None:
    padded = ", ".join(GOOD).encode() + b"\n" + price_csv({}).split(b"\n")[1]
    assert len(read(padded).offers) == 1


def _garbage(kind: str) -> bytes:
    draw = random.Random(7)  # noqa: S311 - the same garbage in every run, no secret
    if kind == "bytes":
        return draw.randbytes(GARBAGE_BYTES)
    letters = bytes(draw.choices(b'abc 123,;\n"=-', k=100_000)) * (GARBAGE_BYTES // 100_000)
    empty_row = b"x" + b"," * (len(GOOD) - 1) + b"\n"
    return {
        "letters": letters,
        "letters under a header": HEADER + letters,
        "unquoted letters under a header": HEADER + letters.replace(b'"', b"'"),
        "one long line": b"a" * GARBAGE_BYTES,
        "commas": b"a," * (GARBAGE_BYTES // 2),
        "short rows": HEADER + b"x\n" * (GARBAGE_BYTES // 2),
        "rows of empty cells": HEADER + empty_row * (GARBAGE_BYTES // len(empty_row)),
        "an open quote": HEADER + b'aws,"' + b"x\n" * (GARBAGE_BYTES // 2),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "bytes",
        "letters",
        "letters under a header",
        "unquoted letters under a header",
        "one long line",
        "commas",
        "short rows",
        "rows of empty cells",
        "an open quote",
    ],
)
def test_ten_megabytes_of_garbage_are_refused_quickly_and_in_words(kind: str) -> None:
    data = _garbage(kind)
    begin = time.process_time()
    why(data)
    assert time.process_time() - begin < 2


def test_ten_million_blank_lines_are_skipped_quickly() -> None:
    begin = time.process_time()
    assert read(price_csv({}) + b"\n" * GARBAGE_BYTES).rows == 1
    assert time.process_time() - begin < 4


def test_the_source_is_named_first_in_messages() -> None:
    with pytest.raises(PriceFileError, match=r"^lists/may\.csv: empty"):
        read_price_file(b"", source="lists/may.csv")
