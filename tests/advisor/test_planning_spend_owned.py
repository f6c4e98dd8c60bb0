"""Money that was committed to before a plan begins."""

from typing import Any

import pytest

from advisor.demand.problems import PlanError
from tests.advisor.planning_cases import case_of, near, plan_data, result_of
from tests.advisor.test_planning_spend import P5, SP, make_rate, two_levels
from tests.factories import make_offer


def owned(**changes: Any) -> dict[str, Any]:
    """Money committed to before, 30 an hour of a plan's 30 for a machine."""
    return {"offer": f"aws/*/*/spend_commitment/{SP}", "quantity": 1, "commitment_per_hour": 30} | changes


def test_money_owned_covers_for_nothing_as_long_as_it_is_there() -> None:
    # two machines; one is covered for nothing in month 0; all else is committed to month by month at 30
    data = plan_data(two_levels(16, 1.0), months=2, capacity={"owned": [owned(until="2027-01")]})
    result = result_of(data, [make_offer(), make_rate()], baselines=True)
    assert result.objective_npv == near((30 + 60) * 730)
    money = {(row.purchase, row.start): row.commitment_per_hour for row in result.purchases}
    assert money == {
        ("owned", "2027-01"): near(30),
        ("spend_commitment", "2027-01"): near(30),
        ("spend_commitment", "2027-02"): near(60),
        ("on_demand", "2027-01"): None,
    }
    first = result.purchases[0]
    assert (first.npv, first.cash, first.upfront, first.quantity_unit) == (0, 0, None, "commitments")
    costs = {row.name: row.npv for row in result.baselines}
    assert costs["all_on_demand"] == near((50 + 100) * 730)  # what is owned stays
    # at 30 for one month from the start the second machine of month 0
    assert costs["best_single_commitment"] == near((30 + 100) * 730)
    assert [w for w in result.warnings if w.code == "provider_bills_otherwise"] == []


def test_quantity_and_months_of_money_owned_add_up() -> None:
    entries = [owned(quantity=2), owned(**{"from": "2027-02", "commitment_per_hour": 5})]
    case = case_of(plan_data(months=2, capacity={"owned": entries}), [make_offer(), make_rate()])
    (plan,) = case.problem.spend_plans
    assert plan.owned_per_hour == (60.0, 65.0)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (owned(offer="aws/*/*/spend_commitment/aws-compute-sp-1m-non"), f"spend_commitment/{SP}"),
        ({"offer": f"aws/*/*/spend_commitment/{SP}", "quantity": 1}, "is needed for a spend commitment"),
        ({"offer": f"{P5}/on_demand", "quantity": 1, "commitment_per_hour": 3}, "spend commitment only"),
        (owned(offer=f"{P5}/spend_commitment/{SP}"), "names no spend commitment"),
    ],
)
def test_money_owned_that_makes_no_sense_is_refused(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError) as caught:
        case_of(plan_data(capacity={"owned": [entry]}), [make_offer(), make_rate()])
    assert words in str([(problem.path, problem.message) for problem in caught.value.problems])
