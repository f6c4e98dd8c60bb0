"""A bad plan is bad input (exit 2) also where there are no prices to answer it with."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import call
from tests.advisor.planning_cases import TEAM, plan_data
from tests.advisor.test_advise_bad_input import BAD_PLANS
from tests.factories import make_offer

MADE_UP = TEAM | {"throughput": {"Warp9": 1}}
"""A workload for an accelerator that is on no list."""


@pytest.fixture
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database file that is missing. The connection of the tests keeps its name: Django closes at the end
    of a command what is not in memory, and the tables of all later tests would go with it."""
    path = tmp_path / "missing.sqlite3"
    missing = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": str(path)})
    monkeypatch.setattr("advisor.database.connection", missing)
    return path


@pytest.mark.parametrize(("data", "words"), [bad[1:] for bad in BAD_PLANS], ids=[bad[0] for bad in BAD_PLANS])
@pytest.mark.usefixtures("no_database")
def test_a_bad_plan_is_told_before_a_missing_database(tmp_path: Path, data: bytes, words: str) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(data)
    said = call("advise", str(plan))
    assert (said.code, said.out) == (2, "")
    assert str(plan) in said.first
    assert words in said.err


def test_a_good_plan_without_a_database_is_a_failure_and_no_bad_input(
    tmp_path: Path, no_database: Path
) -> None:
    said = call("advise", str(write_plan(tmp_path)))
    assert (said.code, f"There is no database at {no_database}" in said.err) == (3, True)
    assert not no_database.exists()


def test_a_bad_plan_is_told_before_a_bad_price_file(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_bytes(b"")
    said = advise(write_plan(tmp_path, plan_data(colour="red")), tmp_path / "prices.csv")
    assert (said.code, "unknown field" in said.err, "prices.csv" in said.err) == (2, True, False)


def test_a_name_that_only_the_prices_know_is_no_fault(tmp_path: Path) -> None:
    prices = write_prices(tmp_path / "prices.csv", [make_offer(accelerator="Warp9")])
    assert advise(write_plan(tmp_path, plan_data(MADE_UP)), prices, "--no-baselines").code == 0


def test_a_name_that_no_price_knows_is_told_with_all_other_faults(tmp_path: Path) -> None:
    prices = write_prices(tmp_path / "prices.csv", [make_offer()])
    said = advise(write_plan(tmp_path, plan_data(MADE_UP, colour="red")), prices)
    assert said.code == 2
    assert "2 problems" in said.first
    assert "Warp9" in said.err
    assert "colour" in said.err


@pytest.mark.usefixtures("no_database")
def test_without_prices_what_is_surely_wrong_is_told(tmp_path: Path) -> None:
    said = call("advise", str(write_plan(tmp_path, plan_data(MADE_UP, colour="red"))))
    assert (said.code, "colour" in said.first, "Warp9" in said.err) == (2, True, False)
