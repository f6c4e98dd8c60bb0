"""Present worth, payback and internal rate of return of monthly cash. Money is exact, rates are floats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

DIGITS = 40
_LARGEST_EXPONENT = 48.0  # a rate of e^48 a month, or a loss of all but e^-48 of it: beyond, there is none


def discount_factors(rate: Decimal, months: int) -> tuple[Decimal, ...]:
    """Worth today of one unit at the start of each month: 1 / (1 + rate)^(month / 12), to 28 digits."""
    if not rate:
        return (Decimal(1),) * months
    with localcontext(prec=DIGITS):
        monthly = (1 + rate) ** (Decimal(-1) / 12)
        return tuple(monthly**month for month in range(months))


def present_worth(cash: Sequence[Decimal], factors: Sequence[Decimal]) -> Decimal:
    """Sum of cash times factor; exact where all factors are 1."""
    with localcontext(prec=DIGITS):
        return sum((paid * factor for paid, factor in zip(cash, factors, strict=True)), Decimal(0))


def months_to_recover(sunk: Decimal, gain_per_month: Decimal, rate: Decimal) -> Decimal | None:
    """Months of gains, each at its start, whose present worth is `sunk`; None when they never add up to it.

    A part of a month counts for that part of its gain: with rate 0 this is sunk / gain_per_month.
    """
    with localcontext(prec=DIGITS):
        if gain_per_month <= 0:
            return None
        if sunk <= 0:
            return Decimal(0)
        if not rate:
            return sunk / gain_per_month
        factor = (1 + rate) ** (Decimal(-1) / 12)
        left = 1 - sunk * (1 - factor) / gain_per_month  # = factor^months for whole months
        if left <= 0:
            return None
        whole = int((left.ln() / factor.ln()).to_integral_value("ROUND_FLOOR"))
        worth = factor**whole
        if worth < left:  # a whole number of months, missed by a rounding
            whole, worth = whole - 1, factor ** (whole - 1)
        return whole + (worth - left) / ((1 - factor) * worth)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The rate at which a flow is worth nothing, a month and a year; None with a reason."""

    monthly: float | None = None
    annual: float | None = None
    reason: str | None = None


def internal_rate(cash: Sequence[Decimal]) -> Return:
    """Rate of return of money laid out first and received later.

    One change of sign has exactly one rate. Of several changes, the rate is told when the running sum changes
    its sign only once: then exactly one rate above 0 exists (Norstrøm's criterion).
    """
    flows = [paid for paid in cash if paid]
    if not flows:
        return Return(reason="both cost the same every month")
    if flows[0] > 0:
        return Return(
            reason="nothing is laid out: building costs no more than buying from the first month on"
        )
    if all(paid < 0 for paid in flows):
        return Return(reason="building never brings money back: it costs more in every month")
    is_only_one = _changes(flows) == 1
    sums, total = [], Decimal(0)
    for paid in cash:
        total += paid
        sums.append(total)
    if not is_only_one and (_changes([s for s in sums if s]) != 1 or not total):
        return Return(reason="the difference changes its sign several times: no single rate")
    found = _root([float(paid) for paid in cash], lowest=-_LARGEST_EXPONENT if is_only_one else 0.0)
    if found is None:
        return Return(reason="beyond what can be told: practically all is lost, or nothing is laid out")
    return Return(monthly=math.expm1(found), annual=math.expm1(12 * found))


def _changes(flows: Sequence[Decimal]) -> int:
    return sum((one < 0) != (other < 0) for one, other in pairwise(flows))


def _root(cash: Sequence[float], *, lowest: float) -> float | None:
    """Log of 1 + the monthly rate at which the flow is worth nothing: it is worth less at higher rates."""
    high = 1.0
    while _worth_sign(cash, high) > 0:
        high *= 2
        if high > _LARGEST_EXPONENT:
            return None
    low = 0.0
    if _worth_sign(cash, low) < 0:
        low, step = -1e-3, 1e-3
        while _worth_sign(cash, low) < 0:
            step *= 2
            low -= step
            if low < lowest:
                return None
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _worth_sign(cash, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _worth_sign(cash: Sequence[float], log_rate: float) -> float:
    """Worth of the flow, at the start for rates above 0 and at the end for those below: nothing overflows."""
    last = len(cash) - 1
    if log_rate >= 0:
        return math.fsum(paid * math.exp(-log_rate * month) for month, paid in enumerate(cash))
    return math.fsum(paid * math.exp(log_rate * (last - month)) for month, paid in enumerate(cash))
