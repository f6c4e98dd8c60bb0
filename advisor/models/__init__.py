"""Everything that is stored."""

from advisor.models.catalog import CatalogueVersion, OfferRow
from advisor.models.planning import Recommendation

__all__ = ["CatalogueVersion", "OfferRow", "Recommendation"]
