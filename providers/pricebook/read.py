"""Bytes to a price book. A bad row is listed, never raised; bytes that are no price book are raised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from providers.accelerators import reference_table
from providers.errors import PriceFileError
from providers.offers import InvalidOffer, Offer
from providers.pricebook.book import PriceBook
from providers.pricebook.columns import COLUMNS, PATTERNS, PLACES, REQUIRED
from providers.pricebook.rule import Discount, Rate, Rule
from providers.pricefile import RefusedRow
from providers.pricefile.cells import BadCell
from providers.pricefile.decode import decode
from providers.pricefile.read import rows_with_lines
from providers.text import did_you_mean, nearest, shown
from providers.tiers import clash, marked

MAX_RULES = 5000
_ONLY_OFFERS = frozenset(COLUMNS) - {
    *PATTERNS,
    *("term_months", "payment", "price_per_hour", "currency", "upfront", "discount_fraction"),
    *("valid_from", "valid_until", "observed_at", "source_url", "note", "min_quantity"),
}
"""Columns that describe a machine: they say nothing in a row about several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFile:
    """A price book and the rows of it that are none."""

    book: PriceBook
    refused: tuple[RefusedRow, ...]
    rows: int


class _Refused(Exception):
    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(field)
        self.field, self.value, self.reason = field, value, reason


def read_price_book(data: bytes, *, source: str, name: str, agreed_at: datetime | None = None) -> BookFile:
    """Rates and discounts of a CSV file, in the columns of a price file and those of a price book.

    A row with a discount, or with `*` in it, is about all offers that match; any other is one offer. Prices
    whose row does not say when they were observed are of `agreed_at`. Raises PriceFileError for bytes that
    are no price book.
    """
    lines = rows_with_lines(decode(data, source=source), source)
    first, header = next(lines, (1, []))
    columns = _columns(header, f"{source}: line {first}")
    rules: list[Rule] = []
    offers: dict[str, list[tuple[Offer, Rule]]] = {}  # by id, volume tiers of one together
    refused: list[RefusedRow] = []
    rows = 0
    for line, cells in lines:
        rows += 1
        try:
            rule, offer = _row(line, cells, columns, agreed_at)
            if offer is None:
                rules.append(rule)
            else:
                _beside(offer, offers.get(offer.offer_id, []))
                offers.setdefault(offer.offer_id, []).append((offer, rule))
        except _Refused as bad:
            refused.append(RefusedRow(line=line, field=bad.field, value=shown(bad.value), reason=bad.reason))
    if len(rules) > MAX_RULES:
        raise PriceFileError(
            f"{source}: {len(rules):,} rows with wildcards; at most {MAX_RULES:,} are weighed"
        )
    book = PriceBook(name=name, rules=tuple(rules), offers=_with_names(offers.values()))
    return BookFile(book=book, refused=tuple(refused), rows=rows)


def _beside(offer: Offer, others: Iterable[tuple[Offer, Rule]]) -> None:
    """Refuse a further row of an offer that is no volume tier of it."""
    for other, rule in others:
        if fault := clash(offer, other, rule.line):
            raise _Refused(fault.field, fault.value, fault.reason)


def _with_names(offers: Iterable[Sequence[tuple[Offer, Rule]]]) -> tuple[tuple[Offer, Rule], ...]:
    """All offers, volume tiers with names of their own."""
    found: list[tuple[Offer, Rule]] = []
    for several in offers:
        tiers = marked([offer for offer, _ in several])
        found += ((tier, rule) for tier, (_, rule) in zip(tiers, several, strict=True))
    return tuple(found)


def _columns(header: Sequence[str], where: str) -> list[str]:
    names = [name.strip() for name in header]
    for name in names:
        if name not in COLUMNS:
            hint = did_you_mean(nearest(name, COLUMNS, limit=1))
            raise PriceFileError(f"{where}: unknown column {shown(name) or '(empty)'}{hint}")
        if names.count(name) > 1:
            raise PriceFileError(f"{where}: {name}: column occurs more than once")
    missing = [name for name in REQUIRED if name not in names]
    if missing or not {"discount_fraction", "price_per_hour"} & set(names):
        absent = missing or ["price_per_hour or discount_fraction"]
        raise PriceFileError(
            f"{where}: missing column {', '.join(absent)}; a price book has {', '.join(REQUIRED)} "
            "and price_per_hour with currency, or discount_fraction, or both"
        )
    return names


def _row(
    line: int, cells: Sequence[str], columns: Sequence[str], agreed_at: datetime | None
) -> tuple[Rule, Offer | None]:
    if len(cells) != len(columns):
        raise _Refused("row", cells[0], f"has {len(cells)} cells; must have {len(columns)}, as the header")
    written = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}
    for name in PLACES:
        if name not in written:
            raise _Refused(name, "", "must not be empty; write * for any")
    patterns = {name: written[name] for name in PATTERNS if "*" in written.get(name, "")}
    values = {name: _value(name, cell) for name, cell in written.items() if name not in patterns}
    _consistent(written)
    if "discount_fraction" not in written and not patterns:
        return _one_offer(line, written, values, agreed_at)
    for name in sorted(_ONLY_OFFERS & set(written)):
        raise _Refused(name, written[name], "says nothing in a row about several offers; leave it empty")
    term: Discount | Rate
    if "discount_fraction" in values:
        term = Discount(fraction=values["discount_fraction"])
    else:
        term = _rate(values, agreed_at)
    return _rule(line, written, values, term), None


def _value(name: str, cell: str) -> Any:
    try:
        return COLUMNS[name](cell)
    except BadCell as bad:
        raise _Refused(name, cell, bad.worded()) from None


def _consistent(written: Mapping[str, str]) -> None:
    if "discount_fraction" in written:
        for name in ("price_per_hour", "currency", "upfront"):
            if name in written:
                raise _Refused(name, written[name], "a row has a price or a discount_fraction, not both")
        return
    for name in ("price_per_hour", "currency"):
        if name not in written:
            raise _Refused(name, "", "must not be empty in a row without discount_fraction")


def _one_offer(
    line: int, written: Mapping[str, str], values: dict[str, Any], agreed_at: datetime | None
) -> tuple[Rule, Offer]:
    if "country" not in values:
        raise _Refused("country", "", "must not be empty in a row about one offer")
    given = {name: value for name, value in values.items() if not name.startswith("valid_")}
    given.setdefault("observed_at", agreed_at)
    if "accelerator" in given:
        name = given["accelerator"]
        given["accelerator"] = (
            reference_table().canonical_name(name, given.get("accelerator_memory_gib")) or name
        )
    try:
        offer = Offer(**given)
    except InvalidOffer as invalid:
        raise _Refused(invalid.field, written.get(invalid.field, ""), invalid.reason) from None
    return _rule(line, written, values, _rate(values, agreed_at)), offer


def _rate(values: Mapping[str, Any], agreed_at: datetime | None) -> Rate:
    price = values["price_per_hour"]
    if not price > 0 and not values.get("upfront"):
        raise _Refused("price_per_hour", str(price), "must be above 0")
    return Rate(
        price_per_hour=price,
        currency=values["currency"],
        upfront=values.get("upfront"),
        observed_at=values.get("observed_at", agreed_at),
    )


def _rule(line: int, written: Mapping[str, str], values: Mapping[str, Any], term: Discount | Rate) -> Rule:
    valid_from: date | None = values.get("valid_from")
    valid_until: date | None = values.get("valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        raise _Refused("valid_until", written["valid_until"], f"must be {valid_from} or later")
    given = {name: written[name] for name in PATTERNS if name in written}
    for name in ("provider", "region", "instance_type", "zone", "country", "accelerator"):
        if name in values:  # as it is compared: canonical names, capitals of countries
            given[name] = str(values[name])
    accelerator = values.get("accelerator")
    if accelerator is not None:
        given["accelerator"] = reference_table().canonical_name(accelerator, None) or accelerator
    if "purchase" in values:
        given["purchase"] = values["purchase"].value
    return Rule(
        line=line,
        patterns={name: text.casefold() for name, text in given.items() if text != "*"},
        term_months=values.get("term_months"),
        payment=values.get("payment"),
        valid_from=valid_from,
        valid_until=valid_until,
        term=term,
        min_quantity=max(1, values.get("min_quantity") or 0),
    )
