"""Public price files, which need no credentials: from the index of a service to its regions' files.

They hold what is on demand, reserved and under Savings Plans, but neither spot prices nor Capacity Blocks.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from providers.aws.places import CHINA
from providers.base import Document
from providers.errors import SourceFormatChanged, SourceUnavailable
from providers.http import Door

PRICE_URL = "https://pricing.us-east-1.amazonaws.com"
CHINA_PRICE_URL = "https://pricing.cn-northwest-1.amazonaws.com.cn"
MOST_INDEX_BYTES = 16 * 1024**2
MOST_FILE_BYTES = 4 * 1024**3  # EC2 in the largest region has about 400 MB
COMPUTE_PLAN = "AWSComputeSavingsPlan"
MACHINE_LEARNING_PLAN = "AWSMachineLearningSavingsPlans"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFiles:
    """How to ask. A file of an interrupted fetch is used again while it is younger than `resume_within`."""

    door: Door
    url: str
    china_url: str
    clock: Callable[[], datetime]
    resume_within: timedelta
    most_bytes: int = MOST_FILE_BYTES

    def of_service(self, service: str, regions: list[str], folder: Path) -> Iterator[Document]:
        """The service's files of the regions, where it has any. Raises ProviderError only."""
        for base, partition, wanted in self._partitions(regions):
            index = self._index(f"{base}/offers/v1.0/{partition}/{service}/current/region_index.json", base)
            listed = index.get("regions")
            if not isinstance(listed, Mapping):
                raise SourceFormatChanged(f"AWS's index of {service} has no regions")
            links = {
                region: entry.get("currentVersionUrl")
                for region, entry in listed.items()
                if isinstance(entry, Mapping)
            }
            yield from self._files(service, base, links, wanted, folder)

    def of_plan(self, plan: str, regions: list[str], folder: Path) -> Iterator[Document]:
        """The Savings Plan's files of the regions. Raises ProviderError only."""
        for base, partition, wanted in self._partitions(regions):
            if partition != "aws":
                continue  # the index of China's is not known to us
            path = f"{base}/savingsPlan/v1.0/{partition}/{plan}/current/region_index.json"
            listed = self._index(path, base).get("regions")
            if not isinstance(listed, list):
                raise SourceFormatChanged(f"AWS's index of {plan} has no regions")
            entries = [entry for entry in listed if isinstance(entry, Mapping)]
            links = {str(entry.get("regionCode")): entry.get("versionUrl") for entry in entries}
            yield from self._files(plan, base, links, wanted, folder)

    def _partitions(self, regions: list[str]) -> Iterator[tuple[str, str, list[str]]]:
        chinese = [region for region in regions if region.startswith(CHINA)]
        others = [region for region in regions if region not in chinese]
        if others:
            yield self.url, "aws", others
        if chinese:
            yield self.china_url, "cn", chinese

    def _index(self, url: str, base: str) -> Mapping[str, Any]:
        body = self.door.get_bytes(url, most_bytes=MOST_INDEX_BYTES)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise SourceFormatChanged(f"{urlsplit(url).path}: no complete JSON") from None
        if not isinstance(found, Mapping):
            raise SourceFormatChanged(f"{urlsplit(url).path}: no index of price files of {base}")
        return found

    def _files(
        self, name: str, base: str, links: Mapping[str, Any], wanted: list[str], folder: Path
    ) -> Iterator[Document]:
        """Not every service is in every region; that none is in any is another index than we know."""
        found = 0
        for region in wanted:
            if region not in links:
                continue
            found += 1
            path = folder / f"aws-{name}-{region}.json"
            self._file(_checked(base, links[region], name), path)
            received = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
            yield Document.of_file(path, received_at=received)
        if not found:
            raise SourceFormatChanged(f"AWS's index of {name} has none of the regions asked for")

    def _file(self, url: str, path: Path) -> None:
        oldest = (self.clock() - self.resume_within).timestamp()
        try:
            if path.is_file() and path.stat().st_mtime >= oldest:
                return  # the door lets a file appear only when it is complete
        except OSError as error:
            raise SourceUnavailable(f"{path.name}: cannot be read: {error.strerror}") from None
        self.door.get_to_file(url, path, most_bytes=self.most_bytes)


def _checked(base: str, link: Any, name: str) -> str:
    """The link to a price file, on the same server as its index."""
    found = urljoin(f"{base}/", link) if isinstance(link, str) else ""
    if urlsplit(found)[:2] != urlsplit(base)[:2]:
        raise SourceFormatChanged(f"AWS's index of {name}: its files are on another server")
    return found
