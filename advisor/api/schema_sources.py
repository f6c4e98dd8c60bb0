"""Shapes of sources and publications of the catalogue, and of what an import did."""

from pydantic import BaseModel, ConfigDict, Field

from advisor.api.errors import Problem
from advisor.api.fields import Moment
from advisor.api.paging import PageOut
from advisor.api.schema_refresh import SourceStateOut


class AgesOut(BaseModel):
    """Some offers, counted. Ages are in hours now."""

    model_config = ConfigDict(from_attributes=True)

    offers: int = Field(description="How many they are")
    newest: Moment | None = Field(description="Newest price seen at, UTC")
    oldest: Moment | None = Field(description="Oldest price seen at, UTC")
    median_age_hours: float | None = Field(description="Half of the prices are older, hours")
    unknown_age: int = Field(description="Offers of which nobody said when they were seen")
    stale: int = Field(description="Offers older than this site's limit, or called stale by their source")
    stale_fraction: float = Field(description="Their share, 0 to 1")
    currencies: list[str] = Field(description="Currencies of the prices")
    purchases: dict[str, int] = Field(description="Offers by purchase option")
    state: str = Field(description="fresh, ageing or stale")


class PublicationOut(BaseModel):
    """One publication of prices: what it changed."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="Version of the catalogue it made")
    published_at: Moment = Field(description="When, UTC")
    source: str = Field(description="Where the prices came from", examples=["embedded", "import:prices.csv"])
    label: str = Field(description="What it was called")
    added: int = Field(description="New offers")
    changed: int = Field(description="Offers with another price or another fact")
    removed: int = Field(description="Offers that ended")
    unchanged: int = Field(description="Offers that stayed as they were")


class PublicationPage(PageOut):
    items: list[PublicationOut] = Field(description="Newest first")


class ProviderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    provider: str = Field(description="Who sells them")
    ages: AgesOut = Field(description="Its offers of this source")


class SourceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    source: str = Field(description="Where the prices came from")
    ages: AgesOut = Field(description="Its current offers")
    providers: list[ProviderOut] = Field(description="The same by provider")
    last_publication: PublicationOut | None = Field(description="Its newest publication")


class CatalogueOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int = Field(description="Version in force")
    published_at: Moment = Field(description="When it was published, UTC")
    ages: AgesOut = Field(description="All offers")
    sources: int = Field(description="Sources with current offers")
    providers: int = Field(description="Providers with current offers")
    regions: int = Field(description="Regions, those of each provider apart")
    countries: int = Field(description="Countries with current offers")
    accelerators: int = Field(description="Kinds of accelerators")


class SourcesOut(BaseModel):
    catalogue: CatalogueOut = Field(description="The catalogue as a whole")
    items: list[SourceOut] = Field(description="By number of offers, the largest first")
    total: int = Field(description="How many there are")
    asked: list[SourceStateOut] = Field(description="Sources that can be asked for newer prices, by name")


class ImportOut(BaseModel):
    """What an import did."""

    version: int = Field(description="Version of the catalogue now in force, new or not")
    rows: int = Field(description="Data rows of the file")
    added: int = Field(description="New offers")
    changed: int = Field(description="Offers with another price or another fact")
    removed: int = Field(description="Offers that ended; only with replace_providers")
    unchanged: int = Field(description="Offers that stayed as they were")
    refused_count: int = Field(description="Rows left out; 0 unless skip_bad_rows")
    refused: list[Problem] = Field(description="The first 1,000 of them: column, line, value, reason")
