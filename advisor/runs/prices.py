"""The prices that runs and sweeps were started with."""

from advisor.books.queries import book_of
from advisor.models import CatalogueVersion, Run, Sweep
from advisor.planning.prices import Prices, prices_from_ledger, with_book


def prices_of(asked: Run | Sweep) -> Prices:
    """By the version and not by the clock: a publication may have been under way when it was started."""
    version = CatalogueVersion.objects.get(number=asked.catalogue_version)
    prices = prices_from_ledger(version.published_at, known_at=asked.as_of)
    if asked.price_book is not None:
        prices = with_book(prices, book_of(asked.price_book), asked.as_of.date(), asked.price_book.number)
    return prices
