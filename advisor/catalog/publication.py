"""A publication on its way: rows are written in parts nobody sees, and come into force in one small step.

While a version has no `published_at`, whoever began it holds the ledger, for a lease that every part renews.
A writer that dies loses it when the lease is over; the next one takes back what it wrote. Only one version
can be on its way: its number is the newest one's plus one, and numbers are unique.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Self, TypeVar

from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, Max, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from advisor.catalog.snapshot import publication_made
from advisor.errors import Conflict
from advisor.models import CatalogueVersion, OfferRow

T = TypeVar("T")
LEASE_SECONDS = 60
PATIENCE_SECONDS = 300.0
"""How long one waits for another publication to end."""

PART = 5000
"""Rows written in one transaction: others wait for less than half a second (docs/prices.md)."""

PAUSE_SECONDS = 0.004
"""Between two parts: SQLite hands its lock to whoever asks first, not to who has waited longest. The rows of
the next part are made in this time too, which takes longer."""

_LEDGER_LOCK = 0x51_4D_43_41  # any fixed number: one beginner at a time on PostgreSQL
_LOOK_SECONDS = 0.1


class PublicationUnderWay(Conflict):
    """Another writes at the moment."""


class PublicationLost(Conflict):
    """The lease was over and another has taken the ledger: nothing of this publication stays."""


class Publication:
    """The right to write the next version, until it is published or taken back."""

    def __init__(self, *, number: int, writer: str, base: int) -> None:
        self.number = number
        self.base = base  # the version in force when it began; 0 for none
        self._writer = writer

    @classmethod
    def begin(cls, *, source: str, label: str, digest: str = "") -> Self:
        """Begin the next version, after taking back one whose writer died. Raises PublicationUnderWay."""
        writer = uuid.uuid4().hex
        while True:
            with transaction.atomic():
                _one_beginner_at_a_time()
                pending = CatalogueVersion.everything.filter(published_at__isnull=True).first()
                if pending is None:
                    newest = CatalogueVersion.objects.aggregate(newest=Max("number"))["newest"] or 0
                    CatalogueVersion.everything.create(
                        number=newest + 1,
                        source=source[:200],
                        label=label[:200],
                        digest=digest,
                        writer=writer,
                        lease_until=_lease_end(),
                    )
                    return cls(number=newest + 1, writer=writer, base=newest)
                silent = CatalogueVersion.everything.filter(number=pending.number, lease_until__lt=Now())
                taken = silent.update(writer=writer, lease_until=_lease_end())
            if not taken:
                raise PublicationUnderWay(
                    f"Another publication of prices ({pending.label}) is under way.",
                    ["Try again when it is done."],
                )
            cls(number=pending.number, writer=writer, base=pending.number - 1).take_back()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A transaction of this publication. Raises PublicationLost where the lease is lost."""
        with transaction.atomic():
            if not self._mine().update(lease_until=_lease_end()):
                raise PublicationLost(f"Publication {self.number} took too long; another has begun since.")
            yield

    def publish(self, *, counts: dict[str, int], now: datetime | None = None) -> datetime:
        """Bring what was written into force. Inside a `part`. Returns the moment of the version."""
        before = CatalogueVersion.objects.filter(number=self.base).first()
        moment = now or datetime.now(UTC)
        if before is not None and before.published_at is not None:
            # a clock set back must not make history ambiguous
            moment = max(moment, before.published_at + timedelta(microseconds=1))
        self._mine().update(
            published_at=moment,
            writer="",
            lease_until=None,
            confirmations=before.confirmations if before is not None else 0,
            **counts,
        )
        publication_made()
        return moment

    def take_back(self) -> None:
        """Undo whatever was written, in parts; readers never saw any of it. Safe to repeat."""
        fresh = OfferRow.objects.filter(published_in=self.number).order_by("-id")  # they were written last
        ended = OfferRow.objects.filter(closed_in=self.number)
        while True:  # new rows first: an offer has one row without an end
            with self.part():
                ids = list(fresh.values_list("id", flat=True)[:PART])
                OfferRow.objects.filter(id__in=ids).delete()
            if len(ids) < PART:
                break
            time.sleep(PAUSE_SECONDS)
        while True:
            with self.part():
                ids = list(ended.values_list("id", flat=True)[:PART])
                OfferRow.objects.filter(id__in=ids).update(closed_in=None)
            if len(ids) < PART:
                break
            time.sleep(PAUSE_SECONDS)
        self._mine().delete()

    def _mine(self) -> QuerySet[CatalogueVersion]:
        return CatalogueVersion.everything.filter(number=self.number, writer=self._writer)


def _lease_end() -> Combinable:
    return ExpressionWrapper(Now() + Value(timedelta(seconds=LEASE_SECONDS)), output_field=DateTimeField())


def _one_beginner_at_a_time() -> None:
    if connection.vendor == "postgresql":  # SQLite's immediate transaction is already exclusive
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LEDGER_LOCK])


def patiently(work: Callable[[], T], *, patience_seconds: float = PATIENCE_SECONDS) -> T:
    """Do `work`, again and again while another publication is under way.

    Inside a transaction nobody waits: it may hold the very lock the other one needs.
    """
    until = time.monotonic() + patience_seconds
    while True:
        try:
            return work()
        except PublicationUnderWay:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
        time.sleep(_LOOK_SECONDS)
