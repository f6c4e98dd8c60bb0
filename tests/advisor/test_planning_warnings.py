"""What an answer warns of, and what it records about prices and time."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from advisor.planning import services
from advisor.planning.result import Result
from advisor.planning.warnings import LARGE_ACCELERATORS
from optimizer.result import Outcome, Status
from optimizer.solve import solve
from providers.offers import PriceState, Purchase
from tests.advisor.planning_cases import (
    MAX_AGE_HOURS,
    SITE,
    TEAM,
    make_record,
    make_reservation,
    near,
    plan_data,
    result_of,
)
from tests.factories import SEEN, make_offer

HOUR = 730
P5 = "aws/eu-central-1/p5.48xlarge"


def codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


def test_blocks_say_by_how_much_they_overstate_the_load() -> None:
    # 12 of 24 hours at 1, the others at 0.5; in one block all carry 1: 1 / 0.75 - 1 = a third too much
    day = [1.0] * 12 + [0.5] * 12
    demand = {"unit": "accelerators", "peak": 16, "profile": {"weekday": day, "weekend": day}}
    result = result_of(plan_data(TEAM | {"demand": demand}, blocks_per_month=1), [make_offer()])
    assert result.time.merged
    assert result.time.load_overstated_fraction == near(1 / 3)
    (warning,) = [warning for warning in result.warnings if warning.code == "blocks_merged"]
    assert "33 %" in warning.message


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
    offer = make_reservation(state=PriceState.RESERVATION_ONLY)
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


def test_a_csv_profile_with_a_higher_peak_is_warned_of() -> None:
    rows = ["timestamp,value"]
    rows += [f"2026-01-{day:02d}T{hour:02d}:00Z,1" for day in range(1, 15) for hour in range(24)]
    rows[30] = rows[30].removesuffix(",1") + ",3"
    demand = {"unit": "accelerators", "peak": 8, "profile": {"csv": "load.csv"}}
    text = "\n".join(rows).encode()
    result = result_of(plan_data(TEAM | {"demand": demand}), [make_offer()], read_file=lambda _name: text)
    assert "profile_peak" in codes(result)


def test_more_at_once_than_256_accelerators_of_an_offer_by_the_hour_is_to_be_asked_for() -> None:
    # machines of 8: 32 are 256 accelerators, 33 are 264
    for peak, changes, told in (
        (256, {}, False),
        (257, {}, True),
        (257, {"purchase": Purchase.SPOT}, True),
        (257, {"max_quantity": 40}, False),
    ):
        load = TEAM | {"demand": {"unit": "accelerators", "constant": peak}, "interruptible_fraction": 1}
        offer = make_offer(**changes)
        result = result_of(plan_data(load), [offer])
        found = [row for row in result.warnings if row.code == "large_quantity_unconfirmed"]
        assert len(found) == told, (peak, changes)
        if told:
            assert found[0].severity == "warning"
            assert found[0].message == (
                f"Up to 264 accelerators of {offer.offer_id} at once: the price list does not say how many "
                "can be had; ask the provider."
            )


def test_reserved_machines_are_not_asked_for_again() -> None:
    load = TEAM | {"demand": {"unit": "accelerators", "constant": 257}}
    result = result_of(plan_data(load, months=3), [make_reservation()])
    assert result.purchases[0].quantity == 33
    assert "large_quantity_unconfirmed" not in codes(result)


def test_the_threshold_is_the_one_that_is_documented() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "advise.md").read_text(encoding="utf-8")
    assert f"More than {LARGE_ACCELERATORS} accelerators of one offer" in text


def test_exchange_rates_that_are_used_are_recorded() -> None:
    rates = {"EUR": 1.25, "GBP": 1.5, "CHF": 1.1}
    sites = [SITE | {"currency": "GBP"}]
    data = plan_data(exchange_rates=rates, capacity={"sites": sites})
    result = result_of(data, [make_offer(currency="EUR")])
    assert [row.model_dump() for row in result.exchange_rates] == [
        {"currency": "EUR", "rate": 1.25, "source": "plan file", "observed_on": None},
        {"currency": "GBP", "rate": 1.5, "source": "plan file", "observed_on": None},
    ]
    assert result_of(plan_data(exchange_rates=rates), [make_offer()]).exchange_rates == ()


@pytest.mark.parametrize(("hours", "warned"), [(8 * 730 // 2, True), (8 * 730, False)])
def test_hours_that_are_paid_and_not_worked_are_told(hours: int, warned: bool) -> None:
    # One machine of 8 accelerators for a month that is one load block: half of its hours, or all of them.
    job = {
        "name": "job",
        "kind": "training",
        "demand": {"unit": "accelerator_hours", "total": {"H100": hours}},
    }
    result = result_of(plan_data(job), [make_offer()])
    told = [w.message for w in result.warnings if w.code == "idle_paid_hours"]
    assert bool(told) is warned
    assert all(message.startswith("50 % of the machine-hours") for message in told)
