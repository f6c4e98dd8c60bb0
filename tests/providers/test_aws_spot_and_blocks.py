"""AWS's spot prices by zone, and Capacity Blocks for a window."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.offers import Purchase
from tests.providers.aws_replies import (
    block,
    document,
    item,
    on_demand,
    only_offer,
    only_reason,
    parsed,
    spot,
)


def history(*events: dict[str, Any]) -> dict[str, Any]:
    return {"SpotPriceHistory": list(events), "NextToken": ""}


def blocks(*offerings: dict[str, Any]) -> dict[str, Any]:
    return {"CapacityBlockOfferings": list(offerings)}


def test_the_last_price_of_each_zone_and_the_median_of_the_zones() -> None:
    offer = only_offer(
        history(
            spot("eu-west-1a", "0.050", "2026-08-01T10:00:00+00:00"),
            spot("eu-west-1b", "0.031", "2026-08-01T09:00:00.000Z"),
            spot("eu-west-1a", "0.040", "2026-08-01T11:00:00+00:00"),  # the last of its zone
            spot("eu-west-1c", "0.090", "2026-07-30T00:00:00+00:00"),
            spot("eu-west-1b", "0.001", "2026-08-01T08:00:00+00:00"),
        )
    )
    assert offer.offer_id == "aws/eu-west-1/m5.large/spot"
    assert offer.price_per_hour == Decimal("0.04")  # of 0.031, 0.040 and 0.090
    assert offer.observed_at == datetime(2026, 8, 1, 11, tzinfo=UTC)
    assert (offer.zone, offer.currency) == (None, "USD")
    assert "eu-west-1a 0.04, eu-west-1b 0.031, eu-west-1c 0.09" in (offer.note or "")


def test_an_even_number_of_zones_takes_the_middle_of_the_middle_two() -> None:
    zones = {"a": "0.1", "b": "0.2", "c": "0.5", "d": "0.9"}
    events = [spot(f"eu-west-1{zone}", price, "2026-08-01T00:00:00Z") for zone, price in zones.items()]
    assert only_offer(history(*events)).price_per_hour == Decimal("0.35")  # (0.2 + 0.5) / 2


def test_overlapping_histories_in_any_order_count_once() -> None:
    events = [spot("eu-west-1a", f"0.0{n}", f"2026-08-0{n}T00:00:00Z") for n in range(1, 8)]
    first, second = history(*events[:5]), history(*events[3:])
    for replies in ((first, second), (second, first), (first, second, first)):
        assert only_offer(*replies).price_per_hour == Decimal("0.07")


def test_of_two_prices_of_one_moment_the_dearer_is_taken() -> None:
    events = [spot("eu-west-1a", price, "2026-08-01T00:00:00Z") for price in ("0.2", "0.3", "0.1")]
    assert only_offer(history(*events)).price_per_hour == Decimal("0.3")


def test_a_live_reply_is_observed_when_it_came() -> None:
    received = datetime(2026, 8, 9, tzinfo=UTC)
    reply = document(history(spot("eu-west-1a", "0.04", "2026-08-01T00:00:00Z")), received_at=received)
    assert only_offer(reply).observed_at == received


def test_local_zones_are_not_their_regions_capacity() -> None:
    offers, refused = parsed(
        history(
            spot("use1-az1", "55.04", "2026-08-01T00:00:00Z", machine="p5.48xlarge"),
            spot("use1-atl2-az1", "10.2397", "2026-08-01T00:00:00Z", machine="p5.48xlarge"),
            spot("us-east-1-scl-1a", "20", "2026-08-01T00:00:00Z", machine="p5.48xlarge"),
        )
    )
    assert refused == []
    assert {(one.region, one.zone, one.country, one.price_per_hour) for one in offers} == {
        ("us-east-1", None, "US", Decimal("55.04")),
        ("us-east-1", "use1-atl2-az1", "US", Decimal("10.2397")),
        ("us-east-1", "us-east-1-scl-1a", "CL", Decimal(20)),
    }
    assert {one.accelerator for one in offers} == {"H100"}


def test_spot_that_is_not_below_on_demand_says_so() -> None:
    reply = history(spot("eu-west-1a", "0.107", "2026-08-01T00:00:00Z"))
    offers, _ = parsed(reply, item(terms={"OnDemand": on_demand("0.107")}))
    notes = {one.purchase: one.note or "" for one in offers}
    assert notes[Purchase.SPOT].endswith("not below on demand")
    assert "not below" not in notes[Purchase.ON_DEMAND]


def test_a_zone_may_be_stated_by_its_id_alone() -> None:
    event = spot("", "0.04", "2026-08-01T00:00:00Z") | {"AvailabilityZoneId": "euw1-az1"}
    offer = only_offer(history(event))
    assert (offer.region, offer.price_per_hour) == ("eu-west-1", Decimal("0.04"))
    assert "euw1-az1 0.04" in (offer.note or "")


@pytest.mark.parametrize(("count", "cut"), [(8, False), (9, True)])
def test_a_note_names_eight_zones_at_most(count: int, cut: bool) -> None:
    events = [spot(f"us-east-1{zone}", "0.04", "2026-08-01T00:00:00Z") for zone in "abcdefghi"[:count]]
    note = only_offer(history(*events)).note or ""
    assert f"median of the last spot prices of {count} zones" in note
    assert (note.count("us-east-1"), note.endswith(", …")) == (8, cut)


def test_a_zone_silent_for_longer_than_aws_remembers_is_left_out() -> None:
    offers, refused = parsed(
        history(
            spot("eu-west-1a", "0.04", "2026-08-01T00:00:00Z"),
            spot("eu-west-1b", "9", "2026-01-01T00:00:00Z"),
        )
    )
    assert [one.price_per_hour for one in offers] == [Decimal("0.04")]
    assert "over 90 days older" in refused[0].reason


def test_spot_in_china_is_in_yuan() -> None:
    assert only_offer(history(spot("cn-north-1a", "0.3", "2026-08-01T00:00:00Z"))).currency == "CNY"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (spot("eu-west-1a", "0", "2026-08-01T00:00:00Z"), "SpotPrice: 0: no price"),
        (spot("eu-west-1a", "", "2026-08-01T00:00:00Z"), "SpotPrice: missing"),
        (spot("eu-west-1a", "0.1", ""), "Timestamp: missing"),
        (spot("eu-west-1a", "0.1", "Thu Jul 30 06:13:17 2026"), "Timestamp: Thu Jul 30"),
        (spot("eu-west-1", "0.1", "2026-08-01T00:00:00Z"), "a region, not a zone"),
        (spot("us-east", "0.1", "2026-08-01T00:00:00Z"), "no region or zone of AWS"),
        (spot("xx-west-1a", "0.1", "2026-08-01T00:00:00Z"), "whose country we do not know"),
        (spot("eu-west-1a", "0.1", "2026-08-01T00:00:00Z", os="Windows"), "ProductDescription: Windows"),
        (spot("eu-west-1a", "0.1", "2026-08-01T00:00:00Z", os=""), "ProductDescription: missing"),
        (spot("eu-west-1a", "0.1", "2026-08-01T00:00:00Z", machine="p9.huge"), "accelerators are not known"),
    ],
)
def test_events_that_are_no_price_are_refused(event: dict[str, Any], reason: str) -> None:
    assert reason in only_reason(history(event))


@pytest.mark.parametrize(
    "stated",
    [1785542400, {"__class__": "datetime", "year": 2026, "month": 8, "day": 1, "hour": 0, "minute": 0,
                  "second": 0, "microsecond": 0}, "2026-08-01 00:00:00+00:00", "2026-08-01T00:00:00"],
)  # fmt: skip
def test_times_as_recorders_write_them(stated: object) -> None:
    offer = only_offer(history({**spot("eu-west-1a", "0.1", ""), "Timestamp": stated}))
    assert offer.observed_at == datetime(2026, 8, 1, tzinfo=UTC)


def test_an_empty_reply_is_said() -> None:
    assert only_reason(history()) == "the reply holds no rows"


def test_a_block_of_nineteen_hours_per_instance_hour() -> None:
    offer = only_offer(blocks(block()))
    assert offer.price_per_hour == Decimal(40)  # 1,520 / (19 hours x 2 instances)
    assert (offer.min_quantity, offer.max_quantity) == (2, 2)
    assert offer.available_from == datetime(2026, 9, 1, 16, 30, tzinfo=UTC)
    assert offer.available_until == datetime(2026, 9, 2, 11, 30, tzinfo=UTC)
    assert (offer.purchase, offer.region, offer.zone) == (Purchase.CAPACITY_BLOCK, "us-east-2", "us-east-2a")
    assert (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib) == (
        "H200",
        Decimal(8),
        Decimal(141),
    )
    assert "1520 at once for 2 instances" in (offer.note or "")


def test_blocks_are_the_only_way_to_have_trainium2() -> None:
    offer = only_offer(blocks(block(
        InstanceType="trn2.48xlarge", InstanceCount=1, UpfrontFee="1538.5", CapacityBlockDurationHours=43,
        EndDate="2026-09-03T11:30:00Z", AvailabilityZone="us-east-1-atl-2a",
    )))  # fmt: skip
    assert offer.price_per_hour == Decimal("35.7790697674")  # 1538.5 / 43, to ten decimals
    assert (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib) == (
        "Trainium2",
        Decimal(16),
        Decimal(96),
    )
    assert (offer.region, offer.country, offer.zone) == ("us-east-1", "US", "us-east-1-atl-2a")


def test_an_ultraserver_is_one_machine() -> None:
    offer = only_offer(blocks(block(
        InstanceType=None, InstanceCount=None, UltraserverType="u-p6e-gb200x72", UltraserverCount=1,
        AvailabilityZone="us-east-1-dfw-2a", UpfrontFee="14476.176",
    )))  # fmt: skip
    assert offer.price_per_hour == Decimal("761.904")  # 14,476.176 / 19
    assert (offer.accelerator, offer.accelerator_count) == ("GB200", Decimal(72))


def test_one_window_in_several_numbers_of_instances_is_one_offer() -> None:
    one, four = block(InstanceCount=1, UpfrontFee="760"), block(InstanceCount=4, UpfrontFee="3040")
    for replies in ((blocks(one, four, one),), (blocks(four), blocks(one))):
        offer = only_offer(*replies)
        assert (offer.price_per_hour, offer.min_quantity, offer.max_quantity) == (Decimal(40), 1, 4)
    dear = block(InstanceCount=8, UpfrontFee="7600")  # 50 an hour each
    offers, refused = parsed(blocks(one, dear))
    assert [(offer.price_per_hour, offer.max_quantity) for offer in offers] == [(Decimal(40), 1)]
    assert "costs less per instance" in refused[0].reason


def test_the_time_may_be_stated_in_minutes_or_by_the_window_alone() -> None:
    by_minutes = block(CapacityBlockDurationHours=None, CapacityBlockDurationMinutes=1140)
    assert only_offer(blocks(by_minutes)).price_per_hour == 40
    assert only_offer(blocks(block(CapacityBlockDurationHours=None))).price_per_hour == 40
    assert only_offer(blocks(block(EndDate=None))).available_until == datetime(2026, 9, 2, 11, 30, tzinfo=UTC)


def test_a_block_may_leave_out_when_it_begins() -> None:
    offer = only_offer(blocks(block(StartDate=None)))
    assert (offer.price_per_hour, offer.available_from) == (Decimal(40), None)
    assert offer.available_until == datetime(2026, 9, 2, 11, 30, tzinfo=UTC)
    offer = only_offer(blocks(block(StartDate=None, EndDate=None)))
    assert (offer.price_per_hour, offer.available_from, offer.available_until) == (Decimal(40), None, None)


def test_a_block_of_one_hour_is_a_block() -> None:
    offer = only_offer(blocks(block(CapacityBlockDurationHours=1, EndDate=None)))
    assert offer.price_per_hour == 760  # 1,520 / (1 hour x 2 instances)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"InstanceType": None}, "InstanceType: missing"),
        ({"CapacityBlockDurationHours": 24}, "but from StartDate to EndDate it is 19"),
        ({"CapacityBlockDurationHours": None, "EndDate": None}, "the fee is for an unknown time"),
        ({"CapacityBlockDurationHours": 10**12, "EndDate": None}, "must be 1 to 8784"),
        ({"CapacityBlockDurationHours": 0, "EndDate": None}, "must be 1 to 8784"),
        ({"EndDate": "2026-09-01T00:00:00Z"}, "EndDate: must be after StartDate"),
        ({"InstanceCount": 0}, "InstanceCount: 0"),
        ({"InstanceCount": None}, "InstanceCount: missing"),
        ({"UpfrontFee": "0.0"}, "UpfrontFee: 0: no price"),
        ({"UpfrontFee": None}, "UpfrontFee: missing"),
        ({"CurrencyCode": None}, "CurrencyCode: missing"),
        ({"Tenancy": "dedicated"}, "Tenancy: dedicated"),
        ({"AvailabilityZone": None}, "AvailabilityZone: missing"),
    ],
)
def test_blocks_that_cannot_be_counted_are_refused(changes: dict[str, Any], reason: str) -> None:
    assert reason in only_reason(blocks(block(**changes)))
