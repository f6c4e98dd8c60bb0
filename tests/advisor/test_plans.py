"""Plans as rows: versions that never change, drafts, names, and nobody's work written over."""

import random
from collections import Counter
from difflib import unified_diff
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import BadInput, Conflict, NotFound
from advisor.models import PlanVersion
from advisor.plans.check import UNTITLED, check
from advisor.plans.diff import diff_lines
from advisor.plans.examples import FIRST, example, examples
from advisor.plans.queries import plan_of, plans_of, version_of
from advisor.plans.services import archive_plan, create_plan, save_version
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, organisation_of

pytestmark = pytest.mark.django_db
DRAFT = "schema: 1\nname: Half a thought\nworkloads: later\n"


def test_a_version_never_changes_and_numbers_rise() -> None:
    user = make_member()
    plan = make_plan(user)
    second, _ = save_version(
        plan, user=user, text=PLAN_TEXT.replace("constant: 8", "constant: 16"), note=" more "
    )
    assert (second.number, second.note, second.problems) == (2, "more", 0)
    assert version_of(plan, 1).text == PLAN_TEXT
    plan.refresh_from_db()
    assert version_of(plan).pk == second.pk


def test_the_same_text_makes_no_new_version() -> None:
    user = make_member()
    plan = make_plan(user)
    again, _ = save_version(plan, user=user, text=PLAN_TEXT, based_on=1)
    assert again.number == 1
    assert PlanVersion.objects.count() == 1


def test_who_saves_on_top_of_an_older_version_is_told_and_nothing_is_lost() -> None:
    user = make_member()
    plan = make_plan(user)
    save_version(plan, user=user, text=PLAN_TEXT + "# mine\n", based_on=1)
    with pytest.raises(Conflict, match="version 2 is newer than 1"):
        save_version(plan, user=user, text=PLAN_TEXT + "# yours\n", based_on=1)
    assert PlanVersion.objects.count() == 2


def test_a_draft_is_kept_with_its_problems_and_its_name() -> None:
    user = make_member()
    plan, checked = create_plan(organisation=organisation_of(user), user=user, text=DRAFT)
    assert plan.name == "Half a thought"
    assert checked.plan is None
    assert plan.versions.get().problems == len(checked.problems) > 0
    save_version(plan, user=user, text="not: [yaml")
    plan.refresh_from_db()
    assert plan.name == "Half a thought"  # what cannot be read takes no name away


@pytest.mark.parametrize("text", ["", "- a list", "name: [1]", "name: ''", "&a b", "\x01"])
def test_what_has_no_name_is_untitled(text: str) -> None:
    assert check(text).name == UNTITLED


@pytest.mark.parametrize(("text", "words"), [("x" * 1024 * 1024 + "x", "at most 1024 KiB"), ("a\0b", "NUL")])
def test_a_text_that_cannot_be_kept_is_refused(text: str, words: str) -> None:
    user = make_member()
    with pytest.raises(BadInput, match=words):
        create_plan(organisation=organisation_of(user), user=user, text=text)


def test_an_archived_plan_is_hidden_and_can_be_had_again() -> None:
    user = make_member()
    plan = make_plan(user)
    organisation = organisation_of(user)
    archive_plan(plan)
    assert list(plans_of(organisation)) == []
    assert list(plans_of(organisation, archived=True)) == [plan]
    assert plan_of(organisation, plan.pk) == plan
    archive_plan(plan, archived=False)
    assert list(plans_of(organisation, text="tin")) == [plan]
    assert list(plans_of(organisation, text="fat")) == []


def test_the_list_tells_of_the_last_run() -> None:
    user = make_member()
    plan = make_plan(user)
    make_run(user, plan)
    last = make_run(user, plan)
    (row,) = plans_of(organisation_of(user))
    told = {
        name: getattr(row, name) for name in ("run_count", "last_run_id", "last_run_state", "last_run_npv")
    }
    assert told == {
        "run_count": 2,
        "last_run_id": last.pk,
        "last_run_state": "succeeded",
        "last_run_npv": last.objective_npv,
    }


@pytest.mark.parametrize("plan_id", ["no-id", "", "00000000-0000-0000-0000-000000000000"])
def test_a_plan_that_is_not_there_is_not_found(plan_id: str) -> None:
    with pytest.raises(NotFound):
        plan_of(organisation_of(make_member()), plan_id)


def test_every_example_can_be_read_and_says_what_it_is() -> None:
    found = examples()
    assert found[0].slug == FIRST
    assert len(found) == 4
    for one in found:
        assert one.about
        assert "`" not in one.about  # shown as it is on New plan
        assert f"name: {one.name}" in one.text
    assert example("nothing") is None


def test_a_difference_shows_lines_with_their_numbers_and_what_is_left_out() -> None:
    old = "\n".join(f"line {n}" for n in range(1, 11))
    new = old.replace("line 6", "six").replace("line 10", "line 10\nline 11")
    rows = [(row.kind, row.old, row.new, row.text) for row in diff_lines(old, new)]
    assert rows[:3] == [("gap", None, None, ""), ("same", 3, 3, "line 3"), ("same", 4, 4, "line 4")]
    assert ("removed", 6, None, "line 6") in rows
    assert ("added", None, 6, "six") in rows
    assert rows[-1] == ("added", None, 11, "line 11")
    assert diff_lines(old, old) == ()


def test_two_huge_texts_are_compared_in_no_time_and_shown_in_part() -> None:
    old, new = (["head", *(f"{side}{n}" for n in range(150_000)), "foot"] for side in ("a", "b"))
    began = perf_counter()
    rows = diff_lines("\n".join(old), "\n".join(new))
    assert perf_counter() - began < 2  # seconds; line by line it takes minutes
    assert Counter(row.kind for row in rows) == {"same": 2, "removed": 300, "added": 300, "gap": 2}
    assert [row.text for row in rows if row.kind == "gap"] == [
        "149,700 more lines taken out, not shown",
        "149,700 more lines put in, not shown",
    ]
    assert (rows[1].old, rows[1].text, rows[-1].new) == (2, "a0", 150_002)


def test_lines_that_stand_often_in_both_texts_cost_no_more() -> None:
    letters = random.Random(7)  # noqa: S311  no secret
    old, new = ("\n".join(letters.choices("pqr", k=1900)) for _ in range(2))
    began = perf_counter()
    assert len(diff_lines(old, new)) <= 1001
    assert perf_counter() - began < 2


def test_a_difference_of_many_places_ends_with_a_word_and_long_lines_are_cut() -> None:
    old = "\n".join(f"{n}" if n % 2 else f"a{n}" for n in range(2000))
    rows = diff_lines(old, old.replace("a", "b"))
    assert (len(rows), rows[-1].kind, rows[-1].text) == (
        1001,
        "gap",
        "More changes follow that are not shown here.",
    )
    (line,) = diff_lines("", "x" * 5000)
    assert line.text == "x" * 300 + "… (5,000 characters)"


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_a_difference_turns_the_old_text_into_the_new(old: list[str], new: list[str]) -> None:
    rows = diff_lines("\n".join(old), "\n".join(new))
    gone, come = (
        {n - 1: row.text for row in rows if row.kind == kind and (n := row.old or row.new)}
        for kind in ("removed", "added")
    )
    assert all(old[n] == text for n, text in gone.items())
    assert all(new[n] == text for n, text in come.items())
    assert [x for n, x in enumerate(old) if n not in gone] == [x for n, x in enumerate(new) if n not in come]


def test_what_stands_around_changes_is_shown_as_difflib_shows_it() -> None:
    old = "\n".join(str(n) for n in range(40))
    new = old.replace("\n5\n", "\nfive\n").replace("\n12\n", "\n").replace("\n20\n", "\n20\nmore\n")
    ours = [
        f"{ {'same': ' ', 'removed': '-', 'added': '+'}[row.kind] }{row.text}"
        for row in diff_lines(old, new)
        if row.kind != "gap"
    ]
    theirs = [
        line
        for line in unified_diff(old.splitlines(), new.splitlines(), lineterm="")
        if line[:2] not in ("--", "++", "@@")
    ]
    assert ours == theirs
