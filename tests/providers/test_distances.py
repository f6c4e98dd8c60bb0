"""Where countries lie, how far places are apart, and the estimate of a round trip against measured ones."""

import csv
from itertools import combinations
from math import acos, cos, pi, radians, sin
from statistics import median, quantiles

import pytest

from providers.distances import Point, country_point, great_circle_km, region_point, round_trip_ms
from providers.errors import ReferenceDataError
from providers.places import COUNTRIES, COUNTRY_CENTRES, COUNTRY_COLUMNS, GROUPS, REGIONS, centre_from
from providers.tables import REFERENCE, parse_table

# Means in ms, IBM Cloud docs (VPC, network latency), 18 October to 16 November 2025; row to column.
CITIES = {
    "Dallas": Point(32.78, -96.80), "Toronto": Point(43.65, -79.38), "Washington": Point(38.91, -77.04),
    "Frankfurt": Point(50.11, 8.68), "London": Point(51.51, -0.13), "Madrid": Point(40.42, -3.70),
    "Montreal": Point(45.50, -73.57), "Chennai": Point(13.08, 80.27), "Osaka": Point(34.69, 135.50),
    "Sydney": Point(-33.87, 151.21), "Tokyo": Point(35.68, 139.69), "Sao Paulo": Point(-23.55, -46.63),
}  # fmt: skip
MEASURED_MS = [
    34, 32, 122, 112, 117, 42, 246, 150, 185, 142, 142,
    19, 93, 82, 106, 10, 222, 144, 216, 136, 127,
    86, 75, 87, 16, 234, 147, 215, 139, 116,
    13, 29, 89, 141, 235, 249, 224, 194,
    27, 79, 144, 247, 260, 236, 185,
    102, 150, 260, 274, 250, 204,
    218, 152, 223, 145, 125,
    111, 125, 100, 357,
    125, 9, 289,
    118, 323,
    282,
]  # fmt: skip
# Boxes (south, north, west, east) that hold all land of a group.
BOXES = {
    "EU": (27, 71, -32, 35),
    "AFRICA": (-47, 38, -26, 64),
    "LATAM": (-60, 33, -118, -26),
    "MIDDLE-EAST": (12, 43, 24, 64),
    "NORTH-AMERICA": (14, 84, -180, -52),
}
CAPITALS = {
    "AR": (-34.6, -58.4), "AT": (48.2, 16.4), "BE": (50.8, 4.4), "CH": (46.9, 7.4), "CZ": (50.1, 14.4),
    "DE": (52.5, 13.4), "DK": (55.7, 12.6), "EE": (59.4, 24.8), "EG": (30.0, 31.2), "ES": (40.4, -3.7),
    "FI": (60.2, 24.9), "FR": (48.9, 2.4), "GB": (51.5, -0.1), "GR": (38.0, 23.7), "HU": (47.5, 19.0),
    "IE": (53.3, -6.3), "IL": (31.8, 35.2), "IS": (64.1, -21.9), "IT": (41.9, 12.5), "JP": (35.7, 139.7),
    "KE": (-1.3, 36.8), "KR": (37.6, 127.0), "LU": (49.6, 6.1), "NL": (52.4, 4.9), "NO": (59.9, 10.8),
    "PL": (52.2, 21.0), "PT": (38.7, -9.1), "RO": (44.4, 26.1), "SE": (59.3, 18.1), "SG": (1.3, 103.8),
    "TH": (13.8, 100.5), "TW": (25.0, 121.5), "UA": (50.5, 30.5), "UY": (-34.9, -56.2), "VN": (21.0, 105.8),
}  # fmt: skip


def test_every_country_has_a_centre_and_no_two_distant_ones_share_it() -> None:
    assert set(COUNTRY_CENTRES) == set(COUNTRIES)
    assert len(COUNTRY_CENTRES) == 249
    points = {country_point(code) for code in COUNTRIES}
    assert len(points) >= 245  # IT, SM and VA are not, and a few islands are, within a tenth of a degree
    assert Point(0.0, 0.0) not in points


@pytest.mark.parametrize("group", BOXES)
def test_centres_lie_in_their_part_of_the_world(group: str) -> None:
    south, north, west, east = BOXES[group]
    outside = {
        code
        for code in GROUPS[group]
        if not (south <= country_point(code).latitude <= north)
        or not (west <= country_point(code).longitude <= east)
    }
    assert outside <= {"BV", "IO", "TF"}  # islands far out, where the UN counts them


@pytest.mark.parametrize("code", CAPITALS)
def test_a_centre_lies_within_650_km_of_the_capital_of_a_country_of_moderate_size(code: str) -> None:
    assert great_circle_km(country_point(code), Point(*CAPITALS[code])) < (960 if code == "VN" else 650)


def test_the_centre_of_the_united_states_is_near_that_of_its_census() -> None:
    census_2020 = Point(37.42, -92.35)  # Bureau of the Census: Wright County, Missouri
    assert great_circle_km(country_point("US"), census_2020) < 250


def test_centres_lie_among_the_regions_of_their_country() -> None:
    """Catches swapped signs and codes: no region is further away than the country is wide."""
    widest = {"US": 7000, "CA": 4000, "AU": 3500, "CN": 2500, "BR": 3000, "IN": 2000, "RU": 4000}
    far = {}
    for place in REGIONS.values():
        point = region_point(place.provider, place.region)
        if point is not None:
            km = great_circle_km(point, country_point(place.country))
            if km > widest.get(place.country, 1200):
                far[f"{place.provider}/{place.region}"] = km
    assert far == {}


def test_a_country_without_a_centre_is_refused() -> None:
    (row,) = parse_table(
        "code,name,groups,latitude,longitude\nDE,Germany,EU,,9.8", table="c", columns=COUNTRY_COLUMNS
    )
    with pytest.raises(ReferenceDataError, match="line 2, latitude: '': must not be empty"):
        centre_from(row)
    (row,) = parse_table(
        "code,name,groups,latitude,longitude\nDE,Germany,EU,91,9", table="c", columns=COUNTRY_COLUMNS
    )
    with pytest.raises(ReferenceDataError, match="between -90 and 90"):
        centre_from(row)


def test_the_table_writes_every_centre_with_one_decimal() -> None:
    with (REFERENCE / "countries.csv").open(encoding="utf-8", newline="") as file:
        cells = [row[axis] for row in csv.DictReader(file) for axis in ("latitude", "longitude")]
    assert all(cell.lstrip("-").replace(".", "").isdigit() and cell[-2] == "." for cell in cells)


def cosine_rule_km(a: Point, b: Point) -> float:
    """The same distance by the other formula, good for points that are not close."""
    p, q, turn = radians(a.latitude), radians(b.latitude), radians(a.longitude - b.longitude)
    return 6371 * acos(sin(p) * sin(q) + cos(p) * cos(q) * cos(turn))


def test_distances_are_those_of_a_sphere() -> None:
    for a, b in combinations(CITIES.values(), 2):
        assert great_circle_km(a, b) == pytest.approx(cosine_rule_km(a, b), rel=1e-6)
        assert great_circle_km(a, b) == great_circle_km(b, a)
    assert great_circle_km(Point(0, 0), Point(0, 90)) == pytest.approx(6371 * pi / 2)
    assert great_circle_km(Point(90, 0), Point(-90, 77)) == pytest.approx(6371 * pi)
    assert great_circle_km(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(6371 * pi / 180)
    assert great_circle_km(Point(10, 20), Point(10, 20)) == 0
    assert great_circle_km(CITIES["Frankfurt"], CITIES["London"]) == pytest.approx(638, abs=3)


def test_a_round_trip_is_five_ms_and_fifteen_for_each_thousand_km() -> None:
    a = Point(0, 0)
    assert round_trip_ms(a, a) == 5
    thousand_km = Point(0, 1000 / (6371 * pi / 180))
    assert round_trip_ms(a, thousand_km) == pytest.approx(5 + 2 * 1000 * 1.5 / 200)
    assert round_trip_ms(a, thousand_km) == pytest.approx(20)


def test_the_stated_error_is_that_against_measured_round_trips() -> None:
    pairs = list(combinations(CITIES, 2))
    assert len(pairs) == len(MEASURED_MS) == 66
    ratios = [
        measured / round_trip_ms(CITIES[a], CITIES[b])
        for (a, b), measured in zip(pairs, MEASURED_MS, strict=True)
    ]
    off = sorted(abs(ratio - 1) for ratio in ratios)
    assert median(ratios) == pytest.approx(1, abs=0.02)
    assert median(off) < 0.11
    assert quantiles(off, n=5)[3] < 0.21
    assert max(ratios) < 1.7
    assert min(ratios) > 0.79


def test_a_region_lies_where_the_table_says_or_nowhere() -> None:
    frankfurt = region_point("aws", "eu-central-1")
    assert frankfurt is not None
    assert great_circle_km(frankfurt, CITIES["Frankfurt"]) < 30
    assert region_point("AWS", "EU-Central-1") == frankfurt
    assert region_point("aws", "mars-1") is None
    assert region_point("own", "Frankfurt colo") is None
