"""Where own machines and a rival meet: after so many hours and months, and at which utilisation."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from advisor.breakeven.costs import ZERO, Side
from advisor.breakeven.finance import DIGITS, months_to_recover, present_worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """Used hours and months until building has cost no more; None: never."""

    hours: Decimal | None
    months: Decimal | None
    discounted_months: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The utilisation from which building costs less, or why there is none."""

    utilisation: Decimal | None
    reason: str | None = None


def payback(build: Side, rival: Side, *, used_hours: Decimal, rate: Decimal) -> Payback:
    """`used_hours` are those of a month. Machines are taken to serve on: replacements are not counted."""
    with localcontext(prec=DIGITS):
        own, other = build.steady, rival.steady
        gain = other.per_month - own.per_month + (other.per_used_hour - own.per_used_hour) * used_hours
        sunk = sum(own.before, ZERO)
        months = months_to_recover(sunk, gain, Decimal(0))
        factor = (1 + rate) ** (Decimal(1) / 12)
        at_begin = sum((paid * factor ** (build.begin - m) for m, paid in enumerate(own.before)), ZERO)
        later = months_to_recover(at_begin, gain, rate)
        return Payback(
            hours=None if months is None else months * used_hours,
            months=None if months is None else months + build.begin,
            discounted_months=None if later is None else later + build.begin,
        )


def use_to_meet(
    build: Side, rival: Side, *, hours: Decimal, factors: tuple[Decimal, ...], cap: Decimal
) -> Use:
    """Where both cost the same over the horizon; `hours` of a month, `cap` the largest utilisation."""
    with localcontext(prec=DIGITS):
        used = hours * sum(factors[build.begin :], ZERO)
        fixed = present_worth(build.fixed, factors) - present_worth(rival.fixed, factors)
        per_use = (rival.steady.per_used_hour - build.steady.per_used_hour) * used
        if per_use <= 0:
            return _without_gain(fixed, per_use, cap)
        meeting = fixed / per_use
    if meeting <= 0:
        return Use(utilisation=ZERO)
    if meeting > cap:
        most = "" if cap == 1 else f" (at most {_percent(cap)} can be used)"
        return Use(utilisation=None, reason=f"never: it would take {_percent(meeting)} of the hours{most}")
    return Use(utilisation=meeting)


def _without_gain(fixed: Decimal, per_use: Decimal, cap: Decimal) -> Use:
    """The rival's used hour costs no more than an own one: only fixed costs can speak for building."""
    if fixed > 0:
        return Use(utilisation=None, reason="never: a used hour costs no less to build than to buy")
    if fixed - per_use * cap <= 0:
        return Use(utilisation=ZERO)
    below = _percent(fixed / per_use)
    return Use(utilisation=None, reason=f"the other way round: building costs less below {below} only")


def _percent(fraction: Decimal) -> str:
    return f"{fraction * 100:,.1f} %"
