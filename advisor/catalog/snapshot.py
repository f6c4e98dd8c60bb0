"""The current catalogue in the memory of a process: read once per version, asked any number of times."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from threading import Lock
from typing import TypeVar

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from advisor.catalog.coded import Coded, combined
from advisor.catalog.columns import COLUMNS, DECIMAL_COLUMNS, MOMENT_COLUMNS
from advisor.catalog.confirmed import Confirmed
from advisor.catalog.pricing import Pricer
from advisor.catalog.queries import confirmed_until, moment_of, rows_of, version_at
from advisor.catalog.rows import READ, Rows
from advisor.catalog.sheets import Sheets
from advisor.models import CatalogueVersion
from advisor.rates.in_force import rates_in_force
from providers.pricebook import Ruled

_FACTS = ("published_in_id", "unconfirmed_since")  # what confirmations are judged by
_MOMENTS = (*MOMENT_COLUMNS, "unconfirmed_since")
_PORTION = 20_000  # rows read at a time
Row = TypeVar("Row")


class Snapshot:
    """All offers of one version, with their prices in the currencies asked for. Never changed once made."""

    def __init__(
        self, *, number: int, published_at: datetime, rows: Rows, confirmed: Confirmed | None = None
    ) -> None:
        self.number = number
        self.published_at = published_at
        self.rows = rows
        self.confirmed = confirmed or Confirmed(())  # what the ages rest on
        self.sheets = Sheets(rows)
        self._values: dict[str, frozenset[str]] = {}

    def prepare(self) -> None:
        """Work out the prices and the order most people ask for, before anybody waits for them."""
        dollars = Pricer(currency="USD", rates=rates_in_force(), now=self.published_at, max_age_hours=0)
        self.sheets.of(dollars).order("price")

    @property
    def all_ruled(self) -> Mapping[str, Ruled]:
        """By offer id what a price book says of the offers that have its prices."""
        return {}

    def values(self, column: str) -> frozenset[str]:
        """Distinct non-empty values of a text column."""
        found = self._values.get(column)
        if found is None:
            found = self._values[column] = frozenset(filter(None, self.rows.column(column).values))
        return found


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


def snapshot_of(as_of: datetime | None, known_at: datetime | None) -> Snapshot:
    """The version in force at a moment, with ages as they were known at `known_at`. Where that is what serves
    now, nothing is read; else it is read for the one who asks. Raises CatalogueEmpty."""
    version = version_at(as_of)
    if version_at(None).number == version.number:
        current = current_snapshot()
        later = current.confirmed.newest
        until = known_at or as_of
        if until is None or later is None or later <= until:
            return current
    confirmed = Confirmed.until(known_at) if known_at else confirmed_until(as_of, version)
    rows = _rows(version, confirmed)
    return Snapshot(number=version.number, published_at=moment_of(version), rows=rows, confirmed=confirmed)


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
    read = Snapshot(number=version.number, published_at=moment_of(version), rows=rows, confirmed=confirmed)
    read.prepare()
    return read


def _rows(version: CatalogueVersion, confirmed: Confirmed) -> Rows:
    """Decimals and moments are read as texts and turned into values once per distinct one."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in (*DECIMAL_COLUMNS, *_MOMENTS)}
    names = [f"{name}_text" if f"{name}_text" in texts else name for name in (*COLUMNS, "source", *_FACTS)]
    found = rows_of(version.number).order_by().annotate(**texts).values_list("offer_id", *names)
    portions = batched(found.iterator(chunk_size=_PORTION))
    read = READ | dict.fromkeys(_MOMENTS, _moment)

    def restated(columns: Mapping[str, Coded]) -> dict[str, Coded]:
        about = ("observed_at", "source", "provider", "purchase", *_FACTS)
        return {"observed_at": combined([columns[name] for name in about], confirmed.known_at)}

    return Rows.read(portions, read, more=_FACTS, restated=restated if confirmed else None)


def batched(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in portions: as many at a time as are worth a call."""
    waiting = iter(rows)
    while portion := list(islice(waiting, _PORTION)):
        yield portion


def _moment(text: str | None) -> datetime | None:
    """A moment as a database writes it: SQLite without a zone, in UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
