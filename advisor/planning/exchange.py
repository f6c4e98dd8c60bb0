"""Which exchange rates an answer rests on: those of the plan, or those in force where it asks for them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.planning.case import Case
from advisor.planning.result_rows import ExchangeRate, ResultWarning
from advisor.rates.in_force import is_stale
from advisor.rates.words import named
from providers.rates import Origin, ReferenceRates

SOURCE = "plan file"
_DIGITS = 10  # of a rate in force: all that is printed is all that is used


def with_rates_in_force(plan: Plan, rates: ReferenceRates) -> tuple[Plan, Mapping[str, Origin]]:
    """The plan with a rate for every currency in force that it states none for, and where those are from.

    Untouched, without any, unless it says `exchange_rates_from: reference`. Raises PlanError for a currency
    of the plan itself that is not in force either.
    """
    if plan.exchange_rates_from == "plan":
        return plan, {}
    held = rates.rates_to_usd
    if plan.currency not in held:
        message = f"has no rate in force to reckon others with: {', '.join(sorted(held))} have one"
        raise PlanError([PlanProblem(path="currency", value=repr(plan.currency), message=message)])
    taken = sorted(held.keys() - plan.exchange_rates.keys() - {plan.currency})
    worth = {code: Decimal(f"{rates.rate(code, to=plan.currency):.{_DIGITS}g}") for code in taken}
    completed = plan.model_copy(update={"exchange_rates": plan.exchange_rates | worth})
    _refuse_unrated(completed)
    return completed, {code: rates.origin(code, plan.currency) for code in taken}


def _refuse_unrated(plan: Plan) -> None:
    found = [
        PlanProblem(path=f"capacity.{path}.currency", value=repr(currency), message=_unrated(currency))
        for path, currency in _stated(plan)
        if plan.rate(currency) is None
    ]
    if found:
        raise PlanError(found)


def _stated(plan: Plan) -> Iterator[tuple[str, str]]:
    for n, site in enumerate(plan.capacity.sites):
        if site.currency is not None:
            yield f"sites[{n}]", site.currency
    for n, partner in enumerate(plan.capacity.partners):
        if partner.currency is not None:
            yield f"partners[{n}]", partner.currency


def _unrated(currency: str) -> str:
    return f"has no rate in force: add exchange_rates: {{{currency}: …}}"


def exchange_rates_of(case: Case) -> tuple[ExchangeRate, ...]:
    """Rates of the currencies, other than the plan's, of all offers, sites and partners it could use."""
    plan = case.plan
    stated = [
        *(offer.currency for offer in case.translation.offers.values()),
        *(currency for _, currency in _stated(plan)),
    ]
    used = sorted(set(stated) - {plan.currency})
    origins = case.rates_from
    return tuple(_row(code, float(case.rate(code)), origins.get(code)) for code in used)


def _row(currency: str, rate: float, origin: Origin | None) -> ExchangeRate:
    if origin is None:
        return ExchangeRate(currency=currency, rate=rate, source=SOURCE)
    observed_on = origin.observed_on.isoformat()
    return ExchangeRate(currency=currency, rate=rate, source=named(origin.source), observed_on=observed_on)


def rate_words(row: ExchangeRate, currency: str) -> str:
    """`1 EUR = 1.09 USD`; of a rate in force also its day and its source."""
    told = f"1 {row.currency} = {row.rate:.{_DIGITS}g} {currency}"
    return f"{told} ({row.source}, {row.observed_on})" if row.observed_on else told


def rates_warning(case: Case) -> Iterator[ResultWarning]:
    """That rates are not the plan's own; each with its day and its source, and which of them are stale."""
    today = case.now.date()
    rows = [row for row in exchange_rates_of(case) if row.observed_on is not None]
    if not rows:
        return
    told = ", ".join(rate_words(row, case.plan.currency) for row in rows)
    old = [row.currency for row in rows if is_stale(case.rates_from[row.currency].observed_on, today=today)]
    stale = f" Stale: {', '.join(old)}." if old else ""
    yield ResultWarning(
        code="exchange_rates_in_force",
        severity="warning",
        message=f"Exchange rates not stated by the plan but in force when it was worked out: {told}.{stale}",
    )
