"""Impossible plans, plans that cannot be priced, and what goes wrong on the way."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from advisor.errors import BadInput
from advisor.planning import services
from advisor.planning.baselines import baseline_rows
from advisor.planning.conflicts import conflict_rows
from advisor.planning.effort import Step
from advisor.planning.services import SolverFailed
from optimizer.baselines import BaselineOutcome, BaselineStatus
from optimizer.clash import Clash
from optimizer.result import Outcome, Status
from optimizer.verify import PlanRefused
from tests.advisor.planning_cases import (
    PARTNER,
    SITE,
    TEAM,
    case_of,
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
    assert (row.needed, row.available, row.unit) == (1.0, near(0.5), "share of the load")
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
    assert (limit.needed, limit.available, limit.unit) == (near(6000), near(4000), "USD")
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


def test_a_plan_too_large_to_be_written_down_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    small, quick = make_record(), replace(make_record(), columns=0, seconds=1.0, time_limit_seconds=300.0)
    for record, words in ((small, "Give it longer"), (quick, "too large for one model: fewer scenarios")):
        outcome = Outcome(status=Status.UNKNOWN, record=record)
        monkeypatch.setattr(services, "solve", lambda *_args, found=outcome, **_options: found)
        with pytest.raises(SolverFailed) as error:
            result_of(plan_data(), [make_offer()])
        assert words in error.value.details[0]


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
    (row,) = baseline_rows([outcome], 100.0, gap_asked=0.001)
    assert (row.status, row.npv, row.regret_npv, row.gap) == ("not_solved", None, None, None)
    assert "no plan near the best" in row.note


def test_a_comparison_that_is_nearly_proven_counts() -> None:
    outcome = BaselineOutcome(name="all_cloud", status=BaselineStatus.FEASIBLE, npv=500.0, gap=0.02)
    (row,) = baseline_rows([outcome], 100.0, gap_asked=0.001)
    assert (row.status, row.npv, row.regret_npv, row.regret_fraction) == ("feasible", 500.0, 400.0, 0.8)


@pytest.mark.parametrize(("gap_asked", "status"), [(0.005, "optimal"), (0.001, "feasible")])
def test_a_comparison_is_optimal_only_within_the_gap_asked_for_the_answer(
    gap_asked: float, status: str
) -> None:
    outcome = BaselineOutcome(name="all_cloud", status=BaselineStatus.OPTIMAL, npv=500.0, gap=0.004)
    (row,) = baseline_rows([outcome], 100.0, gap_asked=gap_asked)
    assert (row.status, row.gap) == (status, 0.004)


ONE = PARTNER | {"accelerator_count": 1, "max_quantity": 1}
"""One H100 at most, from a partner."""


def test_what_a_load_needs_is_counted_in_each_accelerator_at_its_peak() -> None:
    # 4900 tokens/s x 1.1^2 in the third month x 1.5 headroom = 8893.5: 3.63 H100 or 8.09 A100-80GB;
    # the one H100 serves 2450 of them: 27.5 %
    chat = {
        "name": "chat",
        "kind": "inference",
        "demand": {"unit": "tokens_per_second", "peak": 4900, "growth_per_month": 0.1},
        "throughput": {"H100": 2450, "A100-80GB": 1100},
        "headroom": 0.5,
    }
    result = result_of(plan_data(chat, months=3, capacity={"partners": [ONE]}), [])
    assert result.conflicts is not None
    assert result.conflicts[0].relaxation.startswith(
        "chat needs 3.6 H100 or 8.1 A100-80GB at its peak in 2027-03; only 27 % of its load can be served"
    )


def test_what_a_job_needs_is_counted_in_hours_of_its_window() -> None:
    # 1460 hours in a month of 730 on one H100: half
    job = {
        "name": "job",
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": {"H100": 1460}},
        "window": {"earliest": "2027-02", "deadline": "2027-02"},
    }
    result = result_of(plan_data(job, months=3, capacity={"partners": [ONE]}), [])
    assert result.conflicts is not None
    assert result.conflicts[0].relaxation == (
        "job needs 1,460 H100 hours from 2027-02 to 2027-02; only 50 % of its work can be done."
    )


def test_cash_shares_power_and_racks_that_clash_are_named_with_their_place() -> None:
    site = SITE | {"racks_limit": 1, "servers": [SITE["servers"][0] | {"racks": 3}]}
    case = case_of(plan_data(capacity={"sites": [site]}), [make_offer()])
    clash: dict[str, Any] = {"needed": 2.0, "available": 1.0, "unit": "racks"}
    rows = conflict_rows(
        case,
        [
            Clash(limit="racks", where="colo", **clash),
            Clash(limit="cash_per_month", where="", month=0, **clash),
            Clash(limit="share:provider", where="aws", needed=0.9, available=0.7, unit="", group=2),
            Clash(limit="share:spot", where="", needed=None, available=0.3, unit="", group=3),
        ],
    )
    shares = "share of a month's accelerator-hours"
    assert [row.unit for row in rows] == ["racks", "USD", shares, shares]
    assert [(row.group, row.limit, row.where, row.relaxation) for row in rows] == [
        (
            1,
            "capacity.sites[0].racks_limit",
            "colo",
            "capacity.sites[0].racks_limit: needed at least 2 racks for colo, limit 1 racks "
            "(the others kept).",
        ),
        (
            1,
            "limits.cash_per_month",
            "2027-01",
            "limits.cash_per_month: needed at least 2 USD in 2027-01, limit 1 USD (the others kept).",
        ),
        (
            2,
            "limits.share_max.provider",
            "aws",
            "limits.share_max.provider: needed at least 90 % of a month's accelerator-hours for aws, "
            "limit 70 % of a month's accelerator-hours.",
        ),
        (
            3,
            "limits.share_max.spot",
            "",
            "limits.share_max.spot: more is needed for spot, limit 30 % of a month's accelerator-hours.",
        ),
    ]


def test_an_impossible_plan_without_a_known_clash_says_so() -> None:
    (row,) = conflict_rows(case_of(plan_data(), [make_offer()]), [])
    assert "could not be worked out in time" in row.relaxation
