"""Explanations of small plans, worked out on paper. A month has 730 hours; eight H100 are one machine."""

from decimal import Decimal
from typing import Any

import pytest

from advisor.errors import BadInput
from advisor.planning.result import Result
from advisor.planning.result_explain import Explanations
from advisor.planning.summary import summary
from providers.offers import Offer, Purchase
from tests.advisor.planning_cases import SITE, TEAM, make_reservation, near, plan_data, result_of
from tests.factories import NOW, make_offer

HOURS = 730
DE = make_offer()  # 50 an hour
US = make_offer(region="us-east-1", country="US", price_per_hour=Decimal(40))
SPOT = make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(10))
IN_EU = TEAM | {"residency": {"allow": ["EU"]}}


def explained(result: Result) -> Explanations:
    assert result.explanations is not None
    return result.explanations


def rule(result: Result, limit: str) -> Any:
    return next(row for row in explained(result).rules if row.limit == limit)


def twenty(**changes: Any) -> dict[str, Any]:
    """Twenty machines' load."""
    return plan_data(TEAM | {"demand": {"unit": "accelerators", "constant": 160}}, **changes)


def test_the_price_of_residency_is_what_a_cheaper_country_would_save() -> None:
    result = result_of(plan_data(IN_EU), [DE, US], explain=20)
    row = rule(result, "workloads[0].residency")
    assert (row.status, row.rule, row.where) == ("proven", "team stays in EU", "team")
    assert (row.npv, row.difference_npv) == (near(40 * HOURS), near(-10 * HOURS))
    assert (row.difference_low, row.difference_high) == (near(-10 * HOURS), near(-10 * HOURS))


@pytest.mark.parametrize(
    ("changes", "limit", "rule_words", "without"),
    [
        ({"regions": {"allow": ["aws/eu-*"]}}, "workloads[0].regions", "team in regions aws/eu-*", 40),
        (
            {"latency": {"users_in": ["DE"], "max_ms": 30}},
            "workloads[0].latency",
            "team within 30 ms of users in DE",
            40,
        ),
    ],
)
def test_what_keeps_a_workload_near_has_its_price(
    changes: dict[str, Any], limit: str, rule_words: str, without: int
) -> None:
    result = result_of(plan_data(TEAM | changes), [DE, US], explain=20)
    row = rule(result, limit)
    assert (row.rule, row.npv, row.difference_npv) == (
        rule_words,
        near(without * HOURS),
        near((without - 50) * HOURS),
    )


def test_filters_commitments_and_spot_have_their_prices_too() -> None:
    data = plan_data(
        months=3,
        capacity={"offers": {"regions": {"allow": ["aws/eu-*"]}}},
        limits={"commitment_months_max": 1},
    )
    result = result_of(data, [DE, US, SPOT, make_reservation()], explain=20)
    assert result.objective_npv == near(3 * 50 * HOURS)
    assert rule(result, "capacity.offers.regions").npv == near(3 * 40 * HOURS)
    assert rule(result, "limits.commitment_months_max").npv == near(1000 + 3 * 10 * HOURS)
    spot = rule(result, "workloads[0].interruptible_fraction")
    assert (spot.rule, spot.npv) == ("nothing of team on spot", near(3 * 10 * HOURS))


def test_a_rule_that_costs_nothing_is_told_so() -> None:
    result = result_of(plan_data(IN_EU, limits={"cash_per_month": 50 * HOURS}), [DE], explain=20)
    assert {row.status for row in explained(result).rules} == {"no_difference"}
    assert result.binding == ()


def test_a_share_that_binds_saves_per_point_what_a_point_more_would_save() -> None:
    """At most 75 % in one country: 15 machines at 40 and 5 at 50; at 80 % 16 and 4."""
    result = result_of(twenty(limits={"share_max": {"country": 0.75}}), [DE, US], explain=20)
    assert result.objective_npv == near((15 * 40 + 5 * 50) * HOURS)
    assert rule(result, "limits.share_max.country").npv == near(20 * 40 * HOURS)
    assert result.binding is not None
    (row,) = result.binding
    assert (row.limit, row.unit, row.step) == ("limits.share_max.country", "percentage point", near(5.0))
    assert row.saving_per_unit_relaxed == near(10 * HOURS / 5)


def test_a_power_limit_that_binds_saves_what_more_servers_would() -> None:
    """Twenty servers of 2 kW: 36 kW hold 18, a tenth more 19; a server saves what it does not cost."""
    server = SITE["servers"][0] | {"life_months": 1, "capex": 5000}
    site = {"name": "colo", "country": "DE", "power": {"price_per_kwh": 0.2, "limit_kw": 36}}
    result = result_of(twenty(capacity={"sites": [site | {"servers": [server]}]}), [DE], explain=20)
    assert result.binding is not None
    (row,) = result.binding
    own = 5000 + 10 + 2 * 0.2 * HOURS - 500  # a tenth of the price is left at the month's end
    assert (row.limit, row.where, row.unit) == ("capacity.sites[0].power.limit_kw", "colo", "kW")
    assert row.step == near(3.6)
    assert row.saving_per_unit_relaxed == near((50 * HOURS - own) / 3.6)


def test_a_limit_is_widened_further_where_a_tenth_holds_no_server_more() -> None:
    """8 kW hold four servers of 2 kW; 8.8 no more, 12 two more."""
    server = SITE["servers"][0] | {"life_months": 1, "capex": 5000}
    site = {"name": "colo", "country": "DE", "power": {"price_per_kwh": 0.2, "limit_kw": 8}}
    result = result_of(twenty(capacity={"sites": [site | {"servers": [server]}]}), [DE], explain=20)
    assert result.binding is not None
    (row,) = result.binding
    own = 5000 + 10 + 2 * 0.2 * HOURS - 500
    assert (row.limit, row.step) == ("capacity.sites[0].power.limit_kw", near(4.0))
    assert row.saving_per_unit_relaxed == near(2 * (50 * HOURS - own) / 4)


def test_an_offer_asked_about_costs_what_it_is_dearer_and_enters_where_it_is_as_cheap() -> None:
    asked = [DE.offer_id, US.offer_id]
    result = result_of(plan_data(), [DE, US], explain=20, why=asked)
    dear, cheap = explained(result).why
    assert (dear.offer, dear.in_plan, dear.status) == (DE.offer_id, False, "proven")
    assert dear.difference_npv == near(10 * HOURS)
    assert (dear.price, dear.enters_at_price, dear.enters_at_fraction) == (near(50), near(40), near(0.8))
    assert (cheap.in_plan, cheap.status, cheap.difference_npv) == (True, "no_difference", near(0.0))
    assert cheap.enters_at_price == near(50)  # and above it leaves
    text = " ".join("\n".join(summary(result, now=NOW)).split())
    assert "it would enter below 40 USD per machine-hour (its price is 50)" in text


@pytest.mark.parametrize(
    ("workload", "changes", "reason"),
    [
        (IN_EU, {}, "no workload can use it: team may not be in US (residency)"),
        (TEAM | {"regions": {"deny": ["aws/us-*"]}}, {}, "may not be in aws/us-east-1 (regions)"),
        (TEAM, {"capacity": {"offers": {"providers": ["azure"]}}}, "capacity.offers leaves it out"),
        (TEAM | {"throughput": {"H200": 1}}, {}, "team has no throughput for H100"),
    ],
)
def test_an_offer_that_was_left_out_is_told_why(
    workload: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    other = make_offer(provider="azure", region="germany", accelerator="H200", instance_type="h200")
    data = plan_data(workload | {"throughput": workload["throughput"] | {"H200": 1}}, **changes)
    result = result_of(data, [US, DE, other], explain=20, why=[US.offer_id])
    (row,) = explained(result).why
    assert (row.status, row.in_plan, row.npv) == ("impossible", False, None)
    assert reason in row.note


def test_spot_that_may_serve_nothing_and_names_nobody_knows() -> None:
    result = result_of(plan_data(), [DE, SPOT], explain=20, why=[SPOT.offer_id])
    assert "no workload it could serve may be interrupted" in explained(result).why[0].note
    with pytest.raises(BadInput, match=r"why: aws/mars/x/on_demand: names no offer of the price list"):
        result_of(plan_data(), [DE], explain=20, why=["aws/mars/x/on_demand"])


def test_a_rate_of_a_spend_plan_is_not_bought_by_itself() -> None:
    rate = make_offer(purchase=Purchase.SPEND_COMMITMENT, commitment_family="aws-compute-sp-1y-none")
    result = result_of(plan_data(), [DE, rate], explain=20, why=[rate.offer_id])
    assert "it is a rate of aws-compute-sp-1y-none" in explained(result).why[0].note


def test_with_a_weight_on_the_worst_no_price_is_named_at_which_an_offer_enters() -> None:
    for weight, note in ((0.0, ""), (0.5, "with a weight on the worst scenarios there may be several")):
        risk = {"scenarios": 2, "price_sigma": 0.1, "weight": weight}
        result = result_of(plan_data(risk=risk), [DE, US], explain=20, why=[DE.offer_id])
        (row,) = explained(result).why
        assert row.entering_note.startswith(note)
        assert (row.enters_at_price is None) == bool(weight)


def test_alternatives_cost_and_buy_what_the_answer_would_do_without() -> None:
    rival = make_offer(provider="gcp", region="europe-west3", price_per_hour=Decimal(60))
    result = result_of(plan_data(months=3), [DE, rival, make_reservation()], explain=20)
    assert result.objective_npv == near(1000 + 3 * 10 * HOURS)
    rows = {row.name: row for row in explained(result).alternatives}
    assert list(rows) == ["without_main_provider", "no_commitments"]
    main = rows["without_main_provider"]
    assert (main.words, main.npv) == ("without aws, from whom most is bought", near(3 * 60 * HOURS))
    assert [(b.offer, b.quantity, b.start) for b in main.purchases] == [(rival.offer_id, 1, "2027-01")]
    assert rows["no_commitments"].difference_npv == near(3 * 50 * HOURS - 1000 - 3 * 10 * HOURS)


def test_all_in_one_country_is_the_cheapest_country_alone() -> None:
    both = twenty(limits={"share_max": {"provider": 1.0}})
    both["workloads"] = [IN_EU | {"name": "eu"}, TEAM | {"name": "world"}]
    result = result_of(both, [DE, US], explain=20)
    row = next(row for row in explained(result).alternatives if row.name == "one_country")
    assert (row.words, row.npv) == ("all in one country, DE", near(2 * 50 * HOURS))


def test_sensitivity_is_the_plan_decided_anew_and_purchases_kept() -> None:
    """6.4 of 8 accelerators still take a machine, 9.6 take two; a reservation kept serves them first."""
    result = result_of(plan_data(months=3, discount_rate=0.08), [DE, make_reservation()], explain=20)
    rows = {row.factor: row for row in explained(result).sensitivity}
    assert list(rows) == ["demand", "cloud_prices", "discount_rate"]

    def discounted(rate: float, months: int = 3) -> float:
        return float(sum((1 + rate) ** (-m / 12) for m in range(months)))

    own = 1000 + 10 * HOURS * discounted(0.08)
    assert result.objective_npv == near(own)
    demand = rows["demand"]
    assert (demand.low.npv, demand.low.status) == (near(own), "no_difference")
    assert (demand.high.npv, demand.high.kept_npv) == (
        near(2 * own),
        near(own + 50 * HOURS * discounted(0.08)),
    )
    assert (rows["cloud_prices"].low.npv, rows["cloud_prices"].high.npv) == (near(0.8 * own), near(1.2 * own))
    rates = rows["discount_rate"]
    assert (rates.low.change, rates.high.change) == (near(0.06), near(0.1))
    assert rates.high.npv == near(1000 + 10 * HOURS * discounted(0.1))


def test_break_evens_are_told_with_where_they_count_from() -> None:
    server = SITE["servers"][0] | {"capex": 30_000, "life_months": 12}
    site = {"name": "colo", "country": "DE", "power": {"price_per_kwh": 0.2}, "servers": [server]}
    result = result_of(plan_data(months=3, capacity={"sites": [site]}), [DE], baselines=True, explain=20)
    built = result.build_vs_buy
    # 30,000 and some power against 36,500 a month: paid back within the first month, at any use of a machine
    assert (built.break_even_month, built.compared_from, built.utilisation) == (
        "2027-01",
        "2027-01",
        near(1.0),
    )
    assert built.break_even_utilisation is not None
    assert built.break_even_utilisation <= 0.01
    assert built.reason is None


def test_the_way_out_of_an_impossible_plan_has_its_cost() -> None:
    data = plan_data(TEAM, limits={"cash_per_month": 30_000})
    result = result_of(data, [DE], explain=20)
    assert result.conflicts is not None
    rows = {row.limit: row for row in result.conflicts}
    cash = rows["limits.cash_per_month"]
    assert (cash.needed, cash.cost_of_relaxation) == (near(50 * HOURS), near(50 * HOURS))
    assert rows["workloads[0].demand"].cost_of_relaxation is None
    assert rows["workloads[0].demand"].cost_note == "nothing would be left to serve"
    assert "with that the plan costs 36,500 USD" in "\n".join(summary(result, now=NOW))


def test_what_time_does_not_reach_is_told_as_not_computed() -> None:
    result = result_of(plan_data(IN_EU), [DE, US], explain=1e-6, why=[DE.offer_id])
    found = explained(result)
    rows = [*found.rules, *found.why, *(case for row in found.sensitivity for case in (row.low, row.high))]
    by_factor = {row.factor: row for row in found.sensitivity}
    assert by_factor["demand"].low.status == "not_computed"
    assert {row.status for row in [*found.rules, *found.why]} == {"not_computed"}
    assert all(row.npv is None for row in rows if row.status == "not_computed")
    assert result.binding == ()  # the plan has no limits
    reason = result.build_vs_buy.reason or ""
    assert "Break-even: the plan names no site." in reason


def test_explanations_are_left_out_where_no_time_is_given_and_the_same_when_asked_again() -> None:
    assert result_of(plan_data(IN_EU), [DE, US]).explanations is None
    offers: list[Offer] = [DE, US, make_reservation()]
    once, twice = (result_of(plan_data(IN_EU, months=2), offers, explain=30) for _ in range(2))
    assert (once.explanations, once.binding) == (twice.explanations, twice.binding)
