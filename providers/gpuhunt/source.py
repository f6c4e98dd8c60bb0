"""The catalogues gpuhunt publishes, one zip per neo-cloud; no credentials needed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from providers.base import Document, PriceSource, Refused
from providers.errors import SourceFormatChanged, SourceRefused
from providers.gpuhunt.parse import parse
from providers.http import Door
from providers.offers import Offer

CATALOG_URL = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3"
"""As in the gpuhunt package, which a test compares."""

PUBLISHED = ("lambdalabs", "nebius", "runpod", "verda", "cloudrift")
"""Neo-clouds with a published catalogue; the others gpuhunt asks live, with the user's own keys."""

MOST_BYTES = 64 * 1024**2
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


@dataclass(kw_only=True)
class GpuhuntSource(PriceSource):
    """`providers` by gpuhunt's names; `catalog_url` is another place of the same layout."""

    name: ClassVar[str] = "gpuhunt"
    title: ClassVar[str] = "Neo-clouds (gpuhunt)"

    providers: Sequence[str] = PUBLISHED
    catalog_url: str = CATALOG_URL
    door: Door = field(default_factory=Door, repr=False)

    def not_configured(self) -> str:
        return "" if self.providers else "name at least one provider"

    def fetch(self, folder: Path) -> Iterator[Document]:
        """One zip per provider, in `folder`. All or nothing: a provider that cannot be had ends it, because
        a catalogue without it would look as if it had stopped selling."""
        if reason := self.not_configured():
            raise SourceRefused(reason)
        for provider in self.providers:
            base = f"{self.catalog_url.rstrip('/')}/{provider}"
            raw = self.door.get_bytes(f"{base}/version", most_bytes=1000)
            version = raw.decode("utf-8", "replace").strip()
            if not _VERSION.fullmatch(version):
                raise SourceFormatChanged(f"{provider}: its version is not one")
            path = folder / f"{provider} {version}.zip"
            self.door.get_to_file(f"{base}/{version}/catalog.zip", path, most_bytes=MOST_BYTES)
            yield Document.of_file(path, received_at=datetime.now(UTC))

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        """See `providers.gpuhunt.parse`."""
        return parse(documents)
