"""What the page of a run says of money: every sum worked out by hand from the plan."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from advisor.planning.result_rows import KindBeyond, KindTotal
from advisor.web.result_view import kind_rows
from tests.advisor.page_text import text_of
from tests.advisor.planning_cases import SITE, make_reservation, plan_data, result_of
from tests.advisor.results import infeasible_result
from tests.people import make_member, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def page_of(client: Client, ada: User, data: dict[str, Any], offers: list[Any]) -> str:
    result = json.loads(result_of(data, offers).as_json())
    return text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))


def test_own_servers_have_opex_a_value_left_and_a_total(client: Client, ada: User) -> None:
    """One month: opening 1,000, server 5,000; worth 55 % of that at half of its life, 2,750.

    Opex: rent 100, one person 500, maintenance 10, 2 kW x 1.5 x 730 h x 0.2 = 438: 1,048 in all.
    """
    site = SITE | {"opening": {"capex": 1000, "monthly": 100}}
    page = page_of(client, ada, plan_data(capacity={"offers": "none", "sites": [site]}), [])
    assert "Net present value 4,298 USD Cash 7,048 USD Capex 6,000 USD Opex 1,048 USD" in page
    assert "Value left at the end 2,750 USD Still owed at the end 0 USD" in page
    assert "own servers 2,698 63 % −2,750 5,448" in page  # 5,000 + 448 less 2,750, of 4,298
    assert "sites and people 1,600 37 % – 1,600" in page
    assert "together 4,298 100 % −2,750 7,048" in page


def test_what_is_still_owed_is_in_npv_and_not_in_cash(client: Client, ada: User) -> None:
    """Two of three months of a reservation: 1,000 and twice 7,300 are paid, 7,300 still owed."""
    page = page_of(client, ada, plan_data(months=2), [make_reservation()])
    assert "Opex 15,600 USD Value left at the end 0 USD Still owed at the end 7,300 USD" in page
    assert "reserved 22,900 100 % 7,300 15,600 together 22,900 100 % 7,300 15,600" in page


def test_upfront_money_beyond_a_going_concern_is_value_left(client: Client, ada: User) -> None:
    """A third of 1,000 upfront is for the third month: 333 come back."""
    data = plan_data(months=2, end_of_horizon="going_concern")
    page = page_of(client, ada, data, [make_reservation()])
    assert "Value left at the end 333 USD Still owed at the end 7,300 USD" in page
    assert "together 15,267 100 % −333 15,600" in page


def test_the_rows_of_the_kinds_add_up_to_the_total(client: Client, ada: User) -> None:
    """On demand and a reservation, without anything after the plan: no column for that."""
    page = text_of(client.get(f"/runs/{make_run(ada).pk}"))
    assert "of it after the plan" not in page
    rows = re.search(r"reserved ([\d,]+) 75 % ([\d,]+) on demand ([\d,]+) 25 % ([\d,]+)", page)
    assert rows is not None
    npv_a, cash_a, npv_b, cash_b = (int(text.replace(",", "")) for text in rows.groups())
    assert f"together {npv_a + npv_b:,} 100 % {cash_a + cash_b:,}" in page


def test_an_impossible_plan_has_no_sums(client: Client, ada: User) -> None:
    page = text_of(client.get(f"/runs/{make_run(ada, result=infeasible_result()).pk}"))
    assert "Opex" not in page
    assert "What it costs" not in page


def test_the_charge_for_risk_is_not_called_later() -> None:
    """It is in no month, though nothing of it is owed after the plan."""
    result = result_of(plan_data(months=2), [make_reservation()])
    assert result.totals is not None
    charge = KindTotal(kind="risk", npv=100.0, cash=0.0)
    totals = result.totals.model_copy(
        update={
            "npv": result.totals.npv + 100.0,
            "by_kind": (*result.totals.by_kind, charge),
            "beyond": (*result.totals.beyond, KindBeyond(kind="risk", npv=100.0)),
        }
    )
    rows = kind_rows(result.model_copy(update={"totals": totals}))
    assert [(row.name, row.after) for row in rows] == [
        ("reserved", "7,300"),
        ("charge for risk", "–"),
        ("together", "7,300"),
    ]
