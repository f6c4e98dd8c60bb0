"""The plan editor, tables and copying in a real browser, under the product's content policy."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.shower import Shower, browser, server, show

__all__ = ["browser", "server", "show"]  # fixtures
pytestmark = pytest.mark.browser
TEXT = "document.querySelector('#plan').value"


def problems(page: Page) -> list[tuple[int, str]]:
    """Line and sentence of every problem shown; a sentence stands under its line."""
    found = page.locator(".cm-content").evaluate(
        """content => { let line = 0; const found = [];
        for (const node of content.children) {
            if (node.classList.contains('cm-line')) line += 1; else found.push([line, node.textContent]);
        } return found; }"""
    )
    return [(int(line), str(text)) for line, text in found]


def write(page: Page, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_editor_takes_the_place_of_the_field(show: Shower, width: int, dark: bool) -> None:
    page = show("editor", width=width, dark=dark)
    expect(page.get_by_label("Plan, as YAML")).to_be_visible()
    assert page.locator("#plan").is_hidden()
    box = page.locator(".cm-editor").bounding_box()
    assert box is not None
    line = page.locator(".cm-line").nth(1).bounding_box()
    assert line is not None
    assert box["height"] >= 24 * line["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.locator(".editor").evaluate("node => getComputedStyle(node).backgroundColor")
    assert ground == ("rgb(28, 33, 32)" if dark else "rgb(255, 255, 255)")  # --card
    key = page.locator(".tok-propertyName").first
    assert key.evaluate("node => getComputedStyle(node).color") != page.locator(".cm-content").evaluate(
        "node => getComputedStyle(node).color"
    )


def test_problems_known_from_the_start_stand_at_their_line(show: Shower) -> None:
    page = show("editor")
    sentence = "workloads[1].demand: is not a number; write how many machines, for example 10"
    assert problems(page) == [(26, sentence)]
    assert page.locator(".cm-lintRange-error").inner_text() == "about ten"
    assert page.locator("#plan-status").inner_text() == "1 problem, on line 26"


def test_typing_keeps_the_field_in_step_and_asks_the_server_once(show: Shower) -> None:
    page = show("editor")
    show.server.posted.clear()
    write(page, "name: a\nfirst: 1\n")
    for letter in "demand: wrong":
        page.keyboard.type(letter)
    expect(page.locator("#plan-status")).to_have_text("1 problem, on line 3")
    assert page.evaluate(TEXT) == "name: a\nfirst: 1\ndemand: wrong"
    assert problems(page) == [(3, "workloads[0].demand: is not a number")]
    assert page.locator(".cm-lintRange-error").inner_text() == "wrong"
    [(path, headers, form)] = show.server.posted
    assert (path, form) == ("/plans/check", {"text": ["name: a\nfirst: 1\ndemand: wrong"]})
    assert headers["x-csrftoken"] == "token-of-the-form"
    assert headers["x-requested-with"] == "XMLHttpRequest"


def test_the_count_names_the_first_line_and_ends_at_none(show: Shower) -> None:
    page = show("editor")
    status = page.locator("#plan-status")
    assert status.get_attribute("aria-live") == "polite"
    write(page, "a: 1\nb: wrong\nc: wrong\n")
    expect(status).to_have_text("2 problems, the first on line 2")
    write(page, "a: 1\n")
    expect(status).to_have_text("No problems")
    assert problems(page) == []
    write(page, " ")
    expect(status).to_have_text("1 problem")  # of the whole plan: it has no line
    assert problems(page) == [(1, "the plan is empty")]


def test_a_server_that_fails_is_told_and_leaves_the_text_alone(show: Shower) -> None:
    page = show("editor")
    page.evaluate("document.querySelector('#plan').dataset.checkUrl = '/broken'")
    write(page, "a: 1")
    expect(page.locator("#plan-status")).to_have_text("Not checked: the server gave no answer")
    assert page.evaluate(TEXT) == "a: 1"
    # the browser itself tells its console of every failed answer
    assert [text for text in show.all[0].said if "500" not in text] == []
    show.all[0].said.clear()


def test_tab_indents_and_escape_then_tab_leaves(show: Shower) -> None:
    page = show("editor")
    write(page, "a:")
    page.keyboard.press("Enter")
    before = page.evaluate(TEXT)
    page.keyboard.press("Tab")
    assert page.evaluate(TEXT) == f"{before}  "
    page.keyboard.press("Escape")
    page.wait_for_timeout(2500)  # a slow hand has as much time as it wants
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Save the plan"
    assert page.evaluate(TEXT) == f"{before}  "


def test_undo_and_search_work_by_keyboard(show: Shower) -> None:
    page = show("editor")
    write(page, "one: two")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+f")
    expect(page.locator(".cm-search")).to_be_visible()
    page.keyboard.type("interruptible")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-searchMatch-selected")).to_have_text("interruptible")


def test_leaving_with_unsaved_changes_is_asked_about_and_saving_is_not(show: Shower) -> None:
    page = show("editor")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    write(page, "a: 1")
    page.goto(f"{show.server.address}/tables.html")
    assert asked == ["beforeunload"]
    page.goto(f"{show.server.address}/editor.html")
    write(page, "a: 2")
    page.get_by_role("button", name="Save the plan").click()
    page.get_by_role("heading", name="Saved").wait_for()
    assert asked == ["beforeunload"]
    assert show.server.posted[-1][2]["text"] == ["a: 2"]


def test_a_label_leads_into_the_editor(show: Shower) -> None:
    page = show("editor")
    page.get_by_text("Plan, as YAML").click()
    assert page.evaluate("document.activeElement.classList.contains('cm-content')")


def test_without_scripts_the_form_is_sent_as_it_is(show: Shower) -> None:
    page = show("editor", scripts=False)
    page.get_by_label("Plan, as YAML").fill("a: 1")
    page.get_by_role("button", name="Save the plan").click()
    page.get_by_role("heading", name="Saved").wait_for()
    path, _, form = show.server.posted[-1]
    assert (path, form["text"]) == ("/save", ["a: 1"])


# --- tables, copying ---


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#offers tbody tr:visible > :nth-child({number})").all_inner_texts()


def test_a_column_of_numbers_is_sorted_as_numbers_with_the_missing_last(show: Shower) -> None:
    page = show("tables")
    button = page.get_by_role("button", name="USD per hour")
    head = page.locator("#offers th:has(button)").nth(2)
    button.press("Enter")
    assert column(page, 3) == ["19.60", "88.49", "98.32", "1,032.77", "–", "–"]
    assert head.get_attribute("aria-sort") == "ascending"
    button.press("Enter")
    assert column(page, 3) == ["1,032.77", "98.32", "88.49", "19.60", "–", "–"]
    assert head.get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Provider").click()
    assert column(page, 2) == ["aws", "aws", "azure", "baidu", "gcp", "partner"]
    assert column(page, 3)[:2] == ["1,032.77", "98.32"]  # equal rows keep their order
    assert page.locator("th[aria-sort]").count() == 1
    assert page.locator("th:has-text('Place') button").count() == 0


def test_rows_are_filtered_by_every_word(show: Shower) -> None:
    page = show("tables")
    field = page.get_by_label("Only rows with")
    field.fill("AWS north")
    assert column(page, 1) == ["p4d.24xlarge"]
    assert page.locator("[data-filter-count]").inner_text() == "1 / 6"
    field.fill("")
    assert len(column(page, 1)) == 6


def test_a_text_is_copied_and_said_so(show: Shower) -> None:
    page = show("tables")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "manage.py advise plan.yaml"
    expect(page.get_by_role("status")).to_have_text("Copied")
    expect(page.locator("[data-copy]")).to_have_text("Copy", timeout=4000)


def test_without_scripts_no_useless_control_is_shown(show: Shower) -> None:
    page = show("tables", scripts=False)
    assert len(column(page, 1)) == 6
    assert [one.is_visible() for one in page.locator("[data-needs-js]").all()] == [False] * 3
