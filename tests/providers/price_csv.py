"""Price files for tests: a good row by default, single cells changed by name."""

import csv
import io
from decimal import Decimal

from providers.accelerators import Accelerator, AcceleratorTable
from providers.pricefile import PriceFile, RefusedRow, read_price_file

GOOD = {
    "provider": "aws",
    "region": "eu-central-1",
    "country": "DE",
    "instance_type": "p5.48xlarge",
    "purchase": "on_demand",
    "price_per_hour": "55.04",
    "currency": "USD",
}


def price_csv(*changes: dict[str, str]) -> bytes:
    """A price file with one row per dict of changed or added cells."""
    rows = [GOOD | change for change in changes]
    columns = list(dict.fromkeys(name for row in rows for name in row)) or list(GOOD)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read(data: bytes, *, accelerators: AcceleratorTable | None = None) -> PriceFile:
    """The price file read under the name prices.csv."""
    return read_price_file(data, source="prices.csv", accelerators=accelerators)


def refusal(**cells: str) -> RefusedRow:
    """The one refusal of a file whose only row has these cells changed."""
    price_file = read(price_csv(cells))
    assert price_file.offers == ()
    (refused,) = price_file.refused
    return refused


def accelerator(name: str, family: str, memory_gib: int | None, *aliases: str) -> Accelerator:
    """An accelerator of which only name, family, memory and aliases matter."""
    return Accelerator(
        name=name,
        family=family,
        vendor="NVIDIA",
        kind="gpu",
        memory_gib=None if memory_gib is None else Decimal(memory_gib),
        bf16_tflops=None,
        fp8_tflops=None,
        memory_bandwidth_gb_per_s=None,
        tdp_w=None,
        interconnect=None,
        aliases=aliases,
        source_url="https://example.com",
    )
