"""Replies that hold nothing, and names that say too little: told, never passed over in silence."""

from decimal import Decimal

import pytest

from providers.base import Document
from tests.providers import test_baidu_parse as baidu
from tests.providers import test_gpuhunt_parse as gpuhunt


def test_a_reply_of_baidu_without_prices_is_said() -> None:
    empty = {"request": baidu.ASKED, "response": {"price": []}}
    assert baidu.reasons(baidu.document(empty)) == ["the reply holds no prices"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_catalogue_of_gpuhunt_without_rows_is_said(end: str) -> None:
    header = (gpuhunt.PAGES / "lambdalabs.csv").read_text(encoding="utf-8").partition("\n")[0]
    offers, refused = gpuhunt.read(Document.of_bytes((header + end).encode(), name="lambdalabs.csv"))
    assert (len(offers), [one.reason for one in refused]) == (0, ["the catalogue holds no rows"])


def test_a_family_of_cards_without_its_memory_is_refused() -> None:
    (reason,) = baidu.reasons(baidu.document(baidu.priced("bcc.gn1.c8m32.2A100", "50/hour")))
    assert reason.endswith("A100: which of A100-40GB, A100-80GB it is, is not said")


def test_the_name_of_a_flavor_tells_which_of_a_family_its_cards_are() -> None:
    flavor = {"spec": baidu.A100, "gpuCardType": "A100", "gpuCardCount": 8}
    groups = {"flavorGroups": [{"flavors": [flavor]}]}
    flavors = {"zoneResources": [{"zoneName": "cn-bj-a", "bccResources": groups}]}
    priced = baidu.priced(baidu.A100, "320/hour")
    offers, refused = baidu.read(baidu.document(flavors), baidu.document(priced))
    assert refused == []
    assert [(one.accelerator, one.accelerator_count) for one in offers.values()] == [
        ("A100-80GB", Decimal(8))
    ]
