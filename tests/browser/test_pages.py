"""The pages in a real browser: wide and narrow, light and dark, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, Site

pytestmark = pytest.mark.browser
PATHS = ["/", "/offers?q=H100:8&residency=EU", "/offers?q=H100:8&max_price=0.01", "/offers?q=cpu&limit=3"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


def open_page(browser: Browser, width: int = 1440, scheme: str = "light", scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    return context.new_page()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_page_fits_loads_nothing_foreign_and_breaks_no_policy(
    site: Site, browser: Browser, width: int, path: str
) -> None:
    page = open_page(browser, width)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.address + path)
    assert said == []
    assert [url for url in asked if not url.startswith(site.address)] == []
    assert any(url.endswith("site.css") for url in asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_a_search_by_keyboard_ends_at_an_address_that_holds_the_question(
    site: Site, browser: Browser
) -> None:
    page = open_page(browser)
    page.goto(site.address)
    page.get_by_label("Cheapest now").fill("H100:8")
    page.keyboard.press("Tab")
    page.keyboard.type("EU")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offers?q=H100*8&residency=EU")
    assert page.locator("tbody tr").count() == 20
    assert "8 × H100" in page.locator("tbody tr").first.inner_text()
    assert page.get_by_label("What").input_value() == "H100:8"
    page.context.close()


def test_without_scripts_nothing_is_missing(site: Site, browser: Browser) -> None:
    page = open_page(browser, scripts=False)
    page.goto(site.address + "/offers?q=H100:8")
    assert page.locator("tbody tr").count() == 20
    page.locator("summary").click()
    assert page.get_by_label("Provider").is_visible()
    page.context.close()


def test_figures_are_set_right_in_every_table(site: Site, browser: Browser) -> None:
    page = open_page(browser)
    page.goto(site.address + "/offers?q=H100:8")
    cell = page.locator('td[data-label="$/instance-h"]').first
    assert cell.evaluate("node => getComputedStyle(node).textAlign") == "right"
    page.context.close()


def test_on_a_phone_a_row_becomes_a_card_with_its_labels(site: Site, browser: Browser) -> None:
    page = open_page(browser, 390)
    page.goto(site.address + "/offers?q=H100:8")
    card = page.locator("tbody tr").first
    assert card.evaluate("node => getComputedStyle(node).display") == "grid"
    label = card.locator('td[data-label="$/instance-h"]')
    assert label.evaluate("n => getComputedStyle(n, '::before').content") == '"$/instance-h"'
    page.context.close()


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(site: Site, browser: Browser, scheme: str, path: str) -> None:
    page = open_page(browser, scheme=scheme)
    page.goto(site.address + path)
    pairs = page.evaluate(
        """() => [...document.querySelectorAll('h1,h2,p,td,th,dd,dt,li,button,label,a,summary')].map(node => {
            let ground = node;
            while (ground && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
                ground = ground.parentElement;
            const back = ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)';
            return [node.innerText.slice(0, 30), getComputedStyle(node).color, back];
        }).filter(pair => pair[0].trim())"""
    )
    assert len(pairs) > 10
    # 4.5 : 1 is what WCAG 2 asks of text of this size
    assert [pair for pair in pairs if contrast(pair[1], pair[2]) < 4.5] == []
    page.context.close()


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two `rgb(r, g, b)` colours, as WCAG 2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    shares = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_counted_as_defined() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
