"""A publication that dies half way: nobody ever saw it, and the next one clears it away."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from advisor.catalog import publication, writing
from advisor.catalog.publication import Publication, PublicationLost, PublicationUnderWay
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)


def offers(price: int = 40) -> list[Offer]:
    return [
        make_offer(provider="lambda", region=f"r-{n}", observed_at=SEEN, price_per_hour=Decimal(price))
        for n in range(5)
    ]


def crash_half_way(monkeypatch: pytest.MonkeyPatch, then: list[Offer]) -> None:
    """As if the process had died after the first part: nothing is taken back, the lease goes on."""
    insert = writing._insert
    parts: list[int] = []

    def once(rows: Any) -> None:
        parts.append(1)
        if len(parts) > 1:
            raise KeyboardInterrupt
        insert(rows)

    with monkeypatch.context() as patch:
        for module in (writing, publication):
            patch.setattr(module, "PART", 2)
        patch.setattr("advisor.catalog.services.PART", 2)
        patch.setattr(writing, "_insert", once)
        patch.setattr(Publication, "take_back", lambda _self: None)
        with pytest.raises(KeyboardInterrupt):
            publish(then, source="gpuhunt", label="crashed")


def end_lease() -> None:
    CatalogueVersion.everything.filter(published_at=None).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_a_crash_half_way_is_seen_by_nobody_and_cleaned_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(offers(), source="gpuhunt", label="good")
    good = set(current_offers().offers)
    crash_half_way(monkeypatch, offers(price=41))
    assert (
        OfferRow.objects.filter(published_in=2).count() == OfferRow.objects.filter(closed_in=2).count() == 2
    )
    assert set(current_offers().offers) == good
    assert CatalogueVersion.objects.count() == 1
    end_lease()
    publish([make_cpu_offer()], source="other", label="next")
    assert set(current_offers().offers) == good | {make_cpu_offer()}
    assert OfferRow.objects.count() == 6
    assert not OfferRow.objects.exclude(closed_in=None).exists()
    assert [version.label for version in CatalogueVersion.everything.order_by("number")] == ["good", "next"]


def test_who_lost_the_ledger_can_write_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Publication.begin(source="a", label="slow")
    with pytest.raises(PublicationUnderWay, match="slow"):
        Publication.begin(source="b", label="second")
    end_lease()
    theirs = Publication.begin(source="b", label="second")
    with pytest.raises(PublicationLost), mine.part():
        raise AssertionError("unreachable")
    with theirs.part():
        theirs.publish(counts={})
    assert CatalogueVersion.everything.get().label == "second"
