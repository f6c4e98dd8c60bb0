"""What the page of a run says is saved: the same in words, chart and table, and no more than is proven."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.advisor.plan_pages import text_of
from tests.advisor.results import make_result
from tests.people import make_member, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def test_only_a_proven_saving_is_called_one(client: Client, ada: User) -> None:
    result = make_result()
    result["baselines"][0]["gap"] = 0.25  # may be 25 % less: below the answer
    run = make_run(ada, result=result)
    page = text_of(client.get(f"/runs/{run.pk}"))
    assert "no difference proven; could be 25 % less: time ran out 99,000 – –" in page


def test_chart_and_table_tell_the_same_saving(client: Client, ada: User) -> None:
    result = make_result()
    result["baselines"][0]["gap"] = 0.05  # may cost 94,050: 12,815.5 or 13.63 % of it are saved for sure
    page = text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))
    assert "everything on demand (at least 13 % saved) 99,000" in page
    assert "could be 5 % less: time ran out 99,000 at least 12,815 at least 13 %" in page


def test_strategies_that_cost_the_same_are_a_sentence_and_no_chart(client: Client, ada: User) -> None:
    result = make_result()
    row = result["baselines"][0] | {"npv": 81_500.0, "regret_npv": 265.5, "regret_fraction": 0.00326}
    others = [row | {"name": name} for name in ("all_cloud", "cheapest_single_provider")]
    for answered, is_told in (([row, *others], True), ([row, others[0]], False)):
        result["baselines"][:-1] = answered
        response = client.get(f"/runs/{make_run(ada, result=result).pk}")
        told = "Every strategy that has an answer costs within 1 % of this plan" in text_of(response)
        assert (told, response.context["baselines_chart"]) == (is_told, None)


def test_a_side_without_a_plan_is_a_dash_without_a_unit(client: Client, ada: User) -> None:
    result = make_result()
    result["build_vs_buy"] |= {"break_even_utilisation": 0.4, "self_hosted_npv": None, "cloud_npv": 81234.5}
    page = text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))
    assert "Only own servers – Only cloud 81,234 USD NPV" in page


def test_a_saving_too_small_to_tell_is_not_called_none(client: Client, ada: User) -> None:
    result = make_result()
    result["baselines"][0] |= {"npv": 81_260.0, "regret_npv": 25.5, "regret_fraction": 0.00031, "gap": 0.0}
    page = text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))
    assert "everything on demand less than 0.05 % saved 81,260 – –" in page
