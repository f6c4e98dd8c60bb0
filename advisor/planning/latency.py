"""Which machines are near enough to a workload's users, by the estimate of providers/distances.py."""

from functools import lru_cache

from advisor.demand.workload import Workload
from providers.distances import Point, country_point, region_point, round_trip_ms


def point_of(provider: str, region: str, country: str) -> Point:
    """Where machines stand: as regions.csv says, else (sites, partners, other regions) as their country."""
    return region_point(provider, region) or country_point(country)


@lru_cache(maxsize=65536)
def slowest(users: frozenset[str], provider: str, region: str, country: str) -> tuple[float, str]:
    """The longest estimated round trip in ms from any of the users' countries, and that country."""
    there = point_of(provider, region, country)
    return max((round_trip_ms(country_point(code), there), code) for code in users)


def near_enough(workload: Workload, provider: str, region: str, country: str) -> bool:
    """Whether machines of a place may serve a workload, as far as its latency goes."""
    if workload.latency is None:
        return True
    return slowest(workload.latency.countries(), provider, region, country)[0] <= workload.latency.max_ms
