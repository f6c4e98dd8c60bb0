"""Euro reference rates from every form of the ECB's files, and every way they can be damaged."""

import contextlib
import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import ecb
from providers.ecb import MOST_BYTES, read_ecb_rates
from providers.errors import ProviderError, RatesFileError
from tests.providers.ecb_files import DAYS, csv, csv_of_a_day, sdmx, xml, zipped

FORMS = {
    "xml": xml(),
    "xml with a byte order mark": b"\xef\xbb\xbf" + xml(),
    "csv": csv(),
    "csv with CRLF": csv().replace(b"\n", b"\r\n"),
    "zip": zipped(csv()),
    "zipped xml": zipped(xml(), "eurofxref-hist.xml"),
    "json": sdmx(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_dollars_for_one_unit_on_the_newest_day(form: str) -> None:
    read = read_ecb_rates(FORMS[form], name="x")
    assert read.rates.observed_on == date(2026, 11, 20)
    # one euro = 1.25 dollars = 8 yuan = 160 yen
    assert dict(read.rates.rates_to_usd) == {
        "USD": 1,
        "EUR": Decimal("1.25"),
        "CNY": Decimal("0.15625"),
        "JPY": Decimal("0.0078125"),
    }
    assert read.rates.rate("EUR", to="CNY") == 8
    assert (read.rates.source, read.left_out, read.days) == ("European Central Bank", (), 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_day_may_be_asked_for(form: str) -> None:
    read = read_ecb_rates(FORMS[form], name="x", on=date(2026, 11, 19))
    assert read.rates.observed_on == date(2026, 11, 19)
    assert read.rates.rates_to_usd["CNY"] == Decimal("0.16")  # 1.2 / 7.5
    assert round(read.rates.rates_to_usd["BGN"] * Decimal("1.9558"), 20) == Decimal("1.2")


@pytest.mark.parametrize("form", FORMS)
def test_a_day_that_is_not_there_is_refused_with_the_days_that_are(form: str) -> None:
    with pytest.raises(RatesFileError) as refused:
        read_ecb_rates(FORMS[form], name="hist", on=date(2026, 11, 22))
    assert str(refused.value) == (
        "hist: has no rates of 2026-11-22: it holds 2 days, 2026-11-19 to 2026-11-20; "
        "the last day before it is 2026-11-20"
    )


@pytest.mark.parametrize(("month", "number"), [("Jan", 1), ("September", 9), ("Dec", 12)])
def test_the_file_of_one_day_writes_its_month_out(month: str, number: int) -> None:
    read = read_ecb_rates(csv_of_a_day(f"2 {month} 2026"), name="x")
    assert read.rates.observed_on == date(2026, number, 2)


def test_currencies_that_no_list_has_any_more_are_left_out_and_named() -> None:
    days = {"2005-03-01": {"USD": "1.3", "SIT": "239.7", "CYP": "0.58"}}
    read = read_ecb_rates(xml(days), name="x")
    assert set(read.rates.rates_to_usd) == {"USD", "EUR"}
    assert read.left_out == ("CYP", "SIT")


DAMAGE = {
    "empty": (b" \n", "is empty"),
    "no form": (b"currency,usd\nEUR,1\n", "line 1: 'currency,usd': is no form of the ECB's rates"),
    "a page": (b"<html><body>Sorry</body></html>", "begins with <html>"),
    "cut xml": (xml()[:-20], "is no well-formed XML"),
    "latin-1": (csv().replace(b"N/A", b"\xe9"), "is not UTF-8: byte"),
    "no days": (xml({}), "holds no day with rates"),
    "header only": (b"Date,USD,\n", "holds no day with rates"),
    "no dollar": (xml({"2026-11-20": {"CNY": "8"}}), "2026-11-20: holds no rate of USD"),
    "zero": (csv({"2026-11-20": {"USD": "0"}}), "2026-11-20, USD: '0': must be above 0"),
    "negative": (csv({"2026-11-20": {"USD": "-1"}}), "must be above 0"),
    "words": (csv({"2026-11-20": {"USD": "1.2x"}}), "2026-11-20, USD: '1.2x': must be a number"),
    "not finite": (csv({"2026-11-20": {"USD": "NaN"}}), "must be a number"),
    "huge exponent": (csv({"2026-11-20": {"USD": "1e999999"}}), "from 1e-9 to 1e9"),
    "many digits": (csv({"2026-11-20": {"USD": "1" * 40}}), "at most 30 digits"),
    "no code": (csv({"2026-11-20": {"USD": "1.2", "Yuan": "8"}}), "'Yuan' is no ISO 4217 code"),
    "euro": (csv({"2026-11-20": {"USD": "1.2", "EUR": "2"}}), "one euro is 1 euro"),
    "same column": (b"Date,USD,USD\n2026-11-20,1,1\n", "line 1: a currency occurs twice"),
    "same day": (csv() + b"2026-11-20,1,1,1,1,\n", "line 4: 2026-11-20 occurs twice"),
    "short row": (csv() + b"2026-11-18,1\n", "line 4: 2 cells; must be 6"),
    "bad date": (csv() + b"18.11.2026,1,1,1,1,\n", "line 4, Date: '18.11.2026': must be a date"),
    "no such day": (csv_of_a_day("31 June 2026"), "Date: '31 June 2026': must be a date"),
    "no such month": (csv_of_a_day("3 Brumaire 2026"), "must be a date"),
    "xml day": (xml({"20.11.2026": {"USD": "1"}}), "time: '20.11.2026': must be a date"),
    "xml twice": (xml().replace(b"2026-11-19", b"2026-11-20"), "2026-11-20 occurs twice"),
    "xml currency twice": (xml().replace(b"'CNY'", b"'USD'"), "USD occurs twice on one day"),
    "xml no rate": (xml().replace(b" rate='8'", b""), "a Cube has no rate"),
    "xml no day": (xml().replace(b"<Cube time='2026-11-20'>", b"<Cube>"), "the rate of USD has no day"),
    "two files": (None, "is an archive of 2 files"),
    "cut archive": (zipped(csv())[:-30], "is a damaged archive"),
    "cut json": (sdmx()[:-9], "is no JSON"),
    "other json": (b'{"rates": {"USD": 1.1}}', "structure: is missing or no object"),
    "monthly": (sdmx(freq="M"), "holds no daily spot rates for one euro"),
    "for a dollar": (sdmx(denominator="USD"), "holds no daily spot rates for one euro"),
    "json day": (sdmx({"2026-11": {"USD": "1.2"}}), "'2026-11': must be a date"),
    "json NaN": (sdmx().replace(b"1.25", b"NaN"), "is no JSON"),
    "json word": (sdmx().replace(b"1.25", b'"much"'), "must be a number"),
    "json true": (sdmx().replace(b"1.25", b"true"), "must be a number"),
    "json place": (sdmx().replace(b'"0:1:0:0:0"', b'"0:9:0:0:0"'), "must be a number from 0 to 3"),
    "json places": (sdmx().replace(b'"0:1:0:0:0"', b'"0:1"'), "must have 5 places"),
    "deep json": (b"[" * 200_000, "JSON"),
    "no list": (b"[]", "structure: is missing"),
}


def _two_files() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.csv", csv())
        archive.writestr("b.csv", csv())
    return held.getvalue()


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_refused_and_named(what: str) -> None:
    data, words = DAMAGE[what]
    with pytest.raises(RatesFileError) as refused:
        read_ecb_rates(_two_files() if data is None else data, name="rates.xml")
    assert str(refused.value).startswith("rates.xml: ")
    assert words in str(refused.value)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    ) + "]>"
)  # fmt: skip


@pytest.mark.parametrize(
    "head", [BOMB, '<!DOCTYPE x SYSTEM "file:///etc/hostname">', '<!DOCTYPE x [<!ENTITY f SYSTEM "f">]>']
)
def test_xml_with_entities_is_refused_before_it_grows_or_reads_files(head: str) -> None:
    with pytest.raises(RatesFileError, match="DOCTYPE"):
        read_ecb_rates(xml(head=head), name="x")


def test_an_archive_is_not_unpacked_beyond_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecb, "MOST_BYTES", 10_000)
    with pytest.raises(RatesFileError, match=r"unpacks to more than 10,000 bytes"):
        read_ecb_rates(zipped(csv() + b"\n" * 20_000), name="x")
    with pytest.raises(RatesFileError, match=r"has 20,\d+ bytes; at most 10,000 are read"):
        read_ecb_rates(csv() + b"\n" * 20_000, name="x")
    assert MOST_BYTES == 32 * 2**20


def test_a_missing_value_is_no_rate() -> None:
    data = json.loads(sdmx())
    data["dataSets"][0]["series"]["0:1:0:0:0"]["observations"]["0"] = [None]
    assert "CNY" not in read_ecb_rates(json.dumps(data).encode(), name="x").rates.rates_to_usd


@given(st.binary(max_size=200), st.sampled_from([b"", b"<", b"{", b"Date,USD\n", b"PK\x03\x04"]))
def test_any_bytes_are_read_or_refused_in_our_words(data: bytes, begin: bytes) -> None:
    with contextlib.suppress(ProviderError):
        read_ecb_rates(begin + data, name="x")


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_file_with_bytes_changed_is_read_or_refused_in_our_words(form: str, data: st.DataObject) -> None:
    whole = bytearray(FORMS[form])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = read_ecb_rates(bytes(whole), name="x")
    except ProviderError:
        return
    assert all(rate > 0 for rate in read.rates.rates_to_usd.values())


@given(
    st.dictionaries(
        st.sampled_from(["CNY", "JPY", "GBP", "CHF", "ISK"]),
        st.decimals("0.0001", "99999", places=4, allow_nan=False),
        min_size=1,
    ),
    st.decimals("0.5", "2", places=4, allow_nan=False),
)
def test_a_rate_turned_back_is_the_one_published(units: dict[str, Decimal], dollar: Decimal) -> None:
    days = {"2026-11-20": {"USD": str(dollar)} | {code: str(rate) for code, rate in units.items()}}
    for data in (xml(days), csv(days)):
        rates = read_ecb_rates(data, name="x").rates
        for code, published in units.items():
            assert abs(rates.rate("EUR", to=code) - published) < Decimal("1e-15")


def test_forms_of_the_same_days_agree() -> None:
    assert set(DAYS) == {"2026-11-20", "2026-11-19"}
    read = {name: read_ecb_rates(data, name=name).rates for name, data in FORMS.items()}
    assert len({tuple(sorted(rates.rates_to_usd.items())) for rates in read.values()}) == 1
