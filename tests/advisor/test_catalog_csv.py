"""A listing as CSV: two currencies told apart, nothing a spreadsheet would run, unknown is empty."""

import csv
import io
from decimal import Decimal

import pytest

from advisor.catalog.columns import FILE_COLUMNS
from advisor.catalog.listing_csv import CSV_COLUMNS, csv_of, guarded
from advisor.catalog.listing_json import listing_json
from advisor.catalog.search import Listing
from providers.offers import Payment, Purchase
from tests.advisor.test_search import find, machine
from tests.factories import make_cpu_offer, make_offer


def rows(listing: Listing) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(listing), newline="")))


def test_both_currencies_and_both_units_are_told() -> None:
    # billed: 40.123456789 EUR x 1.25 = 50.15432098625 USD; upfront: 87600 x 1.25 = 109500, over 8760 hours
    # 12.5 an hour more: 62.65432098625; for one of 8: 62.654321 / 8 = 7.831790125
    offer = make_offer(
        purchase=Purchase.RESERVED,
        term_months=12,
        payment=Payment.PARTIAL,
        price_per_hour=Decimal("40.123456789"),
        upfront=Decimal(87600),
        currency="EUR",
        note='say "hello", twice',
    )
    (row,) = rows(find([offer]))
    told = {
        "source_currency": "EUR",
        "source_price_per_hour": "40.123456789",
        "source_upfront": "87600",
        "currency": "USD",
        "price_per_hour": "50.154321",
        "upfront": "109500",
        "effective_price_per_hour": "62.654321",
        "price_per_accelerator_hour": "7.83179",
        "quantity": "1",
        "total_price_per_hour": "62.654321",
        "one_year_price_per_hour": "62.654321",
        "spot_price_per_hour": "",
        "age_hours": "60",
        "stale": "false",
        "purchase": "reserved",
        "payment": "partial",
        "term_months": "12",
        "observed_at": "2026-11-20T00:00:00Z",
        "note": 'say "hello", twice',
        "offer_id": offer.offer_id,
    }
    assert {name: row[name] for name in told} == told


def test_what_is_unknown_is_empty_and_never_zero() -> None:
    (row,) = rows(find([make_cpu_offer(observed_at=None, vcpus=None)]))
    names = (
        "accelerator",
        "accelerator_count",
        "price_per_accelerator_hour",
        "vcpus",
        "age_hours",
        "upfront",
    )
    assert {row[name] for name in names} == {""}


def test_the_columns_are_the_names_of_the_json_and_leave_out_none() -> None:
    names = set(listing_json(find([make_offer()]))["offers"][0])
    assert set(CSV_COLUMNS) == names
    assert set(FILE_COLUMNS) <= names
    assert len(CSV_COLUMNS) == len(names)


def test_a_page_without_lines_has_the_titles_alone() -> None:
    assert csv_of(find([make_offer()], offset=5)) == f"{','.join(CSV_COLUMNS)}\n"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-5", "-5"),
        ("+0.25", "+0.25"),
        ("-inf", "'-inf"),
        ("", ""),
        ("p5.48xlarge", "p5.48xlarge"),
        ("a=b", "a=b"),
    ],
)
def test_text_a_spreadsheet_would_run_gets_an_apostrophe(text: str, safe: str) -> None:
    assert guarded(text) == safe


def test_the_guard_is_on_every_text_cell() -> None:
    bad = machine("=1", "1", note="@x", region="+y", zone="-z", accelerator="=H", source_url="=u")
    (row,) = rows(find([bad]))
    told = [row[name] for name in ("instance_type", "note", "region", "zone", "accelerator", "source_url")]
    assert told == ["'=1", "'@x", "'+y", "'-z", "'=H", "'=u"]
