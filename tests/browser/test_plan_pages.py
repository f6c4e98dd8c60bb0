"""Pages of plans in a real browser: readable for all, and an editor that tells what is wrong."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visitor
from tests.browser.seeds import QUICK, paths, seeds, violations

pytestmark = pytest.mark.browser
PAGES = ["plans", "new", "new from an example", "plan", "draft", "versions"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_of_plans_fit_and_are_accessible(
    site: Site, visit: Visitor, name: str, width: int, dark: bool
) -> None:
    page = visit(paths(site)[name], width=width, dark=dark)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_break_in_the_text_is_told_at_its_line_and_goes_when_it_is_put_right(
    site: Site, visit: Visitor
) -> None:
    page = visit(f"/plans/{seeds(site).plan}")
    status = page.locator("#plan-status")
    expect(status).to_have_text("No problems")
    page.locator(".cm-line", has_text="months: 2").click()
    page.keyboard.press("End")
    page.keyboard.type("x")
    expect(status).to_have_text("1 problem, on line 5")
    expect(page.locator(".cm-problem")).to_contain_text("months")
    expect(page.locator("#plan-problems")).to_contain_text("line 5")  # the list follows without a reload
    page.keyboard.press("Backspace")
    expect(status).to_have_text("No problems")
    expect(page.locator(".cm-problem")).to_have_count(0)
    expect(page.locator("#plan-problems")).to_have_text("")


def test_a_draft_shows_its_problems_when_it_is_opened(site: Site, visit: Visitor) -> None:
    page = visit(f"/plans/{seeds(site).draft}")
    expect(page.locator(".cm-problem")).to_contain_text("months: must be 1 or more")
    expect(page.locator("#plan-problems")).to_contain_text("line 5")


def test_without_scripts_a_text_is_saved_and_comes_back_with_its_problems(site: Site, visit: Visitor) -> None:
    page = visit("/plans/new?example=empty", scripts=False)
    broken = QUICK.replace("Quick", "By hand").replace("months: 2", "months: 0")
    page.get_by_label("The question, as YAML").fill(broken)
    page.get_by_role("button", name="Save and solve").click()
    expect(page.get_by_role("alert")).to_contain_text("Not started: the plan has 1 problem.")
    expect(page.locator("#plan-problems li")).to_contain_text(re.compile(r"line 5 .*months: 0"))
    assert page.get_by_label("The question, as YAML").input_value() == broken
    visit.forgive(400)
    page.get_by_label("The question, as YAML").fill(broken.replace("months: 0", "months: 1"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("By hand")
    expect(page.locator(".messages")).to_have_text("By hand is saved.")


def test_a_file_is_uploaded(site: Site, visit: Visitor) -> None:
    page = visit("/plans/new")
    page.get_by_label("YAML or JSON").set_input_files(
        {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": b"name: Mine\n" + QUICK.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#plan-problems")).to_contain_text("name")  # twice in one file


def test_who_saves_second_keeps_their_text(site: Site, visit: Visitor) -> None:
    page, other = visit(f"/plans/{seeds(site).draft}"), visit(f"/plans/{seeds(site).draft}")
    for one, note in ((other, "theirs"), (page, "mine")):
        one.locator(".cm-line", has_text="currency").click()
        one.keyboard.press("End")
        one.keyboard.type(f" # {note}")
        one.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Someone saved meanwhile")).to_be_visible()
    expect(page.locator(".diff .removed")).to_contain_text("# theirs")
    expect(page.locator(".diff .added")).to_contain_text("# mine")
    expect(page.locator(".cm-content")).to_contain_text("currency: USD # mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Saved as version 3")
    visit.forgive(409)


def test_two_versions_are_chosen_and_compared(site: Site, visit: Visitor) -> None:
    page = visit(f"/plans/{seeds(site).plan}/versions")
    page.get_by_label("From version 2").check()
    page.get_by_label("To version 1").check()
    page.get_by_role("button", name="Show what changed").click()
    expect(page.get_by_role("heading", name="From version 2 to version 1")).to_be_visible()
    expect(page.locator(".diff .removed")).to_contain_text("constant: 16")
    expect(page.locator(".diff .added")).to_contain_text("constant: 8")
