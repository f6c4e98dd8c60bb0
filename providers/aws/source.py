"""AWS as a source of prices: its APIs where there are credentials, else its public price files."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from providers.aws.bulk import CHINA_PRICE_URL, COMPUTE_PLAN, MACHINE_LEARNING_PLAN, PRICE_URL
from providers.aws.client import Bounds
from providers.aws.parse import parse_documents
from providers.aws.places import PROVIDER
from providers.aws.products import SAGEMAKER, SERVICES
from providers.base import Document, PriceSource, Refused
from providers.errors import SourceRefused
from providers.offers import Offer
from providers.places import region as known_region
from providers.text import shown

if TYPE_CHECKING:
    from boto3.session import Session  # type: ignore[import-untyped]  # ships no types

    from providers.http import Door

DEFAULT_REGIONS = (
    "us-east-1", "us-east-2", "us-west-2", "ca-central-1", "eu-west-1", "eu-west-2", "eu-central-1",
    "eu-north-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "sa-east-1",
)  # fmt: skip
"""The largest regions with accelerators that no account has to opt in to."""


def _now() -> datetime:
    return datetime.now(UTC)


class AwsSource(PriceSource):
    """Prices of AWS in `regions`.

    With credentials of the standard chain (environment, profile, container; `on_aws`, the machine's role) the
    APIs are asked: they alone have spot prices, Capacity Blocks and the machines' facts. Needed
    rights: pricing:GetProducts, ec2:DescribeInstanceTypes, ec2:DescribeSpotPriceHistory,
    ec2:DescribeCapacityBlockOfferings, savingsplans:DescribeSavingsPlansOfferingRates. Without credentials
    the public price files are read. China has credentials and prices of its own: give it a source of its own.
    """

    name: ClassVar[str] = "aws"
    title: ClassVar[str] = "Amazon Web Services"

    def __init__(
        self,
        *,
        regions: Sequence[str] = DEFAULT_REGIONS,
        services: Sequence[str] = SERVICES,
        session: "Session | None" = None,
        on_aws: bool = False,
        use_credentials: bool = True,
        door: "Door | None" = None,
        price_url: str = PRICE_URL,
        china_price_url: str = CHINA_PRICE_URL,
        endpoints: Mapping[str, str] | None = None,
        block_machines: Sequence[str] | None = None,
        bounds: Bounds | None = None,
        clock: Callable[[], datetime] = _now,
        resume_within: timedelta = timedelta(hours=6),
    ) -> None:
        self._regions = [region.strip().casefold() for region in regions]
        self._services = tuple(services)
        self._session = session
        self._on_aws = on_aws
        self._use_credentials = use_credentials
        self._door = door
        self._price_url = price_url.rstrip("/")
        self._china_price_url = china_price_url.rstrip("/")
        self._endpoints = dict(endpoints or {})
        self._block_machines = block_machines
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._resume_within = resume_within

    def not_configured(self) -> str:
        return "" if self._regions else "no regions of AWS are chosen"

    def fetch(self, folder: Path) -> Iterator[Document]:
        from providers.aws.client import credentials_of

        for region in self._regions:
            if known_region(PROVIDER, region) is None:
                raise SourceRefused(f"{shown(region)}: a region of AWS must be such as eu-west-1")
        session = credentials_of(self._session, on_aws=self._on_aws) if self._use_credentials else None
        if session is None:
            yield from self._from_files(folder)
        else:
            yield from self._from_apis(session, folder)

    def _from_files(self, folder: Path) -> Iterator[Document]:
        from providers.aws.bulk import PriceFiles
        from providers.http import Door

        hosts = {urlsplit(url).hostname or "" for url in (self._price_url, self._china_price_url)}
        files = PriceFiles(
            door=self._door or Door(total_seconds=3600, hosts=hosts),
            url=self._price_url,
            china_url=self._china_price_url,
            clock=self._clock,
            resume_within=self._resume_within,
        )
        for service in self._services:
            yield from files.of_service(service, self._regions, folder)
        yield from files.of_plan(COMPUTE_PLAN, self._regions, folder)
        if SAGEMAKER in self._services:
            yield from files.of_plan(MACHINE_LEARNING_PLAN, self._regions, folder)

    def _from_apis(self, session: "Session", folder: Path) -> Iterator[Document]:
        from providers.aws.client import Api
        from providers.aws.listings import BLOCK_MACHINES, Listings

        machines = BLOCK_MACHINES if self._block_machines is None else self._block_machines
        listings = Listings(
            api=Api(session, self._bounds, self._endpoints, time.monotonic),
            services=self._services,
            block_machines=machines,
        )
        for region in self._regions:
            yield from listings.of_region(region, folder)

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        """See `providers.base.PriceSource.parse`; what is read is in SOURCES.md."""
        return parse_documents(documents)
