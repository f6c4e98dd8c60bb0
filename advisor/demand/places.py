"""Where a workload may run: countries for its data, patterns of regions for its machines."""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from advisor.demand.fields import Part, problem, refuse, text
from advisor.demand.hints import did_you_mean, one_of
from providers.errors import UnknownPlace
from providers.places import COUNTRIES, GROUPS, resolve_place

OWN, PARTNER = "own", "partner"  # what stands for the provider of a site and of a partner


def _place(value: object) -> str:
    name = text(value)
    try:
        resolve_place(name)
    except UnknownPlace as error:
        known = f"write an ISO 3166-1 code such as DE, or one of {one_of(sorted(GROUPS))}"
        hint = did_you_mean(error.suggestions)
        raise problem(f"is no country or group of countries: {known}{hint}") from error
    return name


def _pattern(value: object) -> str:
    pattern = text(value)
    if "/" not in pattern and pattern != "*":
        raise problem("must be provider/region, where * stands for anything, for example aws/eu-*")
    return pattern


_TEXT = WithJsonSchema({"type": "string", "minLength": 1})
Place = Annotated[str, BeforeValidator(_place), _TEXT]
RegionPattern = Annotated[str, BeforeValidator(_pattern), _TEXT]


class Residency(Part):
    """Countries where a workload's data may be. Without `allow`: anywhere but in `deny`."""

    allow: tuple[Place, ...] | None = Field(
        default=None, min_length=1, description="Countries or groups of countries that are allowed."
    )
    deny: tuple[Place, ...] = Field(
        default=(), description="Countries or groups of countries that are taken away from what is allowed."
    )

    @model_validator(mode="after")
    def _leaves_a_country(self) -> "Residency":
        if self.countries() == frozenset():
            refuse([(("deny",), list(self.deny), "denies every country that is allowed: none is left")])
        return self

    def countries(self) -> frozenset[str] | None:
        """ISO 3166-1 codes where the data may be; None when anywhere."""
        if self.allow is None and not self.deny:
            return None
        allowed = _union(self.allow) if self.allow is not None else frozenset(COUNTRIES)
        return allowed - _union(self.deny)

    def admits(self, country: str) -> bool:
        """Whether the data may be in this country (ISO 3166-1 code)."""
        countries = self.countries()
        return countries is None or country in countries


class RegionFilter(Part):
    """Regions by pattern on `provider/region`; a site is `own/NAME`, a partner `partner/NAME`."""

    allow: tuple[RegionPattern, ...] | None = Field(
        default=None,
        min_length=1,
        description="Patterns of `provider/region` that are allowed; absent = all.",
    )
    deny: tuple[RegionPattern, ...] = Field(
        default=(), description="Patterns of `provider/region` that are not; deny beats allow."
    )

    def admits(self, provider: str, region: str) -> bool:
        """Whether the patterns leave this region; letters' case counts.

        `allow` is about the catalogue: own sites and partners are left alone unless it names some of them.
        """
        place = f"{provider}/{region}"
        if any(fnmatchcase(place, pattern) for pattern in self.deny):
            return False
        if self.allow is None:
            return True
        if provider in (OWN, PARTNER) and not any(p.startswith(f"{provider}/") for p in self.allow):
            return True
        return any(fnmatchcase(place, pattern) for pattern in self.allow)


def _union(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(resolve_place(name) for name in names))
