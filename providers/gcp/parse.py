"""Replies of Google Cloud to offers: pure, see `providers.base.PriceSource.parse`."""

from collections.abc import Iterator, Sequence

from providers.base import Document, Refused
from providers.gcp.compose import offers_of
from providers.gcp.items import ACCELERATOR, MACHINE, items_of
from providers.gcp.machines import Machine, Machines
from providers.gcp.parts import known_shapes
from providers.gcp.rates import Rates
from providers.gcp.skus import sku_of
from providers.gcp.tpu import chip_offers
from providers.offers import Offer


def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
    """Prices and machine types, joined by what is in them; without machine types, our table of shapes."""
    rates, machines = Rates(), Machines()
    for item in items_of(documents):
        if isinstance(item, Refused):
            yield item
        elif item.kind == MACHINE:
            yield from machines.add(item)
        elif item.kind == ACCELERATOR:
            yield from machines.add_accelerator(item)
        else:
            sku = sku_of(item)
            yield from [sku] if isinstance(sku, Refused) else rates.add(sku)
    yield from chip_offers(rates)
    for machine in machines.by_name.values() if machines.stated else _ours(machines):
        yield from offers_of(machine, rates)
    yield from rates.refusals()


def _ours(machines: Machines) -> Iterator[Machine]:
    for shape in known_shapes():
        regions = None
        if machines.accelerator_regions:
            regions = machines.accelerator_regions.get(shape.accelerator_type or "", set())
        yield Machine(shape, "our table of machine types", regions, ours=True)
