"""AWS's bulk offer files in JSON, other services in them, and what is none of AWS's."""

import json
from decimal import Decimal

import pytest

from providers.aws.refusals import Refusals
from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Offer, Purchase
from tests.providers.aws_replies import (
    item,
    offer_file,
    on_demand,
    only_reason,
    parsed,
    product,
    reserved,
)


def _file_of_two() -> dict[str, object]:
    machines = [
        product("A"), product("B", instanceType="p5.48xlarge", vcpu="192", memory="2,048 GiB", gpu="8",
                              storage="8 x 3800 GB SSD", networkPerformance="3200 Gigabit"),
        product("W", operatingSystem="Windows"), product("N", instanceType="c5.large"),
    ]  # fmt: skip
    terms = {
        "OnDemand": {"A": on_demand(), "B": on_demand("55.04"), "W": on_demand("0.2")},
        "Reserved": {"B": {"B.x": reserved("10", "200000", option="Partial Upfront", years=3)}},
    }
    return offer_file(machines, terms)


def test_a_bulk_offer_file() -> None:
    offers, refused = parsed(_file_of_two())
    by_id = {one.offer_id: one for one in offers}
    assert set(by_id) == {
        "aws/eu-west-1/m5.large/on_demand",
        "aws/eu-west-1/p5.48xlarge/on_demand",
        "aws/eu-west-1/p5.48xlarge/reserved/36m-partial",
    }
    p5 = by_id["aws/eu-west-1/p5.48xlarge/on_demand"]
    assert (p5.accelerator, p5.accelerator_count, p5.accelerator_memory_gib) == (
        "H100",
        Decimal(8),
        Decimal(80),
    )
    assert p5.memory_gib == 2048
    # 8 disks of 3,800 GB: 30,400 x 10^9 / 2^30
    assert p5.local_storage_gib == Decimal("28312.21")
    assert by_id["aws/eu-west-1/p5.48xlarge/reserved/36m-partial"].upfront == 200000
    assert sorted(one.reason for one in refused) == [
        "has no terms: no price", "operatingSystem: Windows: only Linux is taken",
    ]  # fmt: skip


def test_a_file_whose_terms_stand_before_its_products() -> None:
    usual = _file_of_two()
    turned = {name: usual[name] for name in reversed(usual)}
    assert {one.offer_id for one in parsed(turned)[0]} == {one.offer_id for one in parsed(usual)[0]}


def test_a_file_without_products_says_so() -> None:
    assert only_reason(offer_file([], {})) == "the file lists no products"


def test_terms_that_are_no_object_are_told_with_their_product() -> None:
    _, refused = parsed(offer_file([product("A")], {"OnDemand": {"A": "0.107"}}))
    assert [(one.where, one.reason) for one in refused] == [
        ("reply-0.json: A", "the terms: must be an object"),
        ("reply-0.json: A m5.large", "has no terms: no price"),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"product": "m5.large"}, "product: must be an object"),
        (
            {"publicationDate": "Thu Jul 30 06:13:17 2026"},
            "publicationDate: Thu Jul 30 06:13:17 2026: must be",
        ),
        ({"terms": ["OnDemand"]}, "terms: must be an object"),
    ],
)
def test_an_item_of_unreadable_parts_is_told(changed: dict[str, object], reason: str) -> None:
    assert only_reason(item() | changed).startswith(reason)


def test_terms_of_unknown_products_are_told() -> None:
    reply = offer_file([product("A")], {"OnDemand": {"A": on_demand(), "Q": on_demand()}})
    assert [one.reason for one in parsed(reply)[1]] == ["1 SKUs with a price are no products of the file"]


def test_many_refusals_of_one_kind_are_counted() -> None:
    machines = [product(f"W{number:02}", operatingSystem="Windows") for number in range(25)]
    _, refused = parsed(offer_file(machines, {}))
    assert len(refused) == 21
    assert refused[-1].reason == "and 5 more, such as W20: operatingSystem: Windows: only Linux is taken"
    assert refused[-1].where == "reply-0.json"


@pytest.mark.parametrize("count", [20, 21])
def test_up_to_twenty_refusals_of_one_kind_are_told_each(count: int) -> None:
    refusals = Refusals()
    for number in range(count):
        refusals.add("file", f"row {number}", "no price")
    told = [(one.where, one.reason) for one in refusals.told()]
    assert told[:20] == [(f"file: row {number}", "no price") for number in range(20)]
    assert told[20:] == ([("file", "and 1 more, such as row 20: no price")] if count == 21 else [])


def test_refusals_for_more_than_five_hundred_reasons_are_counted_together() -> None:
    refusals = Refusals()
    for number in range(1000):
        refusals.add("file", f"row {number}", f"reason {number}")
    refusals.add("file", "row 1000", "reason 7")  # a known reason is still told as such
    refusals.add("other file", "", "reason 999")
    told = [(one.where, one.reason) for one in refusals.told()]
    assert told[7:9] == [("file: row 7", "reason 7"), ("file: row 1000", "reason 7")]
    assert told[501:521] == [(f"file: row {number}", f"reason {number}") for number in range(500, 520)]
    assert told[521:] == [
        ("file", "and 480 more, such as row 520: further entries, for reasons of many kinds"),
        ("other file", "reason 999"),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        {"formatVersion": "v1.0", "publicationDate": "2026-08-03T00:00:00Z", "offers": {"AmazonEC2": {}}},
        {"formatVersion": "v1.0", "regions": {"us-east-1": {"currentVersionUrl": "/x"}}},
        {"disclaimer": "", "regions": [{"regionCode": "us-east-1", "versionUrl": "/x"}]},
    ],
)
def test_indexes_say_where_prices_are_and_hold_none(reply: object) -> None:
    assert "says where they are and holds no prices" in only_reason(reply)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<html>", "XML or HTML"),
        (b"\x1f\x8b\x08", "packed"),
        (b"{}", "no reply of AWS"),
        (b"[1, 2]", "no reply of AWS"),
        (b'{"a": 1', "cut off or damaged"),
        (b'{"Items": [{"retailPrice": 1}], "NextPageLink": null}', "no reply of AWS"),
        (b'{"__type": "ExpiredTokenException", "message": "secret"}', "error reply ExpiredTokenException"),
        (b'{"Error": {"Code": "AccessDenied", "Message": "secret"}}', "error reply AccessDenied"),
        (b'{"products": {"A": {"n": ' + b"9" * 5000 + b"}}}", "cut off or damaged"),
        (b'{"publicationDate": "yesterday", "products": {}}', "publicationDate: yesterday"),
    ],
)
def test_what_is_none_of_aws_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(SourceFormatChanged, match=reason) as caught:
        parsed(Document.of_bytes(data, name="odd.json"))
    assert "secret" not in str(caught.value)


def test_a_file_cut_off_at_any_place_yields_nothing() -> None:
    whole = json.dumps(_file_of_two()).encode()
    for length in range(1, len(whole) - 1, 37):
        with pytest.raises(SourceFormatChanged):
            parsed(Document.of_bytes(whole[:length], name="cut.json"))


def test_damaged_json_in_json_refuses_the_item_alone() -> None:
    offers, refused = parsed({"PriceList": [json.dumps(item()), json.dumps(item())[:-9]]})
    assert len(offers) == 1
    assert [one.reason for one in refused] == ["the JSON within this string is cut off or damaged"]


def _ml(component: str, price: str, **others: str) -> dict[str, object]:
    return item(
        service="AmazonSageMaker", family="ML Instance", servicecode="AmazonSageMaker", component=component,
        instanceName="ml.p5.48xlarge", instanceType=f"ml.p5.48xlarge-{component}", tenancy=None,
        operatingSystem=None, terms={"OnDemand": on_demand(price)}, **others,
    )  # fmt: skip


def test_sagemaker_is_apart_from_ec2_and_by_component() -> None:
    ec2 = item(instanceType="p5.48xlarge", terms={"OnDemand": on_demand("55.04")})
    offers, refused = parsed(_ml("Training", "63.296"), _ml("Hosting", "63.3"), ec2, _ml("Notebook", "60"))
    assert {one.instance_type: (one.price_per_hour, one.accelerator) for one in offers} == {
        "ml.p5.48xlarge-Training": (Decimal("63.296"), "H100"),
        "ml.p5.48xlarge-Hosting": (Decimal("63.3"), "H100"),
        "p5.48xlarge": (Decimal("55.04"), "H100"),
    }
    assert ["component: Notebook" in one.reason for one in refused] == [True]


def _emr(price: str, software: str = "EMR") -> dict[str, object]:
    return item(
        service="ElasticMapReduce", family="Elastic Map Reduce Instance", servicecode="ElasticMapReduce",
        softwareType=software, tenancy=None, operatingSystem=None, terms={"OnDemand": on_demand(price)},
    )  # fmt: skip


@pytest.mark.parametrize("machine", [_ml("Training", "63.296"), _emr("0.1")])
def test_a_reservation_of_what_is_no_machine_of_ec2_is_refused(machine: dict[str, object]) -> None:
    terms = {"Reserved": {"SKU1.R": reserved("0.05", None, option="No Upfront")}}
    assert only_reason(machine | {"terms": terms}) == "a reservation of what is no machine of EC2"


def test_a_product_without_a_family_and_a_price_without_an_end_are_taken() -> None:
    offers, refused = parsed(item(family="", terms={"OnDemand": on_demand("0.107", endRange="")}))
    assert [one.price_per_hour for one in offers] == [Decimal("0.107")]
    assert refused == []


def test_emr_is_a_surcharge_on_the_price_of_ec2() -> None:
    for replies in ((_emr("0.0240"), item()), (item(), _emr("0.0240"))):
        offers, refused = parsed(*replies)
        assert refused == []
        assert {one.instance_type: one.price_per_hour for one in offers} == {
            "m5.large": Decimal("0.107"),
            "m5.large+emr": Decimal("0.131"),  # 0.107 + 0.024
        }
    # EMR's list says less of a machine than EC2's, and takes nothing from it
    less = item(
        service="ElasticMapReduce", family="Elastic Map Reduce Instance", servicecode="ElasticMapReduce",
        softwareType="EMR", tenancy=None, vcpu=None, memory=None, published="2026-09-01T00:00:00Z",
        terms={"OnDemand": on_demand("0.024")},
    )  # fmt: skip
    for replies in ((less, item()), (item(), less)):
        assert [(one.vcpus, one.memory_gib) for one in parsed(*replies)[0]] == 2 * [(Decimal(2), Decimal(8))]
    assert "EC2 it comes on top of is not here" in only_reason(_emr("0.024"))
    assert "softwareType: MapR" in only_reason(_emr("0.024", "MapR"))


def test_every_offer_has_a_purchase_and_a_page() -> None:
    offers: list[Offer] = parsed(item())[0]
    assert {one.purchase for one in offers} == {Purchase.ON_DEMAND}
    assert all((one.source_url or "").startswith("https://aws.amazon.com/ec2/") for one in offers)
