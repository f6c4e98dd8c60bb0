"""Sources and ages: every figure by hand."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.embedded import load_embedded
from advisor.catalog.health import (
    PriceAges,
    catalogue_report,
    publication_count,
    publications,
    source_reports,
)
from advisor.catalog.services import Scope, publish
from advisor.errors import CatalogueEmpty
from providers.offers import Offer, PriceState, Purchase
from tests.factories import NOW, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
LIMIT = 100


def aged(name: str, hours: int | None, **changes: object) -> Offer:
    seen = None if hours is None else NOW - timedelta(hours=hours)
    return make_cpu_offer(instance_type=name, observed_at=seen, **changes)


def ages(*offers: Offer) -> PriceAges:
    publish(offers, source="test", label="x", scope=Scope(source="test"))
    return catalogue_report(NOW, LIMIT).ages


def test_a_source_is_told_with_its_providers_and_what_it_last_did() -> None:
    a, b = aged("a", 10), aged("b", 20, purchase=Purchase.SPOT)
    c = aged("c", 300, provider="gcp", region="europe-west3", currency="EUR")
    d = aged("d", None, provider="gcp", region="europe-west3")
    publish([a, b, c, d], source="embedded", label="list", now=MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    publish([aged("a", 5), aged("x", 50)], source="import:mine.csv", label="mine", now=tuesday)
    embedded, mine = source_reports(NOW, LIMIT)

    assert (embedded.source, mine.source) == ("embedded", "import:mine.csv")
    # of the embedded list: b of 20 h, c of 300 h, d of unknown age; a was replaced
    assert embedded.ages == PriceAges(
        offers=3,
        newest=NOW - timedelta(hours=20),
        oldest=NOW - timedelta(hours=300),
        median_age_hours=Decimal(160),
        unknown_age=1,
        stale=1,
        stale_fraction=Decimal("0.3333"),
        currencies=("EUR", "USD"),
        purchases={"on_demand": 2, "spot": 1},
        state="ageing",
    )
    assert [(p.provider, p.ages.offers, p.ages.state) for p in embedded.providers] == [
        ("aws", 1, "fresh"),
        ("gcp", 2, "stale"),  # one of two
    ]
    assert embedded.last_publication is not None
    assert (embedded.last_publication.number, embedded.last_publication.added) == (1, 4)
    assert (mine.ages.offers, mine.ages.median_age_hours) == (2, Decimal("27.5"))
    last = mine.last_publication
    assert last is not None
    assert (last.number, last.published_at, last.label) == (2, tuesday, "mine")
    assert (last.added, last.changed, last.removed, last.unchanged) == (1, 1, 0, 0)


def test_the_catalogue_as_a_whole_is_counted() -> None:
    publish([aged("a", 10), make_offer(), make_offer(region="us-east-1", country="US")], source="s", label="")
    publish([make_offer(provider="gcp", region="us-east-1")], source="t", label="")
    report = catalogue_report(NOW, LIMIT)
    assert (report.version, report.ages.offers, report.sources, report.providers) == (2, 4, 2, 2)
    assert (report.regions, report.countries, report.accelerators) == (3, 2, 1)


def test_half_stale_is_stale_and_a_little_less_is_ageing() -> None:
    assert ages(aged("a", 101), aged("b", 100)).state == "stale"
    assert ages(aged("a", 101), aged("b", 100), aged("c", 1)).state == "ageing"


def test_a_tenth_stale_or_of_unknown_age_is_ageing() -> None:
    young = [aged(f"y{n}", 1) for n in range(10)]
    assert ages(*young, aged("old", 101)).state == "fresh"  # 1 of 11
    assert ages(*young[:9], aged("old", 101)).state == "ageing"  # 1 of 10
    assert ages(*young[:9], aged("when", None)).state == "ageing"
    assert ages(*young[:9], aged("said", 1, state=PriceState.STALE)).stale == 1


def test_a_median_above_half_the_limit_is_ageing() -> None:
    assert ages(aged("a", 40), aged("b", 60)).state == "fresh"  # 50 is not above 50
    assert ages(aged("a", 41), aged("b", 60)).state == "ageing"


def test_prices_of_unknown_age_have_no_median_and_are_not_called_stale() -> None:
    found = ages(aged("a", None), aged("b", None))
    assert (found.median_age_hours, found.newest, found.oldest) == (None, None, None)
    assert (found.unknown_age, found.stale, found.stale_fraction) == (2, 0, Decimal(0))
    assert found.state == "ageing"


def test_publications_come_newest_first_by_pages() -> None:
    for n in range(5):
        publish([aged(f"m{n}", 1)], source="s", label=f"file {n}")
    assert [version.label for version in publications(limit=2)] == ["file 4", "file 3"]
    assert [version.label for version in publications(limit=2, offset=4)] == ["file 0"]
    assert publications(limit=2, offset=9) == []
    assert publication_count() == 5


def test_an_empty_catalogue_is_said_to_be_empty() -> None:
    for report in (source_reports, catalogue_report):
        with pytest.raises(CatalogueEmpty):
            report()
    assert publications() == []


def test_more_offers_and_sources_take_no_more_questions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    load_embedded()
    for n in range(5):
        publish([aged(f"m{n}", 1)], source=f"import:{n}.csv", label="x")
    catalogue_report()  # the snapshot is read
    with django_assert_num_queries(2):
        assert len(source_reports()) == 6
    with django_assert_num_queries(1):
        assert catalogue_report().ages.offers > 4000
    with django_assert_num_queries(1):
        assert len(publications()) == 6
    begin = time.process_time()
    source_reports()
    assert time.process_time() - begin < 0.5  # about 0.02; a busy machine may take ten times that
