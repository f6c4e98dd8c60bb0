"""`python -m tests.bench.real_files FOLDER`: recorded replies of providers, parsed and timed.

Files are named after their provider (`aws_...`, `azure_...`); `make bench REPLIES=FOLDER` takes them along.
Times are of the processor.
"""

import sys
import time
from pathlib import Path

from providers.base import Document, Refused
from providers.errors import ProviderError
from providers.registry import SOURCES, source_class

MOST_SECONDS_PER_10_MB = 10.0


def main() -> int:
    folder = Path(sys.argv[1])
    slow = 0
    for name in SOURCES:
        files = sorted(path for path in folder.iterdir() if path.name.startswith(f"{name}_"))
        if files:
            slow += not _held(name, files)
    return 1 if slow else 0


def _held(name: str, files: list[Path]) -> bool:
    """All files of a provider together, as one refresh would read them."""
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    begin = time.process_time()
    try:
        found = list(source_class(name).parse([Document.of_file(path) for path in files]))
    except ProviderError as error:
        print(f"       -    {name}: {error}")
        return False
    seconds = time.process_time() - begin
    refused = sum(isinstance(one, Refused) for one in found)
    held = seconds <= MOST_SECONDS_PER_10_MB * max(1.0, megabytes / 10)
    print(
        f"{seconds:7.2f} s  {len(files)} recorded replies of {name}, {megabytes:.1f} MB: "
        f"{len(found) - refused:,} offers, {refused:,} refused: {'held' if held else 'TOO SLOW'}"
    )
    return held


if __name__ == "__main__":
    sys.exit(main())
