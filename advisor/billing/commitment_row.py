"""A commitment: a reservation, a plan to spend, or a commitment with a discount of its own."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from advisor.billing.fields import KINDS, Flag, Platform, Provider, Tenancy, kind_of
from advisor.billing.usage_row import size_problems
from advisor.demand.fields import (
    FORM,
    ExactFraction,
    Found,
    Money,
    Name,
    Part,
    PositiveCount,
    PositiveMoney,
    refuse,
)
from advisor.demand.hints import one_of
from optimizer.billing import Kind
from optimizer.billing.sizes import family_of

SPEND = (Kind.COMPUTE_SP, Kind.EC2_SP, Kind.SAGEMAKER_SP, Kind.SAVINGS_PLAN)


class _Row(Part):
    id: Name = Field(description="Unique among the commitments.")
    provider: Provider = Field(description="aws, azure or gcp.")
    account: Name | None = Field(
        default=None, description="Account, subscription or project that owns it; absent as in usage."
    )
    shared: Flag | None = Field(
        default=None,
        description="Whether it covers other accounts too. Default true; false for Google's reservations.",
    )


class ReservedRow(_Row):
    """Machines paid in every hour, used or not."""

    kind: Annotated[Literal[Kind.RESERVED], WithJsonSchema({"const": "reserved"})] = Field(
        description="A reservation; Google's resource-based commitment."
    )
    instance_type: Name = Field(description="Machine type that is reserved.")
    quantity: PositiveCount = Field(description="How many.")
    per_hour: Money | None = Field(
        default=None,
        description="Due in every hour for each; 0 where all is paid upfront. Absent: the `reserved` rate of "
        "usage of this machine in this region.",
    )
    scope: Literal["region", "zone"] | None = Field(
        default=None, description="Absent: zone where a zone is given, else region. zone: AWS only."
    )
    region: Name | None = Field(default=None, description="Region; required with scope region.")
    zone: Name | None = Field(default=None, description="Zone; required with scope zone, and only there.")
    platform: Platform = Field(default="linux", description="As in usage; AWS only.")
    tenancy: Tenancy = Field(default="default", description="As in usage; AWS only.")
    size_flexible: Flag = Field(
        default=True, description="false: it covers exactly this machine type (Azure's capacity priority)."
    )
    size_group: Name | None = Field(default=None, description="As in usage.")
    size_factor: PositiveMoney | None = Field(default=None, description="As in usage.")

    @model_validator(mode="after")
    def _fits_together(self) -> "ReservedRow":
        refuse(size_problems(self.size_group, self.size_factor) + self._scope_problems())
        return self

    @property
    def is_zonal(self) -> bool:
        return self.scope == "zone" or (self.scope is None and self.zone is not None)

    def _scope_problems(self) -> list[Found]:
        if self.is_zonal and self.provider != "aws":
            field = "scope" if self.scope else "zone"
            message = f"is only for aws: reservations of {self.provider} hold in a region"
            return [((field,), getattr(self, field), message)]
        if self.is_zonal and self.zone is None:
            return [(("zone",), "", "is required with scope zone")]
        if not self.is_zonal and self.zone is not None:
            return [(("zone",), self.zone, "cannot stand beside scope region: remove one of the two")]
        if not self.is_zonal and self.region is None:
            return [(("region",), "", "is required: a reservation without a zone holds in a region")]
        return []


class SpendRow(_Row):
    """A plan to spend an amount in every hour, at the rates of the usage."""

    kind: Annotated[
        Literal[Kind.COMPUTE_SP, Kind.EC2_SP, Kind.SAGEMAKER_SP, Kind.SAVINGS_PLAN],
        WithJsonSchema({"enum": list(SPEND)}),
    ] = Field(description="compute_sp, ec2_sp, sagemaker_sp (aws) or savings_plan (azure).")
    per_hour: PositiveMoney = Field(description="Spent in every hour, at the plan's rates.")
    family: Name | None = Field(default=None, description="Machine family of an ec2_sp, for example r5.")
    region: Name | None = Field(default=None, description="Region of an ec2_sp.")

    @model_validator(mode="after")
    def _fits_together(self) -> "SpendRow":
        found: list[Found] = []
        for field in ("family", "region"):
            value = getattr(self, field)
            if self.kind is Kind.EC2_SP and value is None:
                found.append(
                    ((field,), "", "is required: an EC2 Instance plan is for one family in one region")
                )
            elif self.kind is not Kind.EC2_SP and value is not None:
                found.append(((field,), value, f"is only for ec2_sp: a {self.kind} holds everywhere"))
        if self.family is not None and family_of(self.family):
            message = f"is a machine type: write its family, {family_of(self.family)}"
            found.append((("family",), self.family, message))
        refuse(found)
        return self


class FlexibleRow(_Row):
    """Google's flexible committed use discount, as it is bought: spending on demand, less a discount."""

    kind: Annotated[Literal[Kind.FLEXIBLE_CUD], WithJsonSchema({"const": "flexible_cud"})] = Field(
        description="Google's spend-based commitment for compute."
    )
    per_hour_on_demand: PositiveMoney = Field(
        description="Usage it covers in every hour, at on-demand prices."
    )
    discount_fraction: ExactFraction = Field(
        description="What is charged is per_hour_on_demand × (1 - discount_fraction)."
    )


_MODELS = (ReservedRow, SpendRow, FlexibleRow)


def _model(kind: object) -> type[_Row]:
    if kind == Kind.FLEXIBLE_CUD:
        return FlexibleRow
    return SpendRow if kind in SPEND else ReservedRow


def _known_kind(value: object) -> object:
    """The kind decides which fields a row has, so it is told first, and alone."""
    if not isinstance(value, Mapping):
        return value
    kind, provider = value.get("kind"), value.get("provider")
    try:
        known = kind_of(kind)
    except PydanticCustomError as error:
        refuse([(("kind",), "" if kind is None else kind, _words(error, kind))])
        raise
    offered = KINDS.get(provider) if isinstance(provider, str) else None
    if offered is not None and known not in offered:
        message = f"is no commitment of {provider}: there are {one_of(offered)}"
        refuse([(("kind",), kind, message)])
    refuse(_of_other_kinds(value, known))
    return value


def _of_other_kinds(value: Mapping[object, object], kind: Kind) -> list[Found]:
    """Fields that stand in the wrong kind of row; what no kind knows is told as unknown."""
    own = set(_model(kind).model_fields)
    elsewhere = {field for model in _MODELS for field in model.model_fields} - own
    message = f"is no field of kind {kind}: it has {one_of(sorted(own - set(_Row.model_fields) - {'kind'}))}"
    return [((field,), value[field], message) for field in sorted(elsewhere & set(map(str, value)))]


def _words(error: PydanticCustomError, kind: object) -> str:
    return f"is required: one of {one_of(Kind)}" if kind is None else error.message()


def _form(value: object) -> str:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return FORM + _model(kind).__name__


CommitmentRow = Annotated[
    Annotated[ReservedRow, Tag(FORM + "ReservedRow")]
    | Annotated[SpendRow, Tag(FORM + "SpendRow")]
    | Annotated[FlexibleRow, Tag(FORM + "FlexibleRow")],
    Discriminator(_form),
    BeforeValidator(_known_kind),
]
