"""A run explained for longer: offered where time was short; same question and prices; both runs linked."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from advisor.catalog.services import publish
from advisor.jobs import queue
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Job, Run
from advisor.planning.result import Result
from advisor.planning.summary import summary
from advisor.planning.unreached import Part, Unreached, unreached
from advisor.runs.longer import step_that_may_do
from advisor.runs.queries import result_of
from advisor.runs.services import Ask, start_run
from advisor.web.run_words import minutes
from tests.advisor.api_calls import member
from tests.advisor.page_text import text_of
from tests.advisor.results import infeasible_result, make_result
from tests.factories import NOW, make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
LATE = {"status": "not_computed", "note": "the time for explanations ran out before it"}
DONE = {"status": "proven", "npv": 70_000.0, "difference_npv": -11_234.0}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_words, **_options: True)


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def late_result(**changes: Any) -> dict[str, Any]:
    """Of three rules one was reached, of two figures one, of one other way none."""
    rules = [{"limit": "limits", "where": "", "rule": f"rule {n}"} for n in range(3)]
    case = {"change": 0.8}
    parts = {
        "seconds_allowed": 30.0,
        "rules": [rules[0] | DONE, rules[1] | LATE, rules[2] | LATE],
        "alternatives": [{"name": "one_country", "words": "all in one country"} | LATE],
        "sensitivity": [{"factor": "demand", "low": case | DONE, "high": case | LATE}],
    }
    return make_result(explanations=parts, binding=[], **changes)


def make_late_run(user: User, result: dict[str, Any] | None = None, **fields: Any) -> Run:
    run = make_run(user, result=result or late_result())
    Run.objects.filter(pk=run.pk).update(**{"explain_seconds": 30.0} | fields)
    run.refresh_from_db()
    return run


def form_in(page: str, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    (name,) = re.findall(r'<select [^>]*name="(\w+)"', form)
    (chosen,) = re.findall(r'value="([^"]*)" selected', form)
    return fields | {name: chosen}


def test_what_the_time_did_not_reach_is_counted() -> None:
    found = unreached(Result.model_validate(late_result()))
    assert (found.reached, found.asked) == (2, 6)  # a rule and a figure of 3 rules, 2 figures, 1 way
    assert found.words() == "2 rules, 1 other way, 1 changed figure"
    reason = "Break-even: time ran out before it was found."
    even = make_result()["build_vs_buy"] | {"reason": reason}
    more = Result.model_validate(late_result(build_vs_buy=even) | {"binding": None})
    assert (
        "2 rules, what wider limits save, own servers against the cloud, 1 other" in unreached(more).words()
    )
    assert unreached(Result.model_validate(make_result())).missing == 0


def test_the_page_offers_more_time_and_says_what_for(client: Client, ada: User) -> None:
    run = make_late_run(ada)
    response = client.get(f"/runs/{run.pk}")
    page = text_of(response)
    assert "2 of 6 explanations were worked out in 30 s." in page.replace("\u00a0", " ")
    assert "The time did not reach: 2 rules, 1 other way, 1 changed figure." in page
    html = response.content.decode()
    # 2 of 6 took 30 s, so 6 take about 90: two minutes are the first step that may do
    assert form_in(html, f"/runs/{run.pk}/explain")["explain_seconds"] == "120.0"
    assert re.findall(r'<option value="([\d.]+)"', html) == ["120.0", "300.0", "900.0", "3600.0"]


def test_what_was_proven_too_loosely_to_tell_is_worth_more_time(client: Client, ada: User) -> None:
    """Of the rows without a difference those proven less close than the answer may still tell one."""
    wide = {"status": "no_difference", "npv": 1.0, "gap": 0.02, "note": "no difference beyond the gap"}
    result = late_result()
    for row in (*result["explanations"]["rules"], *result["explanations"]["alternatives"]):
        row |= wide
    result["explanations"]["sensitivity"][0]["high"] |= wide | {"gap": result["solver"]["gap_asked"]}
    found = unreached(Result.model_validate(result))
    assert (found.missing, found.undecided, found.is_open) == (0, 4, True)
    page = text_of(client.get(f"/runs/{make_late_run(ada, result).pk}"))
    assert "6 of 6 explanations were worked out" in page
    assert "Of 4 it is not decided whether they make a difference." in page
    assert "did not reach" not in page
    lines = " ".join(" ".join(summary(Result.model_validate(result), now=NOW)).split())
    assert "Of 4 it is not decided whether they make a difference. Ask for more time" in lines


def test_an_undecided_row_takes_as_long_as_the_answer_and_half_again(ada: User) -> None:
    run = make_late_run(ada)
    part = Part(name="rule", asked=4, missing=0)
    found = Unreached(parts=(part,), undecided=4, answer_seconds=20.0)
    assert step_that_may_do(run, found) == 300.0  # 30 s and 4 times 30 s
    assert step_that_may_do(run, replace(found, undecided=1)) == 120.0


def test_nothing_is_offered_where_more_time_changes_nothing(client: Client, ada: User) -> None:
    done = late_result()
    for row in (*done["explanations"]["rules"], *done["explanations"]["alternatives"]):
        row |= DONE | {"note": ""}
    done["explanations"]["sensitivity"][0]["high"] |= DONE | {"note": ""}
    for run in (make_late_run(ada, done), make_late_run(ada, explain_seconds=3600.0)):
        assert 'id="longer"' not in client.get(f"/runs/{run.pk}").content.decode()


def test_a_run_without_explanations_can_be_explained(client: Client, ada: User) -> None:
    page = text_of(client.get(f"/runs/{make_run(ada).pk}"))
    assert "Without explanations" in page
    assert "did not reach" not in page


def test_pressed_twice_it_is_one_run_of_the_same_question_and_prices(client: Client, ada: User) -> None:
    old = make_late_run(ada, gap_asked=0.02, time_limit_seconds=77.0, baselines=False, why=["x/y"])
    publish([make_offer(price_per_hour=Decimal(1))], source="t", label="cheaper, later")
    fields = form_in(client.get(f"/runs/{old.pk}").content.decode(), f"/runs/{old.pk}/explain")
    first, second = (client.post(f"/runs/{old.pk}/explain", fields) for _ in range(2))
    new = Run.objects.exclude(pk=old.pk).get()
    assert first["Location"] == second["Location"] == f"/runs/{new.pk}"
    asked = ("version", "gap_asked", "time_limit_seconds", "baselines", "why")
    same = (*asked, "as_of", "catalogue_version", "price_book")
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.explain_seconds, new.longer_than, new.created_by) == (120, old, ada)
    assert new.job.deadline_seconds == 77 + 120 + 900


def test_both_runs_name_each_other(client: Client, ada: User) -> None:
    old = make_late_run(ada)
    client.post(f"/runs/{old.pk}/explain", {"explain_seconds": "900"})
    new = Run.objects.exclude(pk=old.pk).get()
    for state, words in (
        (Job.State.QUEUED, "Being explained for longer"),
        (Job.State.SUCCEEDED, "Explained"),
    ):
        Job.objects.filter(pk=new.job_id).update(state=state)
        response = client.get(f"/runs/{old.pk}")
        assert words in text_of(response)
        assert f'href="/runs/{new.pk}"' in response.content.decode()
        assert 'id="longer"' not in response.content.decode()
    page = client.get(f"/runs/{new.pk}").content.decode()
    assert f'href="/runs/{old.pk}"' in page
    Job.objects.filter(pk=new.job_id).update(state=Job.State.FAILED)
    again = client.get(f"/runs/{old.pk}").content.decode()
    assert 'id="longer"' in again
    assert str(new.pk) not in again.split('id="longer"')[0].split('id="other"')[0]


@pytest.mark.parametrize("seconds", ["30", "20", "4000", "nan", "soon", ""])
def test_a_time_that_is_not_longer_is_refused(client: Client, ada: User, seconds: str) -> None:
    old = make_late_run(ada)
    refused = client.post(f"/runs/{old.pk}/explain", {"explain_seconds": seconds})
    assert refused.status_code == 400
    assert "explain_seconds" in text_of(refused).replace("explain seconds", "explain_seconds")
    assert Run.objects.count() == 1


def test_only_a_run_with_an_answer_is_explained_and_only_by_its_own(client: Client, ada: User) -> None:
    failed = make_run(ada, state=Job.State.FAILED)
    assert client.post(f"/runs/{failed.pk}/explain", {"explain_seconds": "900"}).status_code == 409
    assert client.get(f"/runs/{failed.pk}/explain").status_code == 405
    other = make_late_run(make_member("eve", "Others"))
    assert client.post(f"/runs/{other.pk}/explain", {"explain_seconds": "900"}).status_code == 404
    assert Client().post(f"/runs/{other.pk}/explain", {"explain_seconds": "900"}).status_code == 302
    assert Run.objects.count() == 2


def test_the_api_explains_for_longer(ada: User) -> None:
    user, ask = member("grace", "Mark I")
    old = make_late_run(user)
    key = {"headers": {"Idempotency-Key": "more"}}
    started = ask.post(f"/runs/{old.pk}/explain", {"explain_seconds": 300}, **key)
    assert started.status == 202
    new = started.json
    assert (new["explain_seconds"], new["longer_than"]) == (300, str(old.pk))
    assert ask.get(new["links"]["longer_than"]).json["id"] == str(old.pk)
    assert ask.get(f"/runs/{old.pk}").json["longer_than"] is None
    again = ask.post(f"/runs/{old.pk}/explain", {"explain_seconds": 300}, **key)
    assert (again.status, again.json["id"]) == (200, new["id"])
    assert ask.post(f"/runs/{old.pk}/explain", {"explain_seconds": 900}, **key).code == "conflict"
    refused = ask.post(f"/runs/{old.pk}/explain", {"explain_seconds": 30})
    assert (refused.status, refused.error["field"]) == (422, "explain_seconds")
    assert ask.post(f"/runs/{new['id']}/explain", {"explain_seconds": 900}).code == "conflict"
    assert ask.post(f"/runs/{make_run(ada).pk}/explain", {"explain_seconds": 900}).code == "not_found"


@pytest.mark.django_db(transaction=True)
def test_the_longer_run_rests_on_the_old_prices_and_has_what_was_missing(client: Client, ada: User) -> None:
    version = make_plan(ada, PLAN_TEXT.replace("months: 1", "months: 2")).versions.get()
    old, _ = start_run(
        version, organisation=organisation_of(ada), user=ada, ask=Ask(gap=1e-6, explain_seconds=1e-9)
    )
    assert perform(old.job_id, HANDLERS) == "done"
    publish([make_offer(price_per_hour=Decimal(1))], source="t", label="cheaper, later")
    assert unreached(result_of(old)).missing > 0
    client.post(f"/runs/{old.pk}/explain", {"explain_seconds": "20"})
    new = Run.objects.exclude(pk=old.pk).get()
    assert perform(new.job_id, HANDLERS) == "done"
    new.refresh_from_db()
    assert new.objective_npv == pytest.approx(2 * 50 * 730)  # 50 an hour of two months, as before
    assert unreached(result_of(new)).missing == 0


def test_ways_out_that_were_not_reached_are_said_once(client: Client, ada: User) -> None:
    late = "not reached in the time for explanations"
    row = infeasible_result()["conflicts"][0] | {"cost_note": late}
    impossible = infeasible_result() | {
        "conflicts": [row, row, row | {"cost_note": "", "cost_of_relaxation": 5.0}]
    }
    page = text_of(client.get(f"/runs/{make_late_run(ada, impossible).pk}"))
    assert late not in page
    assert page.count("2 of these ways out are without a cost: the time for explanations ran out.") == 1
    assert "The time did not reach: 2 costs of ways out." in page
    lines = "\n".join(summary(Result.model_validate(impossible), now=NOW))
    assert late not in lines
    assert lines.count("--explain-time") == 1


def test_the_text_says_once_what_more_time_would_tell() -> None:
    lines = " ".join(summary(Result.model_validate(late_result()), now=NOW))
    assert "2 of 6 explanations were worked out in 30 s" in lines
    assert lines.count("--explain-time") == 1
    assert "--explain-time" not in " ".join(summary(Result.model_validate(make_result()), now=NOW))


def test_chosen_times_are_read_easily() -> None:
    assert [minutes(s) for s in (0.5, 30, 90, 120, 900, 3600, 5400)] == [
        "0.5 s", "30 s", "1 min 30 s", "2 min", "15 min", "1 h", "90 min",
    ]  # fmt: skip
