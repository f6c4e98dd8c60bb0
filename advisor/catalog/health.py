"""How old and how complete the current prices are: as a whole, by source, and by provider within."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from django.conf import settings
from django.db.models import Max

from advisor.catalog.coded import Coded
from advisor.catalog.pricing import hours_of
from advisor.catalog.rows import Places, Rows
from advisor.catalog.snapshot import current_snapshot
from advisor.models import CatalogueVersion
from providers.offers import PriceState

AgeState = Literal["fresh", "ageing", "stale"]
_STALE_FROM = Decimal("0.5")
_AGEING_FROM = Decimal("0.1")
_TENTH = Decimal("0.1")
_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAges:
    """What some offers are, counted. Ages are in hours at the moment of the report.

    An offer is stale when its price is older than the limit or its source says so. `state` is
    - stale, when half or more of the offers are stale;
    - ageing, when a tenth or more are stale or of unknown age, or the median age is above half the limit;
    - fresh otherwise.
    `median_age_hours`, `newest` and `oldest` are None when no offer says when it was observed.
    """

    offers: int
    newest: datetime | None
    oldest: datetime | None
    median_age_hours: Decimal | None
    unknown_age: int
    stale: int
    stale_fraction: Decimal
    currencies: tuple[str, ...]
    purchases: Mapping[str, int]
    state: AgeState


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReport:
    """The offers of one provider that came from one source."""

    provider: str
    ages: PriceAges


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """The current offers that came from one source (`embedded`, `import:FILE` ...), and what it last did.

    `last_publication` is its newest version with its counts of added, changed, removed and unchanged offers.
    """

    source: str
    ages: PriceAges
    providers: tuple[ProviderReport, ...]
    last_publication: CatalogueVersion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReport:
    """The whole catalogue in figures; `regions` counts those of each provider apart."""

    version: int
    published_at: datetime
    ages: PriceAges
    sources: int
    providers: int
    regions: int
    countries: int
    accelerators: int


def source_reports(now: datetime | None = None, max_age_hours: int | None = None) -> tuple[SourceReport, ...]:
    """A report per source of current offers, the largest first. Two queries. Raises CatalogueEmpty."""
    snapshot = current_snapshot()
    newest = CatalogueVersion.objects.order_by().values("source").annotate(newest=Max("number"))
    last = {
        version.source: version
        for version in CatalogueVersion.objects.filter(number__in=newest.values("newest"))
    }
    clock, rows = _Clock(now, max_age_hours), snapshot.rows
    reports = [
        SourceReport(
            source=source,
            ages=clock.ages(rows, of_source),
            providers=tuple(
                ProviderReport(provider=provider, ages=clock.ages(rows, of_source[places]))
                for provider, places in _apart(rows.column("provider"), of_source)
            ),
            last_publication=last.get(source),
        )
        for source, of_source in _apart(rows.column("source"), np.arange(rows.count))
    ]
    return tuple(sorted(reports, key=lambda report: (-report.ages.offers, report.source)))


def catalogue_report(now: datetime | None = None, max_age_hours: int | None = None) -> CatalogueReport:
    """The current catalogue as a whole. One query. Raises CatalogueEmpty."""
    snapshot = current_snapshot()
    return CatalogueReport(
        version=snapshot.number,
        published_at=snapshot.published_at,
        ages=_Clock(now, max_age_hours).ages(snapshot.rows, np.arange(snapshot.rows.count)),
        sources=len(snapshot.values("source")),
        providers=len(snapshot.values("provider")),
        regions=len({place[:2] for place in snapshot.rows.fact("place").values}),
        countries=len(snapshot.values("country")),
        accelerators=len(snapshot.values("accelerator")),
    )


def publications(limit: int = 50, offset: int = 0) -> list[CatalogueVersion]:
    """Publications, newest first."""
    return list(CatalogueVersion.objects.order_by("-number")[offset : offset + limit])


def publication_count() -> int:
    return CatalogueVersion.objects.count()


def _apart(column: Coded, places: Places) -> Iterator[tuple[str, Places]]:
    """Each value that occurs at some places, with where in `places` it does."""
    codes = column.codes[places]
    for code in np.unique(codes).tolist():
        yield column.values[code], np.flatnonzero(codes == code)


class _Clock:
    """Ages at one moment. Without one: now, and the age from which this installation marks prices stale."""

    def __init__(self, now: datetime | None, max_age_hours: int | None) -> None:
        self._moment = now or datetime.now(UTC)
        self.limit = settings.PRICE_MAX_AGE_HOURS if max_age_hours is None else max_age_hours

    def ages(self, rows: Rows, places: Places) -> PriceAges:
        """Counts of at least one offer."""
        observed, state = rows.column("observed_at"), rows.column("state")
        ages = [None if moment is None else hours_of(self._moment - moment) for moment in observed.values]
        codes = observed.codes[places]
        counts = np.bincount(codes, minlength=len(ages)).tolist()
        known = [(moment, age, n) for moment, age, n in zip(observed.values, ages, counts, strict=True) if n]
        dated = [(moment, age, n) for moment, age, n in known if age is not None]
        middle = _median([(age, n) for _, age, n in dated])
        too_old = np.array([age is not None and age > self.limit for age in ages], np.bool_)
        said = state.judge(lambda value: value is PriceState.STALE).of(state.codes[places])
        stale = int((too_old[codes] | said).sum())
        unknown = len(places) - sum(n for _, _, n in dated)
        return PriceAges(
            offers=len(places),
            newest=max((moment for moment, _, _ in dated), default=None),
            oldest=min((moment for moment, _, _ in dated), default=None),
            median_age_hours=None if middle is None else middle.quantize(_TENTH),
            unknown_age=unknown,
            stale=stale,
            stale_fraction=(Decimal(stale) / len(places)).quantize(_TEN_THOUSANDTH),
            currencies=tuple(sorted(_occurring(rows.column("currency"), places))),
            purchases={
                purchase.value: n
                for purchase, n in sorted(_occurring(rows.column("purchase"), places).items())
            },
            state=self._state(stale, unknown, len(places), middle),
        )

    def _state(self, stale: int, unknown: int, offers: int, middle: Decimal | None) -> AgeState:
        if Decimal(stale) / offers >= _STALE_FROM:
            return "stale"
        old = middle is not None and middle > Decimal(self.limit) / 2
        return "ageing" if old or Decimal(stale + unknown) / offers >= _AGEING_FROM else "fresh"


def _occurring(column: Coded, places: Places) -> dict[Any, int]:
    counts = np.bincount(column.codes[places], minlength=len(column.values)).tolist()
    return {value: n for value, n in zip(column.values, counts, strict=True) if n}


def _median(counted: list[tuple[Decimal, int]]) -> Decimal | None:
    """The median of ages that occur so many times each."""
    total = sum(n for _, n in counted)
    if not total:
        return None
    ordered = sorted(counted)
    ends = list(accumulate(n for _, n in ordered))
    low, high = (ordered[bisect_right(ends, at)][0] for at in ((total - 1) // 2, total // 2))
    return (low + high) / 2
