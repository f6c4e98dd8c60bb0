"""Plans as rows: versions that never change, drafts, names, and nobody's work written over."""

import pytest

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
