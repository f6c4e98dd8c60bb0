"""Replies kept as they came: packed with gzip, whole or broken."""

import gzip
import io
import json
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
