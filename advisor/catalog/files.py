"""Price files as they come from a person: read whole or refused whole."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from advisor.catalog.queries import Catalogue
from advisor.errors import BadInput
from providers.errors import PriceFileError
from providers.offers import Offer
from providers.pricefile import PriceFile, read_price_file

_SHOWN = 20  # refused rows listed before "and N more"


def read_file(path: Path, *, skip_bad_rows: bool = False) -> PriceFile:
    """One price file. Raises BadInput naming every refused row unless `skip_bad_rows`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    try:
        prices = read_price_file(data, source=str(path))
    except PriceFileError as error:
        raise BadInput(str(error)) from error
    if prices.refused and not skip_bad_rows:
        raise BadInput(
            f"{path}: {prices.refused_count} of {prices.rows} rows are refused; nothing was taken.",
            [*refused_lines(prices), "`--skip-bad-rows` takes the other rows."],
        )
    if not prices.offers:
        raise BadInput(f"{path}: holds no usable row", refused_lines(prices))
    return prices


def refused_lines(prices: PriceFile) -> list[str]:
    """One line per refused row: line number, field, value, reason."""
    lines = [f"line {row.line}, {row.field}: {row.value!r}: {row.reason}" for row in prices.refused[:_SHOWN]]
    if prices.refused_count > len(lines):
        lines.append(f"and {prices.refused_count - len(lines)} more")
    return lines


def catalogue_from_files(paths: Sequence[Path], *, now: datetime | None = None) -> Catalogue:
    """A catalogue of exactly these files, without a database. An offer given twice is refused.

    `as_of` is the newest observation in the files, or `now` when no row says when it was observed.
    """
    offers: dict[str, Offer] = {}
    for path in paths:
        for offer in read_file(path).offers:
            if offer.offer_id in offers:
                raise BadInput(
                    f"{path}: {offer.offer_id}: given by an earlier file too; one offer has one price"
                )
            offers[offer.offer_id] = offer
    observed = [offer.observed_at for offer in offers.values() if offer.observed_at]
    as_of = max(observed) if observed else now or datetime.now(UTC)
    return Catalogue(as_of=as_of, version=0, offers=tuple(offers[key] for key in sorted(offers)))
