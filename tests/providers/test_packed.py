"""Replies as they were kept: packed with gzip or saved as UTF-16, whole or broken."""

import codecs
import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Offer
from providers.packed import unpacked
from providers.registry import source_class
from tests.providers import aws_replies, azure_replies, gcp_replies

_REPLIES = {
    "aws": aws_replies.item(),
    "azure": azure_replies.page([azure_replies.item()]),
    "gcp": {"skus": gcp_replies.N2, "items": [gcp_replies.N2_4]},
}


def _offers(provider: str, data: bytes) -> list[object]:
    return list(source_class(provider).parse([Document.of_bytes(data, name="reply.json.gz")]))


_SAVED: dict[str, Callable[[str], bytes]] = {
    "little-endian": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "big-endian": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "packed too": lambda text: gzip.compress(text.encode("utf-16")),
}


@pytest.mark.parametrize("provider", _REPLIES)
@pytest.mark.parametrize("saved", _SAVED)
def test_a_reply_saved_as_utf_16_reads_as_the_reply(provider: str, saved: str) -> None:
    plain = json.dumps(_REPLIES[provider])
    assert _offers(provider, _SAVED[saved](plain)) == _offers(provider, plain.encode()) != []


@pytest.mark.parametrize("provider", _REPLIES)
def test_a_broken_utf_16_file_is_said(provider: str) -> None:
    whole = json.dumps(_REPLIES[provider]).encode("utf-16")
    with pytest.raises(SourceFormatChanged, match=r"saved as UTF-16, and cut off or damaged"):
        _offers(provider, whole[:-1])


def test_utf_16_is_read_a_piece_at_a_time_and_letters_stay_whole() -> None:
    text = "Zürich 価格 🜚 " * 20_000  # four bytes of UTF-16 for the last one, cut anywhere
    data = io.BytesIO(text.encode("utf-16"))
    with unpacked(data, "x") as stream:
        assert b"".join(iter(lambda: stream.read(7), b"")).decode() == text
    assert data.closed


@pytest.mark.parametrize("provider", _REPLIES)
def test_a_packed_reply_reads_as_the_reply(provider: str) -> None:
    plain = json.dumps(_REPLIES[provider]).encode()
    assert _offers(provider, gzip.compress(plain)) == _offers(provider, plain) != []


def test_a_packed_csv_file_reads_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "retail.csv.gz").write_bytes(
        gzip.compress(
            b"serviceName,type,armSkuName,armRegionName,retailPrice,unitOfMeasure,currencyCode\n"
            b"Virtual Machines,Consumption,Standard_D8_v4,westeurope,0.46,1 Hour,USD\n"
        )
    )
    (offer,) = source_class("azure").parse([Document.of_file(tmp_path / "retail.csv.gz")])
    assert isinstance(offer, Offer)
    assert (offer.offer_id, offer.price_per_hour) == (
        "azure/westeurope/Standard_D8_v4/on_demand",
        Decimal("0.46"),
    )


@pytest.mark.parametrize("provider", _REPLIES)
@pytest.mark.parametrize("damage", ["cut off", "wrong sum", "no gzip after all"])
def test_a_broken_package_is_said(provider: str, damage: str) -> None:
    whole = gzip.compress(json.dumps(_REPLIES[provider]).encode())
    broken = {
        "cut off": whole[: len(whole) // 2],
        "wrong sum": whole[:-8] + bytes(8),
        "no gzip after all": whole[:2] + b"not gzip at all" * 9,
    }[damage]
    with pytest.raises(
        SourceFormatChanged, match=r"reply\.json\.gz: packed with gzip, and cut off or damaged"
    ):
        _offers(provider, broken)


def test_the_file_is_closed_with_its_reader() -> None:
    data = io.BytesIO(gzip.compress(b"{}"))
    with unpacked(data, "x") as stream:
        assert stream.read() == b"{}"
    assert data.closed


def test_the_file_of_a_broken_package_is_closed() -> None:
    data = io.BytesIO(b"\x1f\x8b no gzip after all")
    with pytest.raises(SourceFormatChanged):
        unpacked(data, "x")
    assert data.closed
