"""Which plans a sweep works out, and what their answers show together, by plain arithmetic."""

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from advisor.errors import BadInput
from advisor.sweeps.design import Case, Comparison, MonteCarlo, Sensitivity, changes_words
from advisor.sweeps.report import summary_of
from advisor.sweeps.sentence import sentence_of, unproven_words
from advisor.sweeps.summary import bins_of, difference, distribution_of, effects_of, quantile
from advisor.sweeps.variations import plan_data
from tests.people import PLAN_TEXT

DATA = plan_data(PLAN_TEXT)


@dataclass(frozen=True, kw_only=True)
class P:
    index: int
    npv: float | None
    label: str = ""
    status: str = "optimal"
    gap: float | None = 0.0
    currency: str = "USD"
    factors: Mapping[str, float] = field(default_factory=dict)
    npv_by_kind: Mapping[str, float] = field(default_factory=dict)


def test_a_sensitivity_takes_each_driver_that_the_plan_has_alone() -> None:
    found = Sensitivity(step=0.25).variations(DATA)
    assert [dict(one.factors) for one in found] == [
        {},
        {"demand": 0.75},
        {"demand": 1.25},
        {"cloud_prices": 0.75},
        {"cloud_prices": 1.25},
    ]
    assert found[1].label == "demand × 0.75"


def test_factors_are_taken_once_in_order_and_without_1() -> None:
    found = Sensitivity(factors={"demand": (2.0, 0.5, 1.0, 2.0)}).variations(DATA)
    assert [one.factors.get("demand") for one in found] == [None, 0.5, 2.0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"factors": {"demnd": ()}}, "driver demnd: is not known; did you mean demand?"),
        ({"factors": {"demand": (0.0,)}}, "factor of demand 0: write such as 0.8, from 0.01 to 100"),
        ({"factors": {"demand": (math.nan,)}}, "factor of demand nan"),
        ({"step": 1.0}, "step 1: write a fraction such as 0.2, from 0.001 to 0.95"),
    ],
)
def test_a_sensitivity_that_makes_no_sense_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        Sensitivity(**given)  # type: ignore[arg-type]  # wrong on purpose
    assert said in caught.value.message


def test_a_driver_without_a_figure_in_the_plan_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="driver capex: the plan has no such figure"):
        Sensitivity(factors={"capex": ()}).variations(DATA)


def test_draws_are_lognormal_with_mean_one_and_the_same_for_the_same_seed() -> None:
    found = MonteCarlo(draws=1000, seed=7, demand_sigma=0.3, price_sigma=0.1).variations(DATA)
    assert found == MonteCarlo(draws=1000, seed=7, demand_sigma=0.3, price_sigma=0.1).variations(DATA)
    assert found != MonteCarlo(draws=1000, seed=8, demand_sigma=0.3, price_sigma=0.1).variations(DATA)
    assert len(found) == 1001
    assert not found[0].factors
    demand = [math.log(one.factors["demand"]) for one in found[1:]]
    prices = [math.log(one.factors["cloud_prices"]) for one in found[1:]]
    assert statistics.fmean(demand) == pytest.approx(-0.045, abs=0.03)
    assert statistics.stdev(demand) == pytest.approx(0.3, rel=0.08)
    assert statistics.fmean(prices) == pytest.approx(-0.005, abs=0.01)
    assert statistics.stdev(prices) == pytest.approx(0.1, rel=0.08)
    assert abs(statistics.correlation(demand, prices)) < 0.1


def test_without_a_sigma_a_factor_is_one() -> None:
    found = MonteCarlo(draws=5, demand_sigma=0.0).variations(DATA)
    assert {one.factors["demand"] for one in found[1:]} == {1.0}


def test_without_any_sigma_there_is_nothing_to_draw() -> None:
    with pytest.raises(BadInput, match="one of them must be above 0"):
        MonteCarlo(demand_sigma=0.0, price_sigma=0.0)


def test_a_comparison_tells_its_cases_apart() -> None:
    cases = (Case(name="twice", changes={"workloads[batch].demand.constant": 16}), Case(name="same"))
    found = Comparison(cases=cases).variations(DATA)
    assert [one.label for one in found] == ["as it is", "twice", "same"]
    with pytest.raises(BadInput, match="case a: two have this name"):
        Comparison(cases=(Case(name="a"), Case(name=" a ")))
    with pytest.raises(BadInput, match="needs a name"):
        Comparison(cases=(Case(name=""),))
    with pytest.raises(BadInput, match="has no item chat; there is batch"):
        Comparison(cases=(Case(name="a", changes={"workloads[chat].name": "x"}),)).variations(DATA)


def test_effects_are_differences_to_the_plan_as_it_is_the_widest_first() -> None:
    points = [
        P(index=0, npv=100.0),
        P(index=1, npv=90.0, factors={"capex": 0.8}),
        P(index=2, npv=115.0, factors={"capex": 1.2}),
        P(index=3, npv=70.0, factors={"demand": 0.8}),
        P(index=4, npv=None, factors={"demand": 1.2}),
    ]
    demand, capex = effects_of(points)
    assert (demand.driver, demand.low, demand.high, demand.span) == ("demand", -30.0, None, 30.0)
    assert (capex.low, capex.high, capex.span) == (-10.0, 15.0, 25.0)
    assert capex.points == ((0.8, 90.0), (1.0, 100.0), (1.2, 115.0))


def test_without_an_answer_to_the_plan_as_it_is_there_are_no_differences() -> None:
    (effect,) = effects_of([P(index=0, npv=None), P(index=1, npv=9.0, factors={"demand": 2.0})])
    assert (effect.low, effect.high, effect.span) == (None, None, 0.0)


def test_a_cost_that_is_not_proven_has_no_effect() -> None:
    points = [
        P(index=0, npv=100.0),
        P(index=1, npv=900.0, gap=0.9, status="feasible", factors={"demand": 0.8}),
        P(index=2, npv=120.0, factors={"demand": 1.2}),
    ]
    (effect,) = effects_of(points)
    assert (effect.low, effect.high) == (None, 20.0)
    summary = summary_of("sensitivity", points)
    assert (summary.unproven, summary.loosest_gap) == (1, 0.9)
    assert sentence_of("sensitivity", summary, points) == (
        "Demand moves the cost of 100 USD NPV most: not known at × 0.8, 120 USD at × 1.2."
    )
    assert unproven_words(summary, 0.01).startswith(
        "The cost of 1 plan is not proven within 1 % (gap up to 90 %)"
    )
    assert [difference(point, points[0]) for point in points] == [0.0, None, 20.0]
    loose = [P(index=0, npv=100.0, gap=0.5, status="feasible"), *points[1:]]
    assert sentence_of("sensitivity", summary_of("sensitivity", loose), loose) == ""


def test_the_cheapest_of_a_comparison_is_proven_and_in_the_same_currency() -> None:
    points = [
        P(index=0, npv=100.0, label="as it is"),
        P(index=1, npv=80.0, label="a"),
        P(index=2, npv=70.0, label="b", gap=0.4, status="feasible"),
        P(index=3, npv=10.0, label="c", currency="EUR"),
    ]
    said = sentence_of("comparison", summary_of("comparison", points), points)
    assert said == "Cheapest: a, 80.00 USD NPV, 20 % less than the plan as it is."
    near = [points[0], P(index=1, npv=81.4, label="a")]  # 18.6 %, as the table of the page rounds it
    assert "19 % less" in sentence_of("comparison", summary_of("comparison", near), near)


def test_a_distribution_counts_the_draws_alone() -> None:
    costs: list[float | None] = [10.0, 20.0, 30.0, 40.0, 100.0]
    kinds = [
        {"reserved": 1.0, "on_demand": 2.0},
        {"on_demand": 1.0},
        {"on_demand": 3.0},
        {},
        {"on_demand": 1.0},
    ]
    draws = [P(index=n + 1, npv=npv, npv_by_kind=kinds[n]) for n, npv in enumerate(costs)]
    points = [
        P(index=0, npv=999.0),
        *draws,
        P(index=6, npv=None, status="infeasible"),
        P(index=7, npv=None, status=""),
    ]
    found = distribution_of(points)
    assert found is not None
    assert (found.draws, found.answered, found.impossible) == (7, 5, 1)
    assert (found.mean, found.p50, found.least, found.most) == (40.0, 30.0, 10.0, 100.0)
    assert found.p10 == pytest.approx(14.0)  # 0.4 of the way from the first to the second
    assert found.p90 == pytest.approx(76.0)
    assert found.standard_deviation == pytest.approx(math.sqrt((900 + 400 + 100 + 0 + 3600) / 4))
    assert found.in_best_plan == {"on_demand": 0.8, "reserved": 0.2}
    assert sum(one.count for one in found.bins) == 5


def test_one_answer_makes_no_distribution() -> None:
    assert distribution_of([P(index=0, npv=1.0), P(index=1, npv=1.0)]) is None


def test_quantiles_are_those_of_the_standard_library() -> None:
    costs = sorted([3.0, 9.5, 1.25, 7.0, 7.0, 4.5, 12.0, 0.5])
    deciles = statistics.quantiles(costs, n=10, method="inclusive")
    assert [quantile(costs, part / 10) for part in range(1, 10)] == pytest.approx(deciles)


def test_bins_have_round_ends_and_lose_no_draw() -> None:
    costs = sorted(1_000_000 + 37_777.0 * n for n in range(100))
    bins = bins_of(costs)
    width = bins[0].high - bins[0].low
    assert width == 200_000
    assert sum(one.count for one in bins) == 100
    for one in bins:
        assert one.count == sum(one.low <= cost < one.high for cost in costs)
    assert [(one.low, one.high, one.count) for one in bins_of([5.0, 5.0])] == [(5.0, 5.0, 2)]


def test_changes_are_told_as_a_plan_has_them() -> None:
    changes = {
        "workloads[0].residency": {"allow": ["DE", "FR"], "deny": []},
        "months": None,
        "a.b": [True, 1.5],
    }
    assert changes_words(changes) == [
        "workloads[0].residency = {allow: [DE, FR], deny: []}",
        "months taken out",
        "a.b = [true, 1.5]",
    ]
