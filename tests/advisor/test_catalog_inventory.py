"""What the catalogue holds: accelerators with their cheapest price, and regions."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.inventory import (
    AcceleratorInCatalogue,
    CheapestPrice,
    RegionInCatalogue,
    accelerators_in_catalogue,
    regions_in_catalogue,
)
from advisor.catalog.services import publish
from advisor.errors import CatalogueEmpty
from providers.offers import Payment, Purchase
from tests.advisor.test_search import RATES
from tests.factories import NOW, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db


def test_an_accelerator_is_told_with_its_cheapest_hour_whatever_the_terms() -> None:
    ended = NOW - timedelta(hours=1)
    publish(
        [
            make_offer(),  # 50 / 8 = 6.25
            make_offer(provider="gcp", region="x", price_per_hour=Decimal(40), currency="EUR"),  # 50 / 8
            make_offer(
                purchase=Purchase.RESERVED,
                term_months=12,
                payment=Payment.ALL,
                price_per_hour=Decimal(0),
                upfront=Decimal(175200),  # 175200 / 8760 = 20 an hour, 2.5 for one of 8
            ),
            make_offer(region="nok", price_per_hour=Decimal(1), currency="NOK"),  # no rate
            make_offer(
                purchase=Purchase.CAPACITY_BLOCK,
                price_per_hour=Decimal(1),
                available_from=ended - timedelta(days=1),
                available_until=ended,
            ),
            make_offer(instance_type="odd", accelerator="aMysteryChip", currency="NOK"),
            make_cpu_offer(),
        ],
        source="test",
        label="test",
    )
    mystery, h100 = accelerators_in_catalogue(rates=RATES, now=NOW, max_age_hours=48)
    assert h100 == AcceleratorInCatalogue(
        name="H100",
        vendor="NVIDIA",
        kind="gpu",
        memory_gib=Decimal(80),
        offers=4,
        providers=("aws", "gcp"),
        cheapest=CheapestPrice(
            usd_per_accelerator_hour=Decimal("2.5"),
            offer_id="aws/eu-central-1/p5.48xlarge/reserved/12m-all",
            purchase=Purchase.RESERVED,
            age_hours=Decimal(60),
            stale=True,
        ),
    )
    assert (mystery.name, mystery.vendor, mystery.kind, mystery.memory_gib) == (
        "aMysteryChip",
        None,
        None,
        None,
    )
    assert (mystery.offers, mystery.cheapest) == (1, None)


def test_regions_are_told_with_their_place_and_accelerators(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    publish(
        [
            make_offer(),
            make_offer(instance_type="l4", accelerator="L4"),
            make_cpu_offer(),
            make_cpu_offer(provider="tiny", region="cellar", country="FR"),
        ],
        source="test",
        label="test",
    )
    frankfurt, cellar = regions_in_catalogue()
    assert frankfurt.place
    assert "Frankfurt" in frankfurt.place
    assert (frankfurt.provider, frankfurt.region, frankfurt.country) == ("aws", "eu-central-1", "DE")
    assert (frankfurt.offers, frankfurt.accelerators) == (3, ("H100", "L4"))
    assert cellar == RegionInCatalogue(
        provider="tiny", region="cellar", country="FR", place=None, offers=1, accelerators=()
    )
    with django_assert_num_queries(3):  # the version for each, the exchange rates
        regions_in_catalogue()
        accelerators_in_catalogue()


def test_an_empty_catalogue_is_said_to_be_empty() -> None:
    for read in (accelerators_in_catalogue, regions_in_catalogue):
        with pytest.raises(CatalogueEmpty):
            read()
