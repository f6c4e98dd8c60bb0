"""Build or buy in a real browser: it fits, is accessible, works without scripts, keeps its question."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.seeds import violations

pytestmark = pytest.mark.browser
SIZES = [(1440, False), (1440, True), (390, False), (390, True)]


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_the_answer_fits_and_is_accessible(visit: Visitor, width: int, dark: bool) -> None:
    page = visit("/breakeven?token_price=3&tokens_per_hour=1000000", width=width, dark=dark, signed_in=False)
    page.locator("svg").nth(1).wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_mistakes_fit_and_are_accessible(visit: Visitor, width: int, dark: bool) -> None:
    page = visit("/breakeven?capex=much&price1=0", width=width, dark=dark, signed_in=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    visit.forgive(400)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_finance_changes_a_price_and_sends_the_address(visit: Visitor, scripts: bool) -> None:
    page = visit("/", scripts=scripts, signed_in=False)
    page.get_by_role("link", name="Build or buy").click()
    page.get_by_label("Price of an hour").first.fill("98.32")
    page.get_by_label("Hours used, %").fill("100")
    page.get_by_role("button", name="Work it out").click()
    page.wait_for_url("**/breakeven?utilisation_percent=100&price1=98.32")
    row = page.locator("table.rivals tbody tr").first
    expect(row.locator('[data-label="hours"]')).to_have_text("2,720")  # 250141.8 / (98.32 - 6.37)
    expect(row.locator('[data-label="months"]')).to_have_text("3.7")
    expect(row.locator('[data-label="price age"]')).to_have_text("yours")
    other = visit(page.url.removeprefix(visit.site.address), signed_in=False)
    assert other.locator("h1").inner_text() == page.locator("h1").inner_text()


def test_break_evens_are_upright_lines_with_their_names(visit: Visitor) -> None:
    page = visit("/breakeven?price1=98.32", signed_in=False)
    chart = page.locator("figure.chart").first
    expect(chart.locator("svg").get_by_text(re.compile(r"^on demand: 4\.7 months$"))).to_be_visible()
    unit = chart.locator(".chart-unit")
    expect(unit).to_have_text("USD paid so far, undiscounted")


def test_other_accelerators_bring_their_prices(visit: Visitor) -> None:
    page = visit("/breakeven", signed_in=False)
    before = page.get_by_label("Price of an hour").first.input_value()
    page.get_by_label("Accelerator", exact=True).fill("H200")
    page.keyboard.press("Enter")
    page.wait_for_url("**/breakeven?accelerator=H200")
    assert page.get_by_label("Price of an hour").first.input_value() != before
    assert page.locator(".from .badge").count() >= 1
