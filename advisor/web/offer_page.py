"""The page of one offer: what it is, what it costs, what it did, and what else could be had."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from advisor.catalog import words
from advisor.catalog.facts import accelerator_memory_gib
from advisor.catalog.history import HistoryRow, OfferHistory, UnknownOffer, history_chart, offer_history
from advisor.catalog.pricing import HOURS_PER_MONTH, Priced, effective_price_per_hour
from advisor.catalog.snapshot import current_snapshot
from advisor.errors import BadInput
from advisor.rates.in_force import is_stale, rates_in_force
from advisor.rates.words import named
from advisor.web.offer_rows import age_mark, age_words, offer_address, seen, web_host
from providers.accelerators import ACCELERATORS
from providers.offers import Offer, PriceState
from providers.places import COUNTRIES, region
from providers.rates import ReferenceRates
from providers.text import did_you_mean, nearest, shown

_ROWS = 100  # changes of a price listed on the page
_STATES = {
    PriceState.LISTED: "A list price: what the provider publishes for everyone.",
    PriceState.QUOTE: "From a quote: it holds for whom it was made, and until the date it names.",
    PriceState.RESERVATION_ONLY: "Sold by reservation only: no machine can be started at once at this price.",
    PriceState.STALE: "Whoever compiled this price marked it as too old to rely on.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One way to state the price: in the currency of the source and in the one asked for."""

    name: str
    own: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another offer of a list: in how far it is dearer or cheaper than the page's."""

    priced: Priced
    address: str
    place: str
    purchase: str
    price: str
    per_accelerator: str
    difference: str
    age: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A price as it was known for a while."""

    row: HistoryRow
    price: str
    change: str


def offer_context(offer_id: str, currency: str) -> dict[str, Any]:
    """Raises UnknownOffer, CatalogueEmpty, and BadInput for a currency without a rate."""
    rates = rates_in_force()
    currency = _currency(currency, rates)
    history = offer_history(offer_id, currency=currency, rates=rates)
    offer, priced = history.offer, history.priced
    changes = history.rows[:_ROWS]
    moved = len(history.rows) > 1
    return {
        "history": history,
        "offer": offer,
        "priced": priced,
        "purchase": words.purchase(offer),
        "country": COUNTRIES.get(offer.country, offer.country),
        "facts": _facts(offer),
        "prices": _prices(history),
        "currency": currency,
        "currencies": sorted(rates.rates_to_usd),
        "rate": _rate(priced, rates),
        "state": _STATES[offer.state],
        "age": age_words(priced),
        "age_mark": age_mark(priced.age_hours, stale=priced.stale),
        "seen": seen(priced),
        "too_old": priced.stale and offer.state is not PriceState.STALE,
        "max_age_days": settings.PRICE_MAX_AGE_HOURS // 24,
        "source_host": web_host(offer.source_url or ""),
        "siblings": [_other(other, priced) for other in history.siblings],
        "elsewhere": [_other(other, priced) for other in history.elsewhere],
        "changes": [_change(row) for row in changes],
        "more_changes": len(history.rows) - len(changes),
        "chart": history_chart(history) if moved else None,
    }


def not_there(error: UnknownOffer) -> dict[str, Any]:
    """The page for an id that never was: the ids it may have meant, as links."""
    rows = current_snapshot().rows
    _, _, names = error.message.partition("; did you mean ")
    ids = [
        name
        for name in names.removesuffix("?").replace(" or ", ", ").split(", ")
        if rows.place_of(name) is not None
    ]
    return {
        "title": "There is no such offer",
        "lines": [error.message.partition("; did you mean ")[0] + "."],
        "links": [(offer_id, offer_address(offer_id)) for offer_id in ids],
    }


def _currency(asked: str, rates: ReferenceRates) -> str:
    code = asked.strip().upper() or "USD"
    if code not in rates.rates_to_usd:
        hint = did_you_mean(nearest(code, rates.rates_to_usd))
        held = f"; there is one for {', '.join(sorted(rates.rates_to_usd))}"
        raise BadInput(f"currency {shown(asked)}: no exchange rate{hint or held}", field="currency")
    return code


def _facts(offer: Offer) -> list[tuple[str, str]]:
    """What the machine is; what is not known is said so."""
    known = region(offer.provider, offer.region)
    card = ACCELERATORS.get(offer.accelerator or "")
    place = (
        f"{known.place}, {COUNTRIES.get(offer.country, '')}" if known else COUNTRIES.get(offer.country, "")
    )
    facts = [
        ("Provider", offer.provider),
        ("Region", offer.region),
        ("Zone", offer.zone or words.MISSING),
        ("Place", f"{place} ({offer.country})"),
        ("Machine", offer.instance_type),
        ("Accelerators", words.accelerators(offer)),
        ("Accelerator vendor", f"{card.vendor} ({card.kind})" if card else words.MISSING),
        ("Memory per accelerator", _with_unit(accelerator_memory_gib(offer), "GiB")),
        ("vCPUs", words.figure(offer.vcpus)),
        ("Memory", _with_unit(offer.memory_gib, "GiB")),
        ("Local storage", _with_unit(offer.local_storage_gib, "GiB")),
        ("Network", _with_unit(offer.network_gbps, "Gbit/s")),
        ("Purchase option", words.purchase(offer)),
    ]
    return [*facts, *_terms(offer)]


def _terms(offer: Offer) -> list[tuple[str, str]]:
    """Terms that only some offers have."""
    found = []
    if offer.min_quantity or offer.max_quantity:
        low, high = offer.min_quantity or 1, offer.max_quantity
        found.append(("Quantity", f"{low:,} to {high:,}" if high else f"{low:,} or more"))
    if offer.interruption_fraction is not None:
        found.append(("Interrupted within a month", f"{offer.interruption_fraction:.0%} of machines"))
    if offer.available_from or offer.available_until:
        ends = [
            f"{m:%Y-%m-%d %H:%M} UTC" if m else "…" for m in (offer.available_from, offer.available_until)
        ]
        found.append(("Window", " to ".join(ends)))
    if offer.note:
        found.append(("Note", offer.note))
    return found


def _with_unit(value: Decimal | None, unit: str) -> str:
    return words.MISSING if value is None else f"{words.figure(value)} {unit}"


def _prices(history: OfferHistory) -> list[Price]:
    """Hour, accelerator-hour and month of 730 hours; with an upfront payment also what is charged apart."""
    offer, priced = history.offer, history.priced
    effective, count = effective_price_per_hour(offer), offer.accelerator_count
    amounts = []
    if offer.upfront:
        amounts += [
            ("once, upfront, per machine", offer.upfront),
            ("then per instance-hour", offer.price_per_hour),
        ]
    all_in = "all in, " if offer.upfront else ""
    amounts.append((f"{all_in}per instance-hour", effective))
    if count:
        amounts.append((f"{all_in}per accelerator-hour", effective / count))
    amounts.append((f"{all_in}per month of {HOURS_PER_MONTH} hours", effective * HOURS_PER_MONTH))
    return [
        Price(name=name, own=money(amount), asked=money(amount * priced.rate)) for name, amount in amounts
    ]


def money(amount: Decimal) -> str:
    return words.price(amount, words.places_for([amount]))


def _rate(priced: Priced, rates: ReferenceRates) -> str:
    if not priced.converted or priced.rate == 1:
        return ""
    own, shown_in = priced.offer.currency, priced.currency
    origin = rates.origin(own, shown_in)
    stale = ", stale" if is_stale(origin.observed_on) else ""
    return f"1 {own} = {priced.rate:.6g} {shown_in} on {origin.observed_on} ({named(origin.source)}{stale})"


def _other(other: Priced, here: Priced) -> Other:
    per_accelerator = other.per_accelerator
    comparable = other.converted and here.converted and here.price
    return Other(
        priced=other,
        address=offer_address(other.offer_id, other.currency if other.converted else "USD"),
        place=words.place(other.offer),
        purchase=words.purchase(other.offer),
        price=money(other.price),
        per_accelerator=words.MISSING if per_accelerator is None else money(per_accelerator),
        difference=_percent(other.price / here.price - 1) if comparable else words.MISSING,
        age=age_words(other),
        mark=age_mark(other.age_hours, stale=other.stale),
    )


def _change(row: HistoryRow) -> Change:
    return Change(
        row=row,
        price=money(row.effective_price_per_hour),
        change=words.MISSING if row.change_fraction is None else _percent(row.change_fraction),
    )


def _percent(fraction: Decimal) -> str:
    """`+12 %`, `−3.4 %`, `the same`."""
    percent = fraction * 100
    if abs(percent) < Decimal("0.05"):
        return "the same"
    sign = "+" if percent > 0 else "−"
    places = 0 if abs(percent) >= 10 else 1
    return f"{sign}{abs(percent):,.{places}f} %"
