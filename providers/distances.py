"""How far places are apart, and how long a message takes there and back.

Points are latitude and longitude in degrees. A region lies where regions.csv says, else in the centre of its
country's population (countries.csv).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from providers.places import COUNTRY_CENTRES, region

EARTH_RADIUS_KM = 6371.0  # mean radius, IUGG
LIGHT_IN_FIBRE_KM_PER_MS = 200.0  # c / 1.5
CABLE_PER_KM = 1.5  # kilometres of cable for one of great circle; fitted, see round_trip_ms
BASE_MS = 5.0  # equipment at both ends; fitted with it


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the globe, in degrees: north and east are positive."""

    latitude: float
    longitude: float


def country_point(code: str) -> Point:
    """Centre of a country's population; raises KeyError for what is no ISO 3166-1 code."""
    latitude, longitude = COUNTRY_CENTRES[code]
    return Point(float(latitude), float(longitude))


def region_point(provider: str, name: str) -> Point | None:
    """Where a provider's region lies; None when regions.csv does not say."""
    found = region(provider, name)
    if found is None or found.latitude is None or found.longitude is None:
        return None
    return Point(float(found.latitude), float(found.longitude))


def great_circle_km(a: Point, b: Point) -> float:
    """Shortest way over the surface of a sphere (haversine), at most 0.6 % off the ellipsoid's."""
    north_a, north_b = radians(a.latitude), radians(b.latitude)
    half_north, half_east = (north_b - north_a) / 2, radians(b.longitude - a.longitude) / 2
    chord = sin(half_north) ** 2 + cos(north_a) * cos(north_b) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


@lru_cache(maxsize=16384)
def round_trip_ms(a: Point, b: Point) -> float:
    """Estimated time there and back: 5 ms + km x 2 x 1.5 / 200, so 15 ms for each 1,000 km.

    Cables are taken to be 1.5 times as long as the great circle. Against IBM Cloud's measured means between
    12 cities (66 pairs, October and November 2025, docs of IBM Cloud VPC, network latency) half of the pairs
    differ by less than 11 %, four in five by less than 21 %; the worst, Europe to Japan, take up to 1.7 times
    the estimate, because cables go round. The users' own line (fixed some 2 to 15 ms, mobile 20 to 50) and
    the time to answer are not in it.
    """
    return BASE_MS + 2 * great_circle_km(a, b) * CABLE_PER_KM / LIGHT_IN_FIBRE_KM_PER_MS
