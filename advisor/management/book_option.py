"""`--price-book FILE`: agreed prices instead of list prices."""

from pathlib import Path

from advisor.errors import BadInput
from providers.errors import PriceFileError
from providers.pricebook import PriceBook, read_price_book

_MOST_TOLD = 20


def price_book(name: str | None) -> PriceBook | None:
    """The book of a file, taken whole or not at all; None where none was named."""
    if not name:
        return None
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise BadInput(f"{name}: cannot be read: {error.strerror}") from error
    try:
        read = read_price_book(data, source=name, name=Path(name).name)
    except PriceFileError as error:
        raise BadInput(str(error)) from error
    if read.refused:
        told = [f"{name}: {row}" for row in read.refused[:_MOST_TOLD]]
        raise BadInput(f"{name}: {len(read.refused)} of {read.rows} rows are refused", told)
    return read.book
