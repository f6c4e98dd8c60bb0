"""Google Cloud as a source of prices."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from providers.base import Document, PriceSource, Refused
from providers.gcp.parse import parse
from providers.offers import Offer


class GcpSource(PriceSource):
    """x"""

    name: ClassVar[str] = "gcp"
    title: ClassVar[str] = "Google Cloud"

    def not_configured(self) -> str:
        return ""

    def fetch(self, folder: Path) -> Iterator[Document]:
        yield from ()

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        return parse(documents)
