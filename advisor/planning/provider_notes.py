"""What is said where providers would charge otherwise than promised."""

from collections.abc import Iterator
from decimal import Decimal

from advisor.planning.provider_bill import ProviderBill
from advisor.planning.result_rows import ResultWarning
from advisor.planning.words import money, percent

NOTABLE_FRACTION = Decimal("0.001")
"""Of what was promised: a smaller difference than the usual gap is not told."""


def provider_warnings(found: ProviderBill, currency: str) -> Iterator[ResultWarning]:
    """That commitments cover other machines than planned, and what it costs or saves."""
    difference = found.difference
    if not found.promised or abs(difference) <= NOTABLE_FRACTION * found.promised:
        return
    share = percent(float(abs(difference) / found.promised))
    amount, more = money(float(abs(difference))), difference > 0
    yield ResultWarning(
        code="provider_bills_otherwise",
        severity="warning" if more else "info",
        message="Reservations cover other sizes of their family too, and commitments what else they can, in "
        f"the provider's own order: for what is on demand and committed it would charge {amount} {currency} "
        f"({share}) "
        f"{'more' if more else 'less'} than this plan says, if one account holds all of it."
        + (" Reserve without size flexibility, or in an account that shares nothing." if more else ""),
    )
