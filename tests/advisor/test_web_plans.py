"""Pages of plans: what they show, keep, refuse, and never lose."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.services import publish
from advisor.models import Job, Run
from advisor.plans.services import archive_plan, save_version
from tests.advisor.plan_pages import text_of
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
BROKEN = PLAN_TEXT.replace("months: 1", "months: -3")


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def sent(text: str, *, based_on: int = 1, **more: Any) -> dict[str, Any]:
    return {"text": text.replace("\n", "\r\n"), "based_on": based_on, **more}


def test_plans_are_listed_with_their_last_run(client: Client, ada: User) -> None:
    make_run(ada, make_plan(ada))
    page = text_of(client.get("/plans/"))
    assert "Tiny 1 versions of Tiny" in page
    assert "ada 1 optimal last run of Tiny 81,234 USD" in page  # objective_npv 81234.5


def test_without_plans_examples_are_offered(client: Client) -> None:
    response = client.get("/plans/")
    assert "No plans yet" in text_of(response)
    assert "/plans/new?example=small-team" in response.content.decode()


def test_plans_of_others_are_neither_listed_nor_opened(client: Client) -> None:
    other = make_plan(make_member("eve", "Others"))
    assert "No plans yet" in text_of(client.get("/plans/"))
    for path in ("", "/versions", "/plan.yaml"):
        assert client.get(f"/plans/{other.pk}{path}").status_code == 404
    for path in ("", "/run", "/archive"):
        assert client.post(f"/plans/{other.pk}{path}", sent("schema: 1")).status_code == 404
    assert other.versions.count() == 1
    assert Run.objects.count() == 0


def test_a_search_and_the_archive_show_what_they_say(client: Client, ada: User) -> None:
    old = make_plan(ada, PLAN_TEXT.replace("Tiny", "Old"))
    make_plan(ada)
    archive_plan(old)
    assert "Old" not in text_of(client.get("/plans/"))
    assert "Old 1 versions" in text_of(client.get("/plans/?archived=1"))
    assert "Tiny 1 versions" in text_of(client.get("/plans/?q=tin"))
    assert "No plan's name holds “zzz”" in text_of(client.get("/plans/?q=zzz"))


def test_plans_are_sorted_by_what_is_asked(client: Client, ada: User) -> None:
    for name in ("Beta", "alpha", "Gamma"):
        make_plan(ada, PLAN_TEXT.replace("Tiny", name))
    listed = [plan.name for plan in client.get("/plans/?sort=-name").context["plans"]]
    assert listed == ["alpha", "Gamma", "Beta"]  # by code point, downwards
    newest_first = [plan.name for plan in client.get("/plans/?sort=nonsense").context["plans"]]
    assert newest_first == ["Gamma", "alpha", "Beta"]


def test_ten_more_plans_need_no_more_questions(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_run(ada, make_plan(ada))
    for rows in (0, 10):
        for _ in range(rows):
            make_run(ada, make_plan(ada))
        with django_assert_num_queries(5):  # session, user, organisation, count, plans
            client.get("/plans/")


def test_the_check_answers_the_editor(client: Client) -> None:
    good = client.post("/plans/check", {"text": PLAN_TEXT}).json()
    assert good == {"problems": [], "problems_total": 0, "summary": "No problems"}
    bad = client.post("/plans/check", {"text": BROKEN}).json()
    assert bad["summary"] == "1 problem, on line 5"
    assert [(row["line"], row["path"], row["value"]) for row in bad["problems"]] == [(5, "months", "-3")]
    part = client.post("/plans/check?part=list", {"text": BROKEN})
    assert text_of(part) == "1 problem, on line 5 line 5 months : -3 : must be 1 or more months: -3"
    assert client.get("/plans/check").status_code == 405


def test_problems_are_shown_at_their_line_without_scripts_too(client: Client, ada: User) -> None:
    plan = make_plan(ada, BROKEN)
    response = client.get(f"/plans/{plan.pk}")
    assert "line 5 months : -3 : must be 1 or more months: -3" in text_of(response)
    inline = response.content.decode().split("data-editor-problems>")[1].split("</script>")[0]
    assert json.loads(inline)[0]["line"] == 5


def test_a_text_cannot_end_its_script_or_its_field(client: Client, ada: User) -> None:
    plan = make_plan(ada, "schema: '</script><b>'\n# </textarea><b>\n")
    page = client.get(f"/plans/{plan.pk}").content.decode()
    assert "<b>" not in page
    assert "\\u003C/script\\u003E" in page


def test_a_changed_text_becomes_the_next_version(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    changed = PLAN_TEXT.replace("months: 1", "months: 2")
    response = client.post(f"/plans/{plan.pk}", sent(changed, note="longer"), follow=True)
    page = text_of(response)
    assert "Saved as version 2." in page
    assert "Version 2, saved" in page
    assert "longer" in page
    assert plan.versions.get(number=2).text == changed


def test_an_unchanged_text_is_said_to_be_so(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    response = client.post(f"/plans/{plan.pk}", sent(PLAN_TEXT), follow=True)
    assert "Nothing changed: version 1 is the newest." in text_of(response)
    assert plan.versions.count() == 1


def test_who_saves_second_sees_both_texts_and_loses_none(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    bob = make_member("bob")
    save_version(plan, user=bob, text=PLAN_TEXT.replace("months: 1", "months: 7"), note="week")
    mine = PLAN_TEXT.replace("months: 1", "months: 9")
    response = client.post(f"/plans/{plan.pk}", sent(mine, based_on=1, note="nine"))
    page = text_of(response)
    assert response.status_code == 409
    assert "Version 2 was saved" in page
    assert "by bob: week" in page
    assert "− taken out months: 7" in page
    assert "+ added months: 9" in page
    assert response.context["text"] == mine
    assert plan.versions.count() == 2
    again = client.post(f"/plans/{plan.pk}", sent(mine, based_on=2))  # what the page now sends
    assert 'name="based_on" value="2"' in response.content.decode()
    assert again.status_code == 302
    assert plan.versions.get(number=3).text == mine


def test_solve_saves_what_changed_and_starts_a_run_of_it(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    changed = PLAN_TEXT.replace("months: 1", "months: 2")
    options: dict[str, Any] = {"options": "1", "gap": "0.005", "time_limit_seconds": "60.0", "baselines": "1"}
    response = client.post(f"/plans/{plan.pk}/run", sent(changed, **options))
    run = Run.objects.get()
    assert response["Location"] == f"/runs/{run.pk}"
    assert (run.version.number, run.version.text) == (2, changed)
    assert (run.gap_asked, run.time_limit_seconds, run.baselines) == (0.005, 60.0, True)
    assert run.job.state == Job.State.QUEUED


def test_solve_of_an_unchanged_text_makes_no_version(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    client.post(f"/plans/{plan.pk}/run", sent(PLAN_TEXT))
    assert plan.versions.count() == 1
    assert Run.objects.get().version.number == 1


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (BROKEN, {}, "Not started: the plan has 1 problem."),
        (PLAN_TEXT, {"gap": "much"}, "gap 'much': write a number"),
        (PLAN_TEXT, {"gap": "0.9"}, "gap 0.9: write a fraction"),
        (PLAN_TEXT, {"time_limit_seconds": "NaN"}, "time_limit_seconds nan: write seconds"),
    ],
)
def test_what_cannot_be_solved_comes_back_with_the_text(
    client: Client, ada: User, text: str, options: dict[str, Any], words: str
) -> None:
    plan = make_plan(ada)
    response = client.post(f"/plans/{plan.pk}/run", sent(text, **options))
    assert response.status_code == 400
    assert words in text_of(response)
    assert response.context["text"] == text
    assert plan.versions.count() == 1
    assert Run.objects.count() == 0


def test_an_older_version_opens_and_is_saved_on_top(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    save_version(plan, user=ada, text=PLAN_TEXT.replace("months: 1", "months: 2"))
    response = client.get(f"/plans/{plan.pk}?version=1")
    assert "This is an older version. Saved, it becomes version 3" in text_of(response)
    assert response.context["text"] == PLAN_TEXT
    client.post(f"/plans/{plan.pk}", sent(PLAN_TEXT, based_on=2))
    assert plan.versions.get(number=3).text == PLAN_TEXT
    assert client.get(f"/plans/{plan.pk}?version=9").status_code == 404


def test_two_versions_are_compared_line_by_line(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    save_version(plan, user=ada, text=PLAN_TEXT.replace("months: 1", "months: 2"), note="longer")
    page = text_of(client.get(f"/plans/{plan.pk}/versions?from=1&to=2"))
    assert "From version 1 to version 2" in page
    assert "5 − taken out months: 1 5 + added months: 2" in page
    assert "longer" in page
    assert client.get(f"/plans/{plan.pk}/versions?from=1&to=7").status_code == 404


def test_ten_more_versions_need_no_more_questions(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plan = make_plan(ada)
    for number in range(1, 13):
        save_version(plan, user=ada, text=PLAN_TEXT.replace("months: 1", f"months: {number}"))
        if number in (2, 12):
            with django_assert_num_queries(7):  # session, user, organisation, plan, versions, two texts
                client.get(f"/plans/{plan.pk}/versions")


def test_a_version_is_downloaded_as_it_was_saved(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    save_version(plan, user=ada, text=PLAN_TEXT + "# two\n")
    newest = client.get(f"/plans/{plan.pk}/plan.yaml")
    assert newest.content.decode() == PLAN_TEXT + "# two\n"
    assert newest["Content-Disposition"] == 'attachment; filename="tiny-v2.yaml"'
    assert client.get(f"/plans/{plan.pk}/plan.yaml?version=1").content.decode() == PLAN_TEXT


def test_a_plan_is_archived_and_comes_back(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    assert client.get(f"/plans/{plan.pk}/archive").status_code == 405
    page = text_of(client.post(f"/plans/{plan.pk}/archive", {"archived": "1"}, follow=True))
    assert "Tiny is archived: it is no longer in the list." in page
    plan.refresh_from_db()
    assert plan.archived_at is not None
    assert plan.archived_at <= datetime.now(UTC)
    client.post(f"/plans/{plan.pk}/archive", {"archived": "0"})
    plan.refresh_from_db()
    assert plan.archived_at is None


def test_numbers_and_words_that_are_none_break_nothing(client: Client, ada: User) -> None:
    plan, many = make_plan(ada), "9" * 5000
    for query in (f"version={many}", f"from={many}&to=-1", "version=²"):
        assert client.get(f"/plans/{plan.pk}?{query}").status_code == 200
        assert client.get(f"/plans/{plan.pk}/versions?{query}").status_code == 200
    for path in ("/plans/", "/runs/"):
        assert client.get(f"{path}?page={many}&q=x&sort=x&state=x&plan=x").status_code == 200
        assert client.get(f"{path}?q=%00").status_code == 400
    changed = sent(PLAN_TEXT + "#\n") | {"based_on": many, "note": "a\tb"}
    assert client.post(f"/plans/{plan.pk}", changed).status_code == 302
    assert plan.versions.get(number=2).note == "a\tb"
    deep = client.post(f"/plans/{plan.pk}/run", {"text": PLAN_TEXT, "gap": "[" * 5000})
    assert deep.status_code == 400


@pytest.mark.parametrize("path", ["/plans/", "/plans/new", "/runs/", "/runs/compare"])
def test_pages_are_for_members(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in")


def test_forged_forms_are_refused(ada: User) -> None:
    plan, run = make_plan(ada), make_run(ada)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    paths = [f"/plans/{plan.pk}", f"/plans/{plan.pk}/run", f"/plans/{plan.pk}/archive", "/plans/new"]
    for path in [*paths, "/plans/check", f"/runs/{run.pk}/cancel", f"/runs/{run.pk}/retry"]:
        assert client.post(path, {"text": PLAN_TEXT}).status_code == 403
    assert organisation_of(ada).plans.count() == 2
