"""The ledger against a plain model of it: any moment gives just what was known then."""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog import publication, writing
from advisor.catalog.queries import current_offers
from advisor.catalog.services import Scope, publish
from advisor.catalog.snapshot import current_snapshot
from advisor.errors import CatalogueEmpty
from advisor.models import CatalogueVersion
from advisor.refresh.known import Known
from advisor.refresh.publishing import Due, publish_refresh
from advisor.refresh.staging import stage
from providers.offers import Offer
from providers.rates import reference_rates
from tests.factories import make_offer

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "80"))
NAMES = ("a", "b", "c", "d", "e")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One publication: prices by offer; `doubtful` are set aside by a refresh."""

    kind: str
    source: str
    prices: dict[str, int]
    seen: int
    doubtful: frozenset[str] = frozenset()


@dataclass
class Model:
    """What is in force: offer -> price, source, last known at. Of its row: when stated, if contested."""

    rows: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)
    stated: dict[str, datetime] = field(default_factory=dict)
    contested: set[str] = field(default_factory=set)

    def apply(self, said: Said) -> None:
        seen = moment(said.seen)
        if said.kind == "import":
            for name, price in said.prices.items():
                row = self.rows.get(name)
                if row is None or row[0] != price or seen not in (row[2], self.stated[name]):
                    self.put(name, price, said.source, seen)
            return
        ours = {name for name, row in self.rows.items() if row[1] == said.source}
        for name in ours - said.prices.keys():
            del self.rows[name]
        for name, price in said.prices.items():
            row = self.rows.get(name)
            is_ours = row is not None and row[1] == said.source
            if name in said.doubtful:
                if is_ours:
                    self.contested.add(name)
            elif row is None or (is_ours and (row[0] != price or name in self.contested)):
                self.put(name, price, said.source, seen)
            elif is_ours:
                self.rows[name] = (price, said.source, max(row[2], seen))
            elif row[2] <= seen:
                self.put(name, price, said.source, seen)

    def put(self, name: str, price: int, source: str, seen: datetime) -> None:
        self.rows[name] = (price, source, seen)
        self.stated[name] = seen
        self.contested.discard(name)


def offers_in_memory() -> tuple[Offer, ...]:
    rows = current_snapshot().rows
    return tuple(rows.offer(place) for place in range(rows.count))


def moment(number: int) -> datetime:
    return BEGIN + timedelta(hours=number)


def offer(name: str, price: int, seen: int) -> Offer:
    return make_offer(region=name, price_per_hour=Decimal(price), observed_at=moment(seen))


def prices() -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1)


SAID = st.one_of(
    st.builds(
        Said,
        kind=st.just("import"),
        source=st.sampled_from(("s", "x")),
        prices=prices(),
        seen=st.integers(0, 9),
    ),
    st.builds(
        Said,
        kind=st.just("refresh"),
        source=st.sampled_from(("s", "t")),
        prices=prices(),
        seen=st.integers(0, 9),
        doubtful=st.frozensets(st.sampled_from(NAMES), max_size=2),
    ),
)


def tell(said: Said) -> None:
    offers = [offer(name, price, said.seen) for name, price in said.prices.items()]
    if said.kind == "import":
        publish(offers, source=said.source, label="x", scope=Scope())
        return
    staged = stage(offers, Known(said.source), rates=reference_rates(), latest=moment(100))
    doubtful = {one.key: "odd" for one in offers if one.region in said.doubtful}
    for key in list(doubtful):  # what the ledger says already is never doubted
        if staged.taken[key].offer is None:
            del doubtful[key]
    due = Due(source=said.source, staged=staged, doubtful=doubtful, held_back=())
    assert publish_refresh(due, progress=lambda _rows: None, conclude=lambda _written: None) is not None


def as_model(offers: Any) -> dict[str, tuple[int, datetime]]:
    return {one.region: (int(one.price_per_hour), one.observed_at) for one in offers}


class Undo(Exception):
    pass


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(SAID, max_size=7))
def test_every_moment_gives_just_what_was_known_then(history: list[Said]) -> None:
    check(history)


def check(history: list[Said]) -> None:
    try:
        with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            for module in (publication, writing):
                patch.setattr(module, "PART", 2)
            patch.setattr(writing, "PAUSE_SECONDS", 0)
            compare(history)
            raise Undo
    except Undo:
        return


def compare(history: list[Said]) -> None:
    model, seen = Model(), []
    for said in history:
        already = {name for name in said.doubtful if known_to(model, said, name)}
        tell(said)
        model.apply(replace(said, doubtful=said.doubtful - already))
        seen.append((datetime.now(UTC), dict(model.rows)))
    if not CatalogueVersion.objects.exists():
        with pytest.raises(CatalogueEmpty):
            current_offers()
        return
    for then, rows in seen:
        found = as_model(current_offers(then).offers)
        assert found == {name: (row[0], row[2]) for name, row in rows.items()}
    now = {name: (row[0], row[2]) for name, row in model.rows.items()}
    assert as_model(current_offers().offers) == as_model(offers_in_memory()) == now
    assert not CatalogueVersion.everything.filter(published_at=None).exists()


def known_to(model: Model, said: Said, name: str) -> bool:
    """Whether the refresh would write nothing for this offer, so that it cannot be doubted."""
    row = model.rows.get(name)
    if row is None or said.kind != "refresh" or name not in said.prices:
        return False
    if row[1] == said.source:
        return row[0] == said.prices[name] and name not in model.contested
    return row[2] > moment(said.seen)
