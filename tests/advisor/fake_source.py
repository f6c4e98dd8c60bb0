"""A source of prices that says what a test tells it to, and fails in every way a real one does."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from advisor.refresh import work
from providers.base import Document, PriceSource, Refused
from providers.errors import SourceFormatChanged
from providers.offers import Offer
from providers.pricefile import read_price_file, write_price_file

Step = Callable[[Path], Iterator[Document]]


class FakeSource(PriceSource):
    """Replies are price files; `name` is a registered one, so that jobs and states take it."""

    name: ClassVar[str] = "gpuhunt"
    title: ClassVar[str] = "Fake"

    def __init__(self, offers: Sequence[Offer] = (), *, step: Step | None = None, missing: str = "") -> None:
        self.offers = list(offers)
        self.step = step
        self.missing = missing
        self.folders: list[Path] = []

    def not_configured(self) -> str:
        return self.missing

    def fetch(self, folder: Path) -> Iterator[Document]:
        self.folders.append(folder)
        if self.step is not None:
            yield from self.step(folder)
            return
        path = folder / "prices.csv"
        path.write_text(write_price_file(self.offers))
        yield Document.of_file(path, received_at=datetime.now(UTC))

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        for document in documents:
            with document.open() as stream:
                data = stream.read()
            if not data.startswith(b"provider,"):
                raise SourceFormatChanged(f"{document.name}: no price file")
            for row in csv.reader(io.StringIO(data.decode())):
                if row and row[0] == "crash":
                    raise KeyError("a column that is not there")
            prices = read_price_file(data, source=document.name)
            for bad in prices.refused:
                yield Refused(where=f"line {bad.line}", reason=bad.reason)
            yield from prices.offers


def use(monkeypatch: pytest.MonkeyPatch, source: FakeSource) -> FakeSource:
    """Make it the source that the worker builds."""

    def build(_name: str) -> Any:
        return source

    monkeypatch.setattr(work, "build", build)
    return source
