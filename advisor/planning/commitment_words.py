"""Spend commitments in words: money an hour, never a number of machines."""

from collections.abc import Sequence

from advisor.planning.result_rows import Purchase
from advisor.planning.words import count

_PAID = {"none": ", no upfront", "partial": ", part upfront", "all": ", all upfront"}


def is_commitment(row: Purchase) -> bool:
    """Whether a row is money committed to; not a machine that such money pays for."""
    return row.commitment_per_hour is not None


def plan_name(row: Purchase) -> str:
    """`aws-compute-sp-1y-none` of provider/*/*/spend_commitment/aws-compute-sp-1y-none."""
    _, _, name = row.offer.partition("/spend_commitment/")
    return name


def per_hour(row: Purchase, currency: str = "") -> str:
    """`12.34 USD/h`."""
    return f"{row.commitment_per_hour or 0.0:,.2f} {currency}/h".replace(" /h", "/h")


def committed(rows: Sequence[Purchase], currency: str) -> str:
    """`commit 12.34 USD per hour for 12 months under aws-compute-sp-1y-none`; several starts add up."""
    total = sum(row.commitment_per_hour or 0.0 for row in rows)
    term = count(rows[0].term_months or 0, "month")
    return f"commit {total:,.2f} {currency} per hour for {term} under {plan_name(rows[0])}"


def commitment_terms(row: Purchase) -> str:
    """`12 months, no upfront`; of a machine that can be had in no other way, that."""
    if not is_commitment(row):
        return "under spend commitments"
    return f"{count(row.term_months or 0, 'month')}{_PAID.get(row.payment or '', '')}"
