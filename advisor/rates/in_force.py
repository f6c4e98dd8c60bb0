"""Which exchange rates are in force: the one place that says so, for lists, pages, programs and plans."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection

from advisor.catalog.lately import Lately
from advisor.models import ExchangeRates
from providers.rates import Origin, ReferenceRates, reference_rates

_kept: Lately[tuple[str, int, datetime, bool], ReferenceRates] = Lately(8)


def rates_in_force(as_of: datetime | None = None) -> ReferenceRates:
    """The rates as known at a moment (None: now); one small query while nothing new is taken in.

    Of each currency the rate of the newest day counts, of two of a day the one taken in later, and before
    those that ship with the program. What ships with a later day than the moment's gives way to any.
    """
    sets = ExchangeRates.objects.order_by("-id")
    if as_of is not None:
        sets = sets.filter(imported_at__lte=as_of)
    newest = sets.values_list("id", "imported_at").first()
    if newest is None:
        return shipped_rates()
    # a number alone is not enough: a database restored may count up to it again
    known = as_of is None or shipped_rates().observed_on <= as_of.date()
    key = (str(connection.settings_dict["NAME"]), *newest, known)
    return _kept.of(key, lambda: _merged(newest[0], shipped_is_known=known))


def shipped_rates() -> ReferenceRates:
    """The rates that ship with the program: for work without a database."""
    return reference_rates()


def _merged(newest_id: int, *, shipped_is_known: bool) -> ReferenceRates:
    shipped = reference_rates()
    rates = dict(shipped.rates_to_usd)
    origins = dict.fromkeys(rates, shipped.origin())
    sets = ExchangeRates.objects.filter(id__lte=newest_id).order_by("observed_on", "id")
    for observed_on, source, stated in sets.values_list("observed_on", "source", "rates"):
        origin = Origin(observed_on=observed_on, source=source)
        is_older = shipped_is_known and observed_on < shipped.observed_on
        for currency, text in stated.items():
            if is_older and currency in shipped.rates_to_usd:
                continue
            rates[currency] = Decimal(text)
            origins[currency] = origin
    rates["USD"] = Decimal(1)
    origins.pop("USD", None)
    sources = dict.fromkeys(origin.source for origin in origins.values())
    return ReferenceRates(
        rates_to_usd=rates,
        observed_on=min(origin.observed_on for origin in origins.values()),
        source="; ".join(sources),
        origins=origins,
    )


def age_days(observed_on: date, *, today: date | None = None) -> int:
    """Days since rates were stated, never below 0."""
    return max(0, ((today or datetime.now(UTC).date()) - observed_on).days)


def is_stale(observed_on: date, *, today: date | None = None) -> bool:
    """Whether rates are older than RATES_MAX_AGE_DAYS."""
    return age_days(observed_on, today=today) > settings.RATES_MAX_AGE_DAYS
