"""Retail prices from the public REST API: region by region, page by page, each page a file."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from providers.azure.parse import API_VERSION
from providers.base import Document
from providers.errors import SourceFormatChanged, SourceRefused, SourceUnavailable
from providers.http import Door

MOST_PAGE_BYTES = 32 * 1024**2  # a page has 1,000 items at most, which is about 1 MB
MOST_PAGES = 200  # of one region; the largest has about 20
_REGION = re.compile(r"[a-z][a-z0-9]{1,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetailPages:
    """How to ask. A page of an interrupted fetch is used again while it is younger than `resume_within`."""

    door: Door
    url: str
    currency: str
    clock: Callable[[], datetime]
    resume_within: timedelta

    def of_region(self, region: str, folder: Path) -> Iterator[Document]:
        """The region's pages, following their links. Raises ProviderError only."""
        link, seen, rows = self._first(region), set[str](), 0
        for number in range(1, MOST_PAGES + 1):
            seen.add(link)
            name = f"azure-retail-{region}-{self.currency}-{number:04}.json"
            path, page = self._page(link, folder / name)
            rows += len(page["Items"])
            received = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
            yield Document.of_file(path, received_at=received)
            following = page.get("NextPageLink")
            if not following:
                if not rows:
                    raise SourceFormatChanged(f"Azure lists no prices at all for region {region}")
                return
            link = self._checked(following, seen, name)
        raise SourceFormatChanged(f"Azure's prices for {region} have more than {MOST_PAGES} pages")

    def _first(self, region: str) -> str:
        if not _REGION.fullmatch(region):
            raise SourceRefused("a region of Azure must be such as westeurope")
        if not _CURRENCY.fullmatch(self.currency):
            raise SourceRefused("the currency must be an ISO 4217 code such as USD")
        asked = {
            "api-version": API_VERSION,
            "currencyCode": f"'{self.currency}'",
            "$filter": f"serviceName eq 'Virtual Machines' and armRegionName eq '{region}'",
        }
        return f"{self.url}?" + urlencode(asked, quote_via=quote, safe="$'")

    def _page(self, link: str, path: Path) -> tuple[Path, dict[str, Any]]:
        oldest = (self.clock() - self.resume_within).timestamp()
        if path.is_file() and path.stat().st_mtime >= oldest:
            try:
                return path, _checked_page(path.read_bytes(), path.name)
            except SourceFormatChanged:
                path.unlink()  # half written by what was interrupted: asked for again
        body = self.door.get_bytes(link, most_bytes=MOST_PAGE_BYTES)
        page = _checked_page(body, path.name)
        try:
            path.write_bytes(body)
        except OSError as error:
            raise SourceUnavailable(f"{path.name}: cannot be written: {error.strerror}") from None
        return path, page

    def _checked(self, link: Any, seen: set[str], name: str) -> str:
        """The link to the next page: to the same server, and not one asked before."""
        if not isinstance(link, str) or _server(link) != _server(self.url):
            raise SourceFormatChanged(f"{name}: its next page is on another server; that is not followed")
        if link in seen:
            raise SourceFormatChanged(f"{name}: its next page is one that came before")
        return link


def _server(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; Azure writes its links with :443."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None


def _checked_page(body: bytes, name: str) -> dict[str, Any]:
    try:
        page = json.loads(body)
    except (ValueError, RecursionError):
        raise SourceFormatChanged(f"{name}: no complete JSON") from None
    if not isinstance(page, dict) or not isinstance(page.get("Items"), list):
        raise SourceFormatChanged(f"{name}: no page of retail prices: it has no list Items")
    return page
