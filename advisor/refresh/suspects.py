"""Offers whose price is likely none: each with the reason in words. They wait; all others are published."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

from advisor.catalog.pricing import effective_price_per_hour
from advisor.refresh.known import KnownPrice
from advisor.refresh.limits import Limits
from advisor.refresh.staging import Group, Staged, Taken, terms_of
from providers.offers import Offer, Purchase
from providers.rates import ReferenceRates

_SPREAD = 4  # of the largest size over the smallest, from which one price for all cannot be


Family = tuple[str, str, str, str, str, str, Decimal, str]
"""One price of one family of machines: provider, purchase, name, region (of accelerators: empty), what its
sizes are counted in, terms, price, currency. A plain tuple: half a million are made in a refresh."""


def suspects(
    staged: Staged, before: Mapping[int, KnownPrice], limits: Limits, rates: ReferenceRates
) -> dict[str, str]:
    """Key of the offer -> why it is doubtful. What the ledger says already is not doubted again.

    `before` holds what the rows cost that would be replaced, by id.
    """
    fresh = [(key, one, one.offer) for key, one in staged.taken.items() if one.offer is not None]
    medians = _medians(staged, limits)
    alike = one_price_for_all((offer for _, _, offer in fresh), limits)
    found: dict[str, str] = {}
    for key, one, offer in fresh:
        reason = (
            placeholder(offer, limits)
            or (alike and same_for_all_sizes(offer, alike))
            or ("" if one.group.currency else below_floor(offer, one.price, limits))
            or (one.known and moved_far(offer, before.get(one.known.id), limits, rates))
            or outlier(one, medians.get(one.group), limits)
        )
        if reason:
            found[key] = reason
    return found


def placeholder(offer: Offer, limits: Limits) -> str:
    """A figure the source writes where it has no price, whatever the size of the machine."""
    if offer.price_per_hour in limits.placeholders:
        return f"{offer.price_per_hour} {offer.currency} is what this source writes where it has no price"
    return ""


def one_price_for_all(offers: Iterable[Offer], limits: Limits) -> dict[Family, tuple[Decimal, ...]]:
    """Prices that stand for several very different sizes of one family, with these sizes."""
    counted: dict[int, tuple[Decimal, ...]] = {}  # by hash: there are as many as prices
    several: dict[Family, tuple[Decimal, ...]] = {}
    for offer in offers:
        found = sizes_of(offer)
        if found is None or not offer.price_per_hour:
            continue
        family, size = found
        key = hash(family)
        sizes = counted.get(key, ())
        if size not in sizes:
            sizes = counted[key] = (*sizes, size)
        if len(sizes) >= limits.same_price_sizes and max(sizes) >= _SPREAD * min(sizes):
            several[family] = sizes
    return several


def same_for_all_sizes(offer: Offer, alike: Mapping[Family, tuple[Decimal, ...]]) -> str:
    found = sizes_of(offer)
    sizes = alike.get(found[0]) if found is not None else None
    if found is None or sizes is None:
        return ""
    _, _, name, region, measure, *_ = found[0]
    return (
        f"{offer.price_per_hour} {offer.currency} stands for {len(sizes)} sizes of "
        f"{f'{name} in {region}' if region else name}, from {min(sizes)} to {max(sizes)} {measure}"
    )


def sizes_of(offer: Offer) -> tuple[Family, Decimal] | None:
    """The family and the size of a machine: accelerators of a kind, else vCPUs of a series in one region."""
    if offer.accelerator is not None and offer.accelerator_count is not None:
        name, region, measure, size = offer.accelerator, "", "accelerators", offer.accelerator_count
    elif offer.vcpus is not None:
        series = offer.instance_type.rpartition(".")[0] or offer.instance_type.rpartition("-")[0]
        name, region, measure, size = series or offer.instance_type, offer.region, "vCPUs", offer.vcpus
    else:
        return None
    price, currency, terms = offer.price_per_hour, offer.currency, terms_of(offer)
    return (offer.provider, offer.purchase._value_, name, region, measure, terms, price, currency), size


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


def moved_far(offer: Offer, before: KnownPrice | None, limits: Limits, rates: ReferenceRates) -> str:
    factor = moved_by(offer, before, rates)
    most = limits.spot_outlier_factor if offer.purchase is Purchase.SPOT else limits.move_factor
    if factor is None or before is None or max(factor, 1 / factor) <= most:
        return ""
    return (
        f"moved from {before.price_per_hour} {before.currency} to {offer.price_per_hour} {offer.currency}: "
        f"{_times(factor)} what it was"
    )


def moved_by(offer: Offer, before: KnownPrice | None, rates: ReferenceRates) -> float | None:
    """New price over old one, upfront payments spread over the term; None where they cannot be compared."""
    if before is None:
        return None
    new, old = effective_price_per_hour(offer), before.effective
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
