"""Refreshes and quarantine in a real browser, with a real worker and a source that is told what to state."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from providers.pricefile import write_price_file
from tests.browser.conftest import Site, Visitor, started_site
from tests.browser.fake_site.source import GO, STATED
from tests.browser.seeds import violations
from tests.factories import make_offer
from tests.processes import ROOT

pytestmark = pytest.mark.browser
SEEN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)
LONG_MS = 30_000
# Every other state a source can be in, beside that of the one that is told.
STATES = """
from datetime import datetime, timedelta, UTC
from advisor.models import SourceState
now = datetime.now(UTC)
read = dict(last_attempt_at=now, last_success_at=now - timedelta(days=200),
    stated_at=now - timedelta(days=201), rows_seen=212345, rows_taken=212000,
    rows_refused=345, rows_quarantined=3, seconds=134.2,
    refused=[{"where": "offers.csv, line 12", "reason": "vcpu: 'NA' is no number"}])
for source, state, more in (
    ("aws", "held_back", read | {"words": ["aws: 212,000 offers, there were 512,000 (at least 70%)."]}),
    ("azure", "ok", read | {"last_success_at": now}),
    ("gcp", "not_configured", {"words": ["set GOOGLE_APPLICATION_CREDENTIALS_OR_ANOTHER_VERY_LONG_NAME"]}),
    ("baidu", "failed", {"words": ["403: the key has no right to list flavors in bj."]}),
):
    SourceState.objects.update_or_create(source=source, defaults={"state": state, **more})
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """In place of the common one: an instance whose sources are no real ones."""
    folders = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "browser" / "fake_site")])
    with started_site(tmp_path_factory.mktemp("told"), PYTHONPATH=folders) as started:
        yield started


def state(site: Site, *prices: int, go: bool = True) -> None:
    """What the source states from now on: a machine in as many regions, at these prices."""
    offers = [
        make_offer(provider="told", region=f"r-{n}", observed_at=SEEN, price_per_hour=Decimal(price))
        for n, price in enumerate(prices)
    ]
    (site.home / STATED).write_text(write_price_file(offers), encoding="utf-8")
    say_go(site) if go else (site.home / GO).unlink(missing_ok=True)


def say_go(site: Site) -> None:
    (site.home / GO).touch()


def told(page: Page) -> Locator:
    """The card of the source that is told."""
    return page.locator("#source-gpuhunt")


def refresh(page: Page) -> None:
    told(page).get_by_role("button", name="Refresh now").click()


def test_a_refresh_is_followed_from_the_button_to_its_result(site: Site, visit: Visitor) -> None:
    state(site, 40, 40, 40, go=False)
    page = visit("/sources")
    expect(told(page).locator(".badge")).to_have_text("never asked")
    refresh(page)
    expect(told(page).locator(".steps .now")).to_have_text("asking", timeout=LONG_MS)
    page.evaluate("document.body.dataset.same = 'page'")
    words = told(page).locator(".words")
    expect(words).to_have_text(re.compile(r"Asking: \d+ replies so far"))
    before = words.inner_text()
    expect(words).not_to_have_text(before)  # it moves on
    assert page.evaluate("document.body.dataset.same") == "page"  # without a reload
    expect(told(page).get_by_role("button", name="Refresh now")).to_have_count(0)
    assert violations(page) == []
    say_go(site)
    expect(told(page).locator(".outcome")).to_have_text(
        re.compile(r"read and published: 3.rows seen, 3 taken; 3.prices changed"), timeout=LONG_MS
    )
    expect(told(page).locator(".badge").first).to_have_text("up to date")
    expect(told(page)).to_contain_text("30 hours")
    expect(page.locator("#ages")).to_contain_text("told")


def test_a_refresh_is_stopped_by_a_button(site: Site, visit: Visitor) -> None:
    state(site, 41, go=False)
    page = visit("/sources")
    refresh(page)
    expect(told(page).locator(".steps .now")).to_have_text("asking", timeout=LONG_MS)
    told(page).get_by_role("button", name="Stop").click()
    expect(told(page).get_by_role("button", name="Refresh now")).to_be_visible(timeout=LONG_MS)
    expect(told(page)).not_to_contain_text("41")


def test_doubtful_prices_are_accepted_by_a_click(site: Site, visit: Visitor) -> None:
    state(site, 8, 40, 7)
    page = visit("/sources")
    refresh(page)
    expect(told(page).locator(".outcome")).to_contain_text("2 in quarantine", timeout=LONG_MS)
    page.get_by_role("link", name="Quarantine 2 waiting").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr").first).to_contain_text("moved from 40 USD to 8 USD")
    page.get_by_label("All on this page").check()
    expect(page.locator("[data-ticked]")).to_have_text("2 of 2 chosen")
    page.locator("tbody input").first.uncheck()
    expect(page.locator("[data-ticked]")).to_have_text("1 of 2 chosen")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".messages")).to_contain_text("1 price is accepted and published")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("State").select_option("accepted")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_contain_text("accepted")
    page.get_by_role("link", name="told/r-2/p5.48xlarge/on_demand").click()
    expect(page.locator("#history tbody tr")).to_have_count(2)
    expect(page.locator("figure.chart-ready")).to_be_visible()


def test_without_scripts_the_page_loads_itself_again_until_it_is_through(site: Site, visit: Visitor) -> None:
    state(site, 8, 42, 40, go=False)
    page = visit("/sources", scripts=False)
    refresh(page)
    expect(told(page).locator("progress")).to_be_visible()
    say_go(site)
    expect(told(page).get_by_role("button", name="Refresh now")).to_be_visible(timeout=LONG_MS)
    expect(told(page).locator(".outcome")).to_contain_text("published")


@pytest.mark.parametrize("path", ["/sources", "/sources/quarantine?state=all"])
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_of_sources_fit_and_are_accessible(
    site: Site, visit: Visitor, path: str, width: int, dark: bool
) -> None:
    site.shell(STATES)
    page = visit(path, width=width, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
