"""A row of usage."""

from decimal import Decimal

from pydantic import Field, model_validator

from advisor.billing.fields import KINDS, Amounts, Platform, Provider, Rates, Service, Tenancy
from advisor.demand.fields import Found, Name, Part, PositiveMoney, refuse
from advisor.demand.hints import one_of

SERVICES = {"aws": "ec2", "azure": "virtual_machines", "gcp": "compute"}
"""Service of a row that names none; an AWS machine named `ml.*` is SageMaker's."""


class UsageRow(Part):
    """One thing used at one price, in one account and place."""

    id: Name = Field(description="Unique among the rows.")
    provider: Provider = Field(description="aws, azure or gcp.")
    service: Service | None = Field(
        default=None,
        description="For example ec2, fargate, lambda, sagemaker. Absent: ec2 (sagemaker for ml.* machines), "
        "virtual_machines or compute.",
    )
    account: Name | None = Field(
        default=None, description="Account, subscription or project; absent = the same one for all."
    )
    region: Name | None = Field(
        default=None,
        description="Region; without it no regional reservation or ec2_sp covers it.",
    )
    zone: Name | None = Field(default=None, description="Zone; without it no zonal reservation covers it.")
    instance_type: Name | None = Field(
        default=None, description="Machine type; absent for what is no machine."
    )
    platform: Platform = Field(
        default="linux", description="linux (Linux/UNIX), windows, rhel …, as AWS reservations match it."
    )
    tenancy: Tenancy = Field(default="default", description="default (or shared), dedicated or host.")
    quantity: Amounts = Field(
        description="How many in each hour, in the unit of the price: a number, or a list with one per hour."
    )
    on_demand: PositiveMoney = Field(description="Price of one for an hour without any commitment.")
    rates: Rates | None = Field(
        default=None,
        description="Discounted price of one for an hour by kind of commitment. A plan covers only rows "
        "with its rate.",
    )
    size_group: Name | None = Field(
        default=None, description="Machines that one reservation may cover; absent = by the published tables."
    )
    size_factor: PositiveMoney | None = Field(
        default=None,
        description="Size within the group: normalisation factor or ratio; with size_group only.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "UsageRow":
        found = size_problems(self.size_group, self.size_factor)
        known = KINDS[self.provider]
        for kind, rate in (self.rates or {}).items():
            if kind not in known:
                message = f"is no commitment of {self.provider}: there are {one_of(known)}"
                found.append((("rates", kind.value), rate, message))
        refuse(found)
        return self

    @property
    def of_service(self) -> str:
        """The service, said or not."""
        if self.service is not None:
            return self.service
        is_ml = self.provider == "aws" and (self.instance_type or "").casefold().startswith("ml.")
        return "sagemaker" if is_ml else SERVICES[self.provider]


def size_problems(group: str | None, factor: Decimal | None) -> list[Found]:
    """Group and factor say something only together."""
    if (group is None) is (factor is None):
        return []
    missing, other = ("size_group", "size_factor") if group is None else ("size_factor", "size_group")
    return [((missing,), "", f"is required beside {other}")]
