"""Countries, groups and regions: who is in, who is out, and what an unknown name may have meant."""

from decimal import Decimal
from pathlib import Path

import pytest

from providers.errors import ReferenceDataError, UnknownPlace
from providers.places import (
    COUNTRIES,
    GRID_COLUMNS,
    GROUP_DEFINITIONS,
    GROUPS,
    REGION_COLUMNS,
    REGIONS,
    grid_from,
    grid_intensity_g_per_kwh,
    region,
    regions_from,
    resolve_place,
    suggest_country,
    suggest_place,
)
from providers.tables import parse_table

ISO_TABLE = Path("/usr/share/zoneinfo/iso3166.tab")


def test_there_are_249_countries_with_names() -> None:
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
    assert len(set(COUNTRIES.values())) == 249
    assert COUNTRIES["DE"] == "Germany"


@pytest.mark.skipif(not ISO_TABLE.exists(), reason="the system has no time zone tables")
def test_the_codes_are_those_of_the_system_s_iso_table() -> None:
    lines = ISO_TABLE.read_text(encoding="utf-8").splitlines()
    assert set(COUNTRIES) == {line[:2] for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize(
    ("group", "size", "members", "strangers"),
    [
        (
            "EU",
            27,
            "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
            "GB CH NO",
        ),
        ("EEA", 30, "DE IS LI NO", "GB CH"),
        ("EFTA", 4, "IS LI NO CH", "DE"),
        ("SCHENGEN", 29, "CH NO BG RO HR", "IE CY GB"),
        ("NORDICS", 5, "DK FI IS NO SE", "EE"),
        ("DACH", 3, "DE AT CH", "LI"),
        ("BENELUX", 3, "BE NL LU", "FR"),
        ("EUROPE", 52, "GB CH NO RU UA CY", "TR GE US"),
        ("G7", 7, "CA FR DE IT JP GB US", "CN RU"),
        ("FIVE-EYES", 5, "AU CA NZ GB US", "DE"),
        ("OECD", 38, "US JP KR TR CL CR MX IL", "CN IN BR RU"),
        ("CN-mainland", 1, "CN", "HK MO TW"),
        ("GREATER-CHINA", 4, "CN HK MO TW", "SG"),
        ("ASEAN", 11, "SG MY TH VN TL", "CN JP"),
        ("OCEANIA", 29, "AU NZ FJ", "ID"),
        ("APAC", 56, "CN HK TW JP KR SG IN AU NZ ID MY TH", "US AE IR RU IL KZ"),
        ("NORTH-AMERICA", 3, "US CA MX", "BR"),
        ("LATAM", 52, "MX BR CL CO AR PR", "US CA"),
        ("MIDDLE-EAST", 16, "AE SA QA IL BH TR EG", "IN CY"),
        ("GCC", 6, "AE BH KW OM QA SA", "IL"),
        ("AFRICA", 60, "ZA EG NG KE", "AE"),
        # Egypt is counted in both the Middle East and Africa: 52 + 16 + 60 - 1.
        ("EMEA", 127, "DE ZA AE", "US CN"),
        ("WORLD", 249, "DE US CN AQ", ""),
    ],
)
def test_a_group_holds_its_members_and_no_others(group: str, size: int, members: str, strangers: str) -> None:
    found = resolve_place(group)
    assert len(found) == size
    assert set(members.split()) <= found
    assert not set(strangers.split()) & found
    assert found == GROUPS[group]


def test_groups_nest_as_their_definitions_say() -> None:
    assert GROUPS["EU"] < GROUPS["EEA"] < GROUPS["EUROPE"] < GROUPS["EMEA"] < GROUPS["WORLD"]
    assert GROUPS["EEA"] - GROUPS["EU"] == {"IS", "LI", "NO"}
    assert GROUPS["SCHENGEN"] == (GROUPS["EU"] - {"CY", "IE"}) | GROUPS["EFTA"]
    assert GROUPS["EMEA"] == GROUPS["EUROPE"] | GROUPS["MIDDLE-EAST"] | GROUPS["AFRICA"]
    assert GROUPS["ASEAN"] | GROUPS["OCEANIA"] | GROUPS["GREATER-CHINA"] < GROUPS["APAC"]
    assert GROUPS["GCC"] < GROUPS["MIDDLE-EAST"]
    assert set(GROUPS) == set(GROUP_DEFINITIONS)


@pytest.mark.parametrize(("name", "code"), [("DE", "DE"), ("de", "DE"), (" us ", "US"), ("NA", "NA")])
def test_a_country_resolves_to_itself(name: str, code: str) -> None:
    assert resolve_place(name) == {code}


@pytest.mark.parametrize("name", ["cn-MAINLAND", "CN-mainland", "eea", "north-america"])
def test_groups_are_found_in_either_case(name: str) -> None:
    assert resolve_place(name)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("EUU", "EU"),
        ("Germany", "DE (Germany)"),
        ("Germny", "DE (Germany)"),
        ("UK", "GB (United Kingdom)"),
        ("USA", "US (United States)"),
        ("NORTHAMERICA", "NORTH-AMERICA"),
        ("europ", "EUROPE"),
        ("mainland china", "CN (China)"),
        ("anywhere", "WORLD"),
        ("czech  republic", "CZ (Czechia)"),
    ],
)
def test_an_unknown_place_says_what_it_may_have_meant(name: str, suggestion: str) -> None:
    with pytest.raises(UnknownPlace) as caught:
        resolve_place(name)
    assert suggestion.split(" (")[0] in caught.value.suggestions
    assert suggestion in str(caught.value).rpartition("did you mean")[2]
    assert str(caught.value).startswith(
        f"{name}: unknown place: must be an ISO 3166-1 alpha-2 country or one of EU,"
    )


@pytest.mark.parametrize("name", ["", "XX", "QQQQQQ", "E" * 1000])
def test_a_hopeless_place_has_no_suggestions_and_a_short_message(name: str) -> None:
    with pytest.raises(UnknownPlace) as caught:
        resolve_place(name)
    assert caught.value.suggestions == ()
    assert "did you mean" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_suggestions_for_a_country_are_countries() -> None:
    assert suggest_country("Swedn") == ["SE"]
    assert suggest_country("European Union") == []
    assert suggest_place("European Union") == ["EU"]


def _region_rows(*lines: str) -> str:
    return "\n".join([",".join(REGION_COLUMNS), *lines])


GOOD_REGION = "aws,eu-central-1,DE,Frankfurt,50.11,8.68,340,https://example.com"


def test_a_region_is_found_in_either_case() -> None:
    rows = parse_table(_region_rows(GOOD_REGION), table="t.csv", columns=REGION_COLUMNS)
    found = regions_from(rows)["aws", "eu-central-1"]
    assert (found.country, found.latitude, found.grid_g_per_kwh) == ("DE", Decimal("50.11"), Decimal(340))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (GOOD_REGION, "region: 'eu-central-1': must occur once per provider"),
        ("aws,a,XX,P,1,1,,s", "country: 'XX'"),
        ("aws,a,DE,P,91,1,,s", "latitude: '91': must be between -90 and 90"),
        ("aws,a,DE,P,1,-181,,s", "longitude: '-181'"),
        ("aws,a,DE,P,1,x,,s", "longitude: 'x': must be a number"),
        ("aws,a,DE,P,1,1,-1,s", "grid_g_per_kwh: '-1'"),
        ("aws,a,DE,P,1,1,NaN,s", "grid_g_per_kwh: 'NaN': must be a finite number"),
        ("aws,a,DE,,1,1,,s", "place: '': must not be empty"),
    ],
)
def test_a_wrong_region_is_refused_with_its_line(line: str, words: str) -> None:
    rows = parse_table(_region_rows(GOOD_REGION, line), table="t.csv", columns=REGION_COLUMNS)
    with pytest.raises(ReferenceDataError) as caught:
        regions_from(rows)
    assert str(caught.value).startswith("t.csv, line 3, ")
    assert words in str(caught.value)


@pytest.mark.parametrize("line", ["XX,100,2024,s", "DE,,2024,s", "DE,-1,2024,s", "FR,50,2024,s"])
def test_a_wrong_grid_figure_is_refused(line: str) -> None:
    text = "\n".join([",".join(GRID_COLUMNS), "FR,50,2024,s", line])
    with pytest.raises(ReferenceDataError, match="line 3"):
        grid_from(parse_table(text, table="t.csv", columns=GRID_COLUMNS))


def test_the_tables_shipped_with_the_code_answer() -> None:
    frankfurt = region("AWS", "EU-central-1")
    assert frankfurt is not None
    assert frankfurt.country == "DE"
    assert region("aws", "nowhere-1") is None
    grid = grid_intensity_g_per_kwh("FR")
    assert grid is not None
    assert grid < 200
    assert grid_intensity_g_per_kwh("XX") is None
    assert len(REGIONS) > 50
