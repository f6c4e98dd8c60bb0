"""The columns of a price file (contract.md), in the order in which they are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from providers.offers import Payment, PriceState, Purchase
from providers.pricefile import cells

REQUIRED = ("provider", "region", "country", "instance_type", "purchase", "price_per_hour", "currency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name is also the field of `Offer` it fills."""

    name: str
    parse: Callable[[str], object]
    is_text: bool = False

    @property
    def required(self) -> bool:
        """Whether a price file must have it, and every row a value in it."""
        return self.name in REQUIRED


def _text(name: str, *, longest: int = 200, without: str = "") -> Column:
    return Column(name=name, parse=cells.text(longest=longest, without=without), is_text=True)


_ORDER = (
    Column(name="provider", parse=cells.provider, is_text=True),
    _text("region", without="/"),
    Column(name="country", parse=cells.country),
    _text("instance_type", without="/"),
    Column(name="purchase", parse=cells.choice(Purchase)),
    Column(name="price_per_hour", parse=cells.number),
    Column(name="currency", parse=cells.currency),
    _text("accelerator"),
    Column(name="accelerator_count", parse=cells.number),
    Column(name="accelerator_memory_gib", parse=cells.number),
    Column(name="vcpus", parse=cells.number),
    Column(name="memory_gib", parse=cells.number),
    Column(name="local_storage_gib", parse=cells.number),
    Column(name="network_gbps", parse=cells.number),
    _text("zone", without="/@"),
    Column(name="term_months", parse=cells.integer),
    Column(name="payment", parse=cells.choice(Payment)),
    Column(name="upfront", parse=cells.number),
    Column(name="min_quantity", parse=cells.integer),
    Column(name="max_quantity", parse=cells.integer),
    Column(name="available_from", parse=cells.timestamp),
    Column(name="available_until", parse=cells.last_moment),
    Column(name="interruption_fraction", parse=cells.number),
    _text("commitment_family", without="/@"),
    Column(name="state", parse=cells.choice(PriceState)),
    Column(name="observed_at", parse=cells.timestamp),
    Column(name="source_url", parse=cells.url, is_text=True),
    _text("note", longest=2000),
)

COLUMNS: Mapping[str, Column] = MappingProxyType({column.name: column for column in _ORDER})
