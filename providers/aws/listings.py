"""What AWS's APIs are asked for, region by region; each page becomes a file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from providers.aws.client import Api, NotSold
from providers.aws.places import CHINA
from providers.aws.products import EC2, EMR, SAGEMAKER
from providers.base import Document
from providers.errors import SourceFormatChanged, SourceUnavailable

_FILTERS: Mapping[str, Mapping[str, str]] = {
    EC2: {
        "tenancy": "Shared",
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    },
    SAGEMAKER: {"productFamily": "ML Instance"},
    EMR: {"productFamily": "Elastic Map Reduce Instance"},
}
BLOCK_MACHINES = (
    "p4d.24xlarge", "p4de.24xlarge", "p5.4xlarge", "p5.48xlarge", "p5e.48xlarge", "p5en.48xlarge",
    "p6-b200.48xlarge", "p6-b300.48xlarge", "trn1.32xlarge", "trn2.3xlarge", "trn2.48xlarge",
)  # fmt: skip
ULTRA_SERVERS = ("u-p6e-gb200x36", "u-p6e-gb200x72")
BLOCK_HOURS = (24, 168)
_PLAN_TYPES = ("Compute", "EC2Instance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """How to ask. `services` are those of the price list whose machines are wanted."""

    api: Api
    services: Sequence[str]
    block_machines: Sequence[str] = BLOCK_MACHINES
    block_hours: Sequence[int] = BLOCK_HOURS

    def of_region(self, region: str, folder: Path) -> Iterator[Document]:
        """All the region's prices and machines. Raises ProviderError only."""
        for service in self.services:
            name = f"aws-products-{service}-{region}"
            pages = self._counted(f"AWS GetProducts {service} {region}", self._products(service, region))
            yield from _written(folder, name, pages)
        ec2 = self.api.client("ec2", region)
        yield from _written(folder, f"aws-types-{region}", self._types(ec2, region))
        yield from _written(folder, f"aws-spot-{region}", self._spot(ec2, region))
        yield from _written(folder, f"aws-blocks-{region}", self._blocks(ec2, region))
        if not region.startswith(CHINA):  # which has no Savings Plans API of its own
            yield from _written(folder, f"aws-rates-{region}", self._rates(region))

    def _counted(self, what: str, pages: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        items = 0
        for page in pages:
            items += len(page["PriceList"])
            yield page
        if not items and EC2 in what:
            raise SourceFormatChanged(f"{what}: AWS lists no prices at all")

    def _products(self, service: str, region: str) -> Iterator[dict[str, Any]]:
        at = "cn-northwest-1" if region.startswith(CHINA) else "us-east-1"
        wanted = {"regionCode": region, **_FILTERS[service]}
        filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
        return self.api.pages(
            f"AWS GetProducts {service} {region}",
            self.api.client("pricing", at).get_products,
            "PriceList",
            ServiceCode=service,
            FormatVersion="aws_v1",
            Filters=filters,
            MaxResults=100,
        )

    def _types(self, ec2: Any, region: str) -> Iterator[dict[str, Any]]:
        what = f"AWS DescribeInstanceTypes {region}"
        return self.api.pages(what, ec2.describe_instance_types, "InstanceTypes", MaxResults=100)

    def _spot(self, ec2: Any, region: str) -> Iterator[dict[str, Any]]:
        """Prices in force now: AWS tells the event before the start as well."""
        return self.api.pages(
            f"AWS DescribeSpotPriceHistory {region}",
            ec2.describe_spot_price_history,
            "SpotPriceHistory",
            StartTime=datetime.now(UTC),
            ProductDescriptions=["Linux/UNIX"],
            MaxResults=1000,
        )

    def _blocks(self, ec2: Any, region: str) -> Iterator[dict[str, Any]]:
        what = f"AWS DescribeCapacityBlockOfferings {region}"
        machines: list[dict[str, Any]] = [
            {"InstanceType": name, "InstanceCount": 1} for name in self.block_machines
        ]
        machines += [{"UltraserverType": name, "UltraserverCount": 1} for name in ULTRA_SERVERS]
        for machine in machines:
            with suppress(NotSold):  # most regions sell none, and say so by an error
                for hours in self.block_hours:
                    yield from self.api.pages(
                        what,
                        ec2.describe_capacity_block_offerings,
                        "CapacityBlockOfferings",
                        CapacityDurationHours=hours,
                        **machine,
                    )

    def _rates(self, region: str) -> Iterator[dict[str, Any]]:
        client = self.api.client("savingsplans", "us-east-1")
        asked: list[dict[str, Any]] = [
            {
                "savingsPlanTypes": list(_PLAN_TYPES),
                "products": ["EC2"],
                "serviceCodes": [EC2],
                "filters": _properties(region=region, tenancy="shared", productDescription="Linux/UNIX"),
            }
        ]
        if SAGEMAKER in self.services:
            asked.append(
                {
                    "savingsPlanTypes": ["SageMaker"],
                    "products": ["SageMaker"],
                    "serviceCodes": [SAGEMAKER],
                    "filters": _properties(region=region),
                }
            )
        for one in asked:
            yield from self.api.pages(
                f"AWS DescribeSavingsPlansOfferingRates {region}",
                client.describe_savings_plans_offering_rates,
                "searchResults",
                next_page="nextToken",
                maxResults=1000,
                **one,
            )


def _properties(**wanted: str) -> list[dict[str, Any]]:
    return [{"name": name, "values": [value]} for name, value in wanted.items()]


def _written(folder: Path, name: str, pages: Iterator[dict[str, Any]]) -> Iterator[Document]:
    """Each page as a file of `folder`."""
    try:
        for number, page in enumerate(pages, 1):
            path = folder / f"{name}-{number:04}.json"
            try:
                path.write_text(json.dumps(page, default=_stamp), encoding="utf-8")
            except OSError as error:
                raise SourceUnavailable(f"{path.name}: cannot be written: {error.strerror}") from None
            yield Document.of_file(path, received_at=datetime.now(UTC).replace(microsecond=0))
    except NotSold as error:
        raise SourceFormatChanged(str(error)) from None


def _stamp(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
