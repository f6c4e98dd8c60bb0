"""The price list that ships with the code: loaded when it is new, never over something newer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from advisor.catalog import embedded
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.errors import AdvisorError
from advisor.models import CatalogueVersion
from advisor.tasks import load_embedded_prices
from providers.offers import Offer
from providers.pricefile import PriceFile, RefusedRow
from tests.factories import SEEN, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db


def ship(monkeypatch: pytest.MonkeyPatch, *offers: Offer, refused: tuple[RefusedRow, ...] = ()) -> None:
    """A release whose embedded list holds these offers."""
    prices = PriceFile(offers=offers, refused=refused, rows=len(offers) + len(refused))
    monkeypatch.setattr("providers.reference.load", lambda: prices)
    monkeypatch.setattr(embedded, "embedded_digest", lambda: str(hash(offers)))


def test_a_list_is_loaded_once_and_a_new_one_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ship(monkeypatch, make_offer(), make_cpu_offer())
    assert load_embedded_prices() == "catalogue version 1"
    assert load_embedded_prices() == "already current"
    ship(monkeypatch, make_offer(price_per_hour=Decimal(44), observed_at=SEEN + timedelta(days=1)))
    done = embedded.load_embedded()
    assert done is not None
    assert (done.added, done.changed, done.removed) == (0, 1, 1)
    assert [offer.price_per_hour for offer in current_offers().offers] == [Decimal(44)]


def test_what_was_observed_later_or_imported_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = make_offer(price_per_hour=Decimal(44), observed_at=SEEN + timedelta(days=1))
    mine = make_cpu_offer(instance_type="mine")
    publish([newer, mine], source="import:x", label="x")
    ship(monkeypatch, make_offer(), make_cpu_offer())
    embedded.load_embedded()
    assert set(current_offers().offers) == {newer, mine, make_cpu_offer()}


def test_the_same_list_under_a_new_release_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    publish([make_offer()], source="import:x", label="x")
    ship(monkeypatch, make_offer())
    assert embedded.load_embedded() is not None  # nothing changes, but the list is known from now on
    assert embedded.load_embedded() is None
    assert CatalogueVersion.objects.count() == 2


def test_a_damaged_list_loads_nothing_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = RefusedRow(line=7, field="price_per_hour", value="0", reason="must be above 0")
    ship(monkeypatch, make_offer(), refused=(bad,))
    with pytest.raises(AdvisorError, match="has 1 bad rows; nothing was loaded") as caught:
        embedded.load_embedded()
    assert caught.value.details == ("line 7, price_per_hour: 0: must be above 0",)
    assert CatalogueVersion.objects.count() == 0


def test_the_digest_follows_the_files_that_ship() -> None:
    assert len(embedded.embedded_digest()) == 64
    assert embedded.embedded_digest() == embedded.embedded_digest()
