"""A listing as lines of text for a terminal, and the sentences around it (shared with the page)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.catalog import words
from advisor.catalog.explain import EmptyList
from advisor.catalog.facts import accelerator_memory_gib
from advisor.catalog.pricing import Priced
from advisor.catalog.search import Line, Listing
from advisor.rates.in_force import is_stale
from advisor.rates.words import named


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its title, its cells, and whether they are figures (set right)."""

    title: str
    cells: tuple[str, ...]
    is_figure: bool = False


def columns_of(listing: Listing) -> list[Column]:
    """The columns of a listing, the same on a terminal and on a page."""
    lines = listing.lines
    money = {line.priced.currency for line in lines} or {listing.request.currency.strip().upper()}
    unit = "$" if money == {"USD"} else next(iter(money)) if len(money) == 1 else "price"
    offers = [line.priced.offer for line in lines]
    columns = [
        Column(title="provider", cells=tuple(offer.provider for offer in offers)),
        Column(title="region", cells=tuple(words.place(offer) for offer in offers)),
        Column(title="country", cells=tuple(offer.country for offer in offers)),
        Column(title="instance", cells=tuple(offer.instance_type for offer in offers)),
        Column(title="accelerators", cells=tuple(words.accelerators(offer) for offer in offers)),
        Column(
            title="GiB each",
            cells=tuple(words.figure(accelerator_memory_gib(offer)) for offer in offers),
            is_figure=True,
        ),
        Column(title="purchase", cells=tuple(words.purchase(offer) for offer in offers)),
        _prices(lines, f"{unit}/instance-h", lambda line: line.priced.price),
        _prices(lines, f"{unit}/accelerator-h", lambda line: line.priced.per_accelerator),
    ]
    if listing.request.pack:
        columns += [
            Column(title="machines", cells=tuple(str(x.priced.quantity) for x in lines), is_figure=True),
            _prices(lines, f"{unit}/h together", lambda line: line.priced.total),
        ]
    columns += [
        _prices(lines, "on demand", lambda line: line.beside.on_demand),
        _prices(lines, "spot", lambda line: line.beside.spot),
        _prices(lines, "1 year", lambda line: line.beside.one_year),
        _prices(lines, "3 years", lambda line: line.beside.three_years),
        Column(title="state", cells=tuple(state_words(line) for line in lines)),
        Column(
            title="age",
            cells=tuple(words.age(x.priced.age_hours, stale=x.priced.stale) for x in lines),
        ),
    ]
    if len(money) > 1 or unit not in ("$", *money):
        columns.append(Column(title="currency", cells=tuple(line.priced.currency for line in lines)))
    return columns


def state_words(line: Line) -> str:
    """How far the price can be relied on, and whether it is one of the price book."""
    return words.YOURS if line.ruled else words.state(line.priced)


def _prices(lines: Sequence[Line], title: str, pick: Callable[[Line], Decimal | None]) -> Column:
    amounts = [pick(line) for line in lines]
    places = words.places_for(amounts)
    return Column(title=title, cells=tuple(words.price(a, places) for a in amounts), is_figure=True)


def text_table(columns: Sequence[Column]) -> list[str]:
    """Aligned lines, titles first, figures to the right."""
    widths = [max(len(column.title), *map(len, column.cells)) for column in columns]
    rows = [[column.title for column in columns], *map(list, zip(*(c.cells for c in columns), strict=True))]
    return ["  ".join(map(_aligned, row, columns, widths)).rstrip() for row in rows]


def _aligned(cell: str, column: Column, width: int) -> str:
    return cell.rjust(width) if column.is_figure else cell.ljust(width)


def footer(listing: Listing) -> list[str]:
    """`Shown 20 of 314 offers (2,900 in the catalogue), prices in USD; EUR at 1.09 of 2026-11-20 (ECB)`."""
    shown = len(listing.lines)
    where = "in the price files" if listing.version == 0 else "in the catalogue"
    span = (
        f"{listing.offset + 1:,} to {listing.offset + shown:,}" if listing.offset and shown else f"{shown:,}"
    )
    first = f"Shown {span} of {listing.total:,} offers ({listing.in_catalogue:,} {where})"
    own = listing.request.currency.strip().upper()
    lines = [f"{first}, prices in {own}{_rates(listing, own)}."]
    without = sorted({x.priced.currency for x in listing.lines if not x.priced.converted})
    if without:
        lines.append(f"No exchange rate for {', '.join(without)}: listed last, at their own price.")
    booked = sum(line.ruled is not None for line in listing.lines)
    if booked:
        lines.append(f"{booked:,} of these prices {'is' if booked == 1 else 'are'} of your price book.")
    if any(line.priced.offer.upfront for line in listing.lines):
        lines.append(
            "Prices of reservations include their upfront payment, spread over the hours of the term."
        )
    if listing.ended:
        lines.append(f"{listing.ended:,} more left out: their window has ended.")
    if listing.relatives and listing.total:
        lines.append(f"Not meant by this name, of the same family: {', '.join(listing.relatives)}.")
    return lines


def _rates(listing: Listing, own: str) -> str:
    used = sorted({x.priced.offer.currency for x in listing.lines if x.priced.converted} - {own})
    if not used:
        return ""
    rates = listing.rates
    stated = ", ".join(f"{code} at {rates.rate(code, to=own):.6g}" for code in used)
    origin = rates.origin(*used, own)
    stale = ", stale" if is_stale(origin.observed_on, today=listing.now.date()) else ""
    return f"; {stated} of {origin.observed_on} ({named(origin.source)}{stale})"


def why_empty(listing: Listing) -> list[str]:
    """First line: that nothing fits. Then what each condition alone keeps out, and the nearest offer."""
    asked = " and ".join(listing.conditions) or "the search"
    where = "price files" if listing.version == 0 else "catalogue"
    first = f"No offer fits {asked} ({listing.in_catalogue:,} offers in the {where})."
    if listing.empty is None:
        return [first]
    return [first, *_reliefs(listing.empty)]


def _reliefs(empty: EmptyList) -> list[str]:
    lines = []
    for relief in empty.reliefs:
        noun = "offer" if relief.count == 1 else "offers"
        best = _short(relief.best)
        kind = "most alike" if relief.by_likeness else "cheapest"
        lines.append(f"Without {relief.without}: {relief.count:,} {noun}, the {kind} {best}.")
    if not lines and empty.nearest is not None:
        lines.append(
            f"No single condition is to blame. Nearest: {_short(empty.nearest)}; "
            f"it misses {' and '.join(empty.misses)}."
        )
    elif empty.nearest is not None:
        lines.append(f"Nearest: {_short(empty.nearest)}; it misses {' and '.join(empty.misses)}.")
    return lines


def _short(priced: Priced) -> str:
    offer = priced.offer
    amount = words.price(priced.total, words.places_for([priced.total]))
    machine = f"{offer.provider} {words.place(offer)} {offer.instance_type}"
    what = f", {words.accelerators(offer)}" if offer.accelerator else ""
    times = f"{priced.quantity} × " if priced.quantity > 1 else ""
    return f"{amount} {priced.currency} per hour ({times}{machine}{what}, {words.purchase(offer)})"
