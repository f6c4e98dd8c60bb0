"""Volume tiers of a price list, as tiers of the optimizer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from advisor.planning.options import Option
from optimizer.problem import Tier
from providers import Offer


def with_tiers(options: Iterable[Option], offers: Mapping[str, Offer]) -> list[Option]:
    """The same options; those that are one offer at several prices say so.

    All tiers together have no more machines than the tier of the most; any without a maximum has no end.
    """
    maxima: dict[str, list[int | None]] = defaultdict(list)
    for offer in offers.values():
        if offer.tier_from is not None:
            maxima[offer.base_id].append(offer.max_quantity)
    for base_id in maxima.keys() & offers.keys():
        maxima[base_id].append(offers[base_id].max_quantity)
    tiers = {base_id: Tier(of=base_id, most=_most(found)) for base_id, found in maxima.items()}
    return [_as_tier(option, offers[option.key], tiers) for option in options] if tiers else list(options)


def _as_tier(option: Option, offer: Offer, tiers: Mapping[str, Tier]) -> Option:
    tier = tiers.get(option.key if offer.tier_from is None else offer.base_id)
    return option if tier is None else replace(option, tier=tier)


def _most(maxima: Sequence[int | None]) -> int | None:
    known = [maximum for maximum in maxima if maximum is not None]
    return max(known) if len(known) == len(maxima) else None
