"""DescribeSpotPriceHistory: events by zone to one price for a region.

An event holds until the next one of its zone. So the last event of each zone is its price now, and the
region's is the median of its zones: half of them are to be had for it. Local Zones are not a region's
capacity and stay on their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from providers.aws.fields import Unusable, machine, moment, plain, price, text
from providers.aws.found import Found
from providers.aws.places import Place, place_of
from providers.aws.prices import Price
from providers.aws.reading import Record
from providers.offers import Purchase
from providers.text import shown

LINUX = frozenset({"linux/unix", "linux/unix (amazon vpc)"})
_KEPT = timedelta(days=90)  # AWS tells no older events: a zone silent for longer is of another time
_ZONES_NAMED = 8


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    at: datetime
    price: Decimal
    stated: datetime
    document: str
    where: str


class Spot:
    """The last event of every zone and instance type."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], _Event] = {}

    def add(self, record: Record) -> None:
        """Take an event. Raises Unusable."""
        fields = record.fields
        product = text(fields, "ProductDescription")
        if product.casefold() not in LINUX:
            raise Unusable(f"ProductDescription: {shown(product) or 'missing'}: only Linux/UNIX is taken")
        stated = text(fields, "AvailabilityZone") or text(fields, "AvailabilityZoneId")
        place = place_of(stated, field="AvailabilityZone")
        if place.zone is None:
            raise Unusable(f"AvailabilityZone: {shown(stated)}: a region, not a zone of one")
        at = moment(fields, "Timestamp")
        if at is None:
            raise Unusable("Timestamp: missing: which price is the last cannot be told")
        key = (machine(text(fields, "InstanceType"), field="InstanceType"), place.zone)
        event = _Event(at, price(fields, "SpotPrice"), record.replied_at or at, record.document, record.where)
        if key not in self._last or event > self._last[key]:
            self._last[key] = event

    def settle(self, found: Found) -> None:
        """Bring the prices of regions and Local Zones to `found`."""
        groups: dict[tuple[str, str], dict[str, _Event]] = {}
        for (instance_type, zone), event in sorted(self._last.items()):
            place = place_of(zone, field="AvailabilityZone")
            where = zone if place.city_zone else place.region
            groups.setdefault((instance_type, where), {})[zone] = event
        for (instance_type, where), zones in groups.items():
            newest = max(event.at for event in zones.values())
            for zone, event in list(zones.items()):
                if newest - event.at > _KEPT:
                    del zones[zone]
                    reason = "the zone's last spot price is over 90 days older than other zones'"
                    found.refused.add(event.document, f"{event.where} {instance_type} {zone}", reason)
            found.prices.add(_of_zones(instance_type, place_of(where, field="AvailabilityZone"), zones))


def _of_zones(instance_type: str, place: Place, zones: dict[str, _Event]) -> Price:
    last = max(zones.values())
    note = f"last spot price of {_at(last.at)}"
    if not place.city_zone:
        named = [f"{zone} {plain(event.price)}" for zone, event in zones.items()]
        listed = ", ".join(named[:_ZONES_NAMED]) + (", …" if len(named) > _ZONES_NAMED else "")
        note = f"median of the last spot prices of {len(zones)} zones, the latest of {_at(last.at)}: {listed}"
        if len(zones) == 1:
            note = f"last spot price of its only zone known, of {_at(last.at)}: {listed}"
    return Price(
        document=last.document,
        where=last.where,
        instance_type=instance_type,
        base=instance_type,
        place=place,
        purchase=Purchase.SPOT,
        per_hour=median(event.price for event in zones.values()),
        currency=place.currency,
        observed_at=max(event.stated for event in zones.values()),
        note=note,
    )


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
