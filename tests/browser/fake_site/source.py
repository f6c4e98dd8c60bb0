"""A source of prices that states what lies in a file, and is not through before a test says so."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from providers.base import Document, PriceSource, Refused
from providers.errors import SourceUnavailable
from providers.offers import Offer
from providers.pricefile import read_price_file

STATED, GO = "stated.csv", "go"
_MOST_SECONDS, _PAUSE_SECONDS = 60, 0.1


class ToldSource(PriceSource):
    """States `STATED` in the site's folder; sends more and more empty replies until `GO` is there too."""

    name: ClassVar[str] = "gpuhunt"
    title: ClassVar[str] = "Told"

    def not_configured(self) -> str:
        return ""

    def fetch(self, folder: Path) -> Iterator[Document]:  # noqa: ARG002  nothing of it is large
        home, until = Path(os.environ["ADVISOR_HOME"]), time.monotonic() + _MOST_SECONDS
        yield Document.of_bytes((home / STATED).read_bytes(), name=STATED, received_at=datetime.now(UTC))
        while not (home / GO).exists():
            if time.monotonic() > until:
                raise SourceUnavailable("nobody said go")
            time.sleep(_PAUSE_SECONDS)
            yield Document.of_bytes(b"", name="empty")

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        with documents[0].open() as stream:
            yield from read_price_file(stream.read(), source=STATED).offers
