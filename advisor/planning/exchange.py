"""Which exchange rates an answer rests on."""

from advisor.planning.case import Case
from advisor.planning.result_rows import ExchangeRate

SOURCE = "plan file"


def exchange_rates_of(case: Case) -> tuple[ExchangeRate, ...]:
    """Rates of the currencies, other than the plan's, of all offers, sites and partners it could use."""
    plan = case.plan
    stated = [
        *(offer.currency for offer in case.translation.offers.values()),
        *(site.currency for site in plan.capacity.sites),
        *(partner.currency for partner in plan.capacity.partners),
    ]
    used = sorted({currency for currency in stated if currency is not None and currency != plan.currency})
    return tuple(
        ExchangeRate(currency=currency, rate=float(case.rate(currency)), source=SOURCE) for currency in used
    )
