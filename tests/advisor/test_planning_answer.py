"""From the text of a plan to a result: every figure of small plans worked out by hand."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from advisor.errors import BadInput
from advisor.planning import services
from advisor.planning.effort import Effort, Step
from advisor.planning.result import Result
from advisor.planning.services import SolverFailed, advise
from optimizer.result import Outcome, Status
from optimizer.solve import solve
from optimizer.verify import PlanRefused
from providers.offers import Offer, Payment, PriceState, Purchase
from tests.advisor.planning_cases import (
    MAX_AGE_HOURS,
    PARTNER,
    SITE,
    TEAM,
    catalogue_of,
    make_record,
    near,
    plan_data,
)
from tests.factories import NOW, SEEN, make_offer

SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/schemas/result.schema.json").read_text("utf-8"))
HOUR = 730
P5 = "aws/eu-central-1/p5.48xlarge"


def result_of(
    data: dict[str, Any], offers: Sequence[Offer], *, baselines: bool = False, **options: Any
) -> Result:
    """A result, checked against the published schema."""
    result = advise(
        json.dumps(data).encode(),
        source="plan.yaml",
        catalogue=catalogue_of(offers),
        catalogue_version="1",
        now=NOW,
        max_age_hours=MAX_AGE_HOURS,
        effort=Effort(gap=1e-6, time_limit_seconds=20, baselines=baselines),
        **options,
    )
    jsonschema.validate(json.loads(result.as_json()), SCHEMA)
    return result


def reserved(**changes: Any) -> Offer:
    terms = {"purchase": Purchase.RESERVED, "term_months": 3, "payment": Payment.PARTIAL}
    money = {"price_per_hour": Decimal(10), "upfront": Decimal(1000)}
    return make_offer(**(terms | money | changes))


def codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


def test_a_month_on_demand_is_told_completely() -> None:
    result = result_of(plan_data(), [make_offer(source_url="https://example.org/prices")])
    assert (result.status, result.gap, result.conflicts, result.binding) == ("optimal", 0.0, None, None)
    (row,) = result.purchases
    assert row.model_dump() == {
        "offer": f"{P5}/on_demand",
        "provider": "aws",
        "region": "eu-central-1",
        "country": "DE",
        "instance_type": "p5.48xlarge",
        "accelerator": "H100",
        "accelerator_count": 8.0,
        "site": None,
        "partner": None,
        "purchase": "on_demand",
        "term_months": None,
        "payment": None,
        "start": "2027-01",
        "months": 1,
        "quantity": 1,
        "quantity_unit": "machines_at_once",
        "instance_hours": near(HOUR),
        "npv": near(50 * HOUR),
        "cash": near(50 * HOUR),
        "price_per_hour": 50.0,
        "upfront": None,
        "source_currency": "USD",
        "source_url": "https://example.org/prices",
        "price_observed_at": "2026-11-20T00:00:00Z",
        "price_state": "listed",
    }
    assert result.totals is not None
    assert result.totals.bill_total == "36500.00"
    assert result.totals.by_kind[0].model_dump() == {
        "kind": "on_demand",
        "npv": near(36_500),
        "cash": near(36_500),
    }
    assert result.time.model_dump() == {
        "blocks_per_month": 1,
        "segments": 1,
        "merged": False,
        "load_overstated_fraction": 0.0,
    }


def test_a_reservation_is_told_with_its_lock_in() -> None:
    # 10 % a year; start: 1000 + 7300; then 7300 at 1.1^(-1/12) and, owed after two months, at 1.1^(-2/12)
    factor = [1.1 ** (-month / 12) for month in range(3)]
    npv = 1000 + 7300 * sum(factor)
    result = result_of(plan_data(months=2, discount_rate=0.1), [reserved()])
    (row,) = result.purchases
    assert (row.offer, row.term_months, row.payment, row.upfront) == (
        f"{P5}/reserved/3m-partial",
        3,
        "partial",
        1000.0,
    )
    assert (row.months, row.quantity, row.quantity_unit, row.instance_hours) == (2, 1, "machines", None)
    assert row.npv == result.objective_npv == near(npv)
    assert result.totals is not None
    assert result.totals.cash == near(15_600)
    assert (result.totals.lock_in, result.totals.lock_in_npv) == (
        near(7300),
        near(7300 * factor[2]),
    )
    assert [month.cash for month in result.totals.by_month] == [near(8300), near(7300)]
    assert [month.month for month in result.totals.by_month] == ["2027-01", "2027-02"]


def test_a_going_concern_gets_upfront_money_back() -> None:
    result = result_of(plan_data(months=2, end_of_horizon="going_concern"), [reserved()])
    assert result.totals is not None
    # one of three months lies beyond: 1000 / 3 credited
    assert (result.totals.residual, result.totals.lock_in) == (near(1000 / 3), 0.0)
    assert result.objective_npv == near(15_600 - 1000 / 3)


def test_own_servers_are_told_with_site_people_carbon_and_what_they_are_worth() -> None:
    site = SITE | {"opening": {"capex": 1000, "monthly": 100}}
    data = plan_data(capacity={"offers": "none", "sites": [site]}, limits={"carbon_price_per_tonne": 100})
    result = result_of(data, [])
    (row,) = result.purchases
    # server 5000 + 10 + 2 kW x 1.5 x 730 h x 0.2 = 438; 1 of 2 months of life used: worth 5000 x 0.55 = 2750
    assert (row.offer, row.site, row.purchase) == ("own/colo/HGX/self_hosted", "colo", "self_hosted")
    assert (row.cash, row.npv) == (near(5448), near(5448 - 2750))
    assert (row.upfront, row.price_per_hour, row.price_state) == (5000.0, None, "quote")
    totals = result.totals
    assert totals is not None
    assert (totals.capex, totals.residual, totals.cash) == (6000.0, near(2750), near(7048))
    # 2190 kWh x 0.4 kg x (1 - 0.5) = 438 kg, at 100 a tonne 43.80
    assert (totals.carbon_tonnes, totals.carbon_charge) == (near(0.438), near(43.8))
    assert {row.kind: (row.npv, row.cash) for row in totals.by_kind} == {
        "self_hosted": (near(2698), near(5448)),
        "site": (near(1600), near(1600)),  # opening 1000, rent 100, one person 500
        "carbon": (near(43.8), 0.0),
    }
    assert sum(row.npv for row in totals.by_kind) == near(totals.npv)


def test_a_partner_is_told_by_its_name() -> None:
    result = result_of(plan_data(capacity={"offers": "none", "partners": [PARTNER]}), [])
    (row,) = result.purchases
    assert (row.offer, row.partner, row.cash) == ("partner/uni/HGX-A/partner", "uni", near(7700))
    assert (row.price_per_hour, row.price_observed_at) == (10.0, None)


def test_what_is_owned_is_told_and_costs_nothing() -> None:
    offer = reserved()
    result = result_of(plan_data(capacity={"owned": [{"offer": offer.offer_id, "quantity": 2}]}), [offer])
    (row,) = result.purchases
    assert (row.purchase, row.offer, row.quantity, row.cash) == ("owned", offer.offer_id, 2, 0.0)
    assert (result.objective_npv, result.gap) == (0.0, 0.0)
    assert [usage.offer for usage in result.usage] == [offer.offer_id]


def test_usage_of_what_is_billed_by_the_hour_adds_up_to_the_bill() -> None:
    small = make_offer(instance_type="p5.4xlarge", accelerator_count=Decimal(1), price_per_hour=Decimal(7))
    demand = {"unit": "accelerators", "peak": 11, "profile": "diurnal", "growth_per_month": 0.1}
    loads = [TEAM | {"demand": demand}, TEAM | {"name": "b", "headroom": 0.2}]
    offers = [make_offer(), small]
    result = result_of(plan_data(*loads, months=3), offers)
    assert result.totals is not None
    prices = {offer.offer_id: float(offer.price_per_hour) for offer in offers}
    billed = sum(usage.instance_hours * prices[usage.offer] for usage in result.usage)
    assert billed == near(result.totals.cash)
    for row in result.purchases:
        hours = sum(usage.instance_hours for usage in result.usage if usage.offer == row.offer)
        assert hours == near(row.instance_hours or 0.0)


def test_unit_costs_add_up_to_the_whole_cost() -> None:
    loads = [TEAM, TEAM | {"name": "b", "demand": {"unit": "accelerators", "constant": 5}}]
    data = plan_data(*loads, months=4, discount_rate=0.2, limits={"carbon_price_per_tonne": 50})
    result = result_of(data, [make_offer(), reserved()])
    assert result.totals is not None
    units = {"team": 8 * HOUR * 4, "b": 5 * HOUR * 4}
    npv = sum(row.npv_per_unit * units[row.workload] for row in result.unit_costs)
    cash = sum(row.cash_per_unit * units[row.workload] for row in result.unit_costs)
    assert (npv, cash) == (near(result.totals.npv), near(result.totals.cash))


def test_blocks_say_by_how_much_they_overstate_the_load() -> None:
    # 12 of 24 hours at 1, the others at 0.5; in one block all carry 1: 1 / 0.75 - 1 = a third too much
    day = [1.0] * 12 + [0.5] * 12
    demand = {"unit": "accelerators", "peak": 16, "profile": {"weekday": day, "weekend": day}}
    result = result_of(plan_data(TEAM | {"demand": demand}, blocks_per_month=1), [make_offer()])
    assert result.time.merged
    assert result.time.load_overstated_fraction == near(1 / 3)
    (warning,) = [warning for warning in result.warnings if warning.code == "blocks_merged"]
    assert "33 %" in warning.message


def test_baselines_say_what_is_saved() -> None:
    # reserved for its term of 3 months: 1000 + 3 x 7300 = 22,900; on demand: 3 x 36,500 = 109,500
    result = result_of(plan_data(months=3), [make_offer(), reserved()], baselines=True)
    rows = {row.name: row for row in result.baselines}
    assert list(rows) == [
        "all_on_demand",
        "best_single_commitment",
        "all_self_hosted",
        "all_cloud",
        "no_partner",
        "cheapest_single_provider",
    ]
    on_demand = rows["all_on_demand"]
    assert (on_demand.npv, on_demand.regret_npv) == (near(109_500), near(86_600))
    assert on_demand.regret_fraction == near(86_600 / 109_500)
    assert (rows["all_self_hosted"].status, rows["all_self_hosted"].npv) == ("not_defined", None)
    assert rows["all_cloud"].regret_npv == near(0.0, within=1.0)
    built = result.build_vs_buy
    assert (built.self_hosted_npv, built.cloud_npv) == (None, near(22_900))
    assert built.reason is not None
    assert "the plan names no site" in built.reason
    assert "breakeven" in built.reason


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


def test_prices_that_are_old_undated_quoted_or_stale_are_warned_of_when_used() -> None:
    old = SEEN - timedelta(hours=MAX_AGE_HOURS)
    unused = make_offer(instance_type="dear", price_per_hour=Decimal(500), observed_at=old)
    assert codes(result_of(plan_data(), [make_offer(), unused])) == []
    for changes, code, words in (
        ({"observed_at": old}, "stale_price", f"Old price: {P5}/on_demand, 3 months old."),
        ({"state": PriceState.STALE}, "stale_price", ", marked stale by its source."),
        ({"observed_at": None}, "price_without_date", f"not when it was observed: {P5}/on_demand"),
        ({"state": PriceState.QUOTE}, "quote_price", "1 price used as quoted"),
    ):
        (warning,) = result_of(plan_data(), [make_offer(**changes), unused]).warnings
        assert (warning.code, words in warning.message) == (code, True), warning


def test_a_reservation_only_offer_that_is_reserved_is_warned_of() -> None:
    offer = reserved(state=PriceState.RESERVATION_ONLY)
    assert "reservation_only_offer" in codes(result_of(plan_data(months=3), [offer]))


def test_an_undated_stale_price_is_of_unknown_age() -> None:
    (warning,) = result_of(plan_data(), [make_offer(observed_at=None, state=PriceState.STALE)]).warnings
    assert ", of unknown age, marked stale" in warning.message


def test_the_catalogue_of_an_answer_is_recorded() -> None:
    old = SEEN - timedelta(days=10)
    offers = [
        make_offer(observed_at=old),
        make_offer(instance_type="dear", price_per_hour=Decimal(500)),
        make_offer(instance_type="a100", accelerator="A100-80GB"),
    ]
    catalogue = result_of(plan_data(), offers).catalogue
    assert catalogue.model_dump() == {
        "as_of": "2026-11-22T12:00:00Z",
        "version": "1",
        "oldest_price": "2026-11-10T00:00:00Z",
        "offers_in_catalogue": 3,
        "offers_considered": 2,
        "offers_in_model": 1,
    }


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


def test_an_answer_cut_off_by_time_says_how_far_the_proof_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*args: Any, **options: Any) -> Outcome:
        found = solve(*args, **options)
        record = make_record(bound=36_000.0, seconds=20.0)
        return Outcome(
            status=Status.FEASIBLE,
            record=record,
            gap=500 / 36_500,
            objective_npv=found.objective_npv,
            plan=found.plan,
        )

    monkeypatch.setattr(services, "solve", cut_off)
    result = result_of(plan_data(), [make_offer()])
    assert (result.status, result.gap) == ("feasible", near(500 / 36_500))
    (warning,) = result.warnings
    assert (warning.code, "within 1.37 %" in warning.message) == ("gap_not_proven", True)


def test_progress_is_told_in_the_plans_currency() -> None:
    steps: list[Step] = []
    result_of(plan_data(), [make_offer(), reserved()], baselines=True, notify=steps.append)
    bounds = [step.bound for step in steps if step.bound is not None]
    assert all(0 <= bound <= 40_000 for bound in bounds)
    assert any(step.stage == "compared with all cloud" for step in steps)


def test_a_csv_profile_with_a_higher_peak_is_warned_of() -> None:
    rows = ["timestamp,value"]
    rows += [f"2026-01-{day:02d}T{hour:02d}:00Z,1" for day in range(1, 15) for hour in range(24)]
    rows[30] = rows[30].removesuffix(",1") + ",3"
    demand = {"unit": "accelerators", "peak": 8, "profile": {"csv": "load.csv"}}
    text = "\n".join(rows).encode()
    result = result_of(plan_data(TEAM | {"demand": demand}), [make_offer()], read_file=lambda _name: text)
    assert "profile_peak" in codes(result)
