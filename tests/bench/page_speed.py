"""`python -m tests.bench.page_speed`: pages with 200 plans and 1,000 runs, and what the first one weighs."""

import os
import re
import sys
import time

import django
from django.test import Client

REPEATS = 15
MOST_PAGE_MS = 150  # of the processor at p95, in the server
MOST_SEARCH_MS = 50
MOST_FIRST_PAGE_BYTES = 300_000
PLANS, RUNS = 200, 1000


def main() -> int:
    os.environ["ALLOWED_HOSTS"] = "testserver"
    os.environ.setdefault("SECRET_KEY", "only-for-timing-only-for-timing-only-for-timing-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    django.setup()
    from tests.advisor.plan_pages import make_many
    from tests.people import make_member, make_run, signed_in

    user = make_member("bench", "Bench")
    plan = make_many(user, plans=PLANS, runs=RUNS)[0]
    one, other = make_run(user, plan), make_run(user, plan)
    client = signed_in(user)
    pages = {
        "/": MOST_PAGE_MS,
        "/plans/": MOST_PAGE_MS,
        f"/plans/{plan.pk}": MOST_PAGE_MS,
        "/runs/": MOST_PAGE_MS,
        f"/runs/{one.pk}": MOST_PAGE_MS,
        f"/runs/compare?a={one.pk}&b={other.pk}": MOST_PAGE_MS,
        "/sources": MOST_PAGE_MS,
        "/offers?q=H100:8&residency=EU": MOST_PAGE_MS,
        "/api/v1/plans?limit=50": MOST_PAGE_MS,
        "/api/v1/runs?limit=50": MOST_PAGE_MS,
        "/api/v1/offers?q=H100:8&residency=EU": MOST_SEARCH_MS,
    }
    slow = sum(not _held(client, path, most) for path, most in pages.items())
    return 1 if slow + (not _light(client)) else 0


def _held(client: Client, path: str, most_ms: int) -> bool:
    worked, waited = [], []
    client.get(path)  # the first time templates and the catalogue are read
    for _ in range(REPEATS):
        begin, cpu = time.perf_counter(), time.process_time()
        answer = client.get(path)
        worked.append((time.process_time() - cpu) * 1000)
        waited.append((time.perf_counter() - begin) * 1000)
        if answer.status_code != 200:
            print(f"        -  {path}: status {answer.status_code}")
            return False
    worked.sort()
    waited.sort()
    middle, high = REPEATS // 2, int(0.95 * REPEATS)
    held = worked[high] <= most_ms
    name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)
    print(
        f"{waited[middle]:7.1f} ms {name} with {PLANS} plans and {RUNS:,} runs: p50 / p95 of the processor "
        f"{worked[middle]:.1f} / {worked[high]:.1f} ms (at most {most_ms}): {'held' if held else 'TOO SLOW'}"
    )
    return held


def _light(client: Client) -> bool:
    """The first page with everything it loads, as it travels without compression."""
    page = client.get("/").content
    names = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode()))
    from django.contrib.staticfiles import finders

    files = [finders.find(name.removeprefix("/static/")) for name in sorted(names)]
    weight = len(page) + sum(os.path.getsize(str(file)) for file in files)
    held = weight <= MOST_FIRST_PAGE_BYTES
    print(
        f"{weight / 1000:7.1f} kB first page with its {len(files)} files (at most "
        f"{MOST_FIRST_PAGE_BYTES / 1000:.0f} kB): {'held' if held else 'TOO HEAVY'}"
    )
    return held


if __name__ == "__main__":
    sys.exit(main())
