"""What every source of prices is: `fetch` does I/O and nothing else, `parse` is pure.

Adding one: a package `providers/NAME/` with `source.py` (a `PriceSource`) and parse modules, a line in
`registry.py`, a section in SOURCES.md, and tests over recorded replies.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from providers.offers import Offer
from providers.packed import unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One reply of a provider, as it came.

    `name` says where it is from (a file name, or the request without secrets). `open` gives a fresh stream
    from its beginning, without gzip and UTF-16 if it came so: a reply may be larger than memory.
    `received_at` is when it was received (UTC), None for a recorded file; it is what an offer's `observed_at`
    is where the reply states no date itself. `came_by` is a moment by which a recorded reply had come (when
    it was read, at the latest): it dates no offer, but what begins after it was not yet in force.
    """

    name: str
    open: Callable[[], BinaryIO]
    received_at: datetime | None = None
    came_by: datetime | None = None

    @classmethod
    def of_bytes(
        cls,
        data: bytes,
        *,
        name: str,
        received_at: datetime | None = None,
        came_by: datetime | None = None,
    ) -> "Document":
        return cls(
            name=name,
            open=lambda: unpacked(io.BytesIO(data), name),
            received_at=received_at,
            came_by=came_by,
        )

    @classmethod
    def of_file(
        cls, path: Path, *, received_at: datetime | None = None, came_by: datetime | None = None
    ) -> "Document":
        return cls(
            name=path.name,
            open=lambda: unpacked(path.open("rb"), path.name),
            received_at=received_at,
            came_by=came_by,
        )

    @property
    def latest(self) -> datetime | None:
        """The latest moment at which it can have come; None where nobody knows."""
        return self.received_at or self.came_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something in a reply that is no offer, and why: `where` names document and place in it."""

    where: str
    reason: str


class PriceSource(ABC):
    """A provider's prices. Built with what it needs to know; reads no clock and no setting of its own."""

    name: ClassVar[str]  # of the source: aws, azure, gcp, baidu, gpuhunt
    title: ClassVar[str]  # for people: Amazon Web Services

    @abstractmethod
    def not_configured(self) -> str:
        """Empty when it can be asked; else what is missing, for people. Asks nobody."""

    @abstractmethod
    def fetch(self, folder: Path) -> Iterator[Document]:
        """Yield the provider's replies, large ones as files in `folder`. All I/O lives here, bounded in time,
        size and tries. Raises ProviderError only; its messages hold no credentials."""

    @staticmethod
    @abstractmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        """Replies to offers: no network, no clock, no environment.

        Documents that belong together (prices and the machines they are for) are found by what is in them,
        in any order. Whatever is no usable offer is yielded as Refused with its reason, never guessed, never
        dropped in silence. Raises SourceFormatChanged for a reply that is none of this provider.
        """
