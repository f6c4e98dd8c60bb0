"""Volume tiers: one offer at several prices, each for a range of quantities that no other has.

Whoever takes a number of machines at once pays the price of the range it lies in for all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from providers.offers import InvalidOffer, Offer, Purchase

_SUFFIX = re.compile(r"/from-(?P<least>[0-9]+)\Z")

_ALIKE = ("country", "accelerator", "accelerator_count", "interruption_fraction")
"""What all tiers of an offer say alike: it is one machine."""


def tier_of(offer_id: str) -> str | None:
    """The id of the offer that an id names a volume tier of; None for any other id."""
    found = _SUFFIX.search(offer_id)
    return offer_id[: found.start()] if found else None


def least_in(offer_id: str) -> int | None:
    """The fewest machines that are had at the price of a volume tier, by its id; None for any other id."""
    found = _SUFFIX.search(offer_id)
    return int(found["least"]) if found else None


def least_of(offer: Offer) -> int:
    """The fewest machines that can be had at the price of an offer."""
    return max(1, offer.min_quantity or 0)


def clash(offer: Offer, other: Offer, line: int) -> InvalidOffer | None:
    """Why an offer is no other volume tier of the same offer on `line`; None where it is one."""
    if offer.purchase is Purchase.SPEND_COMMITMENT or offer.base_id != other.base_id:
        return InvalidOffer(
            "row", offer.offer_id, f"duplicate: the same offer as on line {line}; must occur once"
        )
    mine, theirs = least_of(offer), least_of(other)
    if mine == theirs and offer.min_quantity is None:
        return InvalidOffer(
            "row",
            offer.offer_id,
            f"duplicate: the same offer as on line {line}; must occur once, or be a volume tier with a "
            "min_quantity of its own",
        )
    if mine == theirs:
        return InvalidOffer(
            "min_quantity",
            offer.min_quantity,
            f"duplicate: the same offer as on line {line}, from as few machines; volume tiers must begin at "
            "different quantities",
        )
    if mine < theirs and (offer.max_quantity is None or offer.max_quantity >= theirs):
        shown = "" if offer.max_quantity is None else offer.max_quantity
        reason = (
            f"overlaps line {line}, the same offer from {theirs} machines on; must be at most {theirs - 1}"
        )
        return InvalidOffer("max_quantity", shown, reason)
    if mine > theirs and (other.max_quantity is None or other.max_quantity >= mine):
        most = other.max_quantity
        right = (
            f"must be above {most}" if most is not None else f"line {line} must have a max_quantity below it"
        )
        reach = f"{theirs} machines and more" if most is None else f"{theirs} to {most} machines"
        return InvalidOffer(
            "min_quantity", mine, f"overlaps line {line}, the same offer for {reach}; {right}"
        )
    for name in _ALIKE:
        value, right = getattr(offer, name), getattr(other, name)
        if value != right:
            reason = f"differs from line {line}, a volume tier of the same offer; must be {right or 'empty'}"
            return InvalidOffer(name, "" if value is None else value, reason)
    return None


def marked(tiers: Sequence[Offer]) -> list[Offer]:
    """The same tiers of one offer in the same order: all but the one from the fewest machines have names of
    their own."""
    fewest = min(map(least_of, tiers))
    return [replace(tier, tier_from=None if least_of(tier) == fewest else least_of(tier)) for tier in tiers]
