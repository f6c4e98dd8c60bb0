"""Charts and theme in a real browser, under the product's content policy; and what is vendored."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shower import Shower, browser, colour, server, settled, show

__all__ = ["browser", "server", "show"]  # fixtures
pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent.parent
PIXELS = """(node) => [...node.querySelectorAll('.chart-plot svg path')].map(path => ({
    fill: path.getAttribute('fill'), stroke: path.getAttribute('stroke'), d: path.getAttribute('d'),
    box: (b => [b.x, b.y, b.width, b.height])(path.getBBox()), shown: path.getBoundingClientRect().width}))"""


@dataclass(frozen=True)
class Mark:
    fill: str
    stroke: str
    d: str
    box: tuple[float, float, float, float]
    shown: float


def drawn(page: Page, figure: str) -> list[Mark]:
    paths = page.locator(f"#{figure}").evaluate(PIXELS)
    return [
        Mark(str(one["fill"]), str(one["stroke"]), one["d"], tuple(one["box"]), one["shown"]) for one in paths
    ]


def bars(page: Page, figure: str, key: str) -> list[Mark]:
    """Visible bars of a series, from left to right."""
    wanted = colour(page, f"--chart-{key}")
    found = [one for one in drawn(page, figure) if one.fill == wanted and one.box[3] > 0.5]
    return sorted(found, key=lambda one: one.box[0])


# --- charts ---


@pytest.mark.parametrize("width", [1440, 390])
def test_every_chart_is_drawn_within_the_page_and_named_after_its_caption(show: Shower, width: int) -> None:
    page = show("charts", width=width)
    assert page.locator("figure.chart-ready").count() == page.locator("figure").count() == 6
    for figure in page.locator("figure").all():
        plot = figure.locator(".chart-plot[role=img]")
        assert plot.get_attribute("aria-label") == figure.locator("figcaption").inner_text()
        assert plot.locator("svg path").count() > 4
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_bar_has_the_height_of_its_value_and_a_missing_value_has_none(show: Shower) -> None:
    page = show("charts")
    reserved, on_demand = bars(page, "gaps", "reserved"), bars(page, "gaps", "on_demand")
    assert len(reserved) == 6
    assert len(on_demand) == 4  # March and June of six are null
    unit = reserved[0].box[3] / 8
    assert [round(one.box[3] / unit) for one in reserved] == [8, 8, 8, 8, 16, 16]
    assert [round(one.box[3] / unit) for one in on_demand] == [3, 5, 2, 1]
    # it lies on the bar below: its foot is that one's head
    assert on_demand[0].box[1] + on_demand[0].box[3] == pytest.approx(reserved[0].box[1], abs=1)
    months = [
        round((one.box[0] - reserved[0].box[0]) / (reserved[1].box[0] - reserved[0].box[0]))
        for one in on_demand
    ]
    assert months == [0, 2, 3, 5]


def test_a_line_is_broken_where_a_value_is_missing(show: Shower) -> None:
    page = show("charts")
    line = next(one for one in drawn(page, "price") if one.stroke == colour(page, "--chart-1"))
    assert line.d.count("M") == 2
    tokyo = [one for one in drawn(page, "price") if one.fill == colour(page, "--chart-3") and one.shown > 0]
    assert len(tokyo) == 1  # the one value that has no neighbour is a dot


def test_the_total_of_unknown_parts_is_unknown_in_the_tooltip(show: Shower) -> None:
    page = show("charts")
    plot = page.locator("#gaps .chart-plot")
    box = plot.bounding_box()
    assert box is not None
    seen = []
    for bar in bars(page, "gaps", "reserved")[:2]:
        plot.hover(position={"x": bar.box[0] + 5, "y": box["height"] / 2})
        page.locator("#gaps .chart-tip-box").wait_for()
        page.wait_for_timeout(100)
        seen.append(page.locator("#gaps .chart-tip-box tr").all_inner_texts())
    assert seen[0] == [
        "On demand\t3\u00a0machines",
        "Reserved\t8\u00a0machines",
        "together\t11\u00a0machines",
    ]
    assert seen[1] == ["On demand\t–", "Reserved\t8\u00a0machines", "together\t–"]
    cell = page.locator("#gaps .chart-tip-box td").first
    assert cell.evaluate("node => getComputedStyle(node).textAlign") == "right"


def test_large_numbers_are_short_on_the_axis_and_exact_in_the_tooltip(show: Shower) -> None:
    page = show("charts")
    axis = page.locator("#bill svg text").all_text_contents()
    assert {"300\u202fk", "1.2\u202fM", "1.5\u202fM", "ceiling 1.2\u202fM\u00a0USD"} <= set(axis)
    page.locator("#bill .chart-plot").hover(position={"x": 400, "y": 100})
    expect(page.locator("#bill .chart-tip-sum td")).to_have_text(re.compile(r"^\d{3},\d{3}\u00a0USD$"))


@pytest.mark.parametrize("width", [1440, 390])
def test_the_label_of_a_bar_below_zero_stands_at_its_tip(show: Shower, width: int) -> None:
    page = show("below", width=width)
    tips = [bar.box[0] for bar in bars(page, "moves", "2")]
    labels = {
        text: (x, x + wide)
        for text, x, wide in page.locator("#moves .chart-plot svg").evaluate(
            """svg => [...svg.querySelectorAll('text')].map(one => {
                const box = one.getBoundingClientRect();
                const left = box.x - svg.getBoundingClientRect().x;
                return [one.textContent.replace("\u202f", " "), left, box.width];
            })"""
        )
    }
    for tip, text in zip(tips, ("−299 k", "−59.9 k"), strict=True):
        assert tip - 10 < labels[text][1] <= tip + 1
    names = [ends for text, ends in labels.items() if text.startswith(("demand", "capex"))]
    assert max(end for _, end in names) <= labels["−299 k"][0]


def test_figures_below_zero_have_a_minus_as_in_the_text(show: Shower) -> None:
    texts = show("below").locator("#saved svg text").all_text_contents()
    assert "\u221212.5\u202fk" in texts
    assert not any(text.startswith("-") for text in texts)


def test_horizontal_bars_say_their_value_and_what_has_none(show: Shower) -> None:
    page = show("charts")
    texts = page.locator("#baselines svg text").all_text_contents()
    assert {"11.8\u202fM", "19.2\u202fM", "14.4\u202fM", "13.9\u202fM", "Own data centre  –"} <= set(texts)
    found = [one for one in drawn(page, "baselines") if one.fill == colour(page, "--chart-1")]
    widths = [one.box[2] for one in sorted(found, key=lambda one: one.box[1])]
    assert [round(width / widths[0], 2) for width in widths] == [1, 1.62, 1.22, 1.17]


def test_a_key_of_the_legend_takes_its_series_out_and_back(show: Shower) -> None:
    page = show("charts")
    key = page.locator("#gaps").get_by_role("button", name="On demand")
    assert key.get_attribute("aria-pressed") == "true"
    key.press("Enter")
    assert key.get_attribute("aria-pressed") == "false"
    assert bars(page, "gaps", "on_demand") == []
    key.press("Enter")
    assert len(bars(page, "gaps", "on_demand")) == 4


def test_charts_follow_the_system_and_the_chosen_theme(show: Shower) -> None:
    page = show("charts")
    light = bars(page, "gaps", "reserved")[0].fill
    page.emulate_media(color_scheme="dark")
    settled(page)
    dark = bars(page, "gaps", "reserved")[0].fill
    assert light != dark
    button = page.locator("[data-theme-toggle]")
    assert button.inner_text() == "Theme: as the system"
    button.click()
    assert button.inner_text() == "Theme: light"
    settled(page)
    assert bars(page, "gaps", "reserved")[0].fill == light
    assert page.locator("#gaps .chart-swatch").first.evaluate("n => getComputedStyle(n).color") == light
    button.click()
    page.emulate_media(color_scheme="light")
    settled(page)
    assert bars(page, "gaps", "reserved")[0].fill == dark
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    button.click()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_charts_fit_again_after_a_resize(show: Shower) -> None:
    page = show("charts")
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function("document.querySelector('#bill svg').clientWidth < 360")
    assert len(bars(page, "gaps", "reserved")) == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_charts_fit_again_when_theme_and_size_change_at_once(show: Shower) -> None:
    page = show("charts", width=390, dark=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function(
        "document.querySelector('#bill svg').clientWidth > 0.9 * document.querySelector('#bill').clientWidth"
    )


def test_a_level_line_is_seen(show: Shower) -> None:
    page = show("charts")
    lines = page.locator("#bill svg path[stroke]").evaluate_all("nodes => nodes.map(n => n.style.filter)")
    assert [one for one in lines if one] == []  # a filter's box has no height for a level line


def test_a_chart_brought_by_htmx_is_drawn_too(show: Shower) -> None:
    page = show("charts")
    page.get_by_role("button", name="One more").click()
    page.locator("#late.chart-ready svg").wait_for()
    assert any(one.stroke == colour(page, "--chart-1") for one in drawn(page, "late"))


def test_without_scripts_no_empty_frame_is_left(show: Shower) -> None:
    page = show("charts", scripts=False)
    assert [figure.is_visible() for figure in page.locator("figure").all()] == [False] * 6


# --- what is vendored ---


def test_the_lock_names_no_host_and_the_document_names_every_file() -> None:
    lock = json.loads((ROOT / "advisor/frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert [name for name, one in packages.items() if "resolved" in one or "integrity" not in one] == []
    text = (ROOT / "docs/front-end.md").read_text(encoding="utf-8")
    for name, package in (("echarts", "echarts"), ("codemirror", "@codemirror/view"), ("htmx", "htmx.org")):
        file = ROOT / f"advisor/static/advisor/vendor/{name}.min.js"
        assert f"{packages[f'node_modules/{package}']['version']}" in text
        assert f"{file.stat().st_size:,}" in text
        assert b"sourceMappingURL" not in file.read_bytes()  # a hashed store would look for the map
        assert file.with_name(f"{name}.LICENSE.txt").stat().st_size > 500
