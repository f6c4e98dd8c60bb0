"""Plans and old prices: left out and counted, or used and warned of."""

from datetime import timedelta
from decimal import Decimal

import pytest

from advisor.errors import BadInput
from advisor.planning.result import Result
from providers.offers import Offer, PriceState
from tests.advisor.planning_cases import MAX_AGE_HOURS, TEAM, near, plan_data, result_of
from tests.factories import NOW, make_offer

HOURS = 730
HOUR = timedelta(hours=1)
LIMIT = timedelta(hours=MAX_AGE_HOURS)
FRESH = make_offer(instance_type="fresh", price_per_hour=Decimal(60), observed_at=NOW - HOUR)


def cheap(**changes: object) -> Offer:
    """The cheapest by far, 40 an hour, unless it is left out."""
    return make_offer(instance_type="cheap", price_per_hour=Decimal(40), **changes)


def told(result: Result) -> dict[str, str]:
    return {row.code: row.message for row in result.warnings}


def bought(result: Result) -> list[str]:
    return [row.instance_type for row in result.purchases]


def test_a_limit_of_the_plan_leaves_older_prices_out_and_counts_them() -> None:
    data = plan_data(price_max_age_hours=100)
    at_it, beyond = timedelta(hours=100), timedelta(hours=100, seconds=1)
    assert bought(result_of(data, [FRESH, cheap(observed_at=NOW - at_it)])) == ["cheap"]
    offers = [FRESH, cheap(observed_at=NOW - beyond), cheap(observed_at=None, zone="b")]
    result = result_of(data, offers)
    assert bought(result) == ["fresh"]
    assert result.objective_npv == near(60 * HOURS)
    assert told(result) == {
        "left_out_too_old": "2 offers left out: prices older than price_max_age_hours, or of unknown age."
    }


def test_by_default_old_prices_are_used_and_warned_of() -> None:
    for data in (plan_data(), plan_data(stale_prices="warn")):
        result = result_of(data, [FRESH, cheap(observed_at=NOW - LIMIT - HOUR)])
        assert bought(result) == ["cheap"]
        assert list(told(result)) == ["stale_price"]
    assert told(result_of(plan_data(), [FRESH, cheap(observed_at=NOW - LIMIT)])) == {}


def test_a_plan_that_refuses_stale_prices_leaves_them_out_by_the_limit_of_the_site() -> None:
    data = plan_data(stale_prices="refuse")
    assert bought(result_of(data, [FRESH, cheap(observed_at=NOW - LIMIT)])) == ["cheap"]
    offers = [
        FRESH,
        cheap(observed_at=NOW - LIMIT - HOUR),
        cheap(observed_at=None, zone="b"),
        cheap(observed_at=NOW, zone="c", state=PriceState.STALE),
    ]
    result = result_of(data, offers)
    assert bought(result) == ["fresh"]
    assert result.objective_npv == near(60 * HOURS)
    assert told(result) == {
        "left_out_marked_stale": (
            "1 offer left out: prices marked stale by their source (stale_prices: refuse)."
        ),
        "left_out_stale": (
            "2 offers left out: prices older than PRICE_MAX_AGE_HOURS, or of unknown age "
            "(stale_prices: refuse)."
        ),
    }


def test_a_limit_of_the_plan_counts_before_that_of_the_site() -> None:
    data = plan_data(stale_prices="refuse", price_max_age_hours=MAX_AGE_HOURS + 100)
    result = result_of(data, [FRESH, cheap(observed_at=NOW - LIMIT - HOUR)])
    assert bought(result) == ["cheap"]
    assert list(told(result)) == ["stale_price"]  # beyond the site's limit all the same


def test_a_price_marked_stale_is_left_out_only_where_the_plan_refuses_such() -> None:
    marked = cheap(observed_at=NOW, state=PriceState.STALE)
    assert bought(result_of(plan_data(price_max_age_hours=100), [FRESH, marked])) == ["cheap"]


def test_where_nothing_fresh_is_left_the_plan_is_impossible() -> None:
    result = result_of(plan_data(stale_prices="refuse"), [cheap(observed_at=NOW - LIMIT - HOUR)])
    assert result.status == "infeasible"
    assert "left_out_stale" in told(result)


def test_a_limit_before_the_calendar_begins_leaves_nothing_out() -> None:
    assert bought(result_of(plan_data(price_max_age_hours=1e9), [cheap(observed_at=NOW - LIMIT)])) == [
        "cheap"
    ]


def test_several_stale_offers_bought_are_counted_with_their_ages() -> None:
    # two workloads on two kinds of machine, and a third on a fresh one
    other = TEAM | {"name": "other", "throughput": {"A100-80GB": 1}}
    third = TEAM | {"name": "third", "throughput": {"H200": 1}}
    offers = [
        make_offer(observed_at=NOW - timedelta(days=100)),
        make_offer(instance_type="a", accelerator="A100-80GB", observed_at=NOW - timedelta(days=30 * 14)),
        make_offer(instance_type="c", accelerator="H200", observed_at=NOW - HOUR),
    ]
    warnings = result_of(plan_data(TEAM, other, third), offers).warnings
    # 100 days are 3 months of 730 hours and a bit; 420 days are 13
    assert [row.message for row in warnings if row.code == "stale_prices"] == [
        "2 of the 3 offers bought rest on stale prices, 3 months to 13 months old."
    ]
    assert [row.code for row in warnings] == ["stale_prices", "stale_price", "stale_price"]
    first, *_ = result_of(plan_data(TEAM, other), offers).warnings
    assert first.message == "All 2 offers bought rest on stale prices, 3 months to 13 months old."


def test_the_option_takes_two_words() -> None:
    with pytest.raises(BadInput, match="stale_prices"):
        result_of(plan_data(stale_prices="ignore"), [FRESH])
