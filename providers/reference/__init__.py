"""The price list shipped with the code: every offers*.csv of this folder, as one price file."""

from functools import cache
from pathlib import Path

from providers.errors import ReferenceDataError
from providers.offers import Offer
from providers.pricefile import PriceFile, read_price_file
from providers.tables import REFERENCE


@cache
def load() -> PriceFile:
    """All embedded offers, sorted by offer id, read once; raises as `load_from` does."""
    return load_from(REFERENCE)


def load_from(folder: Path) -> PriceFile:
    """Offers of every offers*.csv in `folder`, sorted by offer id, as one price file.

    The list is ours, so a single refused row, or an offer in two files, raises `ReferenceDataError`
    naming file and line.
    """
    paths = sorted(folder.glob("offers*.csv"))
    if not paths:
        raise ReferenceDataError(f"{folder.name}: no offers*.csv; must hold at least one")
    found: dict[str, tuple[Offer, str]] = {}
    for path in paths:
        price_file = read_price_file(path.read_bytes(), source=path.name)
        if price_file.refused:
            raise ReferenceDataError(
                f"{path.name}: {price_file.refused_count} rows refused, first {price_file.refused[0]}"
            )
        for offer in price_file.offers:
            if offer.key in found:
                raise ReferenceDataError(
                    f"{path.name}: {offer.offer_id} is in {found[offer.key][1]} as well; must occur once"
                )
            found[offer.key] = (offer, path.name)
    offers = tuple(found[key][0] for key in sorted(found))
    return PriceFile(offers=offers, refused=(), rows=len(offers), source="reference")
