"""Pages of runs: the list, a run on its way, one that ended badly, and the answer."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.services import publish
from advisor.models import Job, Run
from advisor.web.run_words import duration
from tests.advisor.plan_pages import make_many, text_of
from tests.advisor.results import infeasible_result, make_result
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def test_runs_are_listed_with_how_they_stand(client: Client, ada: User) -> None:
    started = datetime.now(UTC) - timedelta(seconds=65)
    make_run(ada, started_at=started, finished_at=started + timedelta(seconds=62))
    page = text_of(client.get("/runs/"))
    assert re.search(r"Tiny v1 of the plan Tiny optimal 81,234 USD 0\.04 % \S+ \S+ 1 min 02 s ada", page)


def test_without_runs_the_page_says_how_to_get_one(client: Client) -> None:
    assert "No runs yet" in text_of(client.get("/runs/"))


def test_runs_of_others_are_out_of_reach(client: Client) -> None:
    other = make_run(make_member("eve", "Others"))
    assert "No runs yet" in text_of(client.get("/runs/"))
    for path in ("", "/progress", "/result.json", "/purchases.csv"):
        assert client.get(f"/runs/{other.pk}{path}").status_code == 404
    for path in ("/cancel", "/retry"):
        assert client.post(f"/runs/{other.pk}{path}").status_code == 404
    assert client.get(f"/runs/compare?a={other.pk}&b={other.pk}").status_code == 404
    assert client.get("/runs/nonsense").status_code == 404


def test_filters_leave_what_they_say(client: Client, ada: User) -> None:
    plan = make_plan(ada, PLAN_TEXT.replace("Tiny", "Large"))
    make_run(ada, plan)
    make_run(ada, state=Job.State.FAILED)

    def names(query: str) -> list[str]:
        return [row["run"].name for row in client.get(f"/runs/?{query}").context["rows"]]

    assert names("") == ["Tiny", "Large"]
    assert names("state=failed") == ["Tiny"]
    assert names("state=optimal") == ["Large"]
    assert names("q=lar") == ["Large"]
    assert names(f"plan={plan.pk}") == ["Large"]
    assert names("state=nonsense&plan=nonsense") == ["Tiny", "Large"]
    assert "No run fits" in text_of(client.get("/runs/?state=cancelled"))


def test_lists_go_on_after_fifty_rows(client: Client, ada: User) -> None:
    make_many(ada, plans=51, runs=60)
    assert "51 to 60 of 60 runs Previous Page 2 of 2" in text_of(client.get("/runs/?page=2"))
    assert "1 to 50 of 51 plans Page 1 of 2 Next" in text_of(client.get("/plans/"))
    second = client.get("/plans/?q=plan&sort=name&page=2")
    assert [plan.name for plan in second.context["plans"]] == ["Plan 9"]
    assert 'href="?q=plan&amp;sort=name&amp;page=1"' in second.content.decode()


def test_ten_more_runs_need_no_more_questions(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plan = make_plan(ada)
    for rows in (1, 10):
        for _ in range(rows):
            make_run(ada, plan)
        with django_assert_num_queries(6):  # session, user, organisation, count, runs, plans to choose from
            client.get("/runs/")


def test_a_waiting_run_says_how_many_are_before_it(client: Client, ada: User) -> None:
    other = make_member("eve", "Others")
    for user in (ada, other, other, ada):  # what others do stays with them
        make_run(user, state=Job.State.QUEUED)
    run = make_run(ada, state=Job.State.QUEUED)
    response = client.get(f"/runs/{run.pk}")
    assert "Waiting: 2 of your runs are before it." in text_of(response)
    assert "No worker" not in text_of(response)
    html = response.content.decode()
    assert f'hx-get="/runs/{run.pk}/progress" hx-trigger="every 1s"' in html
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in html


def test_a_solving_run_shows_its_figures(client: Client, ada: User) -> None:
    news = {
        "phase": "solving", "stage": "solving", "currency": "USD",
        "best": 1_610_000.4, "bound": 1_608_712.0, "gap": 0.0008,
    }  # fmt: skip
    started = datetime.now(UTC) - timedelta(seconds=125)
    run = make_run(ada, state=Job.State.RUNNING, progress=news, fraction=0.416, started_at=started)
    response = client.get(f"/runs/{run.pk}/progress", headers={"HX-Request": "true"})
    page = text_of(response)
    assert "Solving: best 1,610,000 USD, bound 1,608,712, gap 0.08 %" in page
    assert "42 % done · 2 min 05 s so far" in page
    assert "pricing" not in page
    steps = response.context["steps"]
    assert [step.state for step in steps] == ["done", "done", "done", "now", "later", "later", "later"]
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize(
    ("news", "words"),
    [
        ({}, "Reading the plan"),
        ({"phase": "pricing", "done": 1200, "total": 4243}, "Reading prices: 1,200 of 4,243 offers"),
        ({"phase": "solving"}, "Solving: no answer yet"),
        ({"phase": "clashes"}, "finding what clashes"),
        ({"phase": "comparing", "done": 2, "total": 6}, "with simple strategies: 2 of 6 strategies"),
        ({"phase": "checking", "stage": "checking the answer"}, "Checking the answer"),
        ({"phase": "to come", "best": 1.0}, "Solving: best 1"),
    ],
)
def test_every_phase_has_words(client: Client, ada: User, news: dict[str, Any], words: str) -> None:
    run = make_run(ada, state=Job.State.RUNNING, progress=news)
    assert words in text_of(client.get(f"/runs/{run.pk}/progress"))


def test_an_ended_run_makes_the_page_load_its_answer(client: Client, ada: User) -> None:
    run = make_run(ada)
    response = client.get(f"/runs/{run.pk}/progress", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (286, "true")
    row = client.get(f"/runs/{run.pk}/progress?part=row")
    assert row.status_code == 286
    assert "hx-get" not in row.content.decode()


def test_a_waiting_run_is_cancelled_at_once(client: Client, ada: User) -> None:
    run = make_run(ada, state=Job.State.QUEUED)
    assert client.get(f"/runs/{run.pk}/cancel").status_code == 405
    page = text_of(client.post(f"/runs/{run.pk}/cancel", follow=True))
    assert "The run is cancelled." in page
    assert "Tiny: cancelled" in page
    again = text_of(client.post(f"/runs/{run.pk}/cancel", follow=True))
    assert "The run had ended already." in again


def test_a_running_run_is_stopping_until_its_worker_hears(client: Client, ada: User) -> None:
    run = make_run(ada, state=Job.State.RUNNING)
    response = client.post(f"/runs/{run.pk}/cancel", follow=True)
    assert "Stopping …" in text_of(response)
    assert f"/runs/{run.pk}/cancel" not in response.content.decode()


def test_a_failed_run_says_why_and_what_to_do(client: Client, ada: User) -> None:
    lines = ["Stopped after 15 minutes, the longest it may take."]
    run = make_run(ada, state=Job.State.FAILED, error_code="deadline", error_lines=lines)
    page = text_of(client.get(f"/runs/{run.pk}"))
    assert "Tiny: no answer" in page
    assert lines[0] in page
    assert "Allow a wider gap" in page
    client.post(f"/runs/{run.pk}/retry")
    run.job.refresh_from_db()
    assert run.job.state == Job.State.QUEUED


def test_a_run_with_an_answer_cannot_be_tried_again(client: Client, ada: User) -> None:
    run = make_run(ada)
    page = text_of(client.post(f"/runs/{run.pk}/retry", follow=True))
    assert "only failed and cancelled runs can be tried again" in page


def test_the_answer_shows_every_stored_figure(client: Client, ada: User, settings: Settings) -> None:
    result = make_result()
    seen = datetime.now(UTC) - timedelta(days=100)
    result["catalogue"]["as_of"] = f"{seen + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    result["purchases"][0] |= {
        "price_observed_at": f"{seen:%Y-%m-%dT%H:%M:%SZ}",
        "source_url": "https://prices.example/a3",
    }
    result["purchases"][1] |= {"source_url": "javascript:alert(1)", "quantity_unit": "machines_at_once"}
    settings.PRICE_MAX_AGE_HOURS = 99 * 24
    run = make_run(ada, result=result)
    response = client.get(f"/runs/{run.pk}")
    page = text_of(response)
    assert "Reserve 3 × a3-highgpu-8g (8 × H100)" in page
    assert "Net present value 81,234 USD Cash 82,000 USD Capex 0 USD" in page
    assert (
        "3 a3-highgpu-8g 8 × H100 gcp europe-west4 NL 12 months, no upfront 2027-01 2 49.42 USD 61,234 "
        "3 months, stale 3 days source" in page  # 100 x 24 / 730 = 3.3 months; as of is 3 days later
    )
    assert "≤ 1 a3-highgpu-8g" in page
    assert "reserved 61,234 75 % 62,000" in page  # 61234.5 / 81234.5 = 0.7538
    assert "everything on demand 99,000 17,766 18 %" in page  # 17765.5 / 99000 = 0.1794
    assert "only own servers the plan has no site – – –" in page
    assert "chat 0.3296 USD per million tokens" in page
    assert "Before you rely on it 1 price is older than 90 days." in page
    assert "Whether the provider has the machines on that day." in page
    assert "within 0.04 % (0.1 % asked, at most 5 min of search)" in page
    assert run.result.sha256 in page
    assert "javascript:" not in response.content.decode()


def test_a_server_that_is_bought_has_its_price_once_each(client: Client, ada: User) -> None:
    result = make_result()
    result["purchases"][0] |= {
        "price_per_hour": None,
        "upfront": 330_000.0,
        "source_currency": "EUR",
        "site": "hall",
    }
    assert " 330,000 EUR once, each " in text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))


def test_all_of_a_chart_is_in_its_table(client: Client, ada: User) -> None:
    run = make_run(ada)
    page = text_of(client.get(f"/runs/{run.pk}"))
    assert "What is paid each month by kind of capacity, USD: the numbers" in page
    assert "month on demand reserved 2027-01 10,000 31,000 2027-02 10,000 31,000" in page
    # all on demand costs at least 99000 less 0.05 % = 98950.5: 17.90 % of that is saved, 17.95 % of 99000
    assert "this plan 81,234 everything on demand (18 % saved) 99,000" in page
    assert "Accelerators held or rented, month by month: the numbers" in page
    assert "month on demand reserved 2027-01 8 24 2027-02 8 24" in page
    assert "Mon–Fri 07:00 0 900 900 Mon–Fri 08:00 300 900 1,200" in page
    assert "chat: the busiest hour of each month" in page


def test_the_plans_limit_on_cash_is_drawn(client: Client, ada: User) -> None:
    publish([make_offer()], source="t", label="t")
    limits = {"limits: {cash_per_month: 50000.5}": [{"name": "limit", "y": 50000.5}]}
    limits |= {"limits: {cash_per_month: [50000]}": [], "# cash_per_month: 3": []}
    for text, marks in limits.items():
        run = make_run(ada, make_plan(ada, f"{PLAN_TEXT}{text}\n"))
        assert client.get(f"/runs/{run.pk}").context["cost_chart"].spec["marks"] == marks


def test_an_older_result_without_its_load_is_shown_without_those_charts(client: Client, ada: User) -> None:
    page = text_of(client.get(f"/runs/{make_run(ada, result=make_result(load=None)).pk}"))
    assert "Capacity and demand" not in page
    assert "What to get" in page


def test_an_impossible_plan_says_what_clashes(client: Client, ada: User) -> None:
    run = make_run(ada, result=infeasible_result())
    page = text_of(client.get(f"/runs/{run.pk}"))
    assert "no plan can hold all its limits together" in page
    assert "Raise limits.capex_total from 100,000 to at least 900,000 USD." in page
    assert "impossible" in page


def test_a_run_again_takes_the_same_question_and_the_prices_of_now(client: Client, ada: User) -> None:
    first = publish([make_offer()], source="t", label="t")
    old = make_run(ada)
    form = client.get(f"/runs/{old.pk}").content.decode().split(f'action="/plans/{old.plan_id}/run"')[1]
    fields = dict(re.findall(r'name="(version|gap|time_limit_seconds|baselines)" value="([^"]*)"', form))
    assert fields == {"version": "1", "gap": "0.001", "time_limit_seconds": "300.0", "baselines": "1"}
    response = client.post(f"/plans/{old.plan_id}/run", fields)
    new = Run.objects.exclude(pk=old.pk).get()
    assert response["Location"] == f"/runs/{new.pk}"
    assert new.version == old.version
    assert new.as_of > old.as_of
    assert first is not None


def test_durations_are_read_easily() -> None:
    assert [duration(s) for s in (0.42, 9.96, 59.4, 59.6, 185, 3720)] == [
        "0.4 s",
        "10 s",
        "59 s",
        "1 min 00 s",
        "3 min 05 s",
        "1 h 02 min",
    ]


def test_words_made_for_the_terminal_are_put_in_those_of_a_page(client: Client, ada: User) -> None:
    lines = ["The solver gave up.", "Give it longer (--time-limit), or make the plan smaller."]
    run = make_run(ada, state=Job.State.FAILED, error_code="solver_failed", error_lines=lines)
    page = text_of(client.get(f"/runs/{run.pk}"))
    assert "Give it longer (time limit), or make the plan smaller." in page
    assert "--" not in page
