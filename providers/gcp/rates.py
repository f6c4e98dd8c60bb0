"""Prices of parts per region and way of buying, and what became of every SKU."""

from collections.abc import Iterator
from dataclasses import dataclass

from providers.base import Refused
from providers.gcp.descriptions import Meaning, is_tpu, meaning_of, tpu_chips
from providers.gcp.parts import parts_by_stem
from providers.gcp.skus import Sku
from providers.offers import Purchase
from providers.places import region as region_known
from providers.text import shown

_AREAS = frozenset(
    {"global", "us", "eu", "europe", "asia", "americas", "emea", "apac", "nam4", "eur4", "asia1"}
)


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """How something is bought."""

    purchase: Purchase
    term_months: int | None = None

    @property
    def words(self) -> str:
        if self.term_months is None:
            return {Purchase.ON_DEMAND: "on demand", Purchase.SPOT: "spot"}.get(self.purchase, self.purchase)
        return f"{self.term_months} months of commitment"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two SKUs that price one part differently."""

    one: Sku
    other: Sku


Slot = dict[str, Sku | Conflict]
"""By currency."""


class Rates:
    """Part, way, region and currency -> the SKU that prices it."""

    def __init__(self) -> None:
        self._slots: dict[tuple[str, Way], dict[str, Slot]] = {}
        self._reasons: dict[tuple[str, str], list[str]] = {}
        self._skus: dict[str, tuple[Sku, str]] = {}
        self._used: set[str] = set()
        self.slices: list[tuple[Sku, Way, int]] = []

    def add(self, sku: Sku) -> Iterator[Refused]:
        """Take a SKU for every region it names; refuse it when it is no part of a machine we know."""
        meaning = meaning_of(sku.description, sku.usage_type)
        reason = meaning if isinstance(meaning, str) else self._take(sku, meaning)
        if reason:
            yield Refused(where=sku.where, reason=f"{shown(sku.description)}: {reason}")

    def _take(self, sku: Sku, meaning: Meaning) -> str:
        way = Way(meaning.purchase, meaning.term_months)
        part = parts_by_stem().get(meaning.stem)
        if part is None:
            return (
                self._take_slice(sku, way) if is_tpu(sku.description) else "is no part of a machine we price"
            )
        if sku.of_memory != _is_memory(part):
            return f"is priced per {sku.unit}, which is no unit of {part}"
        regions = list(self._known_regions(sku))
        if not regions:
            return ""
        self._skus[sku.where] = (sku, part)
        places = self._slots.setdefault((part, way), {})
        for region in regions:
            self._put(places.setdefault(region, {}), sku, region)
        return ""

    def _take_slice(self, sku: Sku, way: Way) -> str:
        chips = tpu_chips(sku.description)
        if isinstance(chips, str):
            return chips
        if sku.of_memory:
            return f"is priced per {sku.unit}, which is no unit of a TPU"
        self.slices.append((sku, way, chips))
        return ""

    def known_regions(self, sku: Sku) -> list[str]:
        """The regions of a SKU that we know; the others are refused at the end."""
        return list(self._known_regions(sku))

    def _known_regions(self, sku: Sku) -> Iterator[str]:
        for region in sku.regions:
            if region_known("gcp", region) is not None:
                yield region
            elif region in _AREAS:
                self._refuse(sku, "is the price of an area of several regions, not of one", region)
            else:
                self._refuse(sku, "is not in our list of regions", region)

    def _put(self, slot: Slot, sku: Sku, region: str) -> None:
        before = slot.get(sku.currency)
        if before is None:
            slot[sku.currency] = sku
        elif isinstance(before, Conflict):
            self._refuse(sku, f"is priced otherwise by {before.one.where}", region)
        elif before.price_per_hour == sku.price_per_hour:
            self._refuse(sku, f"is already priced the same by {before.where}", region)
        elif before.sku_id == sku.sku_id and before.observed_at != sku.observed_at:
            newer, older = _by_age(before, sku)
            slot[sku.currency] = newer
            self._refuse(older, f"has a newer price in {newer.where}", region)
        else:
            slot[sku.currency] = Conflict(before, sku)

    def _refuse(self, sku: Sku, reason: str, region: str) -> None:
        self._used.add(sku.where)
        self._reasons.setdefault((sku.where, reason), []).append(shown(region))

    @property
    def ways(self) -> list[Way]:
        """Every way of buying that occurs: on demand, spot, then commitments by length."""
        order = [Purchase.ON_DEMAND, Purchase.SPOT, Purchase.RESERVED]
        ways = {way for _, way in self._slots}
        return sorted(ways, key=lambda way: (order.index(way.purchase), way.term_months or 0))

    def at(self, part: str, way: Way, region: str) -> Slot:
        """What is known of a part in a region, by currency; empty when nothing is."""
        return self._slots.get((part, way), {}).get(region, {})

    def regions_of(self, part: str, way: Way) -> list[str]:
        """Regions in which a part has a price."""
        return sorted(self._slots.get((part, way), {}))

    def used(self, sku: Sku) -> None:
        """Note that a SKU made an offer."""
        self._used.add(sku.where)

    def refusals(self) -> Iterator[Refused]:
        """What is said of SKUs at the end: regions that could not be, and prices that made no offer."""
        for (where, reason), regions in self._reasons.items():
            yield Refused(where=where, reason=f"{', '.join(regions)}: {reason}")
        offered = {sku.currency for where, (sku, _) in self._skus.items() if where in self._used}
        for where, (sku, part) in self._skus.items():
            if where in self._used:
                continue
            why = "no whole machine is made of it here"
            if offered and sku.currency not in offered:
                why = f"it is in {sku.currency}; the offers here are in {', '.join(sorted(offered))}"
            yield Refused(
                where=where, reason=f"{shown(sku.description)}: is the price of a part ({part}), and {why}"
            )


def _is_memory(part: str) -> bool:
    return part.endswith(("Ram", "SSD", "Local Storage"))


def _by_age(one: Sku, other: Sku) -> tuple[Sku, Sku]:
    """The newer first; a price without a date is the older."""
    if one.observed_at is None or (other.observed_at is not None and other.observed_at > one.observed_at):
        return other, one
    return one, other
