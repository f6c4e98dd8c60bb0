"""Replies of Baidu AI Cloud to offers: machines joined, units settled, nothing guessed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from providers.baidu.machines import Machine, Machines
from providers.baidu.quotes import Quote, per_hour, quotes_in
from providers.baidu.replies import Reply, replies_in
from providers.base import Document, Refused
from providers.errors import SourceFormatChanged
from providers.offers import InvalidOffer, Offer, Payment, Purchase
from providers.places import region
from providers.units import per_hour_from_term_total

CURRENCY = "CNY"
SOURCE_URL = "https://cloud.baidu.com/doc/BCC/s/uk5dt23r8"
UNVERIFIED = "unverified: read as the vendor's documentation says, no recorded reply was at hand"
BY_MONTH = "billed by minute or hour is told by the prepaid price"

# A price by the minute read as one by the hour is off by 60. What an hour costs lies within these multiples
# of the same machine's hour when prepaid; their ratio is under 60, so that never both readings fit.
_CHEAPEST, _DEAREST = Decimal("0.15"), Decimal(8)


@dataclass(slots=True)
class _Found:
    machines: Machines = field(default_factory=Machines)
    quotes: list[Quote] = field(default_factory=list)

    def prepaid_hours(self) -> Mapping[tuple[str, str], Decimal]:
        """What one hour of a machine costs when paid in advance for its shortest known term."""
        found: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for quote in self.quotes:
            if quote.payment is Payment.ALL and quote.upfront and quote.months:
                rate = per_hour_from_term_total(quote.upfront, term_months=quote.months)
                for key in ((quote.region, quote.spec), ("", quote.spec)):
                    found[key] = min(found.get(key, (quote.months, rate)), (quote.months, rate))
        return {key: rate for key, (_, rate) in found.items()}


def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
    """See `PriceSource.parse`. Raises SourceFormatChanged when no document is a reply of this provider."""
    found, refused, known = _Found(), [], 0
    for document in documents:
        for reply in replies_in(document):
            if isinstance(reply, Refused):
                refused.append(reply)
                continue
            known += 1
            yield from _take(found, reply)
    if documents and not known:
        first = refused[0] if refused else Refused(where=documents[0].name, reason="an empty list")
        raise SourceFormatChanged(f"nothing of Baidu AI Cloud in it: {first.where}: {first.reason}")
    yield from refused
    yield from _offers(found)


def _take(found: _Found, reply: Reply) -> Iterator[Refused]:
    if reply.is_flavors():
        yield from found.machines.add(reply)
        return
    for quote in quotes_in(reply):
        if isinstance(quote, Quote):
            found.quotes.append(quote)
        else:
            yield quote


def _offers(found: _Found) -> Iterator[Offer | Refused]:
    prepaid = found.prepaid_hours()
    kept: dict[str, tuple[Offer, str]] = {}
    for quote in found.quotes:
        offer = _offer(quote, found.machines, prepaid)
        if isinstance(offer, Refused):
            yield offer
            continue
        before = kept.get(offer.key)
        if before is None:
            kept[offer.key] = (offer, quote.where)
            continue
        winner, loser = sorted((before, (offer, quote.where)), key=lambda pair: _rank(pair[0]))
        kept[offer.key] = winner
        reason = f"{offer.offer_id}: stated again in {winner[1]}; the later, else the cheaper one is taken"
        yield Refused(where=loser[1], reason=reason)
    yield from (offer for offer, _ in kept.values())


def _rank(offer: Offer) -> tuple[float, Decimal]:
    hours = 730 * (offer.term_months or 1)
    moment = offer.observed_at.timestamp() if offer.observed_at else 0.0
    return -moment, offer.price_per_hour + (offer.upfront or Decimal(0)) / hours


def _offer(quote: Quote, machines: Machines, prepaid: Mapping[tuple[str, str], Decimal]) -> Offer | Refused:
    place = region("baidu", quote.region)
    machine = machines.find(quote.spec, quote.zone)
    if place is None:
        return _refused(
            quote, f"the region of {quote.zone or quote.region} is unknown: add it to regions.csv"
        )
    if isinstance(machine, str):
        return _refused(quote, machine)
    price = _price_per_hour(quote, prepaid)
    if isinstance(price, str):
        return _refused(quote, price)
    try:
        return Offer(
            provider="baidu",
            region=place.region,
            country=place.country,
            zone=quote.zone or None,
            instance_type=quote.spec,
            purchase=quote.purchase,
            price_per_hour=price,
            currency=CURRENCY,
            term_months=quote.months,
            payment=quote.payment,
            upfront=quote.upfront,
            observed_at=quote.received_at,
            source_url=SOURCE_URL,
            note=_note(quote, machine),
            vcpus=machine.vcpus,
            memory_gib=machine.memory_gib,
            local_storage_gib=machine.local_storage_gib,
            network_gbps=machine.network_gbps,
            accelerator=machine.accelerator,
            accelerator_count=machine.accelerator_count,
            accelerator_memory_gib=machine.accelerator_memory_gib,
        )
    except InvalidOffer as error:
        return _refused(quote, str(error))


def _note(quote: Quote, machine: Machine) -> str:
    notes = [UNVERIFIED, "" if quote.unit else BY_MONTH, machine.note]
    if quote.purchase is Purchase.SPOT:
        notes.append("market price for bids")
    return "; ".join(note for note in notes if note)


def _price_per_hour(quote: Quote, prepaid: Mapping[tuple[str, str], Decimal]) -> Decimal | str:
    if quote.unit:
        return per_hour(quote.rate, quote.unit)
    known = prepaid.get((quote.region, quote.spec)) or prepaid.get(("", quote.spec))
    if known is None:
        return "by the minute or by the hour is not said; give the prepaid price of the same machine as well"
    fitting = [
        hourly
        for unit in ("minute", "hour")
        if _CHEAPEST * known <= (hourly := per_hour(quote.rate, unit)) <= _DEAREST * known
    ]
    if len(fitting) != 1:
        return f"{quote.rate} fits neither by the minute nor by the hour to {known:.4f} an hour when prepaid"
    return fitting[0]


def _refused(quote: Quote, reason: str) -> Refused:
    return Refused(where=quote.where, reason=f"{quote.spec}: {reason}")
