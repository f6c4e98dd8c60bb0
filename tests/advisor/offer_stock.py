"""Offers put into the catalogue for tests of its pages."""

from decimal import Decimal

from advisor.catalog.services import publish
from providers.offers import Offer
from tests.factories import make_offer


def stock(*offers: Offer) -> None:
    """These offers, or one machine of eight H100."""
    publish(offers or [make_offer()], source="t", label="t")


def many(count: int) -> None:
    """Machines m000, m001 … at 1, 2 … USD per hour."""
    stock(*(make_offer(instance_type=f"m{n:03}", price_per_hour=Decimal(n + 1)) for n in range(count)))
