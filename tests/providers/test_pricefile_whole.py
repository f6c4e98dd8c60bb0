"""What rows must satisfy together: duplicates, counts, limits, one list of accelerator names."""

import pytest

from providers.accelerators import AcceleratorTable
from providers.errors import PriceFileError
from providers.pricefile import MAX_REFUSED_IN_DETAIL
from tests.providers.price_csv import GOOD, accelerator, price_csv, read, refusal


def test_a_duplicate_names_the_line_of_the_first() -> None:
    price_file = read(
        price_csv({}, {"region": "us-east-1", "country": "US"}, {"instance_type": "P5.48XLARGE"})
    )
    (refused,) = price_file.refused
    assert refused.line == 4
    assert refused.reason == "duplicate: the same offer as on line 2; must occur once"


def test_a_refused_row_is_nobody_s_duplicate() -> None:
    price_file = read(price_csv({"price_per_hour": "0"}, {}))
    assert [refused.line for refused in price_file.refused] == [2]
    assert len(price_file.offers) == 1


_RESERVED = {"purchase": "reserved", "term_months": "12", "payment": "none"}
_BLOCK = {"purchase": "capacity_block", "available_from": "2026-09-01", "available_until": "2026-09-02"}
_PLAN = {"purchase": "spend_commitment", "commitment_family": "sp-1y"}


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ({}, {"provider": "aws-cn"}),
        ({}, {"region": "eu-west-1"}),
        ({}, {"zone": "eu-central-1a"}),
        ({}, {"purchase": "spot"}),
        (_RESERVED, {"term_months": "36"}),
        (_RESERVED, {"payment": "partial", "upfront": "9"}),
        (_PLAN, {"term_months": "36"}),
        (_PLAN, {"commitment_family": "sp-3y"}),
        (_BLOCK, {"available_until": "2026-09-03"}),
        (_BLOCK, {"available_until": ""}),
        (_BLOCK, {"available_from": "", "available_until": ""}),
    ],
)
def test_offers_that_differ_in_one_part_of_the_key_are_no_duplicates(
    row: dict[str, str], change: dict[str, str]
) -> None:
    price_file = read(price_csv(row, row | change))
    assert price_file.refused == ()
    assert len({offer.offer_id for offer in price_file.offers}) == 2


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ({}, {"price_per_hour": "1"}),
        ({}, {"currency": "EUR"}),
        ({}, {"observed_at": "2026-08-31"}),
        (_RESERVED, {"payment": ""}),
        (_BLOCK, {"available_until": "2026-09-03T00:00:00Z"}),
    ],
)
def test_offers_that_differ_elsewhere_are_duplicates(row: dict[str, str], change: dict[str, str]) -> None:
    assert [refused.line for refused in read(price_csv(row, row | change)).refused] == [3]


def test_refusals_beyond_the_cap_are_counted_but_not_described() -> None:
    bad = [{"instance_type": f"t{i}", "price_per_hour": "0"} for i in range(MAX_REFUSED_IN_DETAIL + 25)]
    price_file = read(price_csv({}, *bad))
    assert len(price_file.refused) == MAX_REFUSED_IN_DETAIL
    assert price_file.refused_count == MAX_REFUSED_IN_DETAIL + 25


def test_reading_gives_up_on_a_file_that_is_nearly_all_refusals() -> None:
    row = ",".join((GOOD | {"price_per_hour": "call us"}).values()).encode() + b"\n"
    with pytest.raises(
        PriceFileError, match=r"gave up at line 50002: 50000 of 50001 rows .* line 3, price_per_hour"
    ):
        read(price_csv({}) + row * 60_000)


def test_reading_goes_on_where_enough_rows_are_good() -> None:
    bad = ",".join((GOOD | {"price_per_hour": "call us"}).values()).encode() + b"\n"
    good = [{"instance_type": f"t{i}"} for i in range(1_001)]
    price_file = read(price_csv(*good) + bad * 50_000)
    assert (len(price_file.offers), price_file.refused_count) == (1_001, 50_000)


def test_a_long_or_unprintable_value_is_shown_cut_and_escaped() -> None:
    assert refusal(country="x" * 500).value == "x" * 60 + "…"
    assert refusal(country="\x1b[31mDE").value == r"\x1b[31mDE"


TABLE = AcceleratorTable(
    [accelerator("A100-40GB", "A100", 40), accelerator("A100-80GB", "A100", 80), accelerator("L4", "L4", 24)]
)


@pytest.mark.parametrize(
    ("name", "memory", "canonical"),
    [
        ("A100", "80", "A100-80GB"),
        ("A100", "39.6", "A100-40GB"),
        ("A100", "", "A100"),
        ("nvidia l4", "", "L4"),
        ("  PPU 810 ", "96", "PPU 810"),
    ],
)
def test_accelerator_names_become_canonical_where_known(name: str, memory: str, canonical: str) -> None:
    row = {"accelerator": name, "accelerator_count": "1", "accelerator_memory_gib": memory}
    (offer,) = read(price_csv(row), accelerators=TABLE).offers
    assert offer.accelerator == canonical
