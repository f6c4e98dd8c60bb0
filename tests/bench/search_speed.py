"""`python -m tests.bench.search_speed`: capacity queries inside one process, snapshot against ledger."""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django

REPEATS = 7
MOST_MS = 50  # p99 of a query answered from the snapshot, on two cores


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    django.setup()
    from advisor.catalog.snapshot import current_snapshot
    from advisor.catalog.snapshot_source import SnapshotSource
    from advisor.catalog.sources import LedgerSource

    begin = time.perf_counter()
    offers = len(current_snapshot().offers)
    built = (time.perf_counter() - begin) * 1000
    print(f"{built:7.1f} ms snapshot of {offers:,} offers read (once per catalogue version)")
    first = timings(SnapshotSource, 1)
    print(f"{first[-1]:7.1f} ms slowest first query of a currency or an order")
    own, ledger = timings(SnapshotSource, REPEATS), timings(LedgerSource, 2)
    held = quantile(own, 0.99) <= MOST_MS
    print(line("snapshot", own), f"(p99 at most {MOST_MS} ms): {'held' if held else 'TOO SLOW'}")
    print(line("ledger", ledger))
    return 0 if held else 1


def timings(source: Callable[[], object], repeats: int) -> list[float]:
    """Milliseconds of every query with its table and its JSON, sorted."""
    from advisor.catalog.listing_json import listing_json
    from advisor.catalog.search import search
    from advisor.catalog.table import columns_of
    from providers.rates import reference_rates
    from tests.bench.capacity_queries import QUERIES

    found = []
    for _ in range(repeats):
        for request in QUERIES:
            begin = time.perf_counter()
            listing = search(
                request,
                source(),  # type: ignore[arg-type]  # imported late, after Django is set up
                rates=reference_rates(),
                now=datetime.now(UTC),
                max_age_hours=24 * 90,
            )
            columns_of(listing)
            listing_json(listing)
            found.append((time.perf_counter() - begin) * 1000)
    return sorted(found)


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def line(name: str, ordered: list[float]) -> str:
    p50, p95, p99 = (quantile(ordered, share) for share in (0.5, 0.95, 0.99))
    return (
        f"{p99:7.1f} ms capacity queries from the {name}: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms, "
        f"{len(ordered)} answers"
    )


if __name__ == "__main__":
    sys.exit(main())
