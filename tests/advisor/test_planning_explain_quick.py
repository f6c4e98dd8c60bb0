"""Where the answer took long, every explanation is made to 2 % first, then the undecided closer."""

from typing import Any

import pytest

from advisor.planning.explain import work
from advisor.planning.explain.trials import closer, is_decided
from advisor.planning.explain_words import difference_words, rule_note, rule_words
from advisor.planning.result import Result
from advisor.planning.result_explain import Alternative, Compared, Explanations, RulePrice
from optimizer.clock import Deadline
from optimizer.explain.again import QUICK_GAP, Again
from tests.advisor.planning_cases import near, plan_data, result_of
from tests.advisor.test_planning_explain import DE, HOURS, IN_EU, US, explained, rule


def answered(**changes: Any) -> Result:
    return result_of(plan_data(IN_EU, **changes), [DE, US], explain=20)


def test_all_is_worked_out_quickly_first_and_kept_where_time_runs_out_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The price of residency, alternatives and changed figures are known after the first round."""
    monkeypatch.setattr(work, "SLOW", 1e9)
    quickly, passed = work._quickly, Deadline.passed
    is_over = False

    def then_over(*given: Any) -> Explanations:
        nonlocal is_over
        first = quickly(*given)
        is_over = True
        return first

    monkeypatch.setattr(work, "_quickly", then_over)
    monkeypatch.setattr(Deadline, "passed", lambda self: is_over or passed(self))
    result = answered()
    row = rule(result, "workloads[0].residency")
    assert (row.status, row.npv, row.difference_npv) == ("proven", near(40 * HOURS), near(-10 * HOURS))
    found = explained(result)
    assert [row.name for row in found.alternatives] == ["without_main_provider"]
    assert {row.status for row in found.alternatives} == {"impossible"}
    demand = next(row for row in found.sensitivity if row.factor == "demand")
    assert (demand.low.npv, demand.low.kept_npv) == (near(50 * HOURS), None)  # there was no time for it


def test_a_quick_round_first_changes_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    without = answered(limits={"carbon_tonnes_total": 1000})
    monkeypatch.setattr(work, "SLOW", 1e9)
    after_a_quick_round = answered(limits={"carbon_tonnes_total": 1000})
    assert explained(after_a_quick_round) == explained(without)
    assert rule(without, "limits.carbon_tonnes_total").status == "no_difference"


def test_the_quick_round_asks_for_two_percent_and_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    real = Again.solve

    def heard(self: Again, *given: Any, **options: Any) -> Any:
        asked.append(self._first_gap)
        return real(self, *given, **options)

    monkeypatch.setattr(Again, "solve", heard)
    answered()
    once = len(asked)
    assert QUICK_GAP not in asked
    monkeypatch.setattr(work, "SLOW", 1e9)
    asked.clear()
    answered()
    assert asked.count(QUICK_GAP) > 0
    assert len(asked) > once


def compared(status: str, gap: float | None = None, **fields: Any) -> Compared:
    return Compared.model_validate({"status": status, "gap": gap} | fields)


def test_of_two_rows_the_one_that_says_more_is_kept() -> None:
    none, wide, near_one = (
        compared("not_computed"),
        compared("no_difference", 0.02),
        compared("proven", 0.001),
    )
    assert closer(None, none) is none
    assert closer(none, wide) is wide
    assert closer(wide, none) is wide
    assert closer(wide, near_one) is near_one
    assert closer(near_one, wide) is near_one
    impossible = compared("impossible")
    assert closer(wide, impossible) is impossible


def test_what_is_proven_or_costs_nothing_for_sure_is_not_worked_out_again() -> None:
    assert is_decided(compared("proven", 0.02))
    assert is_decided(compared("impossible"))
    assert is_decided(compared("no_difference", 0.0, difference_low=0.0, difference_high=0.0))
    assert not is_decided(compared("no_difference", 0.02, difference_low=-300.0, difference_high=10.0))
    assert not is_decided(compared("not_computed"))


def test_what_is_not_decided_is_told_with_the_most_it_can_be() -> None:
    figures = {"npv": 1000.0, "difference_npv": 0.0, "difference_low": -300.0, "difference_high": 10.0}
    row = {"status": "no_difference", "note": "no difference beyond the gap; offers in CNY are not counted"}
    priced = RulePrice.model_validate(row | figures | {"limit": "a", "where": "", "rule": "b"})
    assert (rule_words(priced), rule_note(priced)) == ("at most 300", "offers in CNY are not counted")
    way = Alternative.model_validate(row | figures | {"name": "a", "words": "b"})
    assert difference_words(way, "USD").endswith("not counted (between −300 and 10)")


def test_nothing_is_done_quickly_where_there_is_time_for_all_of_it() -> None:
    found = explained(answered())
    demand = next(row for row in found.sensitivity if row.factor == "demand")
    assert demand.low.kept_npv is not None
