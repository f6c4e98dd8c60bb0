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
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

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


class Other:
    """Somebody else who writes all the time, in a process of its own, and notes the longest wait."""

    def __init__(self) -> None:
        words = [sys.executable, "-m", "tests.bench.ledger_speed", "write"]
        self._process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it has begun

    def longest(self) -> float:
        said, _ = self._process.communicate("", timeout=60)
        return float(said)


def write() -> int:
    """Write until standard input is closed, then print the longest wait in seconds."""
    from advisor.models import Organisation

    done = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        done.set()

    threading.Thread(target=listen, daemon=True).start()
    organisation = Organisation.objects.create(name=f"bench {os.getpid()}")
    print("writing", flush=True)
    longest, number = 0.0, 0
    while not done.wait(0.02):
        begin = time.perf_counter()
        Organisation.objects.filter(pk=organisation.pk).update(name=f"bench {os.getpid()} {number}")
        longest, number = max(longest, time.perf_counter() - begin), number + 1
    print(longest)
    return 0


def refreshed() -> tuple[float, int, float]:
    """Seconds, rows changed and the longest wait of another writer."""
    from advisor.models import Job
    from advisor.refresh.queries import source_state
    from advisor.refresh.services import refresh_now

    other = Other()
    gc.collect()
    begin = time.perf_counter()
    job = refresh_now("aws", despite_gates=True)
    seconds = time.perf_counter() - begin
    longest = other.longest()
    assert job.state == Job.State.SUCCEEDED, job.error_lines
    return seconds, source_state("aws").rows_changed, longest


def measure() -> int:
    """In a process with a database of its own."""
    from django.db import connection

    from advisor.models import OfferRow
    from advisor.refresh import work

    def build(_name: str) -> PriceSource:
        return Made()

    setattr(work, "build", build)  # noqa: B010  the name belongs to another module
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
        cpu = time.process_time()
        seconds, changed, longest = refreshed()
        worked = time.process_time() - cpu
        written = OfferRow.objects.count() - rows_before
        spent = min(seconds, worked) if is_busy() and connection.vendor == "sqlite" else seconds
        held = spent <= bounds[what] and longest <= MOST_WAIT_SECONDS
        slow += not held
        print(
            f"{seconds:7.2f} s  {connection.vendor}, {len(Made.offers):,} offers, {what} "
            f"(at most {bounds[what]:g} s; {worked:.1f} s of the processor here): {changed:,} changed, "
            f"{written:,} rows written; another writer waited at most {longest:.2f} s "
            f"(at most {MOST_WAIT_SECONDS:g} s): {'held' if held else 'TOO SLOW'}",
            flush=True,
        )
    return 1 if slow else 0


def is_busy() -> bool:
    """Whether others want the processors too: then SQLite's work, all in this process, is judged alone."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def in_process(**given: str) -> int:
    assert manage("migrate", "-v0", **given).returncode == 0
    words = [sys.executable, "-m", "tests.bench.ledger_speed", "measure"]
    return subprocess.run(words, cwd=ROOT, env=environment(**given), check=False).returncode


def main() -> int:
    work = {"measure": measure, "write": write}.get(" ".join(sys.argv[1:]))
    if work is not None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
        django.setup()
        return work()
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
