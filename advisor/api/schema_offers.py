"""Shapes of the catalogue. Prices are per machine-hour and in the display currency unless a field says so."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from advisor.api.fields import Line, Moment
from advisor.api.paging import MOST_SKIPPED
from advisor.catalog.sorting import SORTS

Currency = Annotated[
    str,
    Field(pattern=r"^[A-Za-z]{3}$", json_schema_extra={"maxLength": 3}, examples=["EUR"]),
]
_Names = Annotated[list[Line], Field(max_length=50)]
_SORTS: list[JsonValue] = [*SORTS, *(f"-{name}" for name in SORTS)]


class OffersQuery(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    q: Line = Field(
        "",
        description="`H100`, `H100:8`, `A100-80GB:4`, `nvidia:24GB..80GB:1..8`, `cpu`; empty: all",
        examples=["H100:8"],
    )
    count: int | None = Field(None, ge=1, le=1_000_000, description="Accelerators, exactly")
    at_least: bool = Field(False, description="More accelerators are fine too; needs a number of them")
    pack: bool = Field(
        False, description="Several smaller machines are fine too; needs a number of accelerators"
    )
    purchase: _Names = Field(
        [],
        description="on_demand, spot, reserved, spend_commitment, capacity_block, partner; with commas",
    )
    residency: _Names = Field([], description="Countries or groups: DE, EU, EEA, G7; repeat or use commas")
    region: _Names = Field([], description="us-east-1, aws/us-east-1, aws/eu-*; repeat or use commas")
    provider: _Names = Field([], description="aws, azure, gcp; repeat or use commas")
    min_memory_gib: float | None = Field(None, gt=0, le=1e9, description="Memory of the machine, GiB")
    min_vcpus: float | None = Field(None, gt=0, le=1e9, description="vCPUs of the machine")
    max_price: float | None = Field(
        None, gt=0, le=1e12, description="Per hour of what is asked for, in the display currency"
    )
    max_age_hours: float | None = Field(
        None, gt=0, le=1e9, description="Leaves out prices observed earlier, hours before now"
    )
    currency: Currency = Field(
        "USD", description="Currency to show prices in, ISO 4217; GET /rates lists those with a rate"
    )
    sort: str = Field(
        "price",
        description="Order; a leading - turns it round. `price` is that of all machines asked for",
        json_schema_extra={"enum": _SORTS},
    )
    limit: int = Field(20, ge=1, le=500, description="Offers of one page")
    offset: int = Field(0, ge=0, le=MOST_SKIPPED, description="Offers left out before the page")
    as_of: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        description="A past moment: 2026-11-22 (the end of that day) or 2026-11-22T08:30, UTC; absent: now",
    )


class OfferOut(BaseModel):
    """An offer in the columns of price files, with its prices made comparable. Unknown is null, never 0."""

    offer_id: str = Field(description="provider/region/instance_type/purchase[/term-payment][/from-N]")
    provider: str = Field(description="Who sells it")
    region: str = Field(description="Region as the provider names it")
    country: str = Field(description="ISO 3166-1 alpha-2")
    instance_type: str = Field(description="Machine as the provider names it")
    purchase: str = Field(
        description="on_demand, spot, reserved, spend_commitment, capacity_block or partner"
    )
    price_per_hour: float = Field(description="Billed per machine-hour, in `currency`; upfront is not in it")
    currency: str = Field(description="Display currency, or the offer's own where there is no rate; ISO 4217")
    accelerator: str | None = Field(description="Canonical name; null for a machine without")
    accelerator_count: float | None = Field(description="Accelerators of one machine")
    accelerator_memory_gib: float | None = Field(description="Memory of one accelerator, GiB")
    vcpus: float | None = Field(description="vCPUs of the machine")
    memory_gib: float | None = Field(description="Memory of the machine, GiB")
    local_storage_gib: float | None = Field(description="Local storage of the machine, GiB")
    network_gbps: float | None = Field(description="Network of the machine, Gbit/s")
    zone: str | None = Field(description="Zone within the region")
    term_months: int | None = Field(description="Length of a commitment, months")
    payment: str | None = Field(description="none, partial or all upfront")
    upfront: float | None = Field(description="Paid at the start per machine, in `currency`")
    min_quantity: int | None = Field(description="Least number of machines")
    max_quantity: int | None = Field(description="Most machines")
    available_from: str | None = Field(description="Start of a capacity block, UTC")
    available_until: str | None = Field(description="End of a capacity block, UTC")
    interruption_fraction: float | None = Field(
        description="Share of spot machines taken away in a month, 0 to 1"
    )
    commitment_family: str | None = Field(description="Plan of a spend commitment")
    state: str = Field(description="listed, quote, reservation_only or stale")
    observed_at: str | None = Field(description="When somebody saw the price, UTC")
    source_url: str | None = Field(description="Where the price stands")
    note: str | None = Field(description="Remarks of the price file")
    source_currency: str = Field(description="The offer's own currency")
    source_price_per_hour: float = Field(description="Billed per machine-hour, in the offer's own currency")
    source_upfront: float | None = Field(description="Upfront per machine, in the offer's own currency")
    effective_price_per_hour: float = Field(description="Per machine-hour with upfront spread over the term")
    price_per_accelerator_hour: float | None = Field(
        description="Effective price of one accelerator for an hour"
    )
    quantity: int = Field(description="Machines needed for what was asked; 1 unless packed")
    total_price_per_hour: float = Field(description="Effective price of all machines needed, per hour")
    on_demand_price_per_hour: float | None = Field(description="The same machine on demand, per machine-hour")
    spot_price_per_hour: float | None = Field(description="The same machine as spot, per machine-hour")
    one_year_price_per_hour: float | None = Field(
        description="The same machine committed for one year, effective"
    )
    three_years_price_per_hour: float | None = Field(
        description="The same machine for three years, effective"
    )
    age_hours: float | None = Field(description="Age of the price, hours; null where nobody said")
    stale: bool = Field(description="Older than this site's limit, or called stale by its source")
    price_book_line: int | None = Field(
        description="Line of your price book this price is from; null for a list price"
    )
    list_price_per_hour: float | None = Field(
        description="List price per machine-hour, where your price book has another; in `list_currency`"
    )
    list_currency: str | None = Field(description="Currency of the list price, ISO 4217")


class CatalogueMoment(BaseModel):
    as_of: str = Field(description="The moment whose prices these are, UTC")
    version: int = Field(description="Version of the catalogue")
    offers: int = Field(description="All offers in it")
    rates_observed_on: str = Field(description="Oldest day of the exchange rates used")
    rates_stale: bool = Field(description="Older than this site's limit, RATES_MAX_AGE_DAYS")


class ListingOut(BaseModel):
    """As `manage.py cheapest --json` answers."""

    query: str = Field(description="The query as it was asked")
    conditions: list[str] = Field(description="What the offers had to satisfy, in words")
    currency: str = Field(description="Display currency, ISO 4217")
    catalogue: CatalogueMoment = Field(description="Where the offers come from")
    shown: int = Field(description="Offers of this page")
    total: int = Field(description="Offers of all pages")
    offset: int = Field(description="Offers left out before this page")
    offers: list[OfferOut] = Field(description="The page, in the order asked")
    explanation: list[str] = Field(
        [], description="Only when nothing fits: which condition keeps out how many, and the nearest offer"
    )


class HistoryQuery(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=1200, pattern=r"^[^\u0000]*$")] = Field(
        description="offer_id of an offer", examples=["aws/us-east-1/p5.48xlarge/on_demand"]
    )
    currency: Currency = Field(
        "USD", description="Currency of `current`, `siblings` and `elsewhere`, ISO 4217"
    )


class PriceOut(BaseModel):
    """An offer's price in the display currency."""

    offer_id: str = Field(description="Id of the offer")
    purchase: str = Field(
        description="on_demand, spot, reserved, spend_commitment, capacity_block or partner"
    )
    instance_type: str = Field(description="Machine as the provider names it")
    currency: str = Field(description="Display currency, or the offer's own where there is no rate")
    effective_price_per_hour: float = Field(description="Per machine-hour with upfront spread over the term")
    price_per_accelerator_hour: float | None = Field(description="Of one accelerator for an hour")
    age_hours: float | None = Field(description="Age of the price, hours")
    stale: bool = Field(description="Older than this site's limit, or called stale by its source")


class HistoryRowOut(BaseModel):
    """The offer as it was known from `valid_from` to just before `valid_to`, in its own currency."""

    valid_from: Moment = Field(description="Published at, UTC")
    valid_to: Moment | None = Field(description="Followed or ended at, UTC; null while in force")
    price_per_hour: float = Field(description="Billed per machine-hour, in `currency`")
    currency: str = Field(description="The offer's own currency, ISO 4217")
    upfront: float | None = Field(description="Paid at the start per machine, in `currency`")
    effective_price_per_hour: float = Field(description="With upfront spread over the term, in `currency`")
    observed_at: Moment | None = Field(description="When somebody saw the price, UTC")
    state: str = Field(description="listed, quote, reservation_only or stale")
    source: str = Field(description="Publication it came with")
    source_url: str | None = Field(description="Where the price stands")
    change_fraction: float | None = Field(
        description="Effective price against the row before: 0.05 is 5 % dearer; null for the first row"
    )


class HistoryOut(BaseModel):
    offer_id: str = Field(description="Id of the offer")
    is_current: bool = Field(description="Whether it can still be had")
    current: PriceOut = Field(description="The offer as it is, or was last known")
    rows: list[HistoryRowOut] = Field(description="Newest first, at most 1,000")
    siblings: list[PriceOut] = Field(description="The same machine in the same region, bought otherwise")
    elsewhere: list[PriceOut] = Field(
        description="As many of the same accelerators elsewhere, the five cheapest"
    )


class CheapestOut(BaseModel):
    usd_per_accelerator_hour: float = Field(description="US dollars per accelerator-hour, upfront spread")
    offer_id: str = Field(description="Id of the offer")
    purchase: str = Field(description="How it is bought")
    age_hours: float | None = Field(description="Age of the price, hours")
    stale: bool = Field(description="Older than this site's limit, or called stale by its source")


class AcceleratorOut(BaseModel):
    name: str = Field(description="Canonical name", examples=["H100"])
    vendor: str | None = Field(description="Who makes it; null where it is not known")
    kind: str | None = Field(description="gpu, tpu ...; null where it is not known")
    memory_gib: float | None = Field(description="Memory of one, GiB")
    offers: int = Field(description="Offers with it")
    providers: list[str] = Field(description="Who sells it")
    cheapest: CheapestOut | None = Field(description="Least price of an hour; null without one in US dollars")


class AcceleratorsOut(BaseModel):
    items: list[AcceleratorOut] = Field(description="By name")
    total: int = Field(description="How many there are")


class RegionOut(BaseModel):
    provider: str = Field(description="Who runs it")
    region: str = Field(description="Region as the provider names it")
    country: str = Field(description="ISO 3166-1 alpha-2")
    place: str | None = Field(description="Where that is; null where it is not known")
    offers: int = Field(description="Offers there")
    accelerators: list[str] = Field(description="What can be had there")


class RegionsOut(BaseModel):
    items: list[RegionOut] = Field(description="By provider and region")
    total: int = Field(description="How many there are")
