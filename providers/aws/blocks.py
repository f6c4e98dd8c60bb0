"""DescribeCapacityBlockOfferings: machines for a window, paid at once.

`UpfrontFee` is for all instances and all hours of the block. Some machines (P5e, Trn2, UltraServers) are to
be had in no other way.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from providers.aws.fields import (
    Unusable,
    currency,
    hours_between,
    machine,
    moment,
    number,
    plain,
    price,
    rounded,
    text,
    whole,
)
from providers.aws.found import Found
from providers.aws.places import place_of
from providers.aws.prices import Price
from providers.aws.reading import Record
from providers.offers import Purchase
from providers.text import shown

_MOST_HOURS = 24 * 366
_ROUNDING_HOURS = 1  # a block may end minutes before the full hour


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    price: Price
    count: int


class Blocks:
    """Offerings, one per window: AWS lists a window again for every number of instances asked for."""

    def __init__(self) -> None:
        self._windows: dict[str, list[_Block]] = {}

    def add(self, record: Record) -> None:
        """Take an offering. Raises Unusable."""
        block = _block(record)
        self._windows.setdefault(block.price.key, []).append(block)

    def settle(self, found: Found) -> None:
        """Bring one price per window to `found`: of the cheapest per instance, all numbers it is sold in."""
        for blocks in self._windows.values():
            best = min(block.price.per_hour for block in blocks)
            same = [block for block in blocks if block.price.per_hour == best]
            for block in blocks:
                if block.price.per_hour != best:
                    reason = "the same Capacity Block in another number of instances costs less per instance"
                    found.refused.add(block.price.document, block.price.where, reason)
            counts = sorted({block.count for block in same})
            first = min(same, key=lambda block: (block.count, block.price.document, block.price.where)).price
            note = first.note
            if len(counts) > 1:
                note = f"{note}; sold in {', '.join(map(str, counts))} instances"
            found.prices.add(replace(first, min_quantity=counts[0], max_quantity=counts[-1], note=note))


def _block(record: Record) -> _Block:
    fields = record.fields
    name, count = _machine_and_count(record)
    hours, begin, end = _hours(record)
    total = price(fields, "UpfrontFee")
    tenancy = text(fields, "Tenancy")
    if tenancy and tenancy.casefold() != "default":
        raise Unusable(f"Tenancy: {shown(tenancy)}: only default is taken")
    found = Price(
        document=record.document,
        where=record.place,
        instance_type=name,
        base=name,
        place=place_of(text(fields, "AvailabilityZone"), field="AvailabilityZone"),
        purchase=Purchase.CAPACITY_BLOCK,
        per_hour=rounded(total / (hours * count)),
        currency=currency(text(fields, "CurrencyCode")),
        observed_at=record.replied_at,
        begins=begin,
        ends=end,
        note=f"Capacity Block of {plain(hours)} hours, {plain(total)} at once for {count} instances",
    )
    return _Block(price=found, count=count)


def _machine_and_count(record: Record) -> tuple[str, int]:
    """Instances of a block, or UltraServers, which AWS sells whole."""
    fields = record.fields
    ultra = text(fields, "UltraserverType")
    instance_type = text(fields, "InstanceType")
    if instance_type or not ultra:
        name, count = machine(instance_type, field="InstanceType"), whole(fields, "InstanceCount")
        counted = "InstanceCount"
    else:
        name, count = machine(ultra, field="UltraserverType"), whole(fields, "UltraserverCount")
        counted = "UltraserverCount"
    if not count:
        raise Unusable(f"{counted}: {'missing' if count is None else 0}: must be 1 or more")
    return name, count


def _hours(record: Record) -> tuple[Decimal, datetime | None, datetime | None]:
    """Hours of the block, and its window where stated; the two must agree."""
    fields = record.fields
    begin, end = moment(fields, "StartDate"), moment(fields, "EndDate")
    stated = number(fields, "CapacityBlockDurationHours")
    minutes = number(fields, "CapacityBlockDurationMinutes")
    if minutes is not None and stated is None:
        stated = minutes / 60
    if begin and end and begin >= end:
        raise Unusable("EndDate: must be after StartDate")
    window = hours_between(begin, end) if begin and end else None
    if stated is None:
        stated = window
    if stated is None:
        raise Unusable("CapacityBlockDurationHours: missing: the fee is for an unknown time")
    if not 0 < stated <= _MOST_HOURS:
        raise Unusable(f"CapacityBlockDurationHours: {plain(stated)}: must be 1 to {_MOST_HOURS}")
    if window is not None and abs(window - stated) > _ROUNDING_HOURS:
        raise Unusable(
            f"CapacityBlockDurationHours: {plain(stated)}: but from StartDate to EndDate it is "
            f"{plain(rounded(window))}"
        )
    if begin is not None and end is None:
        end = begin + timedelta(seconds=float(stated * 3600))
    return stated, begin, end
