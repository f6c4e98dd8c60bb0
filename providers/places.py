"""Where capacity is: countries, groups of countries and providers' regions.

Tables: countries.csv (ISO 3166-1), regions.csv and grid.csv, all in providers/reference/.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from providers.errors import UnknownPlace
from providers.tables import REFERENCE, LazyMapping, TableRow, read_table
from providers.text import did_you_mean, nearest, shown

COUNTRY_COLUMNS = ("code", "name", "groups", "latitude", "longitude")
REGION_COLUMNS = (
    "provider",
    "region",
    "country",
    "place",
    "latitude",
    "longitude",
    "grid_g_per_kwh",
    "source",
)
GRID_COLUMNS = ("country", "grid_g_per_kwh", "year", "source")

GROUP_DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        "EU": "the 27 member states of the European Union; not GB, CH or NO, nor overseas territories",
        "EEA": "European Economic Area: the EU, Iceland, Liechtenstein and Norway; not CH",
        "EFTA": "European Free Trade Association: Iceland, Liechtenstein, Norway and Switzerland",
        "SCHENGEN": "the 29 states of the Schengen area: the EU without CY and IE, and EFTA",
        "NORDICS": "Denmark, Finland, Iceland, Norway and Sweden",
        "DACH": "Germany, Austria and Switzerland",
        "BENELUX": "Belgium, the Netherlands and Luxembourg",
        "EUROPE": "the continent as the UN counts it (M49 150, with RU and GB), and Cyprus; not TR",
        "G7": "Canada, France, Germany, Italy, Japan, the United Kingdom and the United States",
        "FIVE-EYES": "Australia, Canada, New Zealand, the United Kingdom and the United States",
        "OECD": "the 38 member states of the OECD",
        "CN-mainland": "China without Hong Kong, Macao and Taiwan",
        "GREATER-CHINA": "mainland China, Hong Kong, Macao and Taiwan",
        "ASEAN": "the 11 member states of ASEAN, with Timor-Leste",
        "OCEANIA": "Australia, New Zealand and the Pacific islands (UN M49 009)",
        "APAC": "East, South-East and South Asia (with CN, HK, MO, TW and IN; without IR), and Oceania",
        "NORTH-AMERICA": "Canada, Mexico and the United States",
        "LATAM": "Latin America and the Caribbean (UN M49 419, with MX and PR)",
        "MIDDLE-EAST": "Western Asia without the Caucasus and Cyprus (with IL and TR), Egypt and Iran",
        "GCC": "Gulf Cooperation Council: Bahrain, Kuwait, Oman, Qatar, Saudi Arabia and the Emirates",
        "AFRICA": "the continent and its islands (UN M49 002)",
        "EMEA": "EUROPE, MIDDLE-EAST and AFRICA together",
        "WORLD": "every country",
    }
)
"""Group name -> one line saying who is in it. Members are in countries.csv."""

_OTHER_NAMES = {
    "UK": "GB", "ENGLAND": "GB", "GREAT BRITAIN": "GB", "GBR": "GB",
    "USA": "US", "AMERICA": "US", "UNITED STATES OF AMERICA": "US",
    "EL": "GR", "HOLLAND": "NL", "NLD": "NL", "CZECH REPUBLIC": "CZ", "DEU": "DE", "FRA": "FR",
    "KOREA": "KR", "KOR": "KR", "REPUBLIC OF KOREA": "KR", "JPN": "JP", "IND": "IN", "SGP": "SG",
    "CHN": "CN", "PRC": "CN", "MAINLAND CHINA": "CN", "CHINA MAINLAND": "CN", "MACAU": "MO",
    "UAE": "AE", "TURKEY": "TR", "RUSSIAN FEDERATION": "RU", "VIETNAM": "VN", "AUS": "AU", "CAN": "CA",
    "IRL": "IE", "SWE": "SE", "BRA": "BR", "ESP": "ES", "ITA": "IT", "POL": "PL", "CHE": "CH",
    "EUROPEAN UNION": "EU", "ASIA": "APAC", "ASIA-PACIFIC": "APAC", "LATIN AMERICA": "LATAM",
    "GLOBAL": "WORLD", "ANY": "WORLD", "ANYWHERE": "WORLD", "SOUTH-AMERICA": "LATAM", "AMER": "NORTH-AMERICA",
}  # fmt: skip
"""What people write instead of a code: offered as a suggestion, never taken silently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A provider's region. Coordinates in degrees; `grid_g_per_kwh` is CO2 per kWh of its grid, if known."""

    provider: str
    region: str
    country: str
    place: str
    latitude: Decimal | None
    longitude: Decimal | None
    grid_g_per_kwh: Decimal | None
    source: str


@cache
def _country_rows() -> tuple[TableRow, ...]:
    return tuple(read_table(REFERENCE / "countries.csv", columns=COUNTRY_COLUMNS))


def _load_groups() -> Mapping[str, frozenset[str]]:
    members: dict[str, set[str]] = {group: set() for group in GROUP_DEFINITIONS}
    for row in _country_rows():
        for group in (*row.names("groups"), "WORLD"):
            if group not in members:
                raise row.error("groups", f"unknown group {group}; must be one of {', '.join(members)}")
            members[group].add(row.text("code"))
    return {group: frozenset(codes) for group, codes in members.items()}


COUNTRIES: Mapping[str, str] = LazyMapping(
    lambda: {row.text("code"): row.text("name") for row in _country_rows()}
)
"""ISO 3166-1 alpha-2 code -> English name, all 249."""

COUNTRY_CENTRES: Mapping[str, tuple[Decimal, Decimal]] = LazyMapping(
    lambda: {row.text("code"): centre_from(row) for row in _country_rows()}
)
"""Country -> latitude and longitude in degrees of the centre of its population (SOURCES.md)."""

GROUPS: Mapping[str, frozenset[str]] = LazyMapping(_load_groups)
"""Group name -> country codes; see GROUP_DEFINITIONS."""


def centre_from(row: TableRow) -> tuple[Decimal, Decimal]:
    """Latitude and longitude of a country's row; raises `ReferenceDataError` naming line and column."""
    latitude, longitude = _within(row, "latitude", 90), _within(row, "longitude", 180)
    if latitude is None or longitude is None:
        raise row.error("latitude" if latitude is None else "longitude", "must not be empty")
    return latitude, longitude


@cache
def _places_by_folded_name() -> Mapping[str, frozenset[str]]:
    single = {code.casefold(): frozenset({code}) for code in COUNTRIES}
    return single | {group.casefold(): codes for group, codes in GROUPS.items()}


def resolve_place(name: str) -> frozenset[str]:
    """Country codes of a country code or group, ignoring case; raises `UnknownPlace` with suggestions."""
    found = _places_by_folded_name().get(name.strip().casefold())
    if found is None:
        suggestions = suggest_place(name)
        raise UnknownPlace(
            name,
            suggestions,
            f"{shown(name) or 'empty'}: unknown place: must be an ISO 3166-1 alpha-2 country or one of "
            f"{', '.join(GROUPS)}{did_you_mean(map(_described, suggestions))}",
        )
    return found


def suggest_place(name: str) -> list[str]:
    """Codes and groups that an unknown place may have meant, by name or by likeness, best first."""
    return _suggest(name, (*GROUPS, *COUNTRIES))


def suggest_country(name: str) -> list[str]:
    """Country codes that an unknown country may have meant, by name or by likeness, best first."""
    return [code for code in _suggest(name, ()) if code in COUNTRIES]


def _suggest(name: str, spellings: Iterable[str]) -> list[str]:
    known = _OTHER_NAMES.get(" ".join(name.upper().split()))
    if known is not None:
        return [known]
    by_name = {english: code for code, english in COUNTRIES.items()}
    hits = [*nearest(name, by_name, cutoff=0.75), *nearest(name, spellings, cutoff=0.66)]
    return list(dict.fromkeys(by_name.get(hit, hit) for hit in hits))[:3]


def _described(place: str) -> str:
    return f"{place} ({COUNTRIES[place]})" if place in COUNTRIES else place


def regions_from(rows: Iterable[TableRow]) -> Mapping[tuple[str, str], Region]:
    """(provider, region) in lower case -> region; raises `ReferenceDataError` naming line and column."""
    found: dict[tuple[str, str], Region] = {}
    for row in rows:
        key = (row.text("provider").casefold(), row.text("region").casefold())
        if key in found:
            raise row.error("region", "must occur once per provider")
        if row.text("country") not in COUNTRIES:
            raise row.error("country", "must be an ISO 3166-1 alpha-2 code")
        found[key] = Region(
            provider=row.text("provider"),
            region=row.text("region"),
            country=row.text("country"),
            place=row.text("place"),
            latitude=_within(row, "latitude", 90),
            longitude=_within(row, "longitude", 180),
            grid_g_per_kwh=_grid(row),
            source=row.text("source"),
        )
    return found


def _within(row: TableRow, column: str, degrees: int) -> Decimal | None:
    value = row.optional_number(column)
    if value is not None and abs(value) > degrees:
        raise row.error(column, f"must be between -{degrees} and {degrees} degrees")
    return value


def _grid(row: TableRow) -> Decimal | None:
    value = row.optional_number("grid_g_per_kwh")
    if value is not None and not 0 <= value <= 2000:
        raise row.error("grid_g_per_kwh", "must be between 0 and 2000 g of CO2 per kWh")
    return value


def grid_from(rows: Iterable[TableRow]) -> Mapping[str, Decimal]:
    """Country -> g of CO2 per kWh; raises `ReferenceDataError` naming line and column."""
    found: dict[str, Decimal] = {}
    for row in rows:
        country, value = row.text("country"), _grid(row)
        if country not in COUNTRIES or country in found:
            raise row.error("country", "must be an ISO 3166-1 alpha-2 code, once")
        if value is None:
            raise row.error("grid_g_per_kwh", "must not be empty")
        found[country] = value
    return found


REGIONS: Mapping[tuple[str, str], Region] = LazyMapping(
    lambda: regions_from(read_table(REFERENCE / "regions.csv", columns=REGION_COLUMNS))
)
"""(provider, region) in lower case -> region."""

_GRID: Mapping[str, Decimal] = LazyMapping(
    lambda: grid_from(read_table(REFERENCE / "grid.csv", columns=GRID_COLUMNS))
)


def region(provider: str, region: str) -> Region | None:
    """What is known of a provider's region, ignoring case; None when it is not in regions.csv."""
    return REGIONS.get((provider.casefold(), region.casefold()))


def grid_intensity_g_per_kwh(country: str) -> Decimal | None:
    """Yearly mean carbon intensity of a country's grid, g of CO2 per kWh; None when unknown."""
    return _GRID.get(country)
