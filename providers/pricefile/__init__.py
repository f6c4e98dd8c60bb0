"""Price files: CSV in the columns of contract.md, in and out."""

from providers.pricefile.columns import COLUMNS, REQUIRED
from providers.pricefile.decode import MAX_BYTES
from providers.pricefile.read import PriceFile, read_price_file
from providers.pricefile.rows import MAX_REFUSED_IN_DETAIL, RefusedRow
from providers.pricefile.write import write_price_file

__all__ = [
    "COLUMNS",
    "MAX_BYTES",
    "MAX_REFUSED_IN_DETAIL",
    "REQUIRED",
    "PriceFile",
    "RefusedRow",
    "read_price_file",
    "write_price_file",
]
