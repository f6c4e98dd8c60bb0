"""`python -m tests.bench.search_speed`: capacity queries inside one process, snapshot against ledger."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import django

REPEATS = 7
MOST_MS = 50  # p99 of a query answered from the snapshot, in time of the processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of each query, sorted: by the clock, which a busy machine stretches, and of processor."""

    waited: list[float]
    worked: list[float]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    django.setup()
    from advisor.catalog.snapshot import current_snapshot
    from advisor.catalog.snapshot_source import SnapshotSource
    from advisor.catalog.sources import LedgerSource

    begin = time.perf_counter()
    offers = current_snapshot().rows.count
    built = (time.perf_counter() - begin) * 1000
    print(f"{built:7.1f} ms snapshot of {offers:,} offers read (once per catalogue version)")
    first = timings(SnapshotSource, 1)
    print(f"{first.waited[-1]:7.1f} ms slowest first query of a currency or an order")
    own, ledger = timings(SnapshotSource, REPEATS), timings(LedgerSource, 2)
    held = quantile(own.worked, 0.99) <= MOST_MS
    verdict = "held" if held else "TOO SLOW"
    print(line("snapshot", own), f"(at most {MOST_MS} ms of the processor at p99): {verdict}")
    print(line("ledger", ledger))
    return 0 if held else 1


def timings(source: Callable[[], object], repeats: int) -> Spent:
    """Every query with its table and its JSON, `repeats` times."""
    from advisor.catalog.listing_json import listing_json
    from advisor.catalog.search import search
    from advisor.catalog.table import columns_of
    from providers.rates import reference_rates
    from tests.bench.capacity_queries import QUERIES

    waited, worked = [], []
    for _ in range(repeats):
        for request in QUERIES:
            begin, cpu = time.perf_counter(), time.process_time()
            listing = search(
                request,
                source(),  # type: ignore[arg-type]  # imported late, after Django is set up
                rates=reference_rates(),
                now=datetime.now(UTC),
                max_age_hours=24 * 90,
            )
            columns_of(listing)
            listing_json(listing)
            worked.append((time.process_time() - cpu) * 1000)
            waited.append((time.perf_counter() - begin) * 1000)
    return Spent(waited=sorted(waited), worked=sorted(worked))


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def line(name: str, spent: Spent) -> str:
    waited, worked = (
        " / ".join(f"{quantile(ordered, share):.1f}" for share in (0.5, 0.95, 0.99))
        for ordered in (spent.waited, spent.worked)
    )
    return (
        f"{quantile(spent.waited, 0.99):7.1f} ms {len(spent.waited)} capacity queries from the {name}: "
        f"p50 / p95 / p99 {waited} ms, of the processor {worked} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
