"""`--as-of` beside `--prices`: the files as they would have been read on that day."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from providers.offers import Offer, Purchase
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import Said, call
from tests.advisor.planning_cases import near, plan_data
from tests.factories import make_offer

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
HOURS = 730


def days_ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


def day(days: int) -> str:
    return f"{days_ago(days):%Y-%m-%d}"


OLD = make_offer(observed_at=days_ago(100))
NEW = make_offer(region="eu-west-1", country="IE", price_per_hour=Decimal(40), observed_at=days_ago(5))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_prices(tmp_path / "prices.csv", [OLD, NEW])


def answer(tmp_path: Path, prices: Path, *words: str, **changes: Any) -> dict[str, Any]:
    said = advise(write_plan(tmp_path, plan_data(**changes)), prices, *words, "--json", "-", "--no-baselines")
    assert said.code == 0
    found: dict[str, Any] = json.loads(said.out)
    return found


def codes(result: dict[str, Any]) -> dict[str, str]:
    return {row["code"]: row["message"] for row in result["warnings"]}


def test_what_was_observed_later_is_left_out_and_told(tmp_path: Path, files: Path) -> None:
    now, then = answer(tmp_path, files), answer(tmp_path, files, "--as-of", day(6))
    assert (now["objective_npv"], then["objective_npv"]) == (near(40 * HOURS), near(50 * HOURS))
    assert (now["catalogue"]["offers_in_catalogue"], then["catalogue"]["offers_in_catalogue"]) == (2, 1)
    assert then["catalogue"]["as_of"] == f"{day(6)}T23:59:59Z"
    words = codes(then)["left_out_observed_later"]
    assert words == f"1 offer left out: observed after {day(6)} 23:59 UTC (--as-of)."
    assert "left_out_observed_later" not in codes(now)


def test_the_day_of_the_observation_is_enough(tmp_path: Path, files: Path) -> None:
    assert answer(tmp_path, files, "--as-of", day(5))["objective_npv"] == near(40 * HOURS)
    minute_before = f"{days_ago(5) - timedelta(minutes=1):%Y-%m-%dT%H:%M}"
    assert answer(tmp_path, files, "--as-of", minute_before)["objective_npv"] == near(50 * HOURS)


def test_a_price_is_stale_by_its_age_on_that_day(tmp_path: Path) -> None:
    """Old beyond 90 days now; 40 days ago it was 60 days old."""
    prices = write_prices(tmp_path / "old.csv", [OLD])
    assert "stale_price" in codes(answer(tmp_path, prices))
    assert "stale_price" not in codes(answer(tmp_path, prices, "--as-of", day(40)))
    said = advise(write_plan(tmp_path, plan_data(stale_prices="refuse")), prices, "--as-of", day(40))
    assert said.code == 0
    assert advise(write_plan(tmp_path, plan_data(stale_prices="refuse")), prices).code == 1


def test_a_price_of_unknown_age_stays(tmp_path: Path) -> None:
    prices = write_prices(tmp_path / "undated.csv", [make_offer(observed_at=None)])
    result = answer(tmp_path, prices, "--as-of", day(400))
    assert result["objective_npv"] == near(50 * HOURS)
    assert "price_without_date" in codes(result)


def test_a_moment_before_every_price_is_refused_with_the_first(tmp_path: Path, files: Path) -> None:
    for said in (
        advise(write_plan(tmp_path), files, "--as-of", day(101)),
        call("cheapest", "H100", "--prices", str(files), "--as-of", day(101)),
    ):
        assert (said.code, said.out) == (2, "")
        assert said.first == (
            f"--as-of {day(101)}T23:59: every price of the files was observed later, the first on "
            f"{day(100)}T00:00 UTC; write that moment or one after it"
        )


def test_of_an_offer_in_two_files_the_later_gives_way(tmp_path: Path) -> None:
    first = write_prices(tmp_path / "first.csv", [OLD])
    again = Offer(**{name: getattr(OLD, name) for name in OLD.__slots__} | {"observed_at": days_ago(3)})
    second = write_prices(tmp_path / "second.csv", [again])
    words = ["--prices", str(first), str(second)]
    assert call("cheapest", "H100", *words).code == 2  # one offer has one price
    assert call("cheapest", "H100", *words, "--as-of", day(4)).code == 0


def cheapest(prices: Path, *words: str) -> Said:
    return call("cheapest", "H100", "--prices", str(prices), *words)


def test_cheapest_counts_ages_and_windows_from_that_day(tmp_path: Path, files: Path) -> None:
    listed = json.loads(cheapest(files, "--as-of", day(40), "--json", "-").out)
    (offer,) = listed["offers"]
    assert offer["price_per_hour"] == 50
    assert offer["age_hours"] == near(61 * 24, within=0.2)  # to the end of the day
    assert cheapest(files, "--as-of", day(40)).err.startswith("1 offer left out: observed after ")
    block = make_offer(
        purchase=Purchase.CAPACITY_BLOCK,
        available_from=days_ago(50),
        available_until=days_ago(30),
        observed_at=days_ago(60),
    )
    blocks = write_prices(tmp_path / "blocks.csv", [block])
    assert cheapest(blocks).code == 1  # its window has ended
    assert cheapest(blocks, "--as-of", day(31)).code == 0


def test_a_price_book_counts_on_that_day(tmp_path: Path, files: Path) -> None:
    """10 % off from 20 days ago: not yet 30 days ago."""
    book = tmp_path / "book.csv"
    book.write_text(
        f"provider,region,instance_type,purchase,discount_fraction,valid_from\n*,*,*,*,0.1,{day(20)}\n"
    )
    words = ("--price-book", str(book), "--as-of")
    assert answer(tmp_path, files, *words, day(30))["objective_npv"] == near(50 * HOURS)
    assert answer(tmp_path, files, *words, day(10))["objective_npv"] == near(45 * HOURS)


def test_sweep_takes_both(tmp_path: Path, files: Path) -> None:
    plan = str(write_plan(tmp_path))
    words = ["--kind", "sensitivity", "--drivers", "demand", "--factors", "2", "--workers", "1"]
    said = call("sweep", plan, *words, "--prices", str(files), "--as-of", day(6), "--json", "-")
    assert (said.code, json.loads(said.out)["points"][0]["npv"]) == (0, near(50 * HOURS))
    assert said.err.endswith(f"1 offer left out: observed after {day(6)} 23:59 UTC (--as-of).\n")
