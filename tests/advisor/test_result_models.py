"""What a result may and may not be."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from advisor.planning.result import Result
from tests.advisor.result_examples import ANSWER, IMPOSSIBLE, answer


@pytest.mark.parametrize("data", [ANSWER, IMPOSSIBLE], ids=["answer", "impossible"])
def test_a_stored_result_is_read_back_the_same(data: dict[str, Any]) -> None:
    result = Result.model_validate(data)
    assert json.loads(result.as_json()) == data
    assert Result.model_validate_json(result.as_json()) == result


def test_a_result_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        answer().name = "other"  # type: ignore[misc]  # the error is what is tested


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gap": 0.002}, "is above the gap asked, 0.001: not optimal"),
        ({"gap": float("nan")}, "finite number"),
        ({"gap": None}, "totals, objective_npv and gap are for an answer only"),
        ({"totals": None}, "totals, objective_npv and gap are for an answer only"),
        ({"conflicts": []}, "conflicts are for an impossible plan only"),
        ({"months": 2}, "by_month has 1 rows for 2 months"),
        ({"status": "infeasible"}, "totals, objective_npv and gap are for an answer only"),
        (IMPOSSIBLE | {"conflicts": None}, "conflicts are for an impossible plan only"),
        (IMPOSSIBLE | {"conflicts": []}, "names its conflicts and buys nothing"),
        (IMPOSSIBLE | {"purchases": ANSWER["purchases"]}, "names its conflicts and buys nothing"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        answer(**changes)


def test_a_feasible_answer_may_have_a_larger_gap() -> None:
    assert answer(status="feasible", gap=0.02).gap == 0.02


def test_a_result_stored_before_rates_and_units_were_told_is_still_read() -> None:
    conflict = {key: value for key, value in IMPOSSIBLE["conflicts"][0].items() if key != "unit"}
    data = {key: value for key, value in IMPOSSIBLE.items() if key != "exchange_rates"}
    result = Result.model_validate(data | {"conflicts": [conflict]})
    assert (result.exchange_rates, result.conflicts and result.conflicts[0].unit) == ((), "")


def test_a_result_stored_before_load_and_kinds_of_months_were_told_is_still_read() -> None:
    totals = {key: value for key, value in ANSWER["totals"].items() if key != "beyond"}
    totals["by_month"] = [
        {key: value for key, value in row.items() if key != "by_kind"} for row in totals["by_month"]
    ]
    old = {key: value for key, value in ANSWER.items() if key not in ("load", "reproduce")}
    result = Result.model_validate(old | {"totals": totals})
    assert (result.load, result.reproduce) == (None, None)
    assert result.totals is not None
    assert (result.totals.beyond, result.totals.by_month[0].by_kind) == ((), ())
