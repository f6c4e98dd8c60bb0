"""Volume tiers of a price list, as tiers of the optimizer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from advisor.planning.options import Option
from optimizer.problem import Tier
from providers import Offer


def with_tiers(options: Iterable[Option], offers: Mapping[str, Offer]) -> list[Option]:
    """The same options by key; those that are one offer at several prices say so.

    All tiers together have no more machines than the tier of the most; any without a maximum has no end.
    """
    maxima: dict[str, list[int | None]] = defaultdict(list)
    for offer in offers.values():
        if offer.tier_from is not None:
            maxima[offer.base_id].append(offer.max_quantity)
    for base_id in maxima.keys() & offers.keys():
        maxima[base_id].append(offers[base_id].max_quantity)
    tiers = {base_id: Tier(of=base_id, most=_most(found)) for base_id, found in maxima.items()}
    machines: dict[str, str] = {}  # of each offer with tiers: a price book may tell of another one
    known: list[Option] = []
    for option in sorted(options, key=lambda option: option.key):
        tier = tiers.get(offers[option.key].base_id) if tiers else None
        alike = tier is not None and machines.setdefault(tier.of, option.machine.key) == option.machine.key
        known.append(replace(option, tier=tier) if alike else option)
    return known


def _most(maxima: Sequence[int | None]) -> int | None:
    known = [maximum for maximum in maxima if maximum is not None]
    return max(known) if len(known) == len(maxima) else None
