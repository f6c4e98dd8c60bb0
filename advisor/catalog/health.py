"""How old and how complete the current prices are: as a whole, by source, and by provider within."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from statistics import median
from typing import Literal

from django.conf import settings
from django.db.models import Max

from advisor.catalog.pricing import hours_of
from advisor.catalog.snapshot import current_snapshot
from advisor.models import CatalogueVersion
from providers.offers import Offer, PriceState

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
    by_source: dict[str, dict[str, list[Offer]]] = defaultdict(lambda: defaultdict(list))
    for offer, source in zip(snapshot.offers, snapshot.sources, strict=True):
        by_source[source][offer.provider].append(offer)
    clock = _Clock(now, max_age_hours)
    reports = [
        SourceReport(
            source=source,
            ages=clock.ages(offer for offers in providers.values() for offer in offers),
            providers=tuple(
                ProviderReport(provider=provider, ages=clock.ages(providers[provider]))
                for provider in sorted(providers)
            ),
            last_publication=last.get(source),
        )
        for source, providers in by_source.items()
    ]
    return tuple(sorted(reports, key=lambda report: (-report.ages.offers, report.source)))


def catalogue_report(now: datetime | None = None, max_age_hours: int | None = None) -> CatalogueReport:
    """The current catalogue as a whole. One query. Raises CatalogueEmpty."""
    snapshot = current_snapshot()
    return CatalogueReport(
        version=snapshot.number,
        published_at=snapshot.published_at,
        ages=_Clock(now, max_age_hours).ages(snapshot.offers),
        sources=len(set(snapshot.sources)),
        providers=len(snapshot.values("provider")),
        regions=len({(offer.provider, offer.region) for offer in snapshot.offers}),
        countries=len(snapshot.values("country")),
        accelerators=len(snapshot.values("accelerator")),
    )


def publications(limit: int = 50, offset: int = 0) -> list[CatalogueVersion]:
    """Publications, newest first."""
    return list(CatalogueVersion.objects.order_by("-number")[offset : offset + limit])


def publication_count() -> int:
    return CatalogueVersion.objects.count()


class _Clock:
    """Ages at one moment. Without one: now, and the age from which this installation marks prices stale."""

    def __init__(self, now: datetime | None, max_age_hours: int | None) -> None:
        moment = now or datetime.now(UTC)
        self.limit = settings.PRICE_MAX_AGE_HOURS if max_age_hours is None else max_age_hours
        self.age = cache(lambda observed_at: hours_of(moment - observed_at))

    def ages(self, offers: Iterable[Offer]) -> PriceAges:
        """Counts of at least one offer."""
        found = list(offers)
        observed = [offer.observed_at for offer in found if offer.observed_at is not None]
        middle = median(map(self.age, observed)) if observed else None
        stale = sum(map(self._is_stale, found))
        fraction, unknown = Decimal(stale) / len(found), len(found) - len(observed)
        state: AgeState = "fresh"
        if fraction >= _STALE_FROM:
            state = "stale"
        elif Decimal(stale + unknown) / len(found) >= _AGEING_FROM or (
            middle is not None and middle > Decimal(self.limit) / 2
        ):
            state = "ageing"
        return PriceAges(
            offers=len(found),
            newest=max(observed, default=None),
            oldest=min(observed, default=None),
            median_age_hours=None if middle is None else middle.quantize(_TENTH),
            unknown_age=unknown,
            stale=stale,
            stale_fraction=fraction.quantize(_TEN_THOUSANDTH),
            currencies=tuple(sorted({offer.currency for offer in found})),
            purchases=dict(sorted(Counter(offer.purchase.value for offer in found).items())),
            state=state,
        )

    def _is_stale(self, offer: Offer) -> bool:
        if offer.state is PriceState.STALE:
            return True
        return offer.observed_at is not None and self.age(offer.observed_at) > self.limit
