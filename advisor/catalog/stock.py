"""The offers a plan may choose from: whoever asks says for which accelerators, the rest is never made."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from providers.offers import Offer
from providers.pricebook import Ruled


class Stock(Protocol):
    """All offers of one moment. `version` is 0 for prices read from files; `ruled` holds by offer id what a
    price book said of the offers that have its prices."""

    @property
    def as_of(self) -> datetime: ...

    @property
    def version(self) -> int: ...

    @property
    def ruled(self) -> Mapping[str, Ruled]: ...

    @property
    def observed_later(self) -> int:
        """Offers of price files that are left out: observed after the moment asked for."""

    @property
    def count(self) -> int:
        """Number of all offers."""

    @property
    def accelerators(self) -> frozenset[str]:
        """Names of all accelerators that are offered."""

    def having(self, accelerators: Collection[str | None]) -> tuple[Offer, ...]:
        """Offers of these accelerators, ordered by offer id; None stands for machines without any."""

    def offer(self, offer_id: str) -> Offer | None:
        """One offer by its id."""
