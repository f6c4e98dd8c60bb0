"""`python -m tests.bench.aws_offer_file [GIGABYTES]`: time and peak memory of reading a price list of AWS.

The file is generated in the temporary folder, in the shape and the proportions of the real one: three
products of four are none we take, and most text is in attributes and terms that are not read.
"""

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from providers.aws.source import AwsSource
from providers.base import Document
from providers.offers import Offer
from providers.places import REGIONS
from tests.processes import ROOT
from tests.providers.aws_replies import PUBLISHED, dimension, product, reserved, term

MOST_MIB = 300
_SYSTEMS = ("Linux", "Windows", "RHEL", "SUSE")
_OPTIONS = (("0.03", "280", "Partial Upfront"), ("0.06", None, "No Upfront"), ("0", "549", "All Upfront"))


def products(count: int) -> Iterator[tuple[str, str]]:
    """SKU and product; every fourth a Linux machine, each of another name or region."""
    regions = sorted(region for provider, region in REGIONS if provider == "aws")
    unread = {f"unreadAttribute{number}": f"some value of no interest {number}" for number in range(20)}
    usual = product(
        "@sku@", instanceType="@machine@", regionCode="@region@", operatingSystem="@os@", **unread
    )
    written = json.dumps(usual, indent=2)
    for number in range(count):
        machine, region = divmod(number // 4, len(regions))
        changed = {
            "@sku@": f"SKU{number:013}",
            "@machine@": f"m{machine % 90 + 10}x{machine // 90}.large",
            "@region@": regions[region],
            "@os@": _SYSTEMS[number % 4],
        }
        text = written
        for mark, value in changed.items():
            text = text.replace(mark, value)
        yield changed["@sku@"], text


def on_demand() -> str:
    terms = {"@sku@.t": term(dimension("0.107", description="$0.107 per On Demand Linux Instance Hour"))}
    return json.dumps(terms, indent=2)


def reservations() -> str:
    """Twelve terms, as AWS has for most machines."""
    terms = {
        f"@sku@.{years}{kind}{option}": reserved(hourly, upfront, option=option, years=years, kind=kind)
        for years in (1, 3)
        for kind in ("standard", "convertible")
        for hourly, upfront, option in _OPTIONS
    }
    return json.dumps(terms, indent=2)


def generate(path: Path, count: int) -> None:
    """Write an offer file of `count` products, about 4 kB each on average with their terms."""
    skus = [f"SKU{number:013}" for number in range(count)]
    with path.open("w", encoding="utf-8") as file:
        head = {"formatVersion": "v1.0", "offerCode": "AmazonEC2", "publicationDate": PUBLISHED}
        file.write(json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "products": ')
        _write_map(file, products(count))
        for name, terms, some in (
            ('"terms": {"OnDemand"', on_demand(), skus),
            ('"Reserved"', reservations(), skus[::4]),
        ):
            file.write(f",\n{name}: ")
            _write_map(file, ((sku, terms.replace("@sku@", sku)) for sku in some))
        file.write("}}\n")


def _write_map(file: TextIO, entries: Iterable[tuple[str, str]]) -> None:
    for number, (key, text) in enumerate(entries):
        file.write(("," if number else "{") + f'\n"{key}": {text}')
    file.write("}")


def peak_kib() -> int:
    """Peak memory of this process alone: getrusage on Linux knows that of the one that started it as well."""
    status = Path("/proc/self/status")
    stated = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    return int(stated[1]) if stated else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def read(path: Path) -> str:
    """Read the file once; counts, seconds and the peak memory of this process, as JSON."""
    begin = time.perf_counter()
    counted = Counter(isinstance(one, Offer) for one in AwsSource.parse([Document.of_file(path)]))
    return json.dumps(
        {
            "offers": counted[True],
            "refused": counted[False],
            "seconds": round(time.perf_counter() - begin, 1),
            "peak_mib": peak_kib() // 1024,
        }
    )


def read_in_process(path: Path) -> dict[str, float]:
    """`read` in a process of its own, so that the peak is the reading's alone."""
    words = [sys.executable, "-m", "tests.bench.aws_offer_file", "--read", str(path)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(words: list[str]) -> int:
    if words[:1] == ["--read"]:
        print(read(Path(words[1])))
        return 0
    gigabytes = float(words[0]) if words else 2.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.json"
        generate(path, 1000)
        count = int(gigabytes * 10**9 / path.stat().st_size * 1000)
        generate(path, count)
        size = path.stat().st_size
        found = read_in_process(path)
    print(f"{size / 10**9:.2f} GB, {count:,} products: {found}")
    return int(found["peak_mib"] > MOST_MIB)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
