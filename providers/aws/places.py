"""Where AWS's prices hold: regions, and the Local and Wavelength Zones that are not capacity of a region.

AWS writes a place as a region (`eu-west-1`), a location (`EU (Ireland)`), a zone (`eu-west-1a`), a zone's
id (`euw1-az1`), a Local Zone (`us-east-1-atl-2a`, `use1-atl2-az1`) or its group (`us-east-1-atl-2`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from providers.aws.fields import Unusable
from providers.places import REGIONS
from providers.places import region as known_region
from providers.tables import LazyMapping, read_table
from providers.text import shown

PROVIDER = "aws"
_HERE = Path(__file__).parent
_REGION = re.compile(r"([a-z]{2,4}(?:-[a-z]+){1,2}-[0-9])(?:([a-z])|-([a-z0-9-]{3,24}))?")
_ZONE_ID = re.compile(r"([a-z]{2,4}[a-z]{1,3}[0-9])-(?:az[0-9]+|([a-z0-9-]{3,24})-(?:az|wlz)[0-9]+)")
_CITY = re.compile(r"[a-z]{3}")
_COMPASS = re.compile("northeast|northwest|southeast|southwest|north|south|east|west|central")
CHINA, GOVERNMENT, SOVEREIGN = "cn-", "us-gov-", "eusc-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A region and its country. `zone` is set where a price does not hold for the whole region.

    `city_zone` tells a Local or Wavelength Zone, which may lie in another country than its region.
    """

    region: str
    country: str
    zone: str | None = None
    city_zone: bool = False

    @property
    def currency(self) -> str:
        """What AWS bills in there, for replies that state no currency and lists that state several."""
        if self.region.startswith(CHINA):
            return "CNY"
        return "EUR" if self.region.startswith(SOVEREIGN) else "USD"

    @property
    def note(self) -> str:
        """What a reader must know of the place."""
        if self.region.startswith(CHINA):
            return "AWS China, separate account and operator"
        if self.region.startswith(GOVERNMENT):
            return "AWS GovCloud, for vetted US customers only"
        if self.region.startswith(SOVEREIGN):
            return "AWS European Sovereign Cloud, separate account"
        return "Local or Wavelength Zone, not capacity of its region" if self.city_zone else ""


def _by(column: str) -> Mapping[str, str]:
    """Names in a column of locations.csv, in lower case -> region."""
    table = read_table(_HERE / "locations.csv", columns=("region", "locations", "usage_prefixes"))
    return {name.casefold(): row.text("region") for row in table for name in row.names(column)}


LOCATIONS: Mapping[str, str] = LazyMapping(lambda: _by("locations"))
"""Location of a price list in lower case -> region."""

USAGE_PREFIXES: Mapping[str, str] = LazyMapping(lambda: _by("usage_prefixes"))
"""How the usage types of a region begin, in lower case -> region."""

CITIES: Mapping[str, str] = LazyMapping(
    lambda: {
        row.text("city"): row.text("country")
        for row in read_table(_HERE / "zones.csv", columns=("city", "country", "place"))
    }
)
"""Airport code in the name of a Local or Wavelength Zone -> country."""


def _shortened(region: str) -> str:
    """A region as in zone ids.

    >>> _shortened("ap-northeast-1"), _shortened("us-gov-west-1"), _shortened("eu-central-2")
    ('apne1', 'usgw1', 'euc2')
    """
    first, *middle, last = region.split("-")
    letters = [
        "".join(part[0] for part in re.findall("north|south|east|west|central", word))
        if _COMPASS.fullmatch(word)
        else word[0]
        for word in middle
    ]
    return "".join((first, *letters, last))


_SHORT: Mapping[str, str] = LazyMapping(
    lambda: {_shortened(name): name for provider, name in REGIONS if provider == PROVIDER}
)


@lru_cache(maxsize=4096)
def place_of(code: str, *, field: str) -> Place:
    """The place of a region, zone, zone id or zone group. Raises Unusable naming `field`."""
    stated = code.strip().lower()
    if match := _REGION.fullmatch(stated):
        region, letter, city = match[1], match[2], match[3]
    elif (match := _ZONE_ID.fullmatch(stated)) and match[1] in _SHORT:
        region, letter, city = _SHORT[match[1]], "az", match[2]
    else:
        raise Unusable(
            f"{field}: {shown(code.strip()) or 'missing'}: no region or zone of AWS, such as us-east-1"
        )
    known = known_region(PROVIDER, region)
    if known is None:
        raise Unusable(f"{field}: {shown(code)}: a region whose country we do not know")
    if city:
        return Place(region=known.region, country=_country(city, code, field), zone=stated, city_zone=True)
    return Place(region=known.region, country=known.country, zone=stated if letter else None)


def _country(city: str, code: str, field: str) -> str:
    """The country of a Local or Wavelength Zone by the airport in its name (`wl1-bos-wlz-1`, `bos1`)."""
    for part in re.split(r"[-0-9]+", city):
        if _CITY.fullmatch(part) and part in CITIES:
            return CITIES[part]
    raise Unusable(f"{field}: {shown(code)}: a Local or Wavelength Zone whose country we do not know")


def place_of_location(location: str) -> Place:
    """The place of a location's name in a price list. Raises Unusable."""
    region = LOCATIONS.get(location.strip().casefold())
    if region is None:
        raise Unusable(f"location: {shown(location.strip()) or 'missing'}: a place we do not know")
    return place_of(region, field="location")


def place_of_usage(usage: str) -> Place:
    """The place of a usage type such as `EUW1-BoxUsage:m5.large`, without a prefix us-east-1.

    Raises Unusable.
    """
    prefix, dash, _ = usage.partition(":")[0].strip().partition("-")
    region = USAGE_PREFIXES.get(prefix.casefold()) if dash else "us-east-1"
    if region is None:
        raise Unusable(f"usageType: {shown(usage)}: of a region we do not know")
    return place_of(region, field="usageType")


def region_in(name: str) -> str:
    """The one region a text names, such as the name of a file; empty when it names none or several."""
    stated = name.lower()
    found = [known for known in _SHORT.values() if re.search(rf"(?<![a-z0-9]){known}(?![0-9])", stated)]
    return found[0] if len(found) == 1 else ""
