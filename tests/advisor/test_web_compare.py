"""Two runs side by side: differences, what cannot be subtracted, what differed in the question."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from advisor.models import Job, Run
from advisor.planning.words import money
from advisor.plans.services import save_version
from advisor.web.run_compare import signed
from tests.advisor.plan_pages import text_of
from tests.advisor.results import infeasible_result, make_result
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def cheaper_result() -> dict[str, Any]:
    """Two of the three reserved machines, nothing on demand, one machine of another kind."""
    result = make_result()
    result["objective_npv"] = 61234.5
    result["totals"] |= {"npv": 61234.5, "cash": 61500.0, "lock_in": 12000.0, "carbon_tonnes": 4.815}
    result["totals"]["by_kind"] = [{"kind": "reserved", "npv": 61234.5, "cash": 61500.0}]
    result["totals"]["by_month"][1]["cash"] = 20500.0
    result["purchases"][0] |= {"quantity": 2, "npv": 40000.0}
    result["purchases"][1] |= {"offer": "aws/eu-central-1/p5/on_demand", "provider": "aws", "npv": 21234.5}
    result["unit_costs"][0]["npv_per_unit"] = 0.28
    result["solver"]["bound"] = 61200.0
    return result


def compared(client: Client, a: Run, b: Run) -> Any:
    return client.get(f"/runs/compare?a={a.pk}&b={b.pk}")


def test_figures_stand_side_by_side_with_signed_differences(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    response = compared(client, make_run(ada, plan), make_run(ada, plan, result=cheaper_result()))
    page = text_of(response)
    assert "Net present value USD 81,234 61,234 −20,000 −25 %" in page  # 20000 / 81234.5 = 0.246
    assert "Still owed after the plan USD 12,000 12,000 0 0 %" in page
    assert "Emissions t CO2e 3.2 4.8 +1.6 +50 %" in page  # 1.605 / 3.21 = 0.5
    assert "on demand USD 20,000 0 −20,000 −100 %" in page
    assert "chat USD per million tokens 0.3296 0.28 −0.04961 −15 %" in page
    assert "2027-02 41,000 20,500" in page  # the table of the chart
    assert "Both ask the same" in page


def test_what_is_bought_is_told_apart(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    response = compared(client, make_run(ada, plan), make_run(ada, plan, result=cheaper_result()))
    rows = [(row.state, row.name, row.change) for row in response.context["purchases"]]
    assert rows == [
        ("only A", "a3-highgpu-8g, gcp europe-west4", "−20,000"),
        ("only B", "a3-highgpu-8g, aws europe-west4", "+21,234"),
        ("changed", "a3-highgpu-8g, gcp europe-west4", "−21,234"),  # 40000 less 61234.5
    ]
    assert response.context["purchases"][2].a == "×3 for 2 months"


def test_money_of_two_currencies_is_not_subtracted(client: Client, ada: User) -> None:
    euros = make_result(currency="EUR")
    response = compared(client, make_run(ada), make_run(ada, result=euros))
    page = text_of(response)
    assert "A is in USD and B in EUR: money is shown side by side without differences." in page
    assert "Net present value 81,234 81,234 – –" in page
    assert "USD and EUR" not in page.partition("Simple strategies")[0].partition("What a unit costs")[0]
    assert response.context["chart"] is None


def test_the_texts_of_the_question_are_compared(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    a = make_run(ada, plan)
    save_version(plan, user=ada, text=PLAN_TEXT.replace("months: 1", "months: 2"))
    plan.refresh_from_db()
    page = text_of(compared(client, a, make_run(ada, plan)))
    assert "5 − taken out months: 1 5 + added months: 2" in page


def test_an_impossible_plan_can_be_compared(client: Client, ada: User) -> None:
    page = text_of(compared(client, make_run(ada), make_run(ada, result=infeasible_result())))
    assert "Net present value USD 81,234 – – –" in page


def test_runs_without_an_answer_and_the_same_run_are_refused_in_words(client: Client, ada: User) -> None:
    done, failed = make_run(ada), make_run(ada, state=Job.State.FAILED)
    assert "has no answer to compare: failed" in text_of(compared(client, done, failed))
    assert "Both are the same run." in text_of(compared(client, done, done))
    assert compared(client, done, done).status_code == 200


def test_two_ticked_runs_are_compared_and_a_third_is_left_out(client: Client, ada: User) -> None:
    runs = [make_run(ada) for _ in range(3)]
    query = "&".join(f"run={run.pk}" for run in runs)
    response = client.get(f"/runs/compare?{query}")
    assert (response.context["a"], response.context["b"]) == (runs[0], runs[1])
    assert "More than two were ticked" in text_of(response)


def test_without_two_runs_they_can_be_chosen(client: Client, ada: User) -> None:
    assert "No run has an answer yet" in text_of(client.get("/runs/compare"))
    run = make_run(ada)
    assert f'<option value="{run.pk}"' in client.get("/runs/compare").content.decode()


def test_more_runs_need_no_more_questions(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a, b = make_run(ada), make_run(ada, result=cheaper_result())
    for rows in (0, 10):
        for _ in range(rows):
            make_run(ada)
        with django_assert_num_queries(8):  # session, user, organisation, two runs, two results, the choice
            compared(client, a, b)


@pytest.mark.parametrize(
    ("figure", "text"), [(1200.4, "+1,200"), (-1200.4, "−1,200"), (0.4, "0"), (-0.4, "0")]
)
def test_a_difference_has_a_sign_unless_it_rounds_to_nothing(figure: float, text: str) -> None:
    assert signed(figure, money) == text
