"""Every unit conversion of price data, each with an example. Convert once, on entry."""

from decimal import Decimal

HOURS_PER_MONTH = 730
"""A month of this project, whatever the calendar says (contract, conventions)."""

_BYTES_PER_GB = Decimal(10) ** 9
_BYTES_PER_GIB = Decimal(2) ** 30
_NANOS_PER_UNIT = Decimal(10) ** 9


def gib_from_mib(mib: Decimal) -> Decimal:
    """Binary mebibytes to gibibytes.

    >>> gib_from_mib(Decimal(81920))
    Decimal('80')
    """
    return mib / 1024


def gib_from_gb(gb: Decimal) -> Decimal:
    """Decimal gigabytes, as vendors print on the box, to gibibytes.

    >>> round(gib_from_gb(Decimal(80)), 2)
    Decimal('74.51')
    """
    return gb * _BYTES_PER_GB / _BYTES_PER_GIB


def per_hour_from_month(price_per_month: Decimal) -> Decimal:
    """A monthly fee per hour of 730.

    >>> per_hour_from_month(Decimal(1460))
    Decimal('2')
    """
    return price_per_month / HOURS_PER_MONTH


def per_hour_from_term_total(total: Decimal, *, term_months: int) -> Decimal:
    """The total of a whole term per hour; Azure calls such a total "1 Hour" (reservation retailPrice).

    >>> per_hour_from_term_total(Decimal(8760), term_months=12)
    Decimal('1')
    """
    if term_months < 1:
        raise ValueError(f"term_months: {term_months}: must be 1 or more")
    return total / (HOURS_PER_MONTH * term_months)


def per_instance_hour(price_per_accelerator_hour: Decimal, *, accelerator_count: Decimal) -> Decimal:
    """Price of the whole machine from the price of one of its accelerators.

    >>> per_instance_hour(Decimal("2.99"), accelerator_count=Decimal(8))
    Decimal('23.92')
    """
    if accelerator_count <= 0:
        raise ValueError(f"accelerator_count: {accelerator_count}: must be above 0")
    return price_per_accelerator_hour * accelerator_count


def decimal_from_units_and_nanos(units: str, nanos: int) -> Decimal:
    """Google's money: `units` is a string of whole units, `nanos` an integer of billionths.

    >>> decimal_from_units_and_nanos("2", 700000000)
    Decimal('2.7')
    """
    return Decimal(units) + Decimal(nanos) / _NANOS_PER_UNIT
