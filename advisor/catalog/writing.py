"""Rows into the ledger, as fast as each database takes them: COPY on PostgreSQL, executemany on SQLite."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from django.db import connection

from advisor.catalog.columns import COLUMNS
from advisor.catalog.fingerprint import fingerprint
from advisor.catalog.publication import PART, PAUSE_SECONDS, Publication
from advisor.models import OfferRow
from providers.offers import Offer

Cell = str | int | None
Cells = tuple[Cell, ...]
"""The columns of an offer as the database takes them: numbers and moments as text, unknown text as ''."""

_T = TypeVar("_T")
_PAGES, _MANY_PAGES = 1000, 16_000  # of 4 KiB; the first is what SQLite does by itself
_WRITTEN = ("offer_id", *COLUMNS, "fingerprint", "published_in_id", "source")


def rows_made(
    offers: Iterable[tuple[int | None, str, Offer]],
) -> Iterator[tuple[int | None, Cells]]:
    """Of each the id of the row it follows (None for a new offer), its own id, and itself: its row."""
    moment = _moment_postgresql if connection.vendor == "postgresql" else _moment_sqlite
    return ((row_id, _cells_of(offer, offer_id, moment)) for row_id, offer_id, offer in offers)


def _cells_of(offer: Offer, offer_id: str, moment: Callable[[datetime | None], str | None]) -> Cells:
    """The row of an offer but its publication and source."""
    o, number = offer, _number
    return (
        offer_id, o.provider, o.region, o.country, o.instance_type, o.purchase._value_,
        str(o.price_per_hour), o.currency, o.accelerator or "", number(o.accelerator_count),
        number(o.accelerator_memory_gib), number(o.vcpus), number(o.memory_gib),
        number(o.local_storage_gib), number(o.network_gbps), o.zone or "", o.term_months,
        o.payment._value_ if o.payment else "", number(o.upfront), o.min_quantity, o.max_quantity,
        moment(o.available_from), moment(o.available_until), number(o.interruption_fraction),
        o.commitment_family or "", o.state._value_, moment(o.observed_at), o.source_url or "", o.note or "",
        o.tier_from, fingerprint(o),
    )  # fmt: skip


def write_parts(
    publication: Publication,
    fresh: Iterable[tuple[int | None, Cells]],
    ended: Iterable[int],
    *,
    source: str,
    progress: Callable[[int], None] = lambda _rows: None,
) -> None:
    """Write `fresh` rows, each after closing the one it follows (its id, None for a new offer).

    Then close those of `ended`. `progress` hears how many rows are written, and may raise to stop.
    """
    done = 0
    with _rare_checkpoints():
        for part in parts_of(fresh):
            closed = [row_id for row_id, _ in part if row_id is not None]
            rows = [(*cells, publication.number, source) for _, cells in part]
            with publication.part(), _no_flush():
                _close(closed, publication.number)
                _insert(rows)
            done += len(part)
            progress(done)
            time.sleep(PAUSE_SECONDS)
        for ids in parts_of(ended):
            with publication.part(), _no_flush():
                _close(ids, publication.number)
            done += len(ids)
            progress(done)
            time.sleep(PAUSE_SECONDS)


@contextmanager
def _rare_checkpoints() -> Iterator[None]:
    """SQLite copies its journal into the file every 4 MiB; here every 64 MiB, a third less work."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_MANY_PAGES}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_PAGES}")


@contextmanager
def _no_flush() -> Iterator[None]:
    """PostgreSQL need not wait for its disk after each part: the transaction that publishes does, and comes
    later in the same log. Not inside a larger transaction, which would not wait either."""
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")
    yield


def parts_of(things: Iterable[_T]) -> Iterator[list[_T]]:
    walk = iter(things)
    while part := list(islice(walk, PART)):
        yield part


def _close(ids: Sequence[int], number: int) -> None:
    if ids:
        OfferRow.objects.filter(id__in=ids).update(closed_in_id=number)


def _insert(rows: Sequence[Cells]) -> None:
    columns = ", ".join(_WRITTEN)
    table = OfferRow._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(_WRITTEN))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  names of our own
            cursor.executemany(insert, rows)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


@lru_cache(maxsize=1024)
def _moment_postgresql(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


@lru_cache(maxsize=1024)
def _moment_sqlite(moment: datetime | None) -> str | None:
    return None if moment is None else str(moment.astimezone(UTC).replace(tzinfo=None))
