"""`python -m tests.bench.ledger_speed`: half a million offers refreshed, and how long others wait meanwhile.

On SQLite, and on the PostgreSQL server at the usual local port where there is one.
"""

import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import django
import psycopg
from psycopg import sql

from providers.base import Document, PriceSource, Refused
from providers.offers import Offer, Payment, Purchase
from tests.processes import ROOT, environment, manage

SERVER = "postgres://postgres@127.0.0.1:5432"
ROWS = int(os.environ.get("LEDGER_ROWS", "500000"))
MOST_WAIT_SECONDS = 0.5
MOST_SECONDS = {  # for 500,000 offers on two cores of one's own; reading the replies is not counted
    "sqlite": {"first": 15.0, "unchanged": 10.0, "a fifth changed": 15.0},
    "postgresql": {"first": 20.0, "unchanged": 10.0, "a fifth changed": 20.0},
}
_SEEN = datetime(2026, 11, 1, tzinfo=UTC)
_TERMS: tuple[tuple[Purchase, int | None, Payment | None], ...] = (
    (Purchase.ON_DEMAND, None, None),
    (Purchase.SPOT, None, None),
    (Purchase.RESERVED, 12, Payment.NONE),
    (Purchase.RESERVED, 36, Payment.NONE),
    (Purchase.RESERVED, 12, Payment.PARTIAL),
)


class Made(PriceSource):
    """Offers as a large cloud has them: machines by region by terms."""

    name: ClassVar[str] = "aws"
    title: ClassVar[str] = "Made up"
    offers: ClassVar[list[Offer]] = []

    def not_configured(self) -> str:
        return ""

    def fetch(self, folder: Path) -> Iterator[Document]:
        yield Document.of_bytes(b"", name=folder.name)

    @staticmethod
    def parse(_documents: object) -> Iterator[Offer | Refused]:
        return iter(Made.offers)


def made(rows: int) -> list[Offer]:
    regions = [f"region-{number}" for number in range(39)] + ["us-east-1"]
    types = range(rows // (len(regions) * len(_TERMS)))
    return [
        Offer(
            provider="aws",
            region=region,
            country="US",
            instance_type=f"m{number}.{2 + number % 96}xlarge",
            purchase=purchase,
            price_per_hour=Decimal(number * 37 + place + 1000 + 7 * len(str(term))) / 1000,
            currency="USD",
            accelerator="H100" if number % 3 == 0 else None,
            accelerator_count=Decimal(1 + number % 8) if number % 3 == 0 else None,
            vcpus=Decimal(2 + number % 96),
            memory_gib=Decimal(8 + number % 768),
            term_months=term,
            payment=payment,
            upfront=Decimal(1000 + number) if payment is Payment.PARTIAL else None,
            observed_at=_SEEN,
            source_url="https://example.org/prices",
        )
        for number in types
        for place, region in enumerate(regions)
        for purchase, term, payment in _TERMS
    ]


class Other(threading.Thread):
    """Somebody else who writes all the time, and notes the longest wait."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0
        self.writes = 0
        self._done = threading.Event()

    def run(self) -> None:
        from django.db import connection

        from advisor.models import Organisation

        organisation = Organisation.objects.create(name=f"bench {id(self)}")
        while not self._done.wait(0.02):
            begin = time.perf_counter()
            Organisation.objects.filter(pk=organisation.pk).update(name=f"bench {id(self)} {self.writes}")
            self.longest = max(self.longest, time.perf_counter() - begin)
            self.writes += 1
        connection.close()

    def stop(self) -> None:
        self._done.set()
        self.join()


def refreshed() -> tuple[float, int, float]:
    """Seconds, rows changed and the longest wait of another writer."""
    from advisor.models import Job
    from advisor.refresh.queries import source_state
    from advisor.refresh.services import refresh_now

    other = Other()
    other.start()
    gc.collect()
    begin = time.perf_counter()
    job = refresh_now("aws", despite_gates=True)
    seconds = time.perf_counter() - begin
    other.stop()
    assert job.state == Job.State.SUCCEEDED, job.error_lines
    return seconds, source_state("aws").rows_changed, other.longest


def measure() -> int:
    """In a process with a database of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    django.setup()
    from django.db import connection

    from advisor.models import OfferRow
    from advisor.refresh import work

    build: Callable[[str], Any] = lambda _name: Made()  # noqa: E731  one line is enough
    work.build = build
    bounds = MOST_SECONDS[connection.vendor]
    Made.offers = made(ROWS)
    slow = 0
    for what in bounds:
        if what == "unchanged":
            Made.offers = [replace(one, observed_at=_SEEN + timedelta(days=1)) for one in Made.offers]
        if what == "a fifth changed":
            moved = Decimal("1.01")
            Made.offers = [
                replace(one, price_per_hour=one.price_per_hour * moved) if place % 5 == 0 else one
                for place, one in enumerate(Made.offers)
            ]
        rows_before = OfferRow.objects.count()
        seconds, changed, longest = refreshed()
        written = OfferRow.objects.count() - rows_before
        held = seconds <= bounds[what] and longest <= MOST_WAIT_SECONDS
        slow += not held
        print(
            f"{seconds:7.2f} s  {connection.vendor}, {len(Made.offers):,} offers, {what} "
            f"(at most {bounds[what]:g} s): {changed:,} changed, {written:,} rows written; another writer waited at most {longest:.2f} s "
            f"(at most {MOST_WAIT_SECONDS:g} s): {'held' if held else 'TOO SLOW'}",
            flush=True,
        )
    return 1 if slow else 0


def in_process(**given: str) -> int:
    assert manage("migrate", "-v0", **given).returncode == 0
    words = [sys.executable, "-m", "tests.bench.ledger_speed", "measure"]
    return subprocess.run(words, cwd=ROOT, env=environment(**given), check=False).returncode


def main() -> int:
    if sys.argv[1:] == ["measure"]:
        return measure()
    with tempfile.TemporaryDirectory() as home:
        slow = in_process(ADVISOR_HOME=home, LEDGER_ROWS=str(ROWS))
        name = f"quartermaster_bench_{os.getpid()}"
        try:
            admin = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=2)
        except psycopg.OperationalError:
            print("  -        PostgreSQL is not here: not measured")
            return slow
        with admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                slow += in_process(
                    DATABASE_URL=f"{SERVER}/{name}",
                    ADVISOR_HOME=home,
                    SECRET_KEY="only-for-timing-" * 4,
                    ALLOWED_HOSTS="localhost",
                    LEDGER_ROWS=str(ROWS),
                )
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
