"""Offers whose price is likely none: each with the reason in words. They wait; all others are published."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from statistics import median

from advisor.catalog.pricing import effective_price_per_hour
from advisor.refresh.limits import Limits
from advisor.refresh.staging import Group, Staged, Taken, sizes_of
from providers.offers import Offer, Purchase
from providers.rates import ReferenceRates

_SPREAD = 4  # of the largest size over the smallest, from which one price for all cannot be


def suspects(
    staged: Staged, before: Mapping[int, Offer], limits: Limits, rates: ReferenceRates
) -> dict[str, str]:
    """Key of the offer -> why it is doubtful. What the ledger says already is not doubted again.

    `before` holds the rows that would be replaced, by id.
    """
    medians = _medians(staged, limits)
    found: dict[str, str] = {}
    for key, one in staged.taken.items():
        if one.offer is None:
            continue
        reason = next(filter(None, _reasons(one, one.offer, staged, before, limits, rates, medians)), "")
        if reason:
            found[key] = reason
    return found


def _reasons(
    one: Taken,
    offer: Offer,
    staged: Staged,
    before: Mapping[int, Offer],
    limits: Limits,
    rates: ReferenceRates,
    medians: Mapping[Group, float],
) -> Iterator[str]:
    yield placeholder(offer, limits)
    yield same_for_all_sizes(offer, staged, limits)
    if not one.group.currency:
        yield below_floor(offer, one.price, limits)
    yield moved_far(offer, before.get(one.known.id) if one.known else None, limits, rates)
    yield outlier(one, medians.get(one.group), limits)


def placeholder(offer: Offer, limits: Limits) -> str:
    """A figure the source writes where it has no price, whatever the size of the machine."""
    if offer.price_per_hour in limits.placeholders:
        return f"{offer.price_per_hour} {offer.currency} is what this source writes where it has no price"
    return ""


def same_for_all_sizes(offer: Offer, staged: Staged, limits: Limits) -> str:
    found = sizes_of(offer)
    if found is None or not offer.price_per_hour:
        return ""
    sizes = staged.sizes.get(hash(found[0]), ())
    if len(sizes) < limits.same_price_sizes or max(sizes) < _SPREAD * min(sizes):
        return ""
    return (
        f"{offer.price_per_hour} {offer.currency} stands for {len(sizes)} sizes of {found[0].family}, "
        f"from {min(sizes)} to {max(sizes)} {found[0].measure}"
    )


def below_floor(offer: Offer, usd_per_hour: float, limits: Limits) -> str:
    """So cheap that it is a slip: a misplaced decimal point, or the floor of an auction."""
    if offer.accelerator_count:
        least, size, what = limits.least_usd_per_accelerator_hour, offer.accelerator_count, "accelerator"
    elif offer.vcpus:
        least, size, what = limits.least_usd_per_vcpu_hour, offer.vcpus, "vCPU"
    else:
        return ""
    each = usd_per_hour / float(size)
    return f"{each:.6f} USD per {what}-hour is below {least:g}" if each < least else ""


def moved_far(offer: Offer, before: Offer | None, limits: Limits, rates: ReferenceRates) -> str:
    factor = moved_by(offer, before, rates)
    most = limits.spot_outlier_factor if offer.purchase is Purchase.SPOT else limits.move_factor
    if factor is None or before is None or max(factor, 1 / factor) <= most:
        return ""
    return (
        f"moved from {before.price_per_hour} {before.currency} to {offer.price_per_hour} {offer.currency}: "
        f"{_times(factor)} what it was"
    )


def moved_by(offer: Offer, before: Offer | None, rates: ReferenceRates) -> float | None:
    """New price over old one, upfront payments spread over the term; None where they cannot be compared."""
    if before is None:
        return None
    new, old = effective_price_per_hour(offer), effective_price_per_hour(before)
    if offer.currency != before.currency:
        known = rates.rates_to_usd
        if offer.currency not in known or before.currency not in known:
            return None
        new, old = new * known[offer.currency], old * known[before.currency]
    return float(new / old) if new and old else None


def outlier(one: Taken, middle: float | None, limits: Limits) -> str:
    if not middle or not one.price:
        return ""
    most = limits.outlier_factor if one.group.purchase != Purchase.SPOT else limits.spot_outlier_factor
    factor = one.price / middle
    if max(factor, 1 / factor) <= most:
        return ""
    currency = one.group.currency or "USD"
    return (
        f"{one.price:.6g} {currency} per hour is {_times(factor)} the median of its machine over all places, "
        f"{middle:.6g}"
    )


def _medians(staged: Staged, limits: Limits) -> dict[Group, float]:
    """Median price of each machine that is offered in enough places for one to be judged."""
    prices: dict[Group, list[float]] = defaultdict(list)
    for one in staged.taken.values():
        prices[one.group].append(one.price)
    return {group: median(found) for group, found in prices.items() if len(found) >= limits.outlier_places}


def _times(factor: float) -> str:
    if factor >= 1:
        return f"{Decimal(factor):.3g} times"
    return f"1/{Decimal(1 / factor):.3g} of"
