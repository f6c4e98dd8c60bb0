"""Taking exchange rates in: from a file of the European Central Bank, or typed by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import User
from django.db import connection, transaction

from advisor.errors import BadInput, Conflict
from advisor.models import ExchangeRates
from advisor.rates.in_force import rates_in_force
from providers.ecb import read_ecb_rates
from providers.errors import RatesFileError
from providers.rates import CURRENCIES, ReferenceRates, suggest_currency
from providers.text import did_you_mean, shown

MOST_TIMES = 2
"""A rate that is this many times the one in force, or one part in so many of it, is doubted."""

_RATES_LOCK = 0x51_4D_46_58  # any fixed number: one writer at a time on PostgreSQL
_OLDEST = date(1999, 1, 4)  # the first day of the euro's rates
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


class RatesDoubtful(Conflict):
    """Rates far from those in force: a slip of the pen, or a wrong unit. Nothing was taken."""

    code = "rates_doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of it. `is_new` is False where the very same rates had been taken in before.

    `in_force` are the currencies whose rate of this set counts now; `left_out` those nobody is billed in.
    """

    stored: ExchangeRates
    is_new: bool
    in_force: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def import_rates(
    data: bytes, *, name: str, user: User | None = None, on: date | None = None, despite_doubts: bool = False
) -> Taken:
    """The rates of a file of the ECB: of the day `on`, by default of its newest. All of them, or none.

    Raises BadInput for what is no such file, RatesDoubtful for rates far from those in force.
    """
    name = name.strip()[:200] or "file"
    try:
        read = read_ecb_rates(data, name=name, on=on)
    except RatesFileError as error:
        raise BadInput(str(error), field="file") from error
    _refuse_day(read.rates.observed_on, "file")
    stated = {code: rate for code, rate in read.rates.rates_to_usd.items() if code != "USD"}
    return _store(
        stated, read.rates.observed_on, read.rates.source, name, user, read.left_out, despite_doubts
    )


def set_rates(
    typed: Sequence[str],
    *,
    on: date,
    by: str = "",
    user: User | None = None,
    despite_doubts: bool = False,
) -> Taken:
    """Rates typed by hand, each `EUR=1.09`: what one unit costs in US dollars on a day, according to `by`.

    Raises BadInput for what is no rate, RatesDoubtful for one far from that in force.
    """
    stated: dict[str, Decimal] = {}
    for text in typed:
        currency, rate = _typed(text)
        if currency in stated:
            raise BadInput(f"{shown(text)}: {currency} is given twice", field=currency)
        stated[currency] = rate
    if not stated:
        raise BadInput("no rate: write what one unit costs in US dollars, for example EUR=1.09")
    by = " ".join(by.split())
    if len(by) > 100 or not by.isprintable():
        raise BadInput(f"by {shown(by)}: write a name of at most 100 characters", field="by")
    _refuse_day(on, "on")
    return _store(stated, on, f"typed by {by}" if by else "typed by hand", "", user, (), despite_doubts)


def _typed(text: str) -> tuple[str, Decimal]:
    name, equals, figure = text.partition("=")
    currency = name.strip().upper()
    if not equals:
        raise BadInput(f"{shown(text)}: write CUR=VALUE, for example EUR=1.09")
    if currency not in CURRENCIES:
        hint = did_you_mean(suggest_currency(name))
        raise BadInput(f"{shown(text)}: {shown(name)!r} is no ISO 4217 code{hint or ', such as EUR'}")
    if currency == "USD":
        raise BadInput(
            f"{shown(text)}: rates are told in US dollars, so that of USD is always 1", field="USD"
        )
    try:
        rate = Decimal(figure.strip()) if len(figure) <= 30 and "_" not in figure else None
    except InvalidOperation:
        rate = None
    if rate is None or not rate.is_finite() or not _LEAST <= rate <= _MOST:
        raise BadInput(
            f"{shown(text)}: {shown(figure)!r}: write what one {currency} costs in US dollars, a number "
            "above 0 such as 1.09",
            field=currency,
        )
    return currency, rate


def _refuse_day(day: date, field: str) -> None:
    today = datetime.now(UTC).date()
    if day > today:
        raise BadInput(
            f"{day}: lies in the future; rates are of a day that has been, up to {today}", field=field
        )
    if day < _OLDEST:
        raise BadInput(f"{day}: rates begin on {_OLDEST}", field=field)


def _store(
    stated: Mapping[str, Decimal],
    day: date,
    source: str,
    name: str,
    user: User | None,
    left_out: tuple[str, ...],
    despite_doubts: bool,
) -> Taken:
    texts = {currency: str(rate) for currency, rate in sorted(stated.items())}
    with transaction.atomic():
        _one_writer_at_a_time()
        before = rates_in_force()
        fresh = _coming_into_force(stated, day, before)
        known = ExchangeRates.objects.filter(observed_on=day, source=source).order_by("-id").first()
        if known is not None and known.rates == texts:
            return Taken(stored=known, is_new=False, in_force=(), left_out=left_out)
        if not despite_doubts:
            _refuse_doubtful({currency: stated[currency] for currency in fresh}, before)
        newest = ExchangeRates.objects.order_by("-id").values_list("imported_at", flat=True).first()
        moment = datetime.now(UTC)
        stored = ExchangeRates.objects.create(
            observed_on=day,
            source=source,
            name=name,
            rates=texts,
            # a clock set back must not make history ambiguous
            imported_at=moment if newest is None else max(moment, newest + timedelta(microseconds=1)),
            imported_by=user,
        )
    return Taken(stored=stored, is_new=True, in_force=fresh, left_out=left_out)


def _coming_into_force(stated: Mapping[str, Decimal], day: date, before: ReferenceRates) -> tuple[str, ...]:
    """Currencies whose rate in force, if there is one, is of no later day."""
    held = before.rates_to_usd
    return tuple(
        code for code in sorted(stated) if code not in held or before.origin(code).observed_on <= day
    )


def _refuse_doubtful(fresh: Mapping[str, Decimal], before: ReferenceRates) -> None:
    doubts = []
    for currency, rate in fresh.items():
        held = before.rates_to_usd.get(currency)
        if held is not None and not held / MOST_TIMES <= rate <= held * MOST_TIMES:
            doubts.append(
                f"{currency}: {rate:.6g} US dollars; in force are {held:.6g} "
                f"of {before.origin(currency).observed_on}"
            )
    if doubts:
        raise RatesDoubtful(
            f"{len(doubts)} of {len(fresh)} rates are more than {MOST_TIMES} times those in force, or less "
            f"than half; nothing was taken.",
            [*doubts, "If they are right, say so: --despite-doubts takes them."],
        )


def _one_writer_at_a_time() -> None:
    if connection.vendor == "postgresql":  # SQLite's immediate transaction is already exclusive
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RATES_LOCK])
