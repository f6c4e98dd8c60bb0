"""The first page, offers and prices in a real browser, and the way of an engineer through them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.seeds import violations

pytestmark = pytest.mark.browser
PATHS = {
    "home": "/",
    "home of a member": "/",
    "offers": "/offers?q=H100:8&residency=EU",
    "nothing": "/offers?q=H100:8&max_price=0.01&residency=EU",
    "packed": "/offers?q=H100:16&pack=1&currency=EUR&min_vcpus=8",
    "offer": "/offer?id=aws/us-east-1/p5.48xlarge/reserved/36m-all&currency=EUR",
    "sources": "/sources",
}
REFUSED = {"problem": "/offers?q=H1O0", "missing": "/offer?id=aws/us-east-1/p5.48xlarge/on_demnd"}
# Two more prices of one offer, so that its past is a chart.
HISTORY = """
from dataclasses import replace
from decimal import Decimal
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
offer = next(o for o in current_offers().offers if o.offer_id == "hetzner/fsn1/cax41/on_demand")
for price in (Decimal("0.31"), Decimal("0.29")):
    publish([replace(offer, price_per_hour=price)], source="import:test.csv", label="test")
"""


def column(page: Page, title: str) -> list[str]:
    return page.locator(f'#results td[data-label="{title}"]').all_inner_texts()


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_fit_and_are_accessible(visit: Visitor, name: str, width: int, dark: bool) -> None:
    page = visit(PATHS[name], width=width, dark=dark, signed_in=name == "home of a member")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


@pytest.mark.parametrize("name", REFUSED)
def test_pages_of_what_cannot_be_answered_are_accessible(visit: Visitor, name: str) -> None:
    page = visit(REFUSED[name], width=390, signed_in=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    assert all("Failed to load resource" in line for line in visit.said)  # its status, as it should be
    visit.said.clear()


def test_an_engineer_finds_the_cheapest_and_sends_the_address(site: Site, visit: Visitor) -> None:
    page = visit("/", signed_in=False)
    page.get_by_label("Cheapest now").fill("H100:8")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offers?q=H100:8")
    everywhere = page.locator("#found").inner_text()

    page.get_by_label("Where data may be").press_sequentially("EU", delay=20)
    page.wait_for_url("**/offers?q=H100:8&residency=EU")
    expect(page.locator("#found")).not_to_have_text(everywhere)
    assert set(column(page, "country")) <= {"BE", "DE", "ES", "FI", "FR", "IT", "NL", "PL", "SE"}

    page.get_by_role("link", name="$/accelerator-h").click()
    page.wait_for_url("**/offers?q=H100:8&residency=EU&sort=per_accelerator")
    expect(page.locator('th[aria-sort="ascending"]')).to_have_text("$/accelerator-h")
    prices = [float(text) for text in column(page, "$/accelerator-h")]
    assert prices == sorted(prices)
    assert len(prices) == 20
    assert page.get_by_label("Sort by").input_value() == "per_accelerator"

    address = page.get_by_role("button", name="Copy link").get_attribute("data-copy")
    assert address == page.url
    rows = page.locator("#results tbody").inner_text()
    other = visit(address, signed_in=False)  # a browser that knows nothing of the first
    assert other.locator("#results tbody").inner_text() == rows
    assert other.get_by_label("Where data may be").input_value() == "EU"

    page.go_back()
    page.wait_for_url("**/offers?q=H100:8&residency=EU")
    expect(page.locator('th[aria-sort="ascending"]')).to_have_text("$/instance-h")
    page.go_back()
    page.wait_for_url("**/offers?q=H100:8")
    expect(page.locator("#found")).to_have_text(everywhere)
    expect(page.get_by_label("Where data may be")).to_have_value("")
    page.get_by_label("spot", exact=True).check()  # the page that came back still listens
    page.wait_for_url("**/offers?q=H100:8&purchase=spot")
    expect(page.locator('#results td[data-label="purchase"]').first).to_have_text("spot")


def test_a_change_keeps_the_order_and_leaves_the_focus_where_it_was(visit: Visitor) -> None:
    page = visit("/offers?q=H100:8", signed_in=False)
    page.get_by_label("Sort by").focus()
    page.get_by_label("Sort by").select_option("-price")
    page.wait_for_url("**/offers?q=H100:8&sort=-price")
    expect(page.locator('th[aria-sort="descending"]')).to_have_text("$/instance-h")
    assert page.evaluate("document.activeElement.id") == "sort"
    page.get_by_label("Most per hour").fill("30")
    page.wait_for_url("**/offers?q=H100:8&max_price=30&sort=-price")
    page.wait_for_function(
        """() => [...document.querySelectorAll('#results td[data-label="$/instance-h"]')]
            .every(cell => Number(cell.innerText) <= 30)"""
    )
    assert page.evaluate("document.activeElement.id") == "max_price"


def test_a_misspelt_name_is_put_right_by_a_click(visit: Visitor) -> None:
    page = visit("/offers", signed_in=False)
    page.get_by_label("What").fill("H10O:8")
    expect(page.locator("#found")).to_have_text("This cannot be searched")
    page.locator("#results").get_by_role("link", name="H100", exact=True).click()
    page.wait_for_url("**/offers?q=H100:8")
    assert page.get_by_label("What").input_value() == "H100:8"
    assert set(column(page, "accelerators")) == {"8 × H100"}


def test_without_scripts_nothing_is_missing(visit: Visitor) -> None:
    page = visit("/", scripts=False, signed_in=False)
    page.get_by_label("Cheapest now").fill("H100:8")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offers?q=H100:8")
    assert page.locator("#results tbody tr").count() == 20
    page.get_by_label("spot", exact=True).check()
    page.get_by_role("button", name="Find offers").click()
    page.wait_for_url("**/offers?q=H100:8&purchase=spot")
    assert set(column(page, "purchase")) == {"spot"}
    page.get_by_role("link", name="$/instance-h").click()
    page.wait_for_url("**sort=-price")
    assert not page.get_by_role("button", name="Copy link").is_visible()


def test_an_offer_leads_to_others_and_shows_its_past_as_a_chart(site: Site, visit: Visitor) -> None:
    site.shell(HISTORY)
    page = visit("/offer?id=hetzner/fsn1/cax41/on_demand", signed_in=False)
    expect(page.locator("figure.chart-ready")).to_be_visible()
    assert page.locator("#history tbody tr").count() == 3
    assert violations(page) == []
    page = visit("/offers?q=H100:8", signed_in=False)
    page.locator('#results td[data-label="instance"] a').first.click()
    page.wait_for_url("**/offer?id=**")
    page.locator("section", has_text="The cheapest elsewhere").get_by_role("link").first.click()
    page.wait_for_url("**/offer?id=**")
    assert re.match(r".+, (spot|on demand|\d+ months)", page.locator("h1").inner_text())


def test_figures_are_set_right_and_on_a_phone_a_row_is_a_card(visit: Visitor) -> None:
    wide = visit("/offers?q=H100:8", signed_in=False)
    figure = wide.locator('td[data-label="$/instance-h"]').first
    assert figure.evaluate("node => getComputedStyle(node).textAlign") == "right"
    card = visit("/offers?q=H100:8", width=390, signed_in=False).locator("#results tbody tr").first
    assert card.evaluate("node => getComputedStyle(node).display") == "grid"
    label = card.locator('td[data-label="$/instance-h"]')
    assert label.evaluate("n => getComputedStyle(n, '::before').content") == '"$/instance-h"'


def test_on_a_laptop_every_price_shows_its_age_without_scrolling(visit: Visitor) -> None:
    page = visit("/offers?q=H100:8&residency=EU", width=1280, signed_in=False)
    right_ends = page.locator('#results td[data-label="age"]').evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().right)"
    )
    assert len(right_ends) == 20
    assert max(right_ends) < 1280 - 30
    assert page.get_by_text("reservation only").locator("visible=true").count() >= 1
    assert violations(page) == []


def test_prices_are_sorted_and_filtered_on_their_page(visit: Visitor) -> None:
    page = visit("/sources", signed_in=False)
    page.get_by_role("button", name="Offers").click()
    counts = page.locator('#ages td[data-label="Offers"]').all_inner_texts()
    figures = [int(text.replace(",", "")) for text in counts]
    assert figures == sorted(figures)
    page.get_by_label("Filter").fill("azure")
    assert page.locator("#ages tbody tr:visible").count() == 1


def test_the_first_page_weighs_under_300_kb(visit: Visitor) -> None:
    page = visit("/", signed_in=True)
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .map(entry => entry.decodedBodySize)"""
    )
    assert len(sizes) >= 3
    assert 10_000 < sum(sizes) < 300_000


@pytest.mark.parametrize(
    "path", ["/", "/offers", "/sources", "/plans/"]
)  # with and without a sheet of their own
@pytest.mark.parametrize("width", [1440, 390])
def test_the_theme_button_looks_the_same_everywhere_and_works(visit: Visitor, path: str, width: int) -> None:
    button = visit(path, width=width).locator("[data-theme-toggle]")
    expect(button).to_be_visible()
    looks = button.evaluate(
        "node => { const s = getComputedStyle(node); return [s.borderTopWidth, s.paddingLeft, s.fontSize]; }"
    )
    wide, narrow = ["1px", "8.8px", "13.12px"], ["1px", "6.4px", "12.48px"]  # .55, .82; .4, .78 of 16 px
    assert looks == (wide if width == 1440 else narrow)
    button.click()
    expect(button).to_have_text("Theme: light")


def test_without_scripts_there_is_no_theme_button(visit: Visitor) -> None:
    expect(visit("/", width=390, scripts=False).locator("[data-theme-toggle]")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_shows_three_offers_at_once_and_more_of_one_on_a_tap(visit: Visitor, scripts: bool) -> None:
    page = visit("/offers?q=H100:8&residency=EU", width=390, scripts=scripts, signed_in=False)
    cards = page.locator("#results tbody tr")
    tops = [box["y"] for n in range(4) if (box := cards.nth(n).bounding_box())]
    assert tops[3] - tops[0] <= 844  # pixels of a phone's screen
    first = cards.first
    expect(first.locator("td[data-label='age']")).to_be_visible()  # a stale price never looks fresh
    expect(first.locator("td[data-label='country']")).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("td[data-label='country']")).to_be_visible()
    expect(cards.nth(1).locator("td[data-label='country']")).to_be_hidden()
