"""Price books: negotiated rates and discounts that take the place of list prices."""

from providers.pricebook.book import PriceBook, Ruled
from providers.pricebook.columns import COLUMNS, REQUIRED
from providers.pricebook.read import BookFile, read_price_book
from providers.pricebook.rule import Discount, Rate, Rule

__all__ = [
    "COLUMNS",
    "REQUIRED",
    "BookFile",
    "Discount",
    "PriceBook",
    "Rate",
    "Rule",
    "Ruled",
    "read_price_book",
]
