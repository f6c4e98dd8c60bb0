"""Where capacity may come from: filters on the catalogue, partners, and what is already owned."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from advisor.demand.accelerator_names import AcceleratorNames
from advisor.demand.fields import (
    FORM,
    Found,
    Month,
    Name,
    Part,
    PositiveCount,
    PositiveMoney,
    problem,
    refuse,
    text,
)
from advisor.demand.hints import did_you_mean, nearest, one_of
from advisor.demand.partners import Partner
from advisor.demand.places import OWN, RegionFilter
from advisor.demand.sites import Opening, Site
from advisor.demand.spans import span_problems
from advisor.demand.surroundings import surroundings_of
from providers.offers import Offer, Purchase

SPENDING = f"/{Purchase.SPEND_COMMITMENT}/"
PURCHASES = tuple(way.value for way in Purchase)


def _purchase(value: object) -> Purchase:
    name = text(value)
    if name not in PURCHASES:
        raise problem(f"must be one of {one_of(PURCHASES)}{did_you_mean(nearest(name, PURCHASES))}")
    return Purchase(name)


PurchaseName = Annotated[Purchase, BeforeValidator(_purchase), WithJsonSchema({"enum": list(PURCHASES)})]


class OfferFilter(Part):
    """Which offers of the catalogue may be used. What is absent does not filter."""

    purchases: tuple[PurchaseName, ...] | None = Field(
        default=None,
        min_length=1,
        description="Ways of buying: on_demand, spot, reserved, spend_commitment, capacity_block, partner.",
    )
    providers: tuple[Name, ...] | None = Field(
        default=None, min_length=1, description="Names of providers as in the price list, for example aws."
    )
    regions: RegionFilter = Field(
        default_factory=RegionFilter, description="Patterns of `provider/region` for all workloads."
    )
    accelerators: AcceleratorNames | None = Field(
        default=None, min_length=1, description="Accelerators or families of them; CPU for machines without."
    )
    exclude: tuple[Name, ...] = Field(
        default=(), description="Patterns of offer names not to use, for example aws/*/p4d.24xlarge/*."
    )

    def admits(self, offer: Offer) -> bool:
        """Whether the filters leave this offer."""
        return (
            (self.purchases is None or offer.purchase in self.purchases)
            and (self.providers is None or offer.provider in self.providers)
            and self.regions.admits(offer.provider, offer.region)
            and (self.accelerators is None or (offer.accelerator or "CPU") in self.accelerators)
            and not any(fnmatchcase(offer.offer_id, pattern) for pattern in self.exclude)
        )


class Owned(Part):
    """Capacity already paid for: only its running costs count from now on."""

    offer: Name = Field(
        description="Name of an offer (provider/region/instance_type/purchase/term-payment), or "
        "own/SITE/SERVER for a server of a site; or of a spend commitment, as results write it."
    )
    quantity: PositiveCount = Field(description="How many machines; of a spend commitment, how many such.")
    commitment_per_hour: PositiveMoney | None = Field(
        default=None,
        description="Of a spend commitment: money committed to in each hour, plan currency; else absent.",
    )
    from_: Month | None = Field(
        default=None,
        alias="from",
        description="First month (YYYY-MM) it can be used; default the plan's first.",
    )
    until: Month | None = Field(
        default=None, description="Last month (YYYY-MM) it can be used; default the plan's last."
    )

    @model_validator(mode="after")
    def _names_something(self, info: ValidationInfo) -> "Owned":
        servers = surroundings_of(info).own_servers
        found = span_problems(self.from_, self.until, info)
        provider, *rest = self.offer.split("/")
        if provider == OWN and servers is not None and tuple(rest[:2]) not in servers:
            names = sorted(f"own/{site}/{server}" for site, server in servers)
            known = f"the plan has {one_of(names)}" if names else "the plan has no servers of its own"
            found.append((("offer",), self.offer, f"names no server of a site: {known}"))
        if self.is_money and self.commitment_per_hour is None:
            found.append((("commitment_per_hour",), None, "is needed for a spend commitment: money an hour"))
        if not self.is_money and self.commitment_per_hour is not None:
            message = "is for a spend commitment only: remove it"
            found.append((("commitment_per_hour",), self.commitment_per_hour, message))
        refuse(found)
        return self

    @property
    def is_money(self) -> bool:
        """Whether it is a commitment to spend."""
        return SPENDING in self.offer


def _offers_form(value: object) -> str:
    return FORM + ("none" if isinstance(value, str) else "filter")


def _none(value: object) -> str:
    if value != "none":
        raise problem("must be a map of filters, or `none` for no offers; remove it for all offers")
    return "none"


Offers = Annotated[
    Annotated[Literal["none"], BeforeValidator(_none), Tag(FORM + "none")]
    | Annotated[OfferFilter, Tag(FORM + "filter")],
    Discriminator(_offers_form),
]


class Capacity(Part):
    """The three ways to get capacity: the catalogue, own sites, partners; and what is owned."""

    offers: Offers = Field(
        default_factory=OfferFilter,
        description="Filters on the catalogue's offers, or `none` for no offer of it; default all offers.",
    )
    sites: tuple[Site, ...] = Field(default=(), description="Own data centres that may be opened.")
    partners: tuple[Partner, ...] = Field(default=(), description="Shared or allied capacity.")
    owned: tuple[Owned, ...] = Field(default=(), description="What is already paid for.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Capacity":
        seen: dict[str, str] = {}
        named = [("sites", index, site.name) for index, site in enumerate(self.sites)]
        named += [("partners", index, partner.name) for index, partner in enumerate(self.partners)]
        found: list[Found] = []
        for field, index, name in named:
            if name in seen:
                found.append(((field, index, "name"), name, f"is also the name of capacity.{seen[name]}"))
            seen.setdefault(name, f"{field}[{index}]")
        refuse(found)
        return self

    @model_validator(mode="after")
    def _sites_with_owned_servers_are_open(self) -> "Capacity":
        """Where servers already stand, opening is paid and waited for: only its monthly cost is left."""
        standing = {owned.offer.split("/")[1] for owned in self.owned if owned.offer.startswith(f"{OWN}/")}
        if not standing:
            return self
        sites = (
            site.model_copy(update={"opening": Opening(monthly=site.opening.monthly)})
            if site.name in standing
            else site
            for site in self.sites
        )
        return self.model_copy(update={"sites": tuple(sites)})

    def admits(self, offer: Offer) -> bool:
        """Whether the plan's filters on the catalogue leave this offer."""
        return isinstance(self.offers, OfferFilter) and self.offers.admits(offer)
