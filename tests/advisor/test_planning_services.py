"""Impossible plans, plans that cannot be priced, and what goes wrong on the way."""

from decimal import Decimal

import pytest

from advisor.errors import BadInput
from advisor.planning import services
from advisor.planning.baselines import baseline_rows
from advisor.planning.effort import Step
from advisor.planning.services import SolverFailed
from optimizer.baselines import BaselineOutcome, BaselineStatus
from optimizer.result import Outcome, Status
from optimizer.verify import PlanRefused
from tests.advisor.planning_cases import (
    SITE,
    TEAM,
    make_record,
    make_reservation,
    near,
    plan_data,
    result_of,
)
from tests.factories import make_offer

HOUR = 730
P5 = "aws/eu-central-1/p5.48xlarge"


def test_an_impossible_plan_names_what_clashes_in_words_with_numbers() -> None:
    # 8 H100 are needed, 4 can be had
    offer = make_offer(accelerator_count=Decimal(4), max_quantity=1)
    result = result_of(plan_data(), [offer])
    assert (result.status, result.totals, result.gap, result.purchases) == ("infeasible", None, None, ())
    assert result.conflicts is not None
    (row,) = result.conflicts
    assert (row.limit, row.where) == ("workloads[0].demand", "team")
    assert row.relaxation == (
        "team needs 8 H100 at its peak in 2027-01; only 50 % of its load can be served."
    )


def test_a_capex_limit_that_is_too_low_is_named_with_what_is_needed() -> None:
    # opening 1000 + one server 5000, and nothing else can serve
    site = SITE | {"opening": {"capex": 1000}}
    data = plan_data(capacity={"offers": "none", "sites": [site]}, limits={"capex_total": 4000})
    result = result_of(data, [])
    assert result.conflicts is not None
    rows = {row.limit: row for row in result.conflicts}
    limit = rows["limits.capex_total"]
    assert (limit.needed, limit.available) == (near(6000), near(4000))
    assert "needed at least 6,000 USD, limit 4,000 USD" in limit.relaxation


def test_a_workload_nothing_may_serve_is_said_so() -> None:
    load = TEAM | {"residency": {"allow": ["JP"]}}
    result = result_of(plan_data(load), [make_offer()])
    assert result.conflicts is not None
    assert "no offer, server or partner may serve it" in result.conflicts[0].relaxation


def test_a_plan_without_a_rate_is_bad_input_naming_the_file() -> None:
    with pytest.raises(BadInput, match=r"plan\.yaml: exchange_rates\.EUR: is needed"):
        result_of(plan_data(), [make_offer(currency="EUR")])


def test_nothing_found_in_time_is_a_failure_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(status=Status.UNKNOWN, record=make_record())
    monkeypatch.setattr(services, "solve", lambda *_args, **_options: outcome)
    with pytest.raises(SolverFailed, match="no plan was found within 20 s") as error:
        result_of(plan_data(), [make_offer()])
    assert error.value.exit_code == 3


def test_a_plan_the_verifier_refuses_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PlanRefused(("cash_per_month: month 3 pays 12, limit 10",))

    monkeypatch.setattr(services, "verify", refuse)
    with pytest.raises(SolverFailed, match="no answer is shown") as error:
        result_of(plan_data(), [make_offer()])
    assert error.value.details == ("cash_per_month: month 3 pays 12, limit 10",)


def test_progress_is_told_in_the_plans_currency() -> None:
    steps: list[Step] = []
    result_of(plan_data(), [make_offer(), make_reservation()], baselines=True, notify=steps.append)
    bounds = [step.bound for step in steps if step.bound is not None]
    assert all(0 <= bound <= 40_000 for bound in bounds)
    assert any(step.stage == "compared with all cloud" for step in steps)


@pytest.mark.parametrize("gap", [None, 0.3])
def test_a_comparison_that_is_far_from_proven_is_told_as_not_solved(gap: float | None) -> None:
    outcome = BaselineOutcome(name="all_cloud", status=BaselineStatus.FEASIBLE, npv=500.0, gap=gap)
    (row,) = baseline_rows([outcome], 100.0)
    assert (row.status, row.npv, row.regret_npv, row.gap) == ("not_solved", None, None, None)
    assert "no plan near the best" in row.note


def test_a_comparison_that_is_nearly_proven_counts() -> None:
    outcome = BaselineOutcome(name="all_cloud", status=BaselineStatus.FEASIBLE, npv=500.0, gap=0.02)
    (row,) = baseline_rows([outcome], 100.0)
    assert (row.status, row.npv, row.regret_npv, row.regret_fraction) == ("feasible", 500.0, 400.0, 0.8)
