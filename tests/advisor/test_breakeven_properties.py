"""What holds for every question: sides meet where they are said to, dearer rivals help, rates bring 0."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advisor.breakeven.costs import exact
from advisor.breakeven.finance import discount_factors, internal_rate
from tests.advisor.breakeven_cases import asked, with_, worth

cents = st.integers(1, 10_000).map(lambda n: n / 100)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    capex = draw(st.integers(1, 500_000))
    life = draw(st.integers(1, 40))
    return {
        "schema": 1,
        "build": {
            "capex": capex,
            "opex_per_hour": draw(cents),
            "opex_hours": draw(st.sampled_from(["used", "all"])),
            "opex_per_month": draw(st.integers(0, 500)),
            "residual": draw(st.integers(0, capex)),
            "life_months": life,
        },
        "buy": [{"name": "r", "per_hour": draw(cents), "always_on": draw(st.booleans())}],
        "hours_per_month": draw(st.sampled_from([100, 730, 744])),
        "utilisation": draw(st.integers(1, 100)) / 100,
        "discount_rate": draw(st.sampled_from([0, 0.03, 0.12, 1])),
        "horizon_months": draw(st.integers(1, 60)),
    }


def per_month(question: dict[str, Any]) -> tuple[float, float]:
    """Running costs of a month, own and rented, by the words of the document."""
    build, (rival,), hours = question["build"], question["buy"], question["hours_per_month"]
    used = hours * question["utilisation"]
    own = (
        build["opex_per_hour"] * (used if build["opex_hours"] == "used" else hours) + build["opex_per_month"]
    )
    return own, rival["per_hour"] * (hours if rival["always_on"] else used)


def own_cash(question: dict[str, Any]) -> list[float]:
    """Own payments by a plain loop over the machines that are bought one after the other."""
    build, months = question["build"], question["horizon_months"]
    cash = [per_month(question)[0]] * months
    for bought in range(0, months, build["life_months"]):
        cash[bought] += build["capex"]
        ends = bought + build["life_months"]
        lost = (build["capex"] - build["residual"]) * (min(ends, months) - bought) / build["life_months"]
        cash[min(ends, months - 1)] -= build["capex"] - lost
    return cash


@given(questions())
def test_present_worths_are_those_of_a_plain_loop(question: dict[str, Any]) -> None:
    row, rate = asked(question).buy[0], question["discount_rate"]
    rent = [per_month(question)[1]] * question["horizon_months"]
    scale = abs(row.npv_build) + abs(row.npv_buy) + question["build"]["capex"]
    assert row.npv_build == pytest.approx(worth(own_cash(question), rate), abs=1e-9 * scale)
    assert row.npv_buy == pytest.approx(worth(rent, rate), abs=1e-9 * scale)
    assert row.saving == pytest.approx(row.npv_buy - row.npv_build, abs=1e-9 * scale)


@given(questions())
def test_at_the_break_even_hours_both_have_cost_the_same(question: dict[str, Any]) -> None:
    row = asked(question).buy[0]
    own, rent = per_month(question)
    if row.break_even_months is None or row.break_even_hours is None:
        assert rent <= own * (1 + 1e-12)
        return
    paid = question["build"]["capex"] + own * row.break_even_months
    assert paid == pytest.approx(rent * row.break_even_months, rel=1e-9)
    used = question["hours_per_month"] * question["utilisation"]
    assert row.break_even_hours == pytest.approx(row.break_even_months * used, rel=1e-9)


@given(questions())
def test_at_the_break_even_utilisation_both_cost_the_same(question: dict[str, Any]) -> None:
    row = asked(question).buy[0]
    for name, rate in (("break_even_utilisation", 0), ("discounted_break_even_utilisation", None)):
        use = getattr(row, name)
        if not use:
            continue
        assert 0 < use <= 1
        there = with_(question, utilisation=use) | ({} if rate is None else {"discount_rate": rate})
        met = asked(there).buy[0]
        size = abs(met.npv_build) + met.npv_buy + question["build"]["capex"]
        assert met.npv_build == pytest.approx(met.npv_buy, abs=1e-9 * size)


@given(questions(), st.integers(1, 500))
def test_a_dearer_rival_speaks_for_building(question: dict[str, Any], more: int) -> None:
    rival = question["buy"][0]
    dearer = with_(question, buy=[rival | {"per_hour": round(rival["per_hour"] + more / 100, 2)}])
    before, after = asked(question).buy[0], asked(dearer).buy[0]
    assert after.saving > before.saving
    if before.break_even_hours is not None:
        assert after.break_even_hours is not None
        assert after.break_even_hours < before.break_even_hours
    if before.break_even_utilisation is not None:
        assert (after.break_even_utilisation or 0) <= before.break_even_utilisation


@settings(max_examples=200)
@given(questions())
def test_at_the_rate_of_return_both_are_worth_the_same(question: dict[str, Any]) -> None:
    row = asked(question).buy[0]
    cash = [per_month(question)[1] - own for own in own_cash(question)]
    if row.irr is None or row.irr_monthly is None:
        assert row.reasons["irr"]
        return
    assume(row.irr_monthly < 1e6)
    growth = 1 + row.irr_monthly
    terms = [paid / growth**month for month, paid in enumerate(cash)]
    assert sum(terms) == pytest.approx(0, abs=1e-7 * sum(map(abs, terms)))
    assert row.irr == pytest.approx(growth**12 - 1, rel=1e-9, abs=1e-9)


@given(questions())
def test_k_times_all_prices_is_k_times_all_costs(question: dict[str, Any]) -> None:
    build, rival = question["build"], question["buy"][0]
    sums = ("capex", "opex_per_hour", "opex_per_month", "residual")
    seven = with_(
        question,
        {name: round(build[name] * 7, 2) for name in sums},
        buy=[rival | {"per_hour": round(rival["per_hour"] * 7, 2)}],
    )
    one, many = asked(question).buy[0], asked(seven).buy[0]
    assert many.npv_build == pytest.approx(7 * one.npv_build, rel=1e-9, abs=1e-6)
    assert many.saving == pytest.approx(7 * one.saving, rel=1e-9, abs=1e-6)
    assert (many.break_even_hours is None) == (one.break_even_hours is None)
    if one.break_even_hours is not None:
        assert many.break_even_hours == pytest.approx(one.break_even_hours, rel=1e-9)
    assert (many.irr is None) == (one.irr is None)


@pytest.mark.parametrize(
    ("cash", "monthly"),
    [
        ([-100, 110], 0.1),
        ([-100, 0, 121], 0.1),
        ([-100, 50], -0.5),
        ([-100, 100], 0.0),
        ([0, -100, 110], 0.1),
        ([-1, 2, 3, -0.5, 4], None),  # told below: the running sum changes once
    ],
)
def test_rates_known_by_hand(cash: list[float], monthly: float | None) -> None:
    found = internal_rate([exact(paid) for paid in cash])
    if monthly is None:
        assert found.monthly is not None
        assert found.monthly > 0
        assert sum(p / (1 + found.monthly) ** m for m, p in enumerate(cash)) == pytest.approx(0, abs=1e-9)
    else:
        assert found.monthly == pytest.approx(monthly, abs=1e-12)
        assert found.annual == pytest.approx((1 + monthly) ** 12 - 1, abs=1e-10)


@pytest.mark.parametrize(
    ("cash", "word"),
    [
        ([0, 0], "same"),
        ([5, 5], "laid out"),
        ([-5, -5], "never"),
        ([-100, 230, -132], "several"),  # 10 % and 20 % both bring 0
        ([-100, 150, -60, 5], "several"),
    ],
)
def test_flows_without_one_rate_say_why(cash: list[int], word: str) -> None:
    found = internal_rate([exact(float(paid)) for paid in cash])
    assert (found.monthly, found.annual) == (None, None)
    assert word in (found.reason or "")


def test_discount_factors_are_those_of_the_contract() -> None:
    factors = discount_factors(exact(0.08), 61)
    assert [float(factor) for factor in factors] == pytest.approx([1.08 ** (-m / 12) for m in range(61)])
    assert float(factors[60]) == pytest.approx(1.08**-5, rel=1e-15)
    assert set(discount_factors(exact(0.0), 3)) == {exact(1.0)}
