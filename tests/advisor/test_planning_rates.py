"""Plans and the exchange rates in force: refused with the line to write, or taken and named."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from advisor.errors import BadInput
from advisor.planning.result import Result
from advisor.plans.check import check
from advisor.rates.services import import_rates
from providers.offers import Offer
from providers.rates import Origin, ReferenceRates
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.planning_cases import PARTNER, SITE, near, plan_data, plan_text, result_of
from tests.factories import NOW, make_offer
from tests.providers.ecb_files import xml

ECB = Origin(observed_on=NOW.date(), source="European Central Bank")
RATES = ReferenceRates(
    # a dollar and a quarter for a euro, and 8 yuan for it
    rates_to_usd={
        "USD": Decimal(1),
        "EUR": Decimal("1.25"),
        "CNY": Decimal("0.15625"),
        "AED": Decimal("0.2723"),
    },
    observed_on=date(2025, 1, 2),
    source="European Central Bank; typed by Jo",
    origins={
        "EUR": ECB,
        "CNY": ECB,
        "AED": Origin(observed_on=date(2025, 1, 2), source="typed by Jo"),
    },
)
TAKES = {"exchange_rates_from": "reference"}
HOURS = 730


def solved(data: dict[str, Any], *offers: Offer) -> Result:
    return result_of(data, offers, rates=RATES)


def npv(result: Result) -> float:
    assert result.objective_npv is not None
    return result.objective_npv


def test_a_missing_rate_is_refused_with_the_line_to_write() -> None:
    with pytest.raises(BadInput) as refused:
        solved(plan_data(), make_offer(currency="EUR"))
    assert (
        "exchange_rates.EUR: is needed: aws/eu-central-1/p5.48xlarge/on_demand is priced in EUR; write what "
        "one EUR is worth in USD, for example that in force, exchange_rates: {EUR: 1.25}  # European Central "
        f"Bank, {NOW:%Y-%m-%d}, or exclude such offers" in str(refused.value)
    )


def test_a_missing_rate_of_a_site_is_refused_with_the_line_to_write() -> None:
    data = plan_data(currency="EUR", capacity={"sites": [SITE | {"currency": "CNY"}]})
    with pytest.raises(BadInput) as refused:
        solved(data, make_offer(currency="EUR"))
    line = f"exchange_rates: {{CNY: 0.125}}  # European Central Bank, {NOW:%Y-%m-%d}"  # 1 / 8
    assert f"needs a rate: add {line}" in str(refused.value)


def test_a_currency_without_any_rate_is_refused_as_before() -> None:
    with pytest.raises(BadInput, match=r"write what one SAR is worth in USD, or exclude such offers"):
        solved(plan_data(), make_offer(currency="SAR"))
    with pytest.raises(BadInput, match=r"exchange_rates\.SAR: is needed"):
        solved(plan_data(**TAKES), make_offer(currency="SAR"))


def test_a_plan_that_asks_for_them_takes_the_rates_in_force() -> None:
    result = solved(plan_data(**TAKES), make_offer(currency="EUR"))
    assert npv(result) == near(50 * 1.25 * HOURS)
    (row,) = result.exchange_rates
    assert (row.currency, row.rate, row.source) == ("EUR", 1.25, "European Central Bank")
    assert row.observed_on == NOW.date().isoformat()
    (warning,) = [row for row in result.warnings if row.code == "exchange_rates_in_force"]
    assert warning.severity == "warning"
    assert warning.message == (
        "Exchange rates not stated by the plan but in force when it was worked out: "
        f"1 EUR = 1.25 USD (European Central Bank, {NOW:%Y-%m-%d})."
    )


def test_in_another_currency_a_rate_goes_through_the_dollar_and_has_the_older_day() -> None:
    result = solved(plan_data(currency="CNY", **TAKES), make_offer(currency="AED"))
    assert npv(result) == near(50 * 0.2723 / 0.15625 * HOURS)
    (row,) = result.exchange_rates
    assert (row.observed_on, row.source) == ("2025-01-02", "typed by Jo; European Central Bank")
    (warning,) = [row for row in result.warnings if row.code == "exchange_rates_in_force"]
    assert warning.message.endswith(" Stale: AED.")


def test_what_the_plan_states_counts_before_the_rate_in_force() -> None:
    data = plan_data(exchange_rates={"EUR": 2}, **TAKES)
    result = solved(data, make_offer(currency="EUR"))
    assert npv(result) == near(50 * 2 * HOURS)
    assert [row.source for row in result.exchange_rates] == ["plan file"]
    assert not [row for row in result.warnings if row.code == "exchange_rates_in_force"]


def test_the_rates_of_a_result_written_into_the_plan_give_the_same_answer() -> None:
    rates = ReferenceRates(
        rates_to_usd={**RATES.rates_to_usd, "JPY": Decimal(1) / 157},
        observed_on=NOW.date(),
        source="x",
    )
    offers = [make_offer(currency="JPY", price_per_hour=Decimal(7777))]
    first = result_of(plan_data(currency="EUR", **TAKES), offers, rates=rates)
    stated = {row.currency: row.rate for row in first.exchange_rates}
    again = result_of(plan_data(currency="EUR", exchange_rates=stated), offers, rates=rates)
    assert again.objective_npv == first.objective_npv
    assert npv(first) == pytest.approx(7777 / 157 / 1.25 * HOURS, rel=1e-9)


def test_sites_and_partners_may_be_in_currencies_in_force_only() -> None:
    data = plan_data(capacity={"partners": [PARTNER | {"currency": "EUR"}]}, **TAKES)
    # ten euros an hour and 400 a month, no offer beside it
    assert npv(solved(data)) == near((10 * HOURS + 400) * 1.25)
    sites = plan_data(capacity={"sites": [SITE, SITE | {"name": "b", "currency": "SAR"}]}, **TAKES)
    with pytest.raises(BadInput, match=r"capacity\.sites\[1\]\.currency: 'SAR': has no rate in force"):
        solved(sites, make_offer())
    with pytest.raises(BadInput, match=r"currency: 'SAR': has no rate in force to reckon others with"):
        solved(plan_data(currency="SAR", **TAKES), make_offer())


def test_the_field_takes_two_words() -> None:
    with pytest.raises(BadInput, match="exchange_rates_from"):
        solved(plan_data(exchange_rates_from="ecb"), make_offer())


def test_beside_price_files_the_rates_that_ship_are_taken_without_a_database(tmp_path: Path) -> None:
    prices = write_prices(tmp_path / "prices.csv", [make_offer(currency="EUR")])
    refused = advise(write_plan(tmp_path), prices)
    line = "exchange_rates: {EUR: 1.1172}  # ecb.europa.eu, 2026-10-30"
    assert (refused.code, line in refused.first) == (2, True)
    said = advise(write_plan(tmp_path, plan_data(**TAKES)), prices, "--no-baselines", "--json", "-")
    assert said.code == 0
    result = json.loads(said.out)
    assert result["objective_npv"] == near(50 * 1.1172 * HOURS)
    assert [(row["source"], row["observed_on"]) for row in result["exchange_rates"]] == [
        ("ecb.europa.eu", "2026-10-30")
    ]


@pytest.mark.django_db
def test_the_editor_says_the_same_words() -> None:
    import_rates(xml(), name="a")
    text = plan_text(capacity={"sites": [SITE | {"currency": "EUR"}]}).decode()
    (problem,) = check(text).problems
    assert problem.message == (
        "needs a rate: add exchange_rates: {EUR: 1.25}  # European Central Bank, 2026-11-20"
    )
    takes = plan_text(capacity={"sites": [SITE | {"currency": "EUR"}]}, **TAKES).decode()
    assert check(takes).problems == ()
