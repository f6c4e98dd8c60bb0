"""Taking a price book in, and doing without one again."""

import hashlib
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import transaction

from advisor.books.queries import newest_of
from advisor.errors import BadInput
from advisor.models import Organisation, PriceBookVersion
from providers.errors import PriceFileError
from providers.pricebook import BookFile, read_price_book
from providers.pricefile import RefusedRow

MOST_BYTES = 2 * 2**20
_MOST_TOLD = 50


class BookRefused(BadInput):
    """Rows of the file are no prices; nothing was taken. `rows` says which and why."""

    code = "price_rows_refused"

    def __init__(self, read: BookFile) -> None:
        told = [str(row) for row in read.refused[:_MOST_TOLD]]
        if len(read.refused) > _MOST_TOLD:
            told.append(f"... and {len(read.refused) - _MOST_TOLD} more")
        super().__init__(
            f"{len(read.refused)} of {read.rows} rows are refused; nothing was taken.", told, field="file"
        )
        self.rows: tuple[RefusedRow, ...] = read.refused


def save_book(
    *, organisation: Organisation, user: User | None, name: str, data: bytes, skip_bad_rows: bool = False
) -> PriceBookVersion:
    """The newest version of the organisation's book: this file, in place of the whole one before.

    Raises BadInput for what is no price book, BookRefused for bad rows unless they are skipped.
    """
    name = name.strip()[:200] or "price book"
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: has {len(data):,} bytes; at most {MOST_BYTES:,} are read", field="file")
    try:
        read = read_price_book(data, source=name, name=name)
    except PriceFileError as error:
        raise BadInput(str(error), field="file") from error
    used = len(read.book.rules) + len(read.book.offers)
    if read.refused and not (skip_bad_rows and used):
        raise BookRefused(read)
    if not used:
        raise BadInput(f"{name}: holds no row", field="file")
    text = data.decode("utf-8-sig")
    return _next(organisation, user, name, text, rows=used, refused_rows=len(read.refused))


def remove_book(*, organisation: Organisation, user: User | None) -> PriceBookVersion | None:
    """List prices again, from now on; None where there was no book. Runs keep the version they began with."""
    newest = newest_of(organisation)
    if newest is None or not newest.text:
        return None
    return _next(organisation, user, newest.name, "", rows=0, refused_rows=0)


def _next(
    organisation: Organisation, user: User | None, name: str, text: str, *, rows: int, refused_rows: int
) -> PriceBookVersion:
    with transaction.atomic():
        # one at a time for an organisation: its row is locked where the database knows such locks
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        newest = newest_of(organisation)
        return PriceBookVersion.objects.create(
            organisation=organisation,
            number=newest.number + 1 if newest else 1,
            name=name,
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            rows=rows,
            refused_rows=refused_rows,
            created_by=user,
            created_at=datetime.now(UTC),
        )
