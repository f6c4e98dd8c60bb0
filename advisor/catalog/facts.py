"""What is known of an offer beyond what its row says."""

from decimal import Decimal

from providers.accelerators import ACCELERATORS
from providers.offers import Offer


def accelerator_memory_gib(offer: Offer) -> Decimal | None:
    """Memory of one accelerator: as the row states it, else as the list of accelerators knows it."""
    if offer.accelerator_memory_gib is not None or offer.accelerator is None:
        return offer.accelerator_memory_gib
    known = ACCELERATORS.get(offer.accelerator)
    return known.memory_gib if known else None
