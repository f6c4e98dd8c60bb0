"""Pages of runs in a real browser, and the way of finance from a question to an answer."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visitor
from tests.browser.seeds import long_answer, paths, seeds, violations

pytestmark = pytest.mark.browser
PAGES = ["runs", "answer", "impossible", "failed", "compare"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_of_runs_fit_and_are_accessible(
    site: Site, visit: Visitor, name: str, width: int, dark: bool
) -> None:
    page = visit(paths(site)[name], width=width, dark=dark)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_an_answer_in_hundreds_of_billions_fits_a_phone(site: Site, visit: Visitor) -> None:
    page = visit(f"/runs/{long_answer(site)}", width=390)
    page.wait_for_load_state("networkidle")
    for part in ("cost", "baselines", "rules", "alternatives", "sensitivity"):
        expect(page.locator(f"#{part} table.cards").first).to_contain_text("987,654,321,0")
    expect(page.locator("#rules table.cards").nth(1)).to_contain_text("limits.cash_per_month")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    name = page.locator("#baselines table.cards th", has_text="everything on demand")
    assert name.evaluate("e => e.getClientRects()[0].height < 60")  # on one line, with its note under it


def test_a_run_without_an_answer_has_no_empty_place_for_a_tick_on_a_phone(site: Site, visit: Visitor) -> None:
    page = visit(f"/runs/?plan={seeds(site).plan}", width=390)
    failed = page.locator("tr", has=page.locator(f'a[href="/runs/{seeds(site).failed}"]'))
    expect(failed.locator(".tick")).to_be_hidden()
    expect(page.locator("tr", has=page.locator("input[name=run]")).first.locator(".tick")).to_be_visible()


def test_finance_goes_from_a_question_to_an_answer_and_compares_it(
    site: Site, visit: Visitor, tmp_path: Path
) -> None:
    seeds(site)
    page = visit(site.sign_in_link(), signed_in=False)
    page.locator("main").get_by_role("button").click()
    page.get_by_role("link", name="Plans", exact=True).click()
    page.get_by_role("link", name="New plan").click()
    page.get_by_role("link", name="A small team's chat and nightly batch").click()
    expect(page.locator("#plan-status")).to_have_text("No problems")
    page.locator(".cm-line", has_text="months: 12").click()
    page.keyboard.press("End")
    page.keyboard.type(" months")
    expect(page.locator("#plan-status")).to_have_text("1 problem, on line 6")
    expect(page.locator(".cm-problem")).to_contain_text("months")
    for _ in "12 months":
        page.keyboard.press("Backspace")
    page.keyboard.type("2")
    expect(page.locator("#plan-status")).to_have_text("No problems")
    page.get_by_role("button", name="Save and solve").click()
    expect(page.locator("h1")).to_contain_text("2 months", timeout=60_000)  # the answer came by itself
    assert page.locator("figure.chart-ready").count() >= 1

    with page.expect_download() as started:
        page.get_by_role("link", name="Result as JSON").click()
    started.value.save_as(tmp_path / "result.json")
    document = (tmp_path / "result.json").read_bytes()
    assert page.locator("#how code").inner_text() == hashlib.sha256(document).hexdigest()
    result = json.loads(document)
    with page.expect_download() as started:
        page.get_by_role("link", name="Purchases as CSV").click()
    started.value.save_as(tmp_path / "purchases.csv")
    with (tmp_path / "purchases.csv").open(encoding="utf-8-sig", newline="") as file:
        bought = list(csv.DictReader(io.StringIO(file.read(), newline="")))
    assert sum(float(row["npv (USD)"]) for row in bought) == pytest.approx(result["objective_npv"])

    page.get_by_label("Compare with").select_option(index=0)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("h1")).to_have_text("Compare two runs")
    shown = page.locator(".compared tr", has_text="Net present value").locator("td").first.inner_text()
    assert float(shown.replace(",", "")) == pytest.approx(result["objective_npv"], abs=0.5)


def test_a_run_can_be_watched_and_cancelled(site: Site, visit: Visitor) -> None:
    page = visit("/plans/new?example=eu-chat-and-pretraining")
    page.get_by_role("button", name="Save and solve").click()
    expect(page.locator("h1")).to_contain_text("Working out")
    expect(page.locator(".steps .done").first).to_be_visible()  # it moved on without a reload
    expect(page.locator(".steps .now")).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("h1")).to_contain_text("cancelled", timeout=30_000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_without_scripts_the_answer_is_complete(site: Site, visit: Visitor) -> None:
    page = visit(f"/runs/{seeds(site).b}", scripts=False)
    page.locator(".numbers summary").first.click()
    for heading in ("What to get", "What it costs", "Compared with simple strategies", "How it was found"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator(".numbers table").first).to_contain_text("2027-01")
    expect(page.locator("[data-copy]")).to_be_hidden()


def test_purchases_are_sorted_by_a_click(site: Site, visit: Visitor) -> None:
    page = visit(f"/runs/{seeds(site).b}")
    header = page.locator("#purchases th", has_text="NPV")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")


def test_two_runs_are_ticked_and_compared(site: Site, visit: Visitor) -> None:
    made = seeds(site)
    page = visit(f"/runs/?plan={made.plan}")
    for name in (made.a, made.b):
        page.locator(f'input[name="run"][value="{name}"]').check()
    page.get_by_role("button", name="Compare two").click()
    expect(page.locator(".sides section")).to_have_count(2)
    expect(page.locator("figure.chart-ready")).to_have_count(1)
    expect(page.locator(".diff .added")).to_contain_text("constant: ")
