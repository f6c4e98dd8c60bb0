"""The console's price table as CSV: recognised, and refused, because it names no regions."""

import csv
import io

from providers.base import Refused

_SURE = {"sku id", "sku description"}


def refused_console_table(name: str, text: str) -> Refused | None:
    """The refusal of a table downloaded from the console's pricing page; None for anything else.

    Its rows say where a price holds only in the description ("running in Americas"), and such an area is
    several regions, which differ by SKU. The same prices come with regions from the Cloud Billing Catalog.
    """
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return None
    lines = text.splitlines()
    for number, line in enumerate(lines[:20]):  # the console writes some lines about the account first
        cells = {cell.strip().casefold() for cell in next(csv.reader(io.StringIO(line)), [])}
        if cells >= _SURE:
            rows = sum(1 for rest in lines[number + 1 :] if rest.strip())
            return Refused(
                where=f"{name} rows 1 to {rows:,}",
                reason="the console's price table names areas (Americas), not regions: take the Cloud "
                "Billing Catalog (services.skus.list) or the BigQuery pricing export instead",
            )
    return None
