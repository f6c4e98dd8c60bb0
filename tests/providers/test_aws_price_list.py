"""AWS's price list: items of GetProducts."""

import json
from decimal import Decimal
from typing import Any

import pytest

from providers.base import Document
from providers.offers import Payment, PriceState
from tests.providers.aws_replies import (
    PUBLISHED_AT,
    dimension,
    document,
    item,
    on_demand,
    only_offer,
    only_reason,
    parsed,
    product,
    reserved,
    term,
)


def test_an_item_of_getproducts_on_demand() -> None:
    offer = only_offer({"FormatVersion": "aws_v1", "PriceList": [json.dumps(item())], "NextToken": ""})
    assert offer.offer_id == "aws/eu-west-1/m5.large/on_demand"
    assert (offer.price_per_hour, offer.currency, offer.country) == (Decimal("0.107"), "USD", "IE")
    assert (offer.vcpus, offer.memory_gib, offer.network_gbps) == (Decimal(2), Decimal(8), Decimal(10))
    assert offer.accelerator is None
    assert offer.observed_at == PUBLISHED_AT
    assert offer.state is PriceState.LISTED


@pytest.mark.parametrize(
    "reply",
    [
        {"PriceList": [item()]},
        [item()],
        [json.dumps(item())],
        json.dumps(item()),
        item(),
        {"data": {"PriceList": [json.dumps(item())]}, "status_code": 200},
        [{"PriceList": [json.dumps(item())]}],
        {"PriceList": [json.dumps({**item(), "product": {**product(), "attributes": {
            **product()["attributes"]}}})]},
    ],
)  # fmt: skip
def test_the_same_item_however_it_is_wrapped(reply: object) -> None:
    assert only_offer(reply).price_per_hour == Decimal("0.107")


def test_items_after_each_other_and_a_byte_order_mark() -> None:
    second = item(instanceType="m5.xlarge", terms={"OnDemand": on_demand("0.214")})
    text = "\ufeff" + json.dumps(item()) + "\n" + json.dumps(second) + "\n"
    offers, refused = parsed(Document.of_bytes(text.encode(), name="lines.json"))
    assert [offer.price_per_hour for offer in offers] == [Decimal("0.107"), Decimal("0.214")]
    assert refused == []


def test_reservations_of_every_payment_and_term_per_hour_and_per_unit() -> None:
    terms = {
        "a": reserved("0.067", None, option="No Upfront"),
        "b": reserved("0.032", "280", option="Partial Upfront"),
        "c": reserved("0.0000000000", "549", option="All Upfront"),
        "d": reserved("0.046", None, option="No Upfront", years=3),
        "e": reserved("0.021", "566", option="Partial Upfront", years=3),
        "f": reserved("0", "1063", option="All Upfront", years=3),
    }
    offers, refused = parsed(item(terms={"Reserved": terms}))
    assert refused == []
    assert {
        (one.term_months, one.payment, one.price_per_hour, one.upfront) for one in offers
    } == {
        (12, Payment.NONE, Decimal("0.067"), None),
        (12, Payment.PARTIAL, Decimal("0.032"), Decimal(280)),
        (12, Payment.ALL, Decimal(0), Decimal(549)),
        (36, Payment.NONE, Decimal("0.046"), None),
        (36, Payment.PARTIAL, Decimal("0.021"), Decimal(566)),
        (36, Payment.ALL, Decimal(0), Decimal(1063)),
    }  # fmt: skip


def test_a_convertible_reservation_is_kept_where_no_standard_one_is_sold() -> None:
    convertible = reserved("0.08", None, option="No Upfront", kind="convertible")
    offer = only_offer(item(terms={"Reserved": {"a": convertible}}))
    assert (offer.price_per_hour, offer.note) == (Decimal("0.08"), "Convertible Reserved Instance")
    both = {"a": convertible, "b": reserved("0.067", None, option="No Upfront")}
    offers, refused = parsed(item(terms={"Reserved": both}))
    assert [one.price_per_hour for one in offers] == [Decimal("0.067")]
    assert [one.reason for one in refused] == [
        "Convertible Reserved Instance; the Standard Reserved Instance is kept"
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (reserved("0.03", None, option="Partial Upfront"), "Upfront Fee: no price"),
        (reserved(None, "280", option="Partial Upfront"), "no hourly price"),
        (reserved("0.05", "10", option="No Upfront"), "No Upfront, but an upfront fee of 10"),
        (reserved("0", "0", option="All Upfront"), "Upfront Fee: no price"),
        (reserved("0.05", None, option="Heavy Utilization"), "PurchaseOption: Heavy Utilization"),
        (reserved("0.05", None, option="No Upfront", years=2), "LeaseContractLength: 2yr"),
        (reserved("0.05", None, option="No Upfront", kind="scheduled"), "OfferingClass: scheduled"),
        (reserved("0", None, option="No Upfront"), "pricePerUnit: 0: no price"),
    ],
)
def test_reservations_that_contradict_themselves_are_refused(bad: object, reason: str) -> None:
    assert reason in only_reason(item(terms={"Reserved": {"a": bad}}))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (on_demand("0.0000000000"), "pricePerUnit: 0: no price"),
        (on_demand("-1"), "pricePerUnit: -1: no price"),
        (on_demand("NaN"), "NaN and infinity are no numbers"),
        (on_demand("call us"), "must be a plain number"),
        (on_demand("0.1", unit="GB-Mo"), "unit: GB-Mo: not a price by the hour"),
        (on_demand("0.1", unit=""), "unit: missing"),
        (on_demand("0.1", beginRange="100"), "a tier, from 100 to Inf hours"),
        (on_demand("0.1", pricePerUnit={}), "pricePerUnit: missing: no price"),
        (on_demand("0.1", pricePerUnit={"USD": None}), "pricePerUnit.USD: missing"),
        (on_demand("0.1", pricePerUnit={"XYZ": "1"}), "XYZ: no ISO 4217 currency"),
        ({"x": term(dimension("1"), dimension("2"))}, "several prices of one term"),
        ({"x": term(dimension("1"), since="2026-09-01T00:00:00Z")}, "not yet in force"),
        ({"x": term()}, "pricePerUnit: no price"),
        ({"x": [1]}, "the term: must be an object"),
        (on_demand("98000000"), "not the total of a term"),
    ],
)
def test_what_is_no_price_is_refused_with_its_reason(terms: object, reason: str) -> None:
    assert reason in only_reason(item(terms={"OnDemand": terms}))


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        ("operatingSystem", "Windows", "operatingSystem: Windows: only Linux is taken"),
        ("operatingSystem", None, "operatingSystem: missing"),
        ("tenancy", "Dedicated", "tenancy: Dedicated"),
        ("tenancy", "NA", "tenancy: NA"),
        ("preInstalledSw", "SQL Std", "preInstalledSw: SQL Std"),
        ("licenseModel", "Bring your own license", "licenseModel: Bring your own license"),
        ("capacitystatus", "UnusedCapacityReservation", "capacitystatus: UnusedCapacityReservation"),
        ("marketoption", "CapacityBlock", "Capacity Blocks are priced by their offerings"),
        ("operation", "RunInstances:0010", "operation: RunInstances:0010"),
        ("servicecode", "AmazonRDS", "serviceCode: AmazonRDS"),
        ("locationType", "AWS Outposts", "AWS Outposts"),
        ("regionCode", "us-iso-east-1", "a region whose country we do not know"),
        ("instanceType", "=1+1", "not an instance type"),
    ],
)
def test_other_products_are_refused(attribute: str, value: str | None, reason: str) -> None:
    changed: dict[str, Any] = {attribute: value}
    assert reason in only_reason(item(**changed))


def test_other_families_are_refused() -> None:
    assert "productFamily: Storage" in only_reason(item(family="Storage"))
    assert only_offer(item(family="Compute Instance (bare metal)", instanceType="m5.metal"))


def test_places_by_region_by_location_and_beside_a_region() -> None:
    assert only_offer(item(regionCode=None)).region == "eu-west-1"
    assert "a place we do not know" in only_reason(item(regionCode=None, location="Atlantis"))
    local = only_offer(item(regionCode="us-east-1-scl-1", locationType="AWS Local Zone"))
    assert (local.region, local.zone, local.country) == ("us-east-1", "us-east-1-scl-1", "CL")
    assert "Local or Wavelength Zone" in (local.note or "")
    unknown = item(regionCode="us-east-1-qqq-1")
    assert "whose country we do not know" in only_reason(unknown)


def test_china_is_billed_in_yuan() -> None:
    both = on_demand(pricePerUnit={"USD": "0.10", "CNY": "0.72"})
    for region in ("cn-north-1", "cn-northwest-1"):
        offer = only_offer(item(regionCode=region, terms={"OnDemand": both}))
        assert (offer.currency, offer.price_per_hour, offer.country) == ("CNY", Decimal("0.72"), "CN")
    assert only_offer(item(terms={"OnDemand": both})).currency == "USD"


def test_the_sovereign_cloud_is_billed_in_euro() -> None:
    priced = {"OnDemand": on_demand(pricePerUnit={"EUR": "0.11"})}
    offer = only_offer(item(regionCode="eusc-de-east-1", terms=priced))
    assert (offer.currency, offer.country) == ("EUR", "DE")
    assert "separate account" in (offer.note or "")


def test_a_reply_without_a_date_is_observed_when_it_came() -> None:
    assert only_offer(document(item(published=None), received_at=PUBLISHED_AT)).observed_at == PUBLISHED_AT
    headers = {"HTTPHeaders": {"date": "Mon, 03 Aug 2026 10:11:12 GMT"}}
    reply = {"PriceList": [item(published=None)], "ResponseMetadata": headers}
    assert only_offer(reply).observed_at == PUBLISHED_AT


def test_the_list_published_last_wins_whatever_the_order() -> None:
    old = item(published="2026-08-02T00:00:00Z", terms={"OnDemand": on_demand("0.2")})
    for replies in ((old, item()), (item(), old)):
        offers, refused = parsed(*replies)
        assert [one.price_per_hour for one in offers] == [Decimal("0.107")]
        assert [one.reason for one in refused] == ["an older price of an offer that is stated anew"]


def test_of_two_prices_in_force_the_later_is_kept_and_else_the_dearer() -> None:
    later = {"a": term(dimension("2"), since="2026-01-01T00:00:00Z"), "b": term(dimension("1"))}
    assert [one.price_per_hour for one in parsed(item(terms={"OnDemand": later}))[0]] == [1]
    equal = {"a": term(dimension("2")), "b": term(dimension("1"))}
    assert [one.price_per_hour for one in parsed(item(terms={"OnDemand": equal}))[0]] == [2]


def test_a_placeholder_does_not_take_the_place_of_a_price() -> None:
    both = {"a": term(dimension("99999999"), since="2026-08-02T00:00:00Z"), "b": term(dimension("0.107"))}
    offers, refused = parsed(item(terms={"OnDemand": both}))
    assert [one.price_per_hour for one in offers] == [Decimal("0.107")]
    assert [one.reason.startswith("price_per_hour: 99999999: must be") for one in refused] == [True]


@pytest.mark.parametrize(
    "whole", [{"beginRange": 0, "endRange": "Inf"}, {"beginRange": "0.0", "endRange": None}]
)
def test_the_range_of_all_hours_however_it_is_written(whole: dict[str, Any]) -> None:
    assert only_offer(item(terms={"OnDemand": on_demand("0.107", **whole)})).price_per_hour == Decimal(
        "0.107"
    )


@pytest.mark.parametrize("part", [{"beginRange": 100}, {"endRange": 100}, {"endRange": "100"}])
def test_a_range_of_some_hours_is_a_tier(part: dict[str, Any]) -> None:
    assert only_reason(item(terms={"OnDemand": on_demand("0.107", **part)})).startswith("a tier, from ")


def test_a_page_without_a_list_holds_no_rows() -> None:
    assert only_reason({"FormatVersion": "aws_v1", "PriceList": None}) == "the reply holds no rows"
