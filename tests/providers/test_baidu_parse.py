"""Replies of Baidu AI Cloud to offers; the figures are recomputed here by hand."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.baidu.source import BaiduSource
from providers.base import Document, Refused
from providers.errors import ProviderError, SourceFormatChanged
from providers.offers import Offer
from tests.providers.damage import assert_sound, damaged_bytes, damaged_json

PAGES = Path(__file__).parent / "pages" / "baidu"
A100 = "bcc.hgn5IB.c116m978.8A100-80g"
KUNLUN = "bcc.kn1.c32m128.2r200.1d"
P40 = "bcc.lgn1.c12m40.1p40"
ASKED = {"zoneName": "cn-bj-a", "purchaseCount": 1, "purchaseLength": 1, "paymentTiming": "Postpaid"}


def page(name: str) -> Document:
    return Document.of_file(PAGES / name)


def document(payload: Any, *, name: str = "reply.json", received_at: datetime | None = None) -> Document:
    return Document.of_bytes(json.dumps(payload).encode(), name=name, received_at=received_at)


def priced(spec: str, price: Any, **asked: Any) -> dict[str, Any]:
    rows = [{"specId": "x", "specPrices": [{"spec": spec, "specPrice": price}]}]
    return {"request": ASKED | asked, "response": {"price": rows}}


def read(*documents: Document) -> tuple[dict[str, Offer], list[Refused]]:
    found = list(BaiduSource.parse(documents))
    offers = {one.offer_id: one for one in found if isinstance(one, Offer)}
    return offers, [one for one in found if isinstance(one, Refused)]


def reasons(*documents: Document) -> list[str]:
    return [one.reason for one in read(*documents)[1]]


@pytest.fixture(scope="module")
def everything() -> tuple[dict[str, Offer], list[Refused]]:
    return read(*(Document.of_file(path) for path in sorted(PAGES.glob("*.json"))))


def test_what_an_hour_costs(everything: tuple[dict[str, Offer], list[Refused]]) -> None:
    offers, _ = everything
    hourly = {name: offer.price_per_hour for name, offer in offers.items() if offer.price_per_hour}
    assert hourly == {
        # 292,000 for two machines and a month: 146,000 / 730 = 200 an hour. 5.5 x 60 = 330 fits, 5.5 does not
        f"baidu/bj/{A100}/on_demand@cn-bj-a": Decimal(330),
        f"baidu/bj/{A100}/spot@cn-bj-a": Decimal("1.65") * 60,
        f"baidu/bj/{A100}/reserved/12m-none@cn-bj-a": Decimal("160.25"),
        # 73,000 a month for two: 36,500 / 730
        f"baidu/bj/{A100}/reserved/36m-partial@cn-bj-a": Decimal(50),
        # 14,600 for two and a month: 10 an hour prepaid. 21.9 an hour fits, 21.9 x 60 does not
        f"baidu/bj/{KUNLUN}/on_demand@cn-bj-a": Decimal("21.9"),
        f"baidu/bj/{P40}/on_demand@cn-bj-a": Decimal("0.12") * 60,
    }


def test_what_is_paid_in_advance(everything: tuple[dict[str, Offer], list[Refused]]) -> None:
    offers, _ = everything
    upfront = {name: offer.upfront for name, offer in offers.items() if offer.upfront}
    assert upfront == {
        f"baidu/bj/{A100}/reserved/1m-all@cn-bj-a": Decimal(146000),
        f"baidu/bj/{KUNLUN}/reserved/1m-all@cn-bj-a": Decimal(7300),
        f"baidu/hkg/{P40}/reserved/36m-all@cn-hkg-b": Decimal("95040.5"),
        f"baidu/bj/{A100}/reserved/36m-partial@cn-bj-a": Decimal(1000000),
    }


def test_machines_come_from_the_list_of_flavors_else_from_their_name(
    everything: tuple[dict[str, Offer], list[Refused]],
) -> None:
    offers, _ = everything
    listed = offers[f"baidu/bj/{A100}/on_demand@cn-bj-a"]
    assert (listed.accelerator, listed.accelerator_count) == ("A100-80GB", Decimal(8))
    assert [listed.vcpus, listed.memory_gib, listed.network_gbps] == list(map(Decimal, (116, 978, 100)))
    assert listed.local_storage_gib == 4 * 3576
    spelled = offers[f"baidu/bj/{KUNLUN}/on_demand@cn-bj-a"]
    assert (spelled.accelerator, spelled.accelerator_count) == ("Kunlun", Decimal(2))
    assert (spelled.vcpus, spelled.memory_gib) == (Decimal(32), Decimal(128))
    assert spelled.accelerator_memory_gib == 32


def test_places_and_currency(everything: tuple[dict[str, Offer], list[Refused]]) -> None:
    offers, _ = everything
    assert {offer.currency for offer in offers.values()} == {"CNY"}
    assert {(offer.region, offer.country) for offer in offers.values()} == {("bj", "CN"), ("hkg", "HK")}


def test_every_offer_says_it_is_unverified(everything: tuple[dict[str, Offer], list[Refused]]) -> None:
    assert all((offer.note or "").startswith("unverified") for offer in everything[0].values())


def test_each_refusal_names_place_and_reason(everything: tuple[dict[str, Offer], list[Refused]]) -> None:
    post, unit = "price_postpaid_bj.json, price", "by the minute or by the hour is not said; give the prepaid"
    assert {one.where: one.reason for one in everything[1]} == {
        "flavors_bj.json, cn-bj-a bcc.gnX.c12m40": "V100-32 in no stated number",
        f"{post}[3].specPrices[0]": "bcc.g5.c2m8: specPrice 0 is no price",
        f"{post}[3].specPrices[1]": "bcc.gnX.c12m40: V100-32 in no stated number",
        f"{post}[3].specPrices[2]": "bcc.g5.c4m16: not for sale: status soldOut",
        f"{post}[2].specPrices[1]": f"bcc.lgn1.c24m80.2p40: {unit} price of the same machine as well",
        "vouchers_bj.json, item 3": f"{A100}: the months are not known: they stand in the request only"
        " (reservedInstanceTime)",
        "vouchers_bj.json, item 4": "the provider answered with an error: AccessDenied: access denied",
    }


def test_the_order_of_documents_does_not_matter() -> None:
    pages = [Document.of_file(path) for path in sorted(PAGES.glob("*.json"))]
    assert read(*pages)[0] == read(*reversed(pages))[0]


@pytest.mark.parametrize(
    ("price", "hourly"),
    [
        (Decimal("0.5"), Decimal(30)),  # 0.15 x 200 at least: by the minute
        (Decimal("26.6"), Decimal(1596)),  # 8 x 200 at most
        (Decimal(30), Decimal(30)),
        (Decimal(1600), Decimal(1600)),
    ],
)
def test_the_prepaid_price_tells_minutes_from_hours(price: Decimal, hourly: Decimal) -> None:
    prepaid = document(priced(A100, 146000, paymentTiming="Prepaid"))
    offers, refused = read(document(priced(A100, float(price))), prepaid)
    assert offers[f"baidu/bj/{A100}/on_demand@cn-bj-a"].price_per_hour == hourly
    assert not refused


@pytest.mark.parametrize("price", [0.4, 28, 2000, 1e9])
def test_a_price_that_fits_neither_is_refused(price: float) -> None:
    prepaid = document(priced(A100, 146000, paymentTiming="Prepaid"))
    (reason,) = reasons(document(priced(A100, price)), prepaid)
    assert "fits neither by the minute nor by the hour to 200.0000 an hour" in reason


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"zoneName": None}, "the zone is not known"),
        ({"zoneName": "us-west-1"}, "the zone is not known"),
        ({"zoneName": "cn-zz-a"}, "the region of cn-zz-a is unknown"),
        ({"paymentTiming": None}, "Prepaid or Postpaid is not known"),
        ({"paymentTiming": "bidding"}, "Prepaid or Postpaid is not known"),
        ({"purchaseLength": None, "paymentTiming": "Prepaid"}, "the months are not known"),
        ({"purchaseLength": 10, "paymentTiming": "Prepaid"}, "the months are not known"),
        ({"purchaseLength": 1.5, "paymentTiming": "Prepaid"}, "the months are not known"),
        ({"purchaseCount": 0}, "the request asks for 0 machines"),
        ({"purchaseCount": "many"}, "the request asks for 0 machines"),
    ],
)
def test_what_the_request_must_say(asked: dict[str, Any], reason: str) -> None:
    price = 7.2 if asked.get("paymentTiming") == "Prepaid" else "7.2/hour"
    found = reasons(document(priced(P40, price, **asked)))
    assert [reason in one for one in found] == [True]


@pytest.mark.parametrize("price", [0, -1, None, "", "free", True, [], {}, "NaN", "1e999999", "-", "12 元"])
def test_what_is_no_price_is_refused(price: Any) -> None:
    (reason,) = reasons(document(priced(P40, price)))
    assert "is no price" in reason


def test_not_a_number_in_json_is_refused() -> None:
    text = json.dumps(priced(P40, 1)).replace('"specPrice": 1', '"specPrice": NaN')
    assert "is no price" in reasons(Document.of_bytes(text.encode(), name="reply.json"))[0]


def test_a_bare_reply_is_read_with_what_its_file_name_says() -> None:
    bare = priced(P40, 7300)["response"]
    offers, refused = read(document(bare, name="Prepaid_12m_cn-gz-b.json"))
    (offer,) = offers.values()
    assert (offer.offer_id, offer.upfront) == (f"baidu/gz/{P40}/reserved/12m-all@cn-gz-b", Decimal(7300))
    assert not refused
    assert "the zone is not known" in reasons(document(bare))[0]


def test_a_region_without_a_zone_is_enough() -> None:
    bare = priced(P40, 7300)["response"]
    for one in (document(bare, name="baidu_price_gz_prepaid_12m.json"), document(
        priced(P40, 7300, zoneName=None, region="gz", paymentTiming="Prepaid", purchaseLength=12)
    )):  # fmt: skip
        assert list(read(one)[0]) == [f"baidu/gz/{P40}/reserved/12m-all"]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("bcc.t1.tiny", "its name does not spell its size"),
        ("bcc.gn1.c8m32.vgpu", "is unclear"),
        ("bcc.gn1.c8m32.1p40.1v100", "is unclear"),
        ("bcc.gn1.c8m32.0p40", "is unclear"),
        ("", "neither reply nor request names the machine"),
        ("bcc.gn1; DROP", "neither reply nor request names the machine"),
    ],
)
def test_a_machine_not_known_for_sure_is_refused(spec: str, reason: str) -> None:
    assert reason in reasons(document(priced(spec, "7.2/hour")))[0]


@pytest.mark.parametrize(
    ("flavor", "reason"),
    [
        ({"gpuCardType": "", "gpuCardCount": 4}, "4 accelerators of no stated kind"),
        ({"gpuCardType": "P40"}, "P40 in no stated number"),
        ({"gpuCardType": "P40", "gpuCardCount": 2}, "the list states 2 accelerators, the name 1"),
        (
            {"gpuCardType": "P40", "gpuCardCount": 1, "fpgaCardType": "KU115", "fpgaCardCount": 1},
            "more than one kind",
        ),
    ],
)
def test_a_flavor_without_its_facts_is_refused_and_so_are_its_prices(
    flavor: dict[str, Any], reason: str
) -> None:
    flavors = {"zoneResources": [{"zoneName": "cn-bj-a", "bccResources": {"flavorGroups": [
        {"flavors": [{"spec": P40, "cpuCount": 12, "memoryCapacityInGB": 40} | flavor]}]}}]}  # fmt: skip
    found = reasons(document(flavors), document(priced(P40, "7.2/hour")))
    assert [reason in one for one in found] == [True, True]


def test_an_accelerator_we_do_not_know_keeps_its_name_and_says_so() -> None:
    spec = "ebc.kx1.c96m768.8p800"
    (offer,) = read(document(priced(spec, "100/hour")))[0].values()
    assert (offer.accelerator, offer.accelerator_count) == ("p800", Decimal(8))
    assert "accelerator named as Baidu names it" in (offer.note or "")


def test_the_later_of_two_statements_is_taken_and_the_other_refused() -> None:
    old = document(priced(P40, "8/hour"), name="old", received_at=datetime(2026, 1, 1, tzinfo=UTC))
    new = document(priced(P40, "9/hour"), name="new", received_at=datetime(2026, 2, 1, tzinfo=UTC))
    for pair in ((old, new), (new, old)):
        offers, (refused,) = read(*pair)
        assert [offer.price_per_hour for offer in offers.values()] == [9]
        assert (refused.where.startswith("old"), "stated again in new" in refused.reason) == (True, True)


def test_a_bid_whose_parts_do_not_agree_is_refused() -> None:
    bid = {"request": {"spec": P40, "zoneName": "cn-bj-a"}}
    assert (
        "3 x 0.5 is not 2"
        in reasons(document(bid | {"response": {"money": "2", "count": "3", "perMoney": "0.5"}}))[0]
    )
    assert "is no price" in reasons(document(bid | {"response": {"money": "0", "count": "1"}}))[0]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"42", b'"text"', b"{}", b"\xff\x00", b"[" * 100_000, b"a,b\n1,2\n",
        b'{"price": {}}', b'{"Items": [], "NextPageLink": null}', b'[{"PriceList": []}]', b"1" * 5000,
    ],
)  # fmt: skip
def test_replies_of_nobody_we_know_are_a_changed_format(data: bytes) -> None:
    with pytest.raises(SourceFormatChanged, match=r"nothing of Baidu AI Cloud in it: x\.json"):
        list(BaiduSource.parse([Document.of_bytes(data, name="x.json")]))


def test_one_broken_document_does_not_hide_the_others() -> None:
    broken = Document.of_bytes((PAGES / "bid_bj.json").read_bytes()[:50], name="cut.json")
    offers, refused = read(page("price_prepaid_1m_bj.json"), broken)
    assert len(offers) == 2
    assert [(one.where, one.reason.partition(":")[0]) for one in refused] == [("cut.json", "no whole JSON")]


def test_a_byte_order_mark_is_no_matter() -> None:
    data = b"\xef\xbb\xbf" + (PAGES / "price_prepaid_1m_bj.json").read_bytes()
    assert len(read(Document.of_bytes(data, name="bom.json"))[0]) == 2


def test_nothing_in_nothing_out() -> None:
    assert list(BaiduSource.parse([])) == []


RECORDED = [path.read_bytes() for path in sorted(PAGES.glob("*.json"))]


@given(st.lists(damaged_bytes(RECORDED) | damaged_json(RECORDED), min_size=1, max_size=3))
def test_damaged_replies_give_sound_offers_refusals_or_a_known_error(replies: list[bytes]) -> None:
    documents = [Document.of_bytes(data, name=f"{number}.json") for number, data in enumerate(replies)]
    with suppress(ProviderError):
        assert_sound(list(BaiduSource.parse(documents)))
