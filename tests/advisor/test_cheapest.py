"""The command: what it prints, what it writes, and how it ends."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.services import publish
from providers.offers import Payment, Purchase
from providers.pricefile import write_price_file
from tests.advisor.commands import call
from tests.factories import make_cpu_offer, make_offer


@pytest.fixture
def prices(tmp_path: Path) -> str:
    """A price file with eight H100 in three places, one reservation and one CPU machine."""
    offers = [
        make_offer(),
        make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(20)),
        make_offer(region="us-east-1", country="US", price_per_hour=Decimal(40)),
        make_offer(
            purchase=Purchase.RESERVED,
            price_per_hour=Decimal(0),
            upfront=Decimal(262800),
            term_months=12,
            payment=Payment.ALL,
        ),
        make_offer(region="cn-north-1", country="CN", price_per_hour=Decimal(300), currency="CNY"),
        make_cpu_offer(),
    ]
    path = tmp_path / "prices.csv"
    path.write_text(write_price_file(offers))
    return str(path)


def asked(*words: str) -> dict[str, Any]:
    said = call("cheapest", *words, "--json", "-")
    assert (said.code, said.err) == (0, "")
    answer: dict[str, Any] = json.loads(said.out)
    return answer


def test_a_table_shows_both_units_what_stands_beside_and_how_many(prices: str) -> None:
    said = call("cheapest", "H100:8", "--residency", "EU", "--prices", prices)
    assert (said.code, said.err) == (0, "")
    title, *rows, empty, footer, upfront, family = said.out.splitlines()
    assert title.split()[:4] == ["provider", "region", "country", "instance"]
    assert [row.split()[3] for row in rows] == ["p5.48xlarge"] * 3
    # 20 / 8 = 2.5; the reservation costs 262800 / (12 x 730) = 30
    spot = rows[0]
    assert spot[title.index("purchase") :].startswith("spot")
    for shown in ("20.00", "2.500", "50.00", "30.00"):
        assert shown in spot
    assert "listed" in spot
    assert empty == ""
    assert footer == "Shown 3 of 3 offers (6 in the price files), prices in USD."
    assert upfront.startswith("Prices of reservations include their upfront payment")
    assert "H100-NVL" in family


def test_figures_are_set_right_under_their_titles(prices: str) -> None:
    title, *rows = call("cheapest", "H100:8", "--prices", prices).out.splitlines()[:4]
    end = title.index("$/instance-h") + len("$/instance-h")
    assert all(row[:end].endswith(("20.00", "30.00", "40.00")) for row in rows)


def test_a_missing_figure_is_a_dash_and_never_zero(prices: str) -> None:
    title, row = call("cheapest", "cpu", "--prices", prices).out.splitlines()[:2]
    for name in ("accelerators", "GiB each", "$/accelerator-h", "spot", "1 year", "3 years"):
        end = title.index(name) + len(name)
        assert "–" in row[title.index(name) : end]
    assert " 0 " not in row


def test_the_json_has_the_columns_of_a_price_file_and_both_units(prices: str) -> None:
    answer = asked("H100:8", "--prices", prices)
    assert set(answer) >= {"query", "currency", "catalogue", "shown", "total", "offers"}
    assert (answer["query"], answer["currency"], answer["shown"], answer["total"]) == ("H100:8", "USD", 5, 5)
    first = answer["offers"][0]
    header = Path(prices).read_text().splitlines()[0].split(",")
    assert set(header) <= set(first)
    assert (first["price_per_hour"], first["price_per_accelerator_hour"]) == (20, 2.5)
    assert first["age_hours"] > 0
    assert first["zone"] is None


def test_the_json_keeps_the_source_price_beside_a_converted_one(prices: str) -> None:
    answer = asked("H100:8", "--region", "cn-north-1", "--prices", prices, "--currency", "CNY")
    assert answer["offers"][0]["price_per_hour"] == 300
    answer = asked("H100:8", "--region", "cn-north-1", "--prices", prices)
    offer = answer["offers"][0]
    assert (offer["source_price_per_hour"], offer["source_currency"], offer["currency"]) == (
        300,
        "CNY",
        "USD",
    )
    assert 0 < offer["price_per_hour"] < 300


def test_the_footer_states_the_rate_its_date_and_its_source(prices: str) -> None:
    out = call("cheapest", "H100:8", "--region", "cn-north-1", "--prices", prices).out
    assert "prices in USD; CNY at 0.1" in out
    assert " of 20" in out


def test_the_limit_cuts_the_list_but_not_the_count(prices: str) -> None:
    answer = asked("--limit", "2", "--prices", prices)
    assert (answer["shown"], answer["total"], len(answer["offers"])) == (2, 6, 2)


def test_an_impossible_wish_ends_with_one_and_says_why(prices: str, tmp_path: Path) -> None:
    out = tmp_path / "answer.json"
    said = call("cheapest", "H100:8", "--max-price", "3", "--prices", prices, "--json", str(out))
    assert (said.code, said.out) == (1, "")
    assert said.first.startswith("No offer fits H100 and 8 accelerators and --max-price 3 USD")
    assert "Without --max-price 3 USD: 5 offers, the cheapest 20.00 USD per hour" in said.err
    answer = json.loads(out.read_text())
    assert (answer["shown"], answer["total"], answer["offers"]) == (0, 0, [])
    assert answer["explanation"][0] == said.first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["H1O0"], "H1O0: unknown accelerator; did you mean H100"),
        (["--residency", "EUU"], "--residency EUU: unknown place"),
        (["--count", "eight"], "--count eight: write a whole number, for example 8"),
        (["--max-price", "cheap"], "--max-price cheap: write a number"),
        (["--limit", "0"], "--limit 0: must be 1 or more"),
        (["--wrong"], "unrecognized arguments: --wrong"),
    ],
)
def test_bad_input_ends_with_two_and_one_plain_line_first(
    prices: str, tmp_path: Path, words: list[str], message: str
) -> None:
    out = tmp_path / "answer.json"
    said = call("cheapest", *words, "--prices", prices, "--json", str(out))
    assert (said.code, said.out) == (2, "")
    assert message in said.first
    assert not out.exists()


def test_a_bad_price_file_writes_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("not a price file")
    out = tmp_path / "answer.json"
    assert call("cheapest", "--prices", str(bad), "--json", str(out)).code == 2
    assert not out.exists()


def test_an_offer_in_two_files_is_refused(prices: str, tmp_path: Path) -> None:
    other = tmp_path / "again.csv"
    other.write_text(Path(prices).read_text())
    said = call("cheapest", "--prices", prices, str(other))
    assert said.code == 2
    assert "given by an earlier file too; one offer has one price" in said.first


def test_lists_may_come_before_the_query_and_in_any_spelling(prices: str) -> None:
    plain = asked("H100:8", "--purchase", "spot,on_demand", "--prices", prices)
    assert plain["total"] == 4
    for words in (
        ["--prices", prices, "--purchase", "spot", "on_demand", "H100:8"],
        ["--purchase", "spot", "--purchase", "on_demand", "--prices", prices, "H100:8"],
        ["--prices", prices, "--residency", "EU", "US", "CN", "H100:8", "--purchase", "spot,on_demand"],
    ):
        assert asked(*words)["offers"] == plain["offers"]


@pytest.mark.django_db
def test_prices_from_files_leave_the_catalogue_aside(prices: str) -> None:
    publish([make_cpu_offer(instance_type="other")], source="test", label="test")
    assert asked("--prices", prices)["total"] == 6
    answer = asked()
    assert (answer["total"], answer["catalogue"]["version"]) == (1, 1)


@pytest.mark.django_db
def test_a_search_reads_a_fixed_number_of_times(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish([make_offer(instance_type=f"m{n}") for n in range(40)], source="test", label="test")
    # exchange rates, version, matching rows, same machines beside, number of all
    with django_assert_num_queries(5):
        call("cheapest", "H100:8", "--residency", "EU")


@pytest.mark.django_db
def test_a_search_reads_only_the_rows_it_needs(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish([make_offer(), make_cpu_offer()], source="test", label="test")
    with django_assert_num_queries(5) as seen:
        call("cheapest", "H100:8", "--residency", "DE")
    rows = next(query["sql"] for query in seen.captured_queries if '"accelerator" IN' in query["sql"])
    assert "'H100'" in rows
    assert "'DE'" in rows


@pytest.mark.django_db
def test_the_prices_of_a_past_day_are_those_known_then() -> None:
    for day, price in ((10, 40), (12, 50)):
        offer = make_offer(price_per_hour=Decimal(price), observed_at=datetime(2026, 11, 9, tzinfo=UTC))
        publish([offer], source="t", label="t", now=datetime(2026, 11, day, 9, tzinfo=UTC))
    past = asked("H100:8", "--as-of", "2026-11-10")["offers"][0]
    # seen on the 9th at midnight, asked for the end of the 10th: 48 hours less a moment
    assert (past["price_per_hour"], past["age_hours"]) == (40, 47.9)
    assert asked("H100:8", "--as-of", "2026-11-12T08:59")["offers"][0]["price_per_hour"] == 40
    assert asked("H100:8", "--as-of", "2026-11-12T10:00+01:00")["offers"][0]["price_per_hour"] == 50
    early = call("cheapest", "--as-of", "2026-11-09")
    assert (early.code, early.out) == (3, "")


def test_the_json_of_a_reservation_has_what_is_billed_and_what_it_comes_to(prices: str) -> None:
    offer = asked("H100:8", "--purchase", "reserved", "--prices", prices)["offers"][0]
    assert (offer["price_per_hour"], offer["upfront"]) == (0, 262800)
    # 262800 / (12 x 730) = 30; by eight accelerators 3.75
    assert (offer["effective_price_per_hour"], offer["price_per_accelerator_hour"]) == (30, 3.75)
    assert offer["on_demand_price_per_hour"] == 50
    assert offer["one_year_price_per_hour"] == 30


def test_ctrl_c_ends_a_command_without_a_traceback(prices: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("advisor.management.commands.cheapest.find", interrupt)
    said = call("cheapest", "--prices", prices)
    assert (said.code, said.err) == (130, "Stopped.\n")
