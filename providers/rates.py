"""Currencies and the exchange rates shipped with the code: for display, never silently for plans."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from providers.errors import ReferenceDataError, UnknownCurrency
from providers.tables import REFERENCE, TableRow, read_table
from providers.text import did_you_mean, nearest

COLUMNS = ("currency", "usd_per_unit", "observed_on", "source")

# ISO 4217 codes of money one can be billed in: no metals, no funds codes, no testing codes.
_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
    LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD
    XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())

_OTHER_NAMES = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY",
    "₹": "INR",
    "RMB": "CNY",
    "CNH": "CNY",
    "YUAN": "CNY",
    "EURO": "EUR",
    "DOLLAR": "USD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """When a rate was stated, and by whom."""

    observed_on: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRates:
    """Exchange rates: `rates_to_usd[c]` is the US dollars one unit of `c` costs, on `observed_on`.

    Where the rates carry several dates, `observed_on` is the oldest: the age of a sum is that of its
    oldest part. `origins` has the currencies whose rates have an origin of their own.
    """

    rates_to_usd: Mapping[str, Decimal]
    observed_on: date
    source: str
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def rate(self, currency: str, *, to: str) -> Decimal:
        """Units of `to` that one unit of `currency` costs; raises `UnknownCurrency`."""
        if currency == to:
            return Decimal(1)
        return self._usd(currency) / self._usd(to)

    def origin(self, *currencies: str) -> Origin:
        """Where the rates between some currencies are from: the oldest day and all sources; the dollar,
        which all are told in, has none. Without others the origin of the whole."""
        whole = Origin(observed_on=self.observed_on, source=self.source)
        found = [self.origins.get(currency, whole) for currency in currencies if currency != "USD"]
        if not found:
            return whole
        sources = dict.fromkeys(origin.source for origin in found)
        return Origin(observed_on=min(origin.observed_on for origin in found), source="; ".join(sources))

    def _usd(self, currency: str) -> Decimal:
        found = self.rates_to_usd.get(currency)
        if found is None:
            held = ", ".join(sorted(self.rates_to_usd))
            raise UnknownCurrency(currency, f"no exchange rate for {currency}; the rates hold {held}")
        return found


def suggest_currency(name: str) -> list[str]:
    """ISO 4217 codes that an unknown currency name may have meant, best first."""
    known = _OTHER_NAMES.get(name.strip().upper())
    return [known] if known else nearest(name, sorted(CURRENCIES), cutoff=0.65)


def rates_from(rows: list[TableRow]) -> ReferenceRates:
    """Rates from rows of exchange_rates.csv; raises `ReferenceDataError` naming line and column."""
    rates: dict[str, Decimal] = {"USD": Decimal(1)}
    dates: list[date] = []
    sources: dict[str, None] = {}
    for row in rows:
        currency, usd = row.text("currency"), row.number("usd_per_unit")
        if currency not in CURRENCIES:
            reason = did_you_mean(suggest_currency(currency))
            raise row.error("currency", f"must be an ISO 4217 code{reason}")
        if usd <= 0 or (currency == "USD" and usd != 1):
            raise row.error("usd_per_unit", "must be above 0, and 1 for USD")
        if currency in rates and currency != "USD":
            raise row.error("currency", "must occur once")
        rates[currency] = usd
        dates.append(_observed_on(row))
        sources[row.text("source")] = None
    if not dates:
        raise ReferenceDataError("exchange rates: no rows; must hold at least one")
    return ReferenceRates(rates_to_usd=rates, observed_on=min(dates), source="; ".join(sources))


def _observed_on(row: TableRow) -> date:
    try:
        return date.fromisoformat(row.text("observed_on"))
    except ValueError:
        raise row.error("observed_on", "must be a date, for example 2026-08-31") from None


@cache
def reference_rates() -> ReferenceRates:
    """The rates shipped with the code (providers/reference/exchange_rates.csv), read once."""
    return rates_from(read_table(REFERENCE / "exchange_rates.csv", columns=COLUMNS))
