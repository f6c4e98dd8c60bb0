"""Prices of Google's parts: which of several counts, where, in which order, and what becomes of the rest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.base import Refused
from providers.gcp.rates import Rates, Way
from providers.gcp.skus import Sku
from providers.offers import Purchase
from tests.providers.gcp_replies import N2, N2_4, N2_PRICE, machine, of_skus, prices, reasons, sku

CORE = "N2 Instance Core"
ON_DEMAND = Way(Purchase.ON_DEMAND)
EARLIER, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)


def priced(
    price: str = "0.03",
    *,
    description: str = f"{CORE} running in Americas",
    usage: str = "OnDemand",
    regions: Sequence[str] = ("us-central1",),
    sku_id: str = "CORE",
    currency: str = "USD",
    since: datetime | None = LATER,
    where: str = "",
) -> Sku:
    """The price of a core of N2."""
    return Sku(
        where=where or f"{sku_id} {price} {since:%d}" if since else f"{sku_id} {price} undated",
        sku_id=sku_id,
        service_id="6F81-5844-456A",
        description=description,
        usage_type=usage,
        regions=tuple(regions),
        price_per_hour=Decimal(price),
        unit="h",
        currency=currency,
        observed_at=since,
    )


def rates_of(*skus: Sku) -> tuple[Rates, list[Refused]]:
    rates = Rates()
    refused = [one for sku in skus for one in rates.add(sku)]
    return rates, refused


def price_in(rates: Rates, region: str = "us-central1") -> Decimal | None:
    """The price of the core in dollars; None where there are two."""
    found = rates.at(CORE, ON_DEMAND, region)["USD"]
    return found.price_per_hour if isinstance(found, Sku) else None


def told(rates: Rates) -> list[tuple[str, str]]:
    return [(one.where, one.reason) for one in rates.refusals()]


def test_two_skus_of_different_dates_are_not_chosen_between() -> None:
    """The later one may be for another product: only a SKU replaces its own earlier price."""
    rates, _ = rates_of(priced("0.03", since=EARLIER), priced("0.04", sku_id="OTHER", since=LATER))
    assert price_in(rates) is None


def test_two_prices_of_one_sku_and_one_date_are_not_chosen_between() -> None:
    rates, _ = rates_of(priced("0.03"), priced("0.04"))
    assert price_in(rates) is None


@pytest.mark.parametrize("dated_first", [True, False])
def test_a_price_with_a_date_replaces_one_without(dated_first: bool) -> None:
    both = [priced("0.04", since=EARLIER), priced("0.03", since=None)]
    rates, _ = rates_of(*(both if dated_first else both[::-1]))
    assert price_in(rates) == Decimal("0.04")
    assert ("CORE 0.03 undated", "us-central1: has a newer price in CORE 0.04 01") in told(rates)


def test_a_third_price_is_told_and_changes_nothing() -> None:
    rates, _ = rates_of(priced("0.03"), priced("0.04", sku_id="B"), priced("0.05", sku_id="C"))
    assert price_in(rates) is None
    assert ("C 0.05 24", "us-central1: is priced otherwise by CORE 0.03 24") in told(rates)


def test_prices_in_two_currencies_stand_beside_each_other() -> None:
    rates, _ = rates_of(priced("0.03"), priced("0.028", sku_id="E", currency="EUR"))
    slot = rates.at(CORE, ON_DEMAND, "us-central1")
    assert {code: getattr(one, "price_per_hour", None) for code, one in slot.items()} == {
        "USD": Decimal("0.03"),
        "EUR": Decimal("0.028"),
    }


def test_ways_and_regions_are_in_an_order_of_their_own() -> None:
    terms = [("5 Years", "Commit"), ("1 Year", "Commit1Yr"), ("3 Years", "Commit3Yr")]
    committed = [priced(description=f"Commitment v1: N2 Cpu in Iowa for {t}", usage=u) for t, u in terms]
    spot = priced(description=f"Spot Preemptible {CORE} running in Iowa", usage="Preemptible")
    plain = priced(regions=["us-west1", "asia-east1", "europe-west4", "us-central1"])
    rates, refused = rates_of(*committed, spot, plain)
    assert refused == []
    assert [way.words for way in rates.ways] == [
        "on demand",
        "spot",
        "12 months of commitment",
        "36 months of commitment",
        "60 months of commitment",
    ]
    assert rates.regions_of(CORE, ON_DEMAND) == ["asia-east1", "europe-west4", "us-central1", "us-west1"]
    assert rates.regions_of("N2 Instance Ram", ON_DEMAND) == []
    assert rates.at(CORE, ON_DEMAND, "us-east1") == {}


@pytest.mark.parametrize(
    "area",
    ["global", "us", "eu", "europe", "asia", "americas", "emea", "apac", "nam4", "eur4", "asia1"],
)
def test_the_price_of_an_area_is_that_of_no_region(area: str) -> None:
    rates, _ = rates_of(priced(regions=[area, "us-central1"]))
    assert rates.regions_of(CORE, ON_DEMAND) == ["us-central1"]
    assert told(rates) == [
        ("CORE 0.03 24", f"{area}: is the price of an area of several regions, not of one")
    ]


def test_a_sku_that_names_areas_only_is_told_once() -> None:
    rates, refused = rates_of(priced(regions=["us", "eu"]))
    assert (rates.ways, refused) == ([], [])
    assert told(rates) == [("CORE 0.03 24", "us, eu: is the price of an area of several regions, not of one")]


def test_a_part_that_made_no_machine_says_why() -> None:
    """In another currency than the offers, or not needed; without offers, no currency is to blame."""
    dollars, yen, euros = (priced(sku_id=code, currency=code, where=code) for code in ("USD", "JPY", "EUR"))
    gpu = priced(sku_id="T4", description="Nvidia Tesla T4 GPU running in Americas", where="T4")
    rates, _ = rates_of(dollars, yen, euros, gpu)
    start = f"{CORE} running in Americas: is the price of a part ({CORE}), and "
    assert told(rates)[:3] == [
        (code, f"{start}no whole machine is made of it here") for code in ("USD", "JPY", "EUR")
    ]
    rates.used(dollars)
    rates.used(euros)
    assert told(rates) == [
        ("JPY", f"{start}it is in JPY; the offers here are in EUR, USD"),
        (
            "T4",
            "Nvidia Tesla T4 GPU running in Americas: is the price of a part (Nvidia Tesla T4 GPU), and "
            "no whole machine is made of it here",
        ),
    ]


def test_local_ssd_of_a_family_of_its_own_is_priced_per_gibibyte_and_month() -> None:
    c4 = [
        sku("C4 Instance Core running in Iowa", "0.035"),
        sku("C4 Instance Ram running in Iowa", "0.004", group="RAM"),
        sku("C4 Instance Local SSD running in Iowa", "0.073", group="LocalSSD"),
    ]
    one = machine("c4-standard-4-lssd", 4, 15 * 1024, bundledLocalSsds={"partitionCount": 2})
    offers, refused = of_skus(*c4, machines=[one])
    # 4 x 0.035 + 15 x 0.004 + 2 x 375 x 0.073 / 730
    assert prices(offers) == {
        ("us-central1", "c4-standard-4-lssd", Purchase.ON_DEMAND, None): Decimal("0.275")
    }
    assert refused == []


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("N2 Instance Flux running in Iowa", "is no part of a machine we price"),
        ("TPU pod running in Iowa", "does not state of how many chips"),
    ],
)
def test_a_sku_of_no_part_is_told_with_its_description(description: str, reason: str) -> None:
    offers, refused = of_skus(sku(description, "1"), *N2, machines=[N2_4])
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert f"{description}: " in reasons(refused)
    assert reason in reasons(refused)


def test_a_tpu_slice_priced_by_memory_is_refused() -> None:
    offers, refused = of_skus(sku("Cloud TPU v3-8 running in Iowa", "8.8", unit="GiBy.h"))
    assert offers == []
    assert "is priced per GiBy.h, which is no unit of a TPU" in reasons(refused)
