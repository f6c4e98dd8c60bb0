"""When a price was last known: when its row was stated, or when its source last stated it again."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from advisor.catalog.columns import COLUMNS, offer_from_values
from advisor.models import Confirmation
from providers.offers import Offer

ROW = (*COLUMNS, "source", "published_in_id", "unconfirmed_since")
"""The columns that `Confirmed.offer` needs, in its order."""


@dataclass(frozen=True, slots=True)
class _Once:
    version: int
    recorded_at: datetime
    observed_at: datetime


class Confirmed:
    """The confirmations up to a moment (None: all), asked about any number of rows.

    A row counts those of its source, provider and purchase that were written with its own version or later:
    an earlier one cannot have meant it.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str, int, datetime, datetime]]) -> None:
        groups: dict[tuple[str, str, str], list[_Once]] = defaultdict(list)
        for source, provider, purchase, version, recorded_at, observed_at in rows:
            groups[source, provider, purchase].append(_Once(version, recorded_at, observed_at))
        self._groups = {key: sorted(found, key=lambda one: one.version) for key, found in groups.items()}
        self._known: dict[tuple[str, str, str, int], datetime | None] = {}

    @classmethod
    def until(cls, moment: datetime | None) -> "Confirmed":
        """One query."""
        found = Confirmation.objects.order_by("recorded_at")
        if moment is not None:
            found = found.filter(recorded_at__lte=moment)
        return cls(
            found.values_list("source", "provider", "purchase", "version_id", "recorded_at", "observed_at")
        )

    @property
    def newest(self) -> datetime | None:
        """When the last of them was recorded; None where there is none."""
        return max((one.recorded_at for found in self._groups.values() for one in found), default=None)

    def __bool__(self) -> bool:
        """Whether anything was confirmed at all."""
        return bool(self._groups)

    def known_at(
        self,
        own: datetime | None,
        source: str,
        provider: str,
        purchase: str,
        published_in: int,
        unconfirmed_since: datetime | None,
    ) -> datetime | None:
        """`observed_at` of a row from its columns in this order."""
        return self.observed_at(
            own,
            source=source,
            provider=provider,
            purchase=purchase,
            published_in=published_in,
            unconfirmed_since=unconfirmed_since,
        )

    def observed_at(
        self,
        own: datetime | None,
        *,
        source: str,
        provider: str,
        purchase: str,
        published_in: int,
        unconfirmed_since: datetime | None = None,
        closed_in: int | None = None,
    ) -> datetime | None:
        """The later of a row's own `observed_at` and its last confirmation; an unknown one stays unknown.

        A row that ended needs `closed_in`: what was confirmed with that version, or later, is not this row.
        """
        if own is None or not self._groups:
            return own
        if unconfirmed_since is None and closed_in is None:
            key = (source, provider, purchase, published_in)
            if key not in self._known:
                self._known[key] = self._latest(*key, None)
            latest = self._known[key]
        else:
            latest = self._latest(source, provider, purchase, published_in, unconfirmed_since, closed_in)
        return own if latest is None or latest < own else latest

    def offer(self, values: tuple[Any, ...], *, closed_in: int | None = None) -> Offer:
        """The offer of a row given in the order of ROW, with its true `observed_at` (see there)."""
        offer = offer_from_values(values[:-3])
        observed_at = self.observed_at(
            offer.observed_at,
            source=values[-3],
            provider=offer.provider,
            purchase=offer.purchase.value,
            published_in=values[-2],
            unconfirmed_since=values[-1],
            closed_in=closed_in,
        )
        return offer if observed_at is offer.observed_at else replace(offer, observed_at=observed_at)

    def _latest(
        self,
        source: str,
        provider: str,
        purchase: str,
        published_in: int,
        before: datetime | None,
        closed_in: int | None = None,
    ) -> datetime | None:
        found = self._groups.get((source, provider, purchase), [])
        start = bisect_left(found, published_in, key=lambda one: one.version)
        end = None if closed_in is None else bisect_left(found, closed_in, key=lambda one: one.version)
        counted = (one for one in found[start:end] if before is None or one.recorded_at < before)
        return max((one.observed_at for one in counted), default=None)
