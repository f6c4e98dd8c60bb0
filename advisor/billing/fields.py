"""The kinds of value a bill's file is made of, beyond those of a plan."""

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Tag, WithJsonSchema

from advisor.demand.fields import FORM, Money, problem, text
from advisor.demand.hints import did_you_mean, nearest, one_of
from optimizer.billing import Kind

KINDS = {
    "aws": (Kind.RESERVED, Kind.COMPUTE_SP, Kind.EC2_SP, Kind.SAGEMAKER_SP),
    "azure": (Kind.RESERVED, Kind.SAVINGS_PLAN),
    "gcp": (Kind.RESERVED, Kind.FLEXIBLE_CUD),
}
"""Provider -> what can be committed to there."""
_TENANCIES = {"default": "default", "shared": "default", "dedicated": "dedicated", "host": "host"}
_LINUX = ("linux", "linux/unix", "amazon linux")


def _provider(value: object) -> str:
    return _choice(value, tuple(KINDS))


def kind_of(value: object) -> Kind:
    """A kind of commitment by its name."""
    return Kind(_choice(value, tuple(Kind)))


def _choice(value: object, known: tuple[str, ...]) -> str:
    name = text(value)
    if name not in known:
        raise problem(f"must be one of {one_of(known)}{did_you_mean(nearest(name, known))}")
    return name


def _tenancy(value: object) -> str:
    return _TENANCIES[_choice(value, tuple(_TENANCIES))]


def _platform(value: object) -> str:
    name = text(value).casefold()
    return "linux" if name in _LINUX else name


def _service(value: object) -> str:
    return text(value).casefold()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise problem("must be true or false")
    return value


def _amount_form(value: object) -> str:
    return FORM + ("list" if isinstance(value, (list, tuple)) else "number")


_NAME = {"type": "string", "minLength": 1, "maxLength": 120}
Provider = Annotated[str, BeforeValidator(_provider), WithJsonSchema({"enum": list(KINDS)})]
RateName = Annotated[Kind, BeforeValidator(kind_of), WithJsonSchema({"enum": list(Kind)})]
Tenancy = Annotated[str, BeforeValidator(_tenancy), WithJsonSchema({"enum": list(_TENANCIES)})]
Platform = Annotated[str, BeforeValidator(_platform), WithJsonSchema(_NAME)]
Service = Annotated[str, BeforeValidator(_service), WithJsonSchema(_NAME)]
Amounts = Annotated[
    Annotated[Money, Tag(FORM + "number")] | Annotated[tuple[Money, ...], Tag(FORM + "list")],
    Discriminator(_amount_form),
]
Flag = Annotated[bool, BeforeValidator(_flag)]
Rates = dict[RateName, Money]
