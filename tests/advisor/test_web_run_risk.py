"""The part of a run's page about uncertain demand and prices."""

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


def test_uncertain_demand_has_a_section_and_a_chart(client: Client, ada: User) -> None:
    costs = (90_000.0, 70_000.0)
    scenarios = [
        {
            "probability": 0.5,
            "demand_factors": {"chat": 1.0},
            "price_factor": 1.0,
            "npv": npv,
            "cash": npv,
            "most_cash_in_a_month": npv,
        }
        for npv in costs
    ]
    risk = {
        "weight": 0.0,
        "tail": 0.5,
        "demand_sigma": 0.2,
        "price_sigma": 0.0,
        "expected_npv": 80_000.0,
        "cvar_npv": 90_000.0,
        "best_npv": 70_000.0,
        "worst_npv": 90_000.0,
        "nearest": 0,
        "unplanned_npv": 81_500.0,
        "value_of_planning_npv": 1_500.0,
        "value_note": "",
        "scenarios": scenarios,
    }
    page = text_of(client.get(f"/runs/{make_run(ada, result=make_result(risk=risk)).pk}"))
    assert "Expected cost 80,000 USD NPV Mean of the worst 50 % 90,000 USD NPV" in page
    assert "Saved by planning for it 1,500 USD NPV" in page
    assert "scenario, cheapest first cost (NPV) 1 70,000 2 90,000" in page
    assert "Uncertain demand" not in text_of(client.get(f"/runs/{make_run(ada).pk}"))
