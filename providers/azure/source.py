"""Azure as a source of prices: asked for by region, with the machines' facts where credentials are given."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from providers.azure.parse import RETAIL_URL, parse_documents
from providers.base import Document, PriceSource, Refused
from providers.offers import Offer

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from providers.http import Door

DEFAULT_REGIONS = (
    "australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastus", "eastus2",
    "francecentral", "germanywestcentral", "italynorth", "japaneast", "koreacentral", "northcentralus",
    "northeurope", "norwayeast", "polandcentral", "southafricanorth", "southcentralus", "southeastasia",
    "spaincentral", "swedencentral", "switzerlandnorth", "uaenorth", "uksouth", "westeurope", "westus2",
    "westus3",
)  # fmt: skip
"""The largest region or two of every country with accelerators."""


def _now() -> datetime:
    return datetime.now(UTC)


class AzureSource(PriceSource):
    """Retail prices need no credentials. With `subscription_id`, Resource SKUs are asked for as well.

    That uses the credentials azure-identity finds, and then they must work: prices without the machines'
    facts would look as if every machine had changed.
    """

    name: ClassVar[str] = "azure"
    title: ClassVar[str] = "Microsoft Azure"

    def __init__(
        self,
        *,
        regions: Sequence[str] = DEFAULT_REGIONS,
        currency: str = "USD",
        subscription_id: str = "",
        door: "Door | None" = None,
        retail_url: str = RETAIL_URL,
        management_url: str = "https://management.azure.com",
        credential: "TokenCredential | None" = None,
        authentication_policy: Any = None,
        clock: Callable[[], datetime] = _now,
        resume_within: timedelta = timedelta(hours=1),
    ) -> None:
        self._regions = tuple(region.strip().casefold() for region in regions)
        self._currency = currency
        self._subscription_id = subscription_id.strip()
        self._door = door
        self._retail_url = retail_url
        self._management_url = management_url
        self._credential = credential
        self._authentication_policy = authentication_policy
        self._clock = clock
        self._resume_within = resume_within

    def not_configured(self) -> str:
        return "" if self._regions else "no regions of Azure are chosen"

    def fetch(self, folder: Path) -> Iterator[Document]:
        from providers.azure.pages import RetailPages
        from providers.azure.skus import ResourceSkus
        from providers.http import Door

        pages = RetailPages(
            door=self._door or Door(),
            url=self._retail_url,
            currency=self._currency,
            clock=self._clock,
            resume_within=self._resume_within,
        )
        for region in self._regions:
            yield from pages.of_region(region, folder)
        if not self._subscription_id:
            return
        skus = ResourceSkus(
            subscription_id=self._subscription_id,
            credential=self._credential,
            url=self._management_url,
            authentication_policy=self._authentication_policy,
        )
        for region in self._regions:
            path = skus.of_region(region, folder)
            yield Document.of_file(path, received_at=self._clock())

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        return parse_documents(documents)
