"""A listing as the rows of a page: the columns of the terminal, with links, orders and marks."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from advisor.catalog.pricing import Priced
from advisor.catalog.search import Line, Listing
from advisor.catalog.table import Column, columns_of, state_words
from advisor.catalog.words import MISSING, age
from advisor.web.offer_query import Question
from providers.offers import PriceState

_SORTS = {
    "provider": "provider",
    "region": "region",
    "instance": "instance",
    "accelerators": "accelerators",
    "GiB each": "memory",
    "age": "age",
}
_SECONDARY = ("country", "GiB each", "on demand", "spot", "1 year", "3 years", "state")
_PLAIN = (PriceState.LISTED, PriceState.STALE)  # the badge of the age says that a price is stale
SORT_WORDS = (
    ("price", "price, lowest first"),
    ("-price", "price, highest first"),
    ("per_accelerator", "price per accelerator, lowest first"),
    ("-per_accelerator", "price per accelerator, highest first"),
    ("age", "newest price first"),
    ("-age", "oldest price first"),
    ("-accelerators", "most accelerators first"),
    ("accelerators", "fewest accelerators first"),
    ("-memory", "most memory per accelerator first"),
    ("memory", "least memory per accelerator first"),
    ("provider", "provider"),
    ("-provider", "provider, from the end"),
    ("region", "region"),
    ("-region", "region, from the end"),
    ("instance", "instance"),
    ("-instance", "instance, from the end"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A column's title; `direction` is how the list is sorted by it now, as aria-sort wants it."""

    text: str
    is_figure: bool
    address: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    title: str
    text: str
    is_figure: bool = False
    is_missing: bool = False
    mark: str = ""  # a badge's class: stale prices never look fresh
    address: str = ""
    is_outside: bool = False
    hint: str = ""
    is_secondary: bool = False  # folded away on a phone until it is asked for
    state: str = ""  # under the age, where the column of states has no room


def offer_address(offer_id: str, currency: str = "USD") -> str:
    asked = {"id": offer_id} | ({"currency": currency} if currency != "USD" else {})
    return f"{reverse('offer')}?{urlencode(asked, safe='/@:')}"


def titles(listing: Listing, question: Question) -> list[Title]:
    """Titles that sort lead to the same question in that order; the one in force turns it round."""
    now = listing.request.sort
    found = []
    for column in columns_of(listing):
        sort = _sort_of(column.title, packed=listing.request.pack)
        if not sort:
            found.append(Title(text=column.title, is_figure=column.is_figure))
            continue
        direction = {sort: "ascending", f"-{sort}": "descending"}.get(now, "")
        to = f"-{sort}" if now == sort else sort
        found.append(
            Title(
                text=column.title,
                is_figure=column.is_figure,
                address=question.address(sort=to),
                direction=direction,
            )
        )
    return [*found, Title(text="source", is_figure=False)]


def _sort_of(title: str, *, packed: bool) -> str:
    if title.endswith("/accelerator-h"):
        return "per_accelerator"
    if title.endswith("/h together" if packed else "/instance-h"):
        return "price"
    return _SORTS.get(title, "")


def rows(listing: Listing) -> list[list[Cell]]:
    columns = columns_of(listing)
    own = listing.request.currency.strip().upper()
    return [
        [*(_cell(column, index, line, own) for column in columns), source_cell(line.priced)]
        for index, line in enumerate(listing.lines)
    ]


def _cell(column: Column, index: int, line: Line, own: str) -> Cell:
    text, priced = column.cells[index], line.priced
    is_age = column.title == "age"
    return Cell(
        title=column.title,
        text=text,
        is_figure=column.is_figure,
        is_missing=text == MISSING,
        is_secondary=column.title in _SECONDARY or column.title.endswith("/accelerator-h"),
        mark=age_mark(priced.age_hours, stale=priced.stale) if is_age else "",
        address=offer_address(priced.offer_id, own) if column.title == "instance" else "",
        hint=_hint(line) if is_age else "",
        state=state_words(line) if is_age and (line.ruled or priced.offer.state not in _PLAIN) else "",
    )


def age_mark(hours: Decimal | None, *, stale: bool) -> str:
    """The class of an age's badge; none for a price that can be relied on."""
    if stale:
        return "warn"
    return "unknown" if hours is None else ""


def _hint(line: Line) -> str:
    """When the price was observed, and what a price book made of it."""
    said = seen(line.priced)
    return f"{said}; {line.priced.offer.note}" if line.ruled and line.priced.offer.note else said


def seen(priced: Priced) -> str:
    moment = priced.offer.observed_at
    return f"observed {moment:%Y-%m-%d %H:%M} UTC" if moment else "nobody said when it was observed"


def source_cell(priced: Priced) -> Cell:
    """Where the price was read; only an address of the web becomes a link."""
    url = priced.offer.source_url or ""
    host = web_host(url)
    if not host:
        return Cell(title="source", text=url or MISSING, is_missing=not url, is_secondary=True)
    return Cell(title="source", text=host, address=url, is_outside=True, is_secondary=True)


def web_host(url: str) -> str:
    """`github.com` of an http address, "" of everything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname.removeprefix("www.")


def age_words(priced: Priced) -> str:
    return age(priced.age_hours, stale=priced.stale)
