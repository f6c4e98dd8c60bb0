"""The current catalogue in the memory of a process: read once per version, asked any number of times."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db import connection

from advisor.catalog.confirmed import ROW, Confirmed
from advisor.catalog.queries import confirmed_until, moment_of, rows_of, version_at
from advisor.catalog.sheets import Sheets
from advisor.catalog.sources import Narrow
from advisor.models import CatalogueVersion
from providers.offers import Offer

INDEXED = ("accelerator", "provider", "region", "instance_type", "country", "purchase")
_Machine = tuple[str, str, str]


class Snapshot:
    """All offers of one version, ordered by offer id, with the places of each value. Never changed once made.

    `sources[i]` is where the row of `offers[i]` came from; `confirmed` is what their ages rest on.
    """

    def __init__(
        self,
        *,
        number: int,
        published_at: datetime,
        rows: Iterable[tuple[Offer, str]],
        confirmed: Confirmed | None = None,
    ) -> None:
        ordered = sorted(((offer.offer_id, offer, source) for offer, source in rows), key=lambda row: row[0])
        self.number = number
        self.published_at = published_at
        self.confirmed = confirmed or Confirmed(())
        self.ids = tuple(row[0] for row in ordered)
        self.offers = tuple(row[1] for row in ordered)
        self.sources = tuple(row[2] for row in ordered)
        self.place_of = {offer_id: place for place, offer_id in enumerate(self.ids)}
        self._places = {column: self._index(column) for column in INDEXED}
        self._machines: dict[_Machine, list[int]] = defaultdict(list)
        for place, offer in enumerate(self.offers):
            self._machines[offer.provider, offer.region, offer.instance_type].append(place)
        self._all = range(len(self.offers))
        self._values: dict[str, frozenset[str]] = {}
        self.sheets = Sheets(self.offers)

    def places(self, narrow: Narrow) -> Sequence[int]:
        """Places of the offers whose text columns have the given values, in order of offer id."""
        if not narrow:
            return self._all
        wanted = {column: frozenset(values) for column, values in narrow.items()}
        first = min(
            (column for column in wanted if column in self._places),
            key=lambda column: sum(len(self._places[column].get(value, ())) for value in wanted[column]),
            default=None,
        )
        found: Iterable[int] = self._all
        if first is not None:
            index = self._places[first]
            found = sorted(place for value in wanted.pop(first) for place in index.get(value, ()))
        for column, values in wanted.items():
            found = [place for place in found if (getattr(self.offers[place], column) or "") in values]
        return list(found)

    def machine(self, provider: str, region: str, instance_type: str) -> Sequence[int]:
        """Places of the offers of one machine in one region."""
        return self._machines.get((provider, region, instance_type), ())

    def values(self, column: str) -> frozenset[str]:
        """Distinct non-empty values of a text column."""
        found = self._values.get(column)
        if found is None:
            found = frozenset(value for offer in self.offers if (value := getattr(offer, column)))
            self._values[column] = found
        return found

    def _index(self, column: str) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, offer in enumerate(self.offers):
            places[getattr(offer, column) or ""].append(place)
        return dict(places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """What a snapshot was made of. Numbers and moments alone are not enough: a test's database, rolled back,
    may count up to the same version again, so publications of this process are counted too."""

    database: str
    number: int
    published_at: datetime
    confirmations: int
    publications: int


_lock = Lock()
_kept: tuple[_Identity, Snapshot] | None = None
_publications = 0


def publication_made() -> None:
    """Called by every publication and confirmation of this process; others see their numbers."""
    global _publications  # noqa: PLW0603  one count per process is the idea
    _publications += 1


def current_snapshot() -> Snapshot:
    """The newest version, at the cost of one small query while it does not change.

    When it has changed, one thread reads it; the others answer from the one before until it is ready, or
    wait when there is none. Raises CatalogueEmpty.
    """
    wanted, kept = _identity(version_at(None)), _kept
    if kept is not None and kept[0] == wanted:
        return kept[1]
    if kept is None or kept[0].database != wanted.database:
        _lock.acquire()
    elif not _lock.acquire(blocking=False):
        return kept[1]
    try:
        return _refreshed()
    finally:
        _lock.release()


def _identity(version: CatalogueVersion) -> _Identity:
    return _Identity(
        database=str(connection.settings_dict["NAME"]),
        number=version.number,
        published_at=moment_of(version),
        confirmations=version.confirmations,
        publications=_publications,
    )


def _refreshed() -> Snapshot:
    """Called with the lock held: what another thread has read meanwhile, or a new reading."""
    global _kept  # noqa: PLW0603  one snapshot per process is the idea
    version = version_at(None)
    wanted = _identity(version)
    if _kept is None or _kept[0] != wanted:
        _kept = (wanted, _read(version))
    return _kept[1]


def _read(version: CatalogueVersion) -> Snapshot:
    confirmed = confirmed_until(None, version)
    rows = _rows(version, confirmed)
    return Snapshot(number=version.number, published_at=moment_of(version), rows=rows, confirmed=confirmed)


def _rows(version: CatalogueVersion, confirmed: Confirmed) -> list[tuple[Offer, str]]:
    found = rows_of(version.number).values_list(*ROW).iterator(chunk_size=5000)
    return [(confirmed.offer(values), values[-3]) for values in found]
