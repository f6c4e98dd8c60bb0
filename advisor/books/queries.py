"""Reads of price books, each within one organisation."""

from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet

from advisor.errors import NotFound
from advisor.models import Organisation, PriceBookVersion
from providers.pricebook import PriceBook, read_price_book


def versions_of(organisation: Organisation) -> QuerySet[PriceBookVersion]:
    """All versions, the newest first, without their texts."""
    return organisation.price_books.select_related("created_by").defer("text").order_by("-number")


def newest_of(organisation: Organisation, as_of: datetime | None = None) -> PriceBookVersion | None:
    """The newest version at a moment (None: now), which may say that there is no book any more."""
    found = organisation.price_books.order_by("-number")
    return (found if as_of is None else found.filter(created_at__lte=as_of)).first()


def in_force(organisation: Organisation | None, as_of: datetime | None = None) -> PriceBookVersion | None:
    """The version whose prices count at a moment; None where list prices do."""
    newest = None if organisation is None else newest_of(organisation, as_of)
    return newest if newest is not None and newest.text else None


def version_of(organisation: Organisation, number: int) -> PriceBookVersion:
    """One version with its text. Raises NotFound."""
    found = organisation.price_books.filter(number=number).first()
    if found is None:
        raise NotFound("There is no such version of the price book.")
    return found


def book_of(version: PriceBookVersion) -> PriceBook:
    """What a version says. Prices whose row gives no date are as old as the version."""
    return _read(version.pk, version.name, version.text, version.created_at)


@lru_cache(maxsize=32)
def _read(_key: int, name: str, text: str, agreed_at: datetime) -> PriceBook:
    return read_price_book(text.encode(), source=name, name=name, agreed_at=agreed_at).book
