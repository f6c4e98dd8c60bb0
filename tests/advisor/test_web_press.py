"""A button that is pressed twice does its work once."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from advisor.catalog.services import publish
from advisor.models import Plan, Run
from advisor.plans.services import save_version
from advisor.web import plans
from tests.advisor.plan_pages import once_in, text_of
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def test_solve_pressed_twice_starts_one_run_and_another_question_another(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    form = {
        "text": PLAN_TEXT + "# more\n",
        "based_on": 1,
        "once": once_in(client.get(f"/plans/{plan.pk}").content.decode()),
    }
    answers = [client.post(f"/plans/{plan.pk}/run", form) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {f"/runs/{Run.objects.get().pk}"}
    save_version(plan, user=ada, text=PLAN_TEXT + "# of someone else\n")
    late = client.post(
        f"/plans/{plan.pk}/run", form
    )  # the press that came late writes nothing and is no clash
    assert late["Location"] == f"/runs/{Run.objects.get().pk}"
    assert plan.versions.count() == 3
    client.post(f"/plans/{plan.pk}/run", form | {"gap": "0.01", "based_on": 3})
    assert Run.objects.count() == 2  # from the same page, but asked otherwise


def test_run_again_pressed_twice_starts_one_run(client: Client, ada: User) -> None:
    done = make_run(ada)
    page = client.get(f"/runs/{done.pk}").content.decode()
    form = {"version": 1, "gap": "0.001", "once": once_in(page)}
    answers = [client.post(f"/plans/{done.plan_id}/run", form) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Run.objects.count() == 2  # the one that was done and the new one


def test_a_new_plan_that_is_solved_by_two_presses_is_one_plan_with_one_run(client: Client) -> None:
    page = client.get("/plans/new?example=empty").content.decode()
    form = {"text": PLAN_TEXT, "then": "solve", "once": once_in(page)}
    answers = [client.post("/plans/new", form) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {f"/runs/{Run.objects.get().pk}"}
    assert Plan.objects.count() == 1
    client.post(
        "/plans/new", form | {"once": once_in(client.get("/plans/new?example=empty").content.decode())}
    )
    assert (Plan.objects.count(), Run.objects.count()) == (2, 2)


def test_without_prices_nothing_is_made_and_the_text_is_not_lost() -> None:
    client = signed_in(make_member())
    response = client.post("/plans/new", {"text": PLAN_TEXT, "then": "solve", "once": "b" * 32})
    assert response.status_code == 503
    assert "The catalogue holds no prices yet." in text_of(response)
    assert response.context["text"] == PLAN_TEXT
    assert Plan.objects.count() == 0


def test_the_later_of_two_presses_at_once_leaves_no_plan_behind(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"text": PLAN_TEXT, "then": "solve", "once": "a" * 32}
    client.post("/plans/new", form)
    answers = iter([None, Run.objects.get()])  # the second press looked before the first was done
    monkeypatch.setattr(plans, "run_of_key", lambda *_: next(answers))
    assert client.post("/plans/new", form)["Location"] == f"/runs/{Run.objects.get().pk}"
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ("months: -3", "with 1 problem: the plan can be solved when it is put right."),
        ("months: -3\nsurprise: 1", "with 2 problems: the plan can be solved when they are put right."),
    ],
)
def test_a_saved_text_with_problems_says_so_in_grammar(
    client: Client, ada: User, months: str, words: str
) -> None:
    plan = make_plan(ada)
    text = PLAN_TEXT.replace("months: 1", months)
    assert words in text_of(client.post(f"/plans/{plan.pk}", {"text": text, "based_on": 1}, follow=True))
