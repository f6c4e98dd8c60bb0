"""Decimals that never round silently: a division that does not end is cut in one place, `floor_divide`."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction

PLACES = 12
"""Decimals of a quantity or charge that has no end as a decimal."""
_DIGITS = 1000  # far more than sums of products of the longest figures have


@contextmanager
def exactly() -> Iterator[None]:
    """Within it, arithmetic that would lose a digit raises `decimal.Inexact` instead."""
    with localcontext(Context(prec=_DIGITS, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])):
        yield


def floor_divide(amount: Decimal, by: Decimal) -> Decimal:
    """`amount / by`, cut down to 12 decimals."""
    return Decimal(int(Fraction(amount) / Fraction(by) * 10**PLACES)).scaleb(-PLACES)
