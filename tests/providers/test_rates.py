"""Exchange rates carry a date, and a currency without a rate is named."""

from datetime import date
from decimal import Decimal

import pytest

from providers.errors import ReferenceDataError, UnknownCurrency
from providers.rates import COLUMNS, CURRENCIES, ReferenceRates, rates_from, reference_rates, suggest_currency
from providers.tables import parse_table


def rates(*lines: str) -> ReferenceRates:
    text = "\n".join([",".join(COLUMNS), *lines])
    return rates_from(parse_table(text, table="rates.csv", columns=COLUMNS))


TWO = ("EUR,1.25,2026-08-31,bank A", "CNY,0.125,2026-08-30,bank B")


def test_rates_convert_both_ways() -> None:
    held = rates(*TWO)
    assert held.rate("EUR", to="USD") == Decimal("1.25")
    # 1 EUR = 1.25 USD; 1 CNY = 0.125 USD; so 1 EUR = 1.25 / 0.125 = 10 CNY.
    assert held.rate("EUR", to="CNY") == Decimal(10)
    assert held.rate("USD", to="EUR") == Decimal("0.8")
    assert held.rate("XAF", to="XAF") == Decimal(1)


def test_the_date_of_the_rates_is_that_of_the_oldest() -> None:
    held = rates(*TWO)
    assert held.observed_on == date(2026, 8, 30)
    assert held.source == "bank A; bank B"
    assert held.rates_to_usd["USD"] == Decimal(1)


def test_a_currency_without_a_rate_is_named_with_those_held() -> None:
    with pytest.raises(
        UnknownCurrency, match="no exchange rate for JPY; the rates hold CNY, EUR, USD"
    ) as caught:
        rates(*TWO).rate("JPY", to="USD")
    assert caught.value.currency == "JPY"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RMB,0.14,2026-08-31,s", "currency: 'RMB': must be an ISO 4217 code; did you mean CNY?"),
        ("JPY,0,2026-08-31,s", "usd_per_unit: '0': must be above 0"),
        ("JPY,-1,2026-08-31,s", "usd_per_unit: '-1'"),
        ("JPY,,2026-08-31,s", "usd_per_unit: '': must be a number"),
        ("USD,1.01,2026-08-31,s", "and 1 for USD"),
        ("EUR,1.2,2026-08-31,s", "currency: 'EUR': must occur once"),
        ("JPY,1,31.8.2026,s", "observed_on: '31.8.2026': must be a date, for example 2026-08-31"),
        ("JPY,1,2026-08-31,", "source: '': must not be empty"),
    ],
)
def test_a_wrong_rate_is_refused_with_its_line(line: str, words: str) -> None:
    with pytest.raises(ReferenceDataError) as caught:
        rates(*TWO, line)
    assert str(caught.value).startswith("rates.csv, line 4, ")
    assert words in str(caught.value)


def test_no_rates_at_all_are_refused() -> None:
    with pytest.raises(ReferenceDataError, match="must hold at least one"):
        rates()


@pytest.mark.parametrize(
    ("name", "suggestion"), [("RMB", "CNY"), ("€", "EUR"), ("usdd", "USD"), ("US$", "USD"), ("euro", "EUR")]
)
def test_an_unknown_currency_has_a_nearest_one(name: str, suggestion: str) -> None:
    assert suggest_currency(name)[0] == suggestion


def test_currencies_are_codes_of_three_letters() -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)
    assert {"USD", "EUR", "CNY", "GBP", "JPY", "INR", "CHF"} <= CURRENCIES
    assert not {"XAU", "XXX", "XTS", "XDR"} & CURRENCIES


def test_the_rates_shipped_with_the_code_answer() -> None:
    held = reference_rates()
    assert {"EUR", "CNY"} <= set(held.rates_to_usd)
    assert Decimal("0.8") < held.rate("EUR", to="USD") < Decimal("1.6")
    assert held.observed_on.year >= 2026
