"""Price files as they come from a person: read whole or refused whole."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from advisor.catalog.queries import Catalogue
from advisor.catalog.stock import Stock
from advisor.catalog.words import count
from advisor.errors import BadInput
from providers.errors import PriceFileError
from providers.offers import Offer
from providers.pricefile import MAX_BYTES, PriceFile, read_price_file

CLOCKS_APART = timedelta(hours=24)
"""How far after now a price may have been observed: clocks and time zones of sources differ."""

_SHOWN = 20  # refused rows listed before "and N more"


def read_file(path: Path, *, now: datetime, skip_bad_rows: bool = False, advice: str = "") -> PriceFile:
    """One price file. Raises BadInput naming every refused row, and then `advice`, unless `skip_bad_rows`.

    A row observed more than a day after `now` is refused: it would pass for fresh until then.
    """
    data = bytes_of(path)
    try:
        prices = read_price_file(data, source=str(path), latest=now + CLOCKS_APART)
    except PriceFileError as error:
        raise BadInput(str(error)) from error
    if prices.refused and not skip_bad_rows:
        raise BadInput(
            f"{path}: {prices.refused_count} of {prices.rows} rows are refused; nothing was taken.",
            [*refused_lines(prices), *([advice] if advice else [])],
        )
    if not prices.offers:
        raise BadInput(f"{path}: holds no usable row", refused_lines(prices))
    return prices


def bytes_of(path: Path, *, most: int | None = None) -> bytes:
    """All of a regular file up to `most` bytes, by default one more than a price file may have.

    A device might never end, and is refused.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise BadInput(f"{path}: cannot be read: is a device or a pipe; name a file of prices")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1 if most is None else most)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: cannot be read: {reason}") from error


def refused_lines(prices: PriceFile) -> list[str]:
    """One line per refused row: line number, field, value, reason."""
    lines = [f"line {row.line}, {row.field}: {row.value!r}: {row.reason}" for row in prices.refused[:_SHOWN]]
    if prices.refused_count > len(lines):
        lines.append(f"and {prices.refused_count - len(lines)} more")
    return lines


def catalogue_from_files(
    paths: Sequence[Path], *, now: datetime | None = None, as_of: datetime | None = None
) -> Catalogue:
    """A catalogue of exactly these files, without a database. An offer given twice is refused.

    With `as_of` it is what was known then: offers observed later are left out and counted. Without, its own
    `as_of` is the newest observation in the files, or `now` when no row says when it was observed.
    """
    now = now or datetime.now(UTC)
    offers: dict[str, Offer] = {}
    later: list[datetime] = []
    for path in paths:
        for offer in read_file(path, now=now).offers:
            if as_of is not None and offer.observed_at is not None and offer.observed_at > as_of:
                later.append(offer.observed_at)
                continue
            if offer.offer_id in offers:
                raise BadInput(
                    f"{path}: {offer.offer_id}: given by an earlier file too; one offer has one price"
                )
            offers[offer.offer_id] = offer
    if as_of is not None and later and not offers:
        raise BadInput(
            f"--as-of {as_of:%Y-%m-%dT%H:%M}: every price of the files was observed later, the first on "
            f"{min(later):%Y-%m-%dT%H:%M} UTC; write that moment or one after it"
        )
    observed = [offer.observed_at for offer in offers.values() if offer.observed_at]
    return Catalogue(
        as_of=as_of or max(observed, default=now),
        version=0,
        offers=tuple(offers[key] for key in sorted(offers)),
        observed_later=len(later),
    )


def later_words(catalogue: Stock) -> str:
    """What `--as-of` left out of price files; empty where nothing was."""
    number = catalogue.observed_later
    if not number:
        return ""
    return (
        f"{count(number, 'offer')} left out: observed after {catalogue.as_of:%Y-%m-%d %H:%M} UTC (--as-of)."
    )
