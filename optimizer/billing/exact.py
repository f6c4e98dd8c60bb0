"""Decimals that never round silently. What has no end as a decimal is cut here, when it is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction

PLACES = 12
"""Decimals of a quantity or charge that has no end as a decimal, or none within reach."""
_MOST_PLACES = 40
_DIGITS = 1000  # far more than sums of products of the longest figures have


@contextmanager
def exactly() -> Iterator[None]:
    """Within it, arithmetic that would lose a digit raises `decimal.Inexact` instead."""
    with localcontext(Context(prec=_DIGITS, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])):
        yield


def written(figure: Fraction) -> Decimal:
    """The figure as a decimal: whole where it has an end, else cut down to 12 decimals."""
    left, twos, fives = figure.denominator, 0, 0
    while left % 2 == 0:
        left, twos = left // 2, twos + 1
    while left % 5 == 0:
        left, fives = left // 5, fives + 1
    ends = left == 1 and max(twos, fives) <= _MOST_PLACES
    places = max(twos, fives) if ends else PLACES
    return Decimal(int(figure * 10**places)).scaleb(-places)


def parts(shares: Sequence[Fraction], whole: Decimal) -> list[Decimal]:
    """Shares of `whole` as decimals; where they are all of it together, the last one takes what was cut."""
    found = [written(share) for share in shares]
    if found and sum(shares) == Fraction(whole):
        found[-1] = whole - sum(found[:-1], Decimal(0))
    return found
