"""The prices a plan is answered with: exactly the files that were named, or the ledger at a moment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from advisor.books.pricing import booked_stock
from advisor.catalog.column_stock import stock
from advisor.catalog.files import catalogue_from_files
from advisor.catalog.stock import Stock
from advisor.errors import BadInput
from providers.pricebook import PriceBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A catalogue and the name of its version in results: a number, or a digest of the files; with a price
    book its number, or its name, behind a plus."""

    catalogue: Stock
    version: str


def prices_from_files(paths: Sequence[Path], *, as_of: datetime | None = None) -> Prices:
    """Exactly the offers of these files (with `as_of` those observed by then), without a database.

    Raises BadInput for a file that is refused.
    """
    catalogue = catalogue_from_files(paths, as_of=as_of)
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    return Prices(catalogue=catalogue, version=f"files:{digest.hexdigest()[:16]}")


def prices_from_ledger(as_of: datetime | None, *, known_at: datetime | None = None) -> Prices:
    """The ledger at a moment, None for its newest version; see `stock`. Raises CatalogueEmpty."""
    catalogue = stock(as_of, known_at=known_at)
    return Prices(catalogue=catalogue, version=str(catalogue.version))


def with_book(prices: Prices, book: PriceBook, on: date, number: int | None = None) -> Prices:
    """The same at the prices of a book on a day; `number` is that of its version, where it has one."""
    name = f"book:{number}" if number is not None else f"book:{book.name}"
    return Prices(catalogue=booked_stock(prices.catalogue, book, on), version=f"{prices.version}+{name}")
