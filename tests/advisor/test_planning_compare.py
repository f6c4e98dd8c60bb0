"""Two results side by side, from results written by hand."""

from typing import Any

from advisor.planning.compare import Comparison, Pair, compare_results
from advisor.planning.result import Result
from tests.advisor.planning_cases import near
from tests.advisor.results import infeasible_result, make_result


def compared(**changes: Any) -> Comparison:
    """The usual result against one with changes."""
    return compare_results(
        Result.model_validate(make_result()), Result.model_validate(make_result(**changes))
    )


def by_name(pairs: tuple[Pair, ...]) -> dict[str, Pair]:
    return {pair.name: pair for pair in pairs}


def test_a_result_against_itself_differs_in_nothing() -> None:
    found = compared()
    assert found.incomparable == ""
    assert {pair.difference for pair in (*found.headline, *found.kinds, *found.unit_costs)} == {0.0}
    assert (found.only_a, found.only_b, found.changed, found.prices) == ((), (), (), ())
    assert (found.warnings_only_a, found.warnings_only_b) == ((), ())


def test_headline_figures_are_subtracted_from_b() -> None:
    found = by_name(compared(objective_npv=73_111.05, gap=0.0009).headline)
    npv = found["npv"]
    # a tenth of 81,234.5 less
    assert (npv.a, npv.b, npv.unit) == (81_234.5, 73_111.05, "USD")
    assert (npv.difference, npv.fraction) == (near(-8_123.45), near(-0.1))
    assert found["proven gap"].difference == near(0.0005)
    assert found["cash"].difference == 0.0
    assert found["emissions"].unit == "t CO2e"
    # nothing to be relative to
    assert found["capex"].fraction is None


def test_two_currencies_stand_side_by_side_without_a_difference() -> None:
    found = compared(currency="EUR")
    assert found.incomparable == "One is in USD, the other in EUR."
    npv = by_name(found.headline)["npv"]
    assert (npv.a, npv.b, npv.difference, npv.fraction) == (81_234.5, 81_234.5, None, None)
    assert npv.unit == "USD and EUR"
    assert {pair.difference for pair in found.kinds} == {None}
    assert by_name(found.headline)["emissions"].difference == 0.0
    assert [row.name for row in found.prices] == ["currency"]


def test_purchases_are_only_in_one_or_in_another_number() -> None:
    reserved, on_demand = make_result()["purchases"]
    spot = on_demand | {"offer": "gcp/europe-west4/a3-highgpu-8g/spot", "purchase": "spot"}
    found = compared(purchases=[reserved | {"quantity": 5}, spot])
    assert [row.purchase for row in found.only_a] == ["on_demand"]
    assert [row.purchase for row in found.only_b] == ["spot"]
    (change,) = found.changed
    assert (change.a.quantity, change.b.quantity, change.difference) == (3, 5, 2)


def test_the_same_offer_from_another_month_on_is_another_purchase() -> None:
    reserved, on_demand = make_result()["purchases"]
    found = compared(purchases=[reserved | {"start": "2027-02"}, on_demand, on_demand])
    assert [row.start for row in found.only_a] == ["2027-01"]
    # the second row of the same offer has no partner
    assert [row.purchase for row in found.only_b] == ["reserved", "on_demand"]
    assert found.changed == ()


def test_a_kind_that_only_one_has_costs_the_other_nothing() -> None:
    totals = make_result()["totals"] | {
        "by_kind": [
            {"kind": "reserved", "npv": 60_000.0, "cash": 62_000.0},
            {"kind": "spot", "npv": 21_234.5, "cash": 20_000.0},
        ]
    }
    found = by_name(compared(totals=totals).kinds)
    assert list(found) == ["reserved", "on_demand", "spot"]
    assert (found["on_demand"].b, found["on_demand"].difference) == (0.0, -20_000.0)
    assert (found["spot"].a, found["spot"].difference, found["spot"].fraction) == (0.0, 21_234.5, None)
    assert found["reserved"].difference == near(-1_234.5)


def test_unit_costs_are_compared_in_one_unit_only() -> None:
    (chat,) = make_result()["unit_costs"]
    cheaper = by_name(compared(unit_costs=[chat | {"npv_per_unit": 0.2}]).unit_costs)
    assert cheaper["chat"].difference == near(0.2 - 0.32961)
    other = compared(unit_costs=[chat | {"unit": "USD per request"}, chat | {"workload": "more"}])
    pairs = by_name(other.unit_costs)
    assert pairs["chat"].difference is None
    assert pairs["chat"].unit == "USD per million tokens and USD per request"
    assert (pairs["more"].a, pairs["more"].b, pairs["more"].difference) == (None, 0.32961, None)


def test_what_differs_in_prices_is_told() -> None:
    catalogue = make_result()["catalogue"] | {"version": "2", "oldest_price": None}
    rates = [{"currency": "EUR", "rate": 1.09, "source": "plan file"}]
    found = compared(catalogue=catalogue, exchange_rates=rates)
    assert {row.name: (row.a, row.b) for row in found.prices} == {
        "catalogue version": ("1", "2"),
        "oldest price": ("2026-07-01T00:00:00Z", "unknown"),
        "exchange rates": ("none", "1 EUR = 1.09 USD"),
    }


def test_warnings_only_in_one_are_told() -> None:
    warning = {"code": "idle", "severity": "info", "message": "Half of it is idle."}
    found = compared(warnings=[warning])
    assert [row.code for row in found.warnings_only_a] == ["stale_price"]
    assert [row.code for row in found.warnings_only_b] == ["idle"]


def test_an_impossible_plan_has_no_figures() -> None:
    answer, impossible = (Result.model_validate(r) for r in (make_result(), infeasible_result()))
    found = compare_results(answer, impossible)
    npv = by_name(found.headline)["npv"]
    assert (npv.a, npv.b, npv.difference) == (81_234.5, None, None)
    assert {(pair.b, pair.difference) for pair in found.kinds} == {(None, None)}
    assert len(found.only_a) == 2
