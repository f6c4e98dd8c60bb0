"""What is written is read back equal, and reads the same to a spreadsheet."""

import csv
import io
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.accelerators import AcceleratorTable
from providers.errors import PriceFileError
from providers.offers import Offer, Purchase
from providers.pricefile import COLUMNS, PriceFile, read_price_file, write_price_file
from tests.providers.offer_strategies import offers
from tests.providers.price_csv import GOOD, price_csv, read

NO_ACCELERATORS = AcceleratorTable([])


@given(st.lists(offers(), max_size=5, unique_by=lambda offer: offer.key))
def test_reading_what_was_written_gives_the_same_offers(written: list[Offer]) -> None:
    price_file = read(write_price_file(written).encode(), accelerators=NO_ACCELERATORS)
    assert price_file.refused == ()
    assert price_file.offers == tuple(written)


@given(st.lists(offers(), max_size=3, unique_by=lambda offer: offer.key))
def test_writing_twice_gives_the_same_text(written: list[Offer]) -> None:
    text = write_price_file(written)
    again = read(text.encode(), accelerators=NO_ACCELERATORS).offers
    assert write_price_file(again) == text


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    _read_or_refuse(data)


CELLS = st.text(max_size=12) | st.sampled_from(
    ["0", "NaN", "1e400", "-1", "2026-13-01", "reserved", "all", '"']
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(sorted(COLUMNS)), CELLS), max_size=4))
def test_any_cells_are_read_or_refused_in_words(changes: list[tuple[str, str]]) -> None:
    price_file = _read_or_refuse(price_csv(GOOD | dict(changes)))
    if price_file is not None:
        assert price_file.rows == len(price_file.offers) + len(price_file.refused)
        assert all(refused.reason and refused.line >= 2 for refused in price_file.refused)


def _read_or_refuse(data: bytes) -> PriceFile | None:
    refused_whole = None
    try:
        return read_price_file(data, source="prices.csv", accelerators=NO_ACCELERATORS)
    except PriceFileError as error:
        refused_whole = str(error)
    assert refused_whole.startswith("prices.csv: ")
    return None


def make(**changes: object) -> Offer:
    fields: dict[str, object] = dict(GOOD) | {
        "purchase": Purchase.ON_DEMAND,
        "price_per_hour": Decimal("55.04"),
    }
    return Offer(**(fields | changes))  # type: ignore[arg-type]  # any field may be changed


def test_the_columns_are_those_of_the_contract_in_their_order() -> None:
    assert write_price_file([]) == (
        "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count,"
        "accelerator_memory_gib,vcpus,memory_gib,local_storage_gib,network_gbps,zone,term_months,payment,"
        "upfront,min_quantity,max_quantity,available_from,available_until,interruption_fraction,"
        "commitment_family,state,observed_at,source_url,note\n"
    )


def test_unknown_is_an_empty_cell_and_numbers_are_plain() -> None:
    (row,) = csv.DictReader(io.StringIO(write_price_file([make(price_per_hour=Decimal("1E+3"))])))
    assert row["price_per_hour"] == "1000"
    assert row["vcpus"] == row["observed_at"] == row["note"] == ""


def test_a_number_of_many_digits_loses_none() -> None:
    price = Decimal("1." + "123456789" * 8)
    (offer,) = read(write_price_file([make(price_per_hour=price)]).encode()).offers
    assert offer.price_per_hour == price


def test_times_are_written_in_utc() -> None:
    # 02:00 two hours east of Greenwich is midnight in UTC.
    east = datetime(2026, 8, 31, 2, tzinfo=timezone(timedelta(hours=2)))
    assert "2026-08-31T00:00:00Z" in write_price_file([make(observed_at=east)])


def test_text_that_a_spreadsheet_would_run_is_defused() -> None:
    (row,) = csv.DictReader(io.StringIO(write_price_file([make(note="=HYPERLINK(1)", region="-x")])))
    assert (row["note"], row["region"]) == ("'=HYPERLINK(1)", "'-x")


def test_twenty_thousand_rows_are_read_in_under_two_seconds() -> None:
    data = write_price_file(
        make(instance_type=f"t{i}", price_per_hour=Decimal(i + 1) / 7, note=f"row {i}") for i in range(20_000)
    ).encode()
    begin = time.process_time()
    assert len(read(data).offers) == 20_000
    assert time.process_time() - begin < 2
