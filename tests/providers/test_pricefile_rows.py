"""Bad rows are refused with line, field, value and what would be right; the rest is read."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.offers import Offer, Payment, PriceState, Purchase
from providers.pricefile.columns import COLUMNS, REQUIRED
from providers.text import shown
from tests.providers.price_csv import GOOD, price_csv, read, refusal

EVERYTHING = {
    "accelerator": "H100",
    "accelerator_count": "8",
    "accelerator_memory_gib": "80",
    "vcpus": "192",
    "memory_gib": "2048",
    "local_storage_gib": "0",
    "network_gbps": "3200",
    "zone": "eu-central-1a",
    "purchase": "reserved",
    "term_months": "12",
    "payment": "partial",
    "upfront": "100000.5",
    "min_quantity": "1",
    "max_quantity": "64",
    "available_from": "2026-09-01",
    "available_until": "2026-12-01T00:00:00+02:00",
    "interruption_fraction": "0.05",
    "commitment_family": "plan",
    "state": "quote",
    "observed_at": "2026-08-31T12:30:00Z",
    "source_url": "https://example.com/prices",
    "note": "from a test",
}


def test_every_column_reaches_its_field() -> None:
    (offer,) = read(price_csv(EVERYTHING)).offers
    assert offer == Offer(
        provider="aws",
        region="eu-central-1",
        country="DE",
        instance_type="p5.48xlarge",
        purchase=Purchase.RESERVED,
        price_per_hour=Decimal("55.04"),
        currency="USD",
        accelerator="H100",
        accelerator_count=Decimal(8),
        accelerator_memory_gib=Decimal(80),
        vcpus=Decimal(192),
        memory_gib=Decimal(2048),
        local_storage_gib=Decimal(0),
        network_gbps=Decimal(3200),
        zone="eu-central-1a",
        term_months=12,
        payment=Payment.PARTIAL,
        upfront=Decimal("100000.5"),
        min_quantity=1,
        max_quantity=64,
        available_from=datetime(2026, 9, 1, tzinfo=UTC),
        # 00:00 two hours east of Greenwich is 22:00 of the day before in UTC.
        available_until=datetime(2026, 11, 30, 22, tzinfo=UTC),
        interruption_fraction=Decimal("0.05"),
        commitment_family="plan",
        state=PriceState.QUOTE,
        observed_at=datetime(2026, 8, 31, 12, 30, tzinfo=UTC),
        source_url="https://example.com/prices",
        note="from a test",
    )
    assert set(EVERYTHING) | set(GOOD) == set(COLUMNS)


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),  # up to its last day
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),  # up to the next month
        ("2026-12-30", datetime(2026, 12, 31, tzinfo=UTC)),
        ("2026-12-31T00:00:00Z", datetime(2026, 12, 31, tzinfo=UTC)),  # a moment is a moment
    ],
)
def test_a_window_ends_with_the_day_that_is_written(written: str, ends: datetime) -> None:
    (offer,) = read(price_csv(EVERYTHING | {"available_until": written})).offers
    assert offer.available_until == ends


def test_times_are_kept_in_utc() -> None:
    (offer,) = read(price_csv(EVERYTHING)).offers
    assert offer.available_until is not None
    assert offer.available_until.tzinfo is UTC


def test_columns_are_the_fields_of_an_offer() -> None:
    # the tier is not a cell: the ranges of a file's rows say it
    assert set(COLUMNS) | {"tier_from"} == set(Offer.__dataclass_fields__)


def test_empty_cells_are_unknown_and_the_state_is_listed() -> None:
    optional = {name: "" for name in COLUMNS if name not in REQUIRED}
    assert read(price_csv(optional)).offers == read(price_csv({})).offers
    assert read(price_csv({})).offers[0].state is PriceState.LISTED


@pytest.mark.parametrize(
    ("payment", "price", "upfront", "reason"),
    [
        ("all", "0", "", "payment is all: must say what is paid upfront"),
        ("all", "1", "", "payment is all: must say what is paid upfront"),
        ("partial", "1", "", "payment is partial: must say what is paid upfront"),
        ("none", "1", "5000", "must be empty or 0, as payment is none"),
    ],
)
def test_an_upfront_payment_is_never_taken_for_zero(
    payment: str, price: str, upfront: str, reason: str
) -> None:
    row = {"purchase": "reserved", "term_months": "12", "payment": payment}
    refused = refusal(**row, price_per_hour=price, upfront=upfront)
    assert (refused.field, refused.value, refused.reason) == ("upfront", upfront, reason)


@pytest.mark.parametrize(("payment", "upfront"), [("none", ""), ("none", "0"), ("partial", "0"), ("", "5")])
def test_an_upfront_payment_may_be_stated_as_nothing(payment: str, upfront: str) -> None:
    row = {"purchase": "reserved", "term_months": "12", "payment": payment, "upfront": upfront}
    (offer,) = read(price_csv(row)).offers
    assert offer.upfront == (Decimal(upfront) if upfront else None)


@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_required_cell_is_refused(name: str) -> None:
    refused = refusal(**{name: "  "})
    assert (refused.line, refused.field, refused.value) == (2, name, "")
    assert refused.reason.startswith("must not be empty")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("N/A", "leave out what is unknown"),
        ("call us", "leave out what is unknown"),
        ("-", "leave out what is unknown"),
        ("–", "leave out what is unknown"),
        ("1 2", "leave out what is unknown"),
        ("1_000", "leave out what is unknown"),
        ("0x10", "leave out what is unknown"),
        ("١٢", "leave out what is unknown"),
        ("12e", "leave out what is unknown"),
        ("1" * 101, "leave out what is unknown"),
        ("$1.00", "leave out the currency sign"),
        ("-$1.00", "leave out the currency sign"),
        ("1,5", "write a point for decimals"),
        ("1,234.50", "write a point for decimals"),
        ("5%", "write a fraction"),
        ("NaN", "NaN and infinity are no numbers"),
        ("sNaN", "NaN and infinity are no numbers"),
        ("inf", "NaN and infinity are no numbers"),
        ("-Infinity", "NaN and infinity are no numbers"),
        ("0", "must be above 0"),
        ("0.000", "must be above 0"),
        ("-0", "must be above 0"),
        ("-1", "must be above 0"),
        ("1e400", "must be 0.000001 to 10000000 per hour"),
        ("1e-400", "must be 0.000001 to 10000000 per hour"),
        ("10000000.01", "must be 0.000001 to 10000000 per hour"),
        ("0.0000009", "must be 0.000001 to 10000000 per hour"),
    ],
)
def test_a_price_that_is_no_price_is_refused(cell: str, reason: str) -> None:
    refused = refusal(price_per_hour=cell)
    assert (refused.line, refused.field) == (2, "price_per_hour")
    assert reason in refused.reason
    assert refused.value == (cell if len(cell) <= 60 else f"{cell[:60]}…")


@pytest.mark.parametrize("cell", ["0.000001", "10000000", "1e1", ".5", "5.", "+3", "12.5052519037808"])
def test_a_price_is_taken_exactly_as_written(cell: str) -> None:
    (offer,) = read(price_csv({"price_per_hour": cell})).offers
    assert offer.price_per_hour == Decimal(cell)


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [
        ("provider", "AWS", "must be lower-case letters"),
        ("provider", "my cloud", "must be lower-case letters"),
        ("provider", "-aws", "must be lower-case letters"),
        ("region", "eu/central", "must not contain /"),
        ("instance_type", "p5/48", "must not contain /"),
        ("zone", "a@b", "must not contain / or @"),
        ("instance_type", "x" * 201, "has 201 characters; must have at most 200"),
        ("instance_type", "=1+1", "a spreadsheet would run this as a formula"),
        ("note", "@SUM(A1)", "a spreadsheet would run this as a formula"),
        ("note", "+1", "a spreadsheet would run this as a formula"),
        ("region", "-", "a spreadsheet would run this as a formula"),
        ("instance_type", "p5\u200b.48xlarge", "invisible character U+200B"),
        ("note", "a\tb", "invisible character U+0009"),
        ("note", "a\nb", "invisible character U+000A"),
        ("country", "Germany", "must be an ISO 3166-1 alpha-2 code such as DE; did you mean DE?"),
        ("country", "UK", "did you mean GB?"),
        ("country", "XX", "unknown country"),
        ("country", "EU", "unknown country"),
        ("currency", "RMB", "must be an ISO 4217 code such as USD; did you mean CNY?"),
        ("currency", "US$", "did you mean USD?"),
        ("currency", "USDD", "did you mean USD?"),
        ("currency", "XAU", "unknown currency"),
        ("purchase", "ondemand", "must be one of on_demand, spot, reserved, spend_commitment"),
        ("purchase", "ondemand", "did you mean on_demand?"),
        ("purchase", "Spot", "did you mean spot?"),
        ("payment", "al", "must be one of none, partial, all; did you mean all?"),
        ("state", "listd", "must be one of listed, quote, reservation_only, stale; did you mean listed?"),
        ("term_months", "12.5", "must be a whole number"),
        ("term_months", "1 year", "must be a whole number"),
        ("min_quantity", "1e2", "must be a whole number"),
        ("min_quantity", "-1", "must be 0 or more"),
        ("vcpus", "0", "must be above 0"),
        ("vcpus", "many", "leave out what is unknown"),
        ("memory_gib", "-2", "must be above 0"),
        ("interruption_fraction", "1.5", "must be between 0 and 1"),
        ("interruption_fraction", "5%", "write a fraction, 0.05 instead of 5%"),
        ("observed_at", "2026-08-31T12:00:00", "has no time zone; for UTC write 2026-08-31T12:00:00Z"),
        ("observed_at", "31.08.2026", "must be ISO 8601 with a time zone"),
        ("observed_at", "Thu Jul 30 06:13:17 2026", "must be ISO 8601 with a time zone"),
        ("observed_at", "1756641600", "must be ISO 8601 with a time zone"),
        ("observed_at", "20260831", "must be ISO 8601 with a time zone"),
        ("observed_at", "2026-02-30", "is no date and time that exists"),
        ("observed_at", "2026-08-31T25:00:00Z", "is no date and time that exists"),
        ("observed_at", "1969-12-31T00:00:00Z", "the year must be between 2000 and 2200"),
        ("observed_at", "9999-12-31T23:59:59-12:00", "the year must be between 2000 and 2200"),
        ("source_url", "javascript:alert(1)", "must be an http or https address"),
        ("upfront", "100", "only a reservation has an upfront payment"),
    ],
)
def test_a_bad_cell_is_refused_with_the_reason(field: str, cell: str, reason: str) -> None:
    refused = refusal(**{field: cell})
    assert refused.line == 2
    assert reason in refused.reason
    assert refused.field == field
    assert refused.value == shown(cell)


def test_accelerator_and_count_go_together() -> None:
    without_count = refusal(accelerator="H100")
    assert (without_count.field, without_count.value) == ("accelerator_count", "")
    without_name = refusal(accelerator_count="8")
    assert (without_name.field, without_name.value) == ("accelerator", "")


def test_a_share_of_an_accelerator_is_a_fraction_and_none_is_refused() -> None:
    (offer,) = read(price_csv({"accelerator": "L4", "accelerator_count": "0.125"})).offers
    assert offer.accelerator_count == Decimal("0.125")
    assert refusal(accelerator="L4", accelerator_count="0").field == "accelerator_count"


def test_country_and_currency_are_taken_in_either_case() -> None:
    (offer,) = read(price_csv({"country": "de", "currency": "usd"})).offers
    assert (offer.country, offer.currency) == ("DE", "USD")


def test_instance_names_may_hold_spaces() -> None:
    (offer,) = read(price_csv({"instance_type": " Ddsv4_Type 1 "})).offers
    assert offer.instance_type == "Ddsv4_Type 1"


def test_an_all_upfront_reservation_may_cost_nothing_per_hour_but_needs_its_upfront() -> None:
    reserved = {"purchase": "reserved", "payment": "all", "term_months": "12", "price_per_hour": "0"}
    (offer,) = read(price_csv(reserved | {"upfront": "300000"})).offers
    assert (offer.price_per_hour, offer.upfront) == (Decimal(0), Decimal(300000))
    assert refusal(**reserved).field == "upfront"
    assert refusal(**(reserved | {"payment": "partial", "upfront": "1"})).field == "price_per_hour"


def test_a_row_of_another_length_is_refused_not_shifted() -> None:
    data = (
        price_csv({}, {"region": "a"}, {"region": "b"})
        .replace(b"aws,a,", b"aws,")
        .replace(b"aws,b,", b"aws,b,,")
    )
    short, long = read(data).refused
    assert (short.line, short.reason) == (3, "has 6 cells; must have 7, as the header")
    assert (long.line, long.reason) == (4, "has 8 cells; must have 7, as the header")


def test_good_rows_among_bad_ones_are_kept_in_order() -> None:
    price_file = read(price_csv({"region": "c"}, {"region": "x", "price_per_hour": "0"}, {"region": "a"}))
    assert [offer.region for offer in price_file.offers] == ["c", "a"]
    assert (price_file.rows, price_file.refused_count) == (3, 1)
    assert str(price_file.refused[0]).startswith("line 3, price_per_hour: 0: must be above 0")
