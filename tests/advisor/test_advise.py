"""The command `advise`, as a person calls it: price files, no database unless the ledger is asked for."""

import json
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings

from advisor.catalog.services import publish
from advisor.models import Run
from advisor.planning import services
from advisor.planning.services import SolverFailed
from optimizer.checks import InvalidProblem
from optimizer.result import Outcome, Status
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import call
from tests.advisor.planning_cases import SITE, TEAM, make_record, near, plan_data
from tests.factories import make_offer

SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/schemas/result.schema.json").read_text("utf-8"))


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A price file with one machine of eight H100 at 50 USD an hour."""
    return write_prices(tmp_path / "prices.csv", [make_offer()])


def test_the_answer_is_printed_and_written(tmp_path: Path, prices: Path) -> None:
    out = tmp_path / "result.json"
    said = advise(write_plan(tmp_path), prices, "--json", str(out))
    assert said.code == 0
    assert said.out.startswith(
        "Rent up to 1 × p5.48xlarge (8 × H100) on demand in Frankfurt (aws): 36 k USD NPV over 1 month;"
    )
    result = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(result, SCHEMA)
    assert (result["status"], result["objective_npv"]) == ("optimal", near(36_500))
    assert result["catalogue"]["version"].startswith("files:")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.yaml", "prices.csv", "result.json"]


def test_json_to_standard_output_is_all_there_is(tmp_path: Path, prices: Path) -> None:
    said = advise(write_plan(tmp_path), prices, "--json", "-")
    assert (said.code, json.loads(said.out)["totals"]["bill_total"]) == (0, "36500.00")


def test_several_price_files_are_one_price_list(tmp_path: Path, prices: Path) -> None:
    cheap = make_offer(instance_type="cheap", price_per_hour=make_offer().price_per_hour / 2)
    other = write_prices(tmp_path / "other.csv", [cheap])
    said = call("advise", str(write_plan(tmp_path)), "--prices", str(prices), str(other), "--json", "-")
    result = json.loads(said.out)
    assert (result["objective_npv"], result["catalogue"]["offers_in_catalogue"]) == (near(18_250), 2)


def test_the_plan_may_stand_after_the_price_files(tmp_path: Path, prices: Path) -> None:
    said = call("advise", "--json", "-", "--prices", str(prices), str(write_plan(tmp_path)))
    assert (said.code, json.loads(said.out)["objective_npv"]) == (0, near(36_500))


def test_a_missing_plan_is_asked_for(prices: Path) -> None:
    said = call("advise", "--prices", str(prices))
    assert (said.code, said.first) == (
        2,
        "PLAN is missing: name a plan file, for example examples/small-team.yaml",
    )


@pytest.mark.parametrize("which", ["plan.yaml", "prices.csv"])
def test_the_result_is_never_written_over_an_input(tmp_path: Path, prices: Path, which: str) -> None:
    plan = write_plan(tmp_path)
    before = (plan.read_bytes(), prices.read_bytes())
    said = advise(plan, prices, "--json", str(tmp_path / "." / which))
    assert (said.code, "is an input of this command" in said.first) == (2, True)
    assert (plan.read_bytes(), prices.read_bytes()) == before


def test_baselines_can_be_left_out(tmp_path: Path, prices: Path) -> None:
    plan = write_plan(tmp_path)
    assert len(json.loads(advise(plan, prices, "--json", "-").out)["baselines"]) == 6
    assert json.loads(advise(plan, prices, "--json", "-", "--no-baselines").out)["baselines"] == []


def test_the_gap_and_the_time_that_were_asked_are_recorded(tmp_path: Path, prices: Path) -> None:
    said = advise(write_plan(tmp_path), prices, "--gap", "0.02", "--time-limit", "7", "--json", "-")
    solver = json.loads(said.out)["solver"]
    assert (solver["gap_asked"], solver["time_limit_seconds"]) == (0.02, 7.0)


def test_an_impossible_plan_is_an_answer_with_exit_1(tmp_path: Path, prices: Path) -> None:
    site = SITE | {"opening": {"capex": 1000}}
    capacity = {"offers": "none", "sites": [site]}
    plan = write_plan(tmp_path, plan_data(capacity=capacity, limits={"capex_total": 4000}))
    out = tmp_path / "result.json"
    said = advise(plan, prices, "--json", str(out))
    assert (said.code, said.first) == (1, "Small: no plan can hold all its limits.")
    assert "limits.capex_total: needed at least 6,000 USD, limit 4,000 USD" in said.out
    result = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(result, SCHEMA)
    assert (result["status"], result["totals"]) == ("infeasible", None)


def test_an_impossible_plan_is_explained_on_stderr_when_json_takes_stdout(
    tmp_path: Path, prices: Path
) -> None:
    load = TEAM | {"residency": {"allow": ["JP"]}}
    said = advise(write_plan(tmp_path, plan_data(load)), prices, "--json", "-")
    assert (said.code, json.loads(said.out)["status"]) == (1, "infeasible")
    assert "no offer, server or partner may serve it" in said.err


def test_a_profile_beside_the_plan_is_read(tmp_path: Path, prices: Path) -> None:
    rows = [f"2026-01-{day:02d}T{hour:02d}:00Z,1" for day in range(1, 8) for hour in range(24)]
    (tmp_path / "load.csv").write_text("\n".join(["timestamp,value", *rows]), encoding="utf-8")
    demand = {"unit": "accelerators", "peak": 8, "profile": {"csv": "load.csv"}}
    said = advise(write_plan(tmp_path, plan_data(TEAM | {"demand": demand})), prices, "--json", "-")
    assert json.loads(said.out)["objective_npv"] == near(36_500)


def test_a_price_in_a_currency_without_a_rate_is_refused(tmp_path: Path) -> None:
    prices = write_prices(tmp_path / "prices.csv", [make_offer(currency="EUR")])
    said = advise(write_plan(tmp_path), prices)
    assert said.code == 2
    assert "exchange_rates.EUR: is needed" in said.first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--gap", "many"], "--gap many: write a number from 0 to 0.5, like 0.001"),
        (["--gap", "-0.1"], "--gap -0.1: write a number"),
        (["--gap", "nan"], "--gap nan: write a number"),
        (["--time-limit", "0"], "--time-limit 0: write a number from 0.1 to 604800, like 300"),
        (["--as-of", "soon"], "--as-of soon: write a date"),
        (["--json", "/nowhere/result.json"], "--json /nowhere/result.json: there is no folder /nowhere"),
        (["--jsom", "x"], "unrecognized arguments: --jsom x"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_right(
    tmp_path: Path, prices: Path, words: list[str], message: str
) -> None:
    said = advise(write_plan(tmp_path), prices, *words)
    assert (said.code, said.out) == (2, "")
    assert message in said.first


def test_a_plan_that_is_not_there_is_named(tmp_path: Path, prices: Path) -> None:
    said = advise(tmp_path / "nothing.yaml", prices)
    assert (said.code, said.first) == (
        2,
        f"{tmp_path}/nothing.yaml: cannot be read: No such file or directory",
    )
    said = advise(tmp_path, prices)
    assert (said.code, said.first) == (2, f"{tmp_path}: cannot be read: Is a directory")


def test_a_price_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = advise(write_plan(tmp_path), tmp_path / "none.csv")
    assert said.code == 2
    assert "none.csv: cannot be read" in said.first


def test_a_solver_that_finds_nothing_in_time_exits_3_and_writes_nothing(
    tmp_path: Path, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = Outcome(status=Status.UNKNOWN, record=make_record())
    monkeypatch.setattr(services, "solve", lambda *_args, **_options: unknown)
    said = advise(write_plan(tmp_path), prices, "--json", str(tmp_path / "result.json"))
    assert (said.code, said.out) == (3, "")
    assert said.first == "Small: no plan was found within 300 s, and none was proven impossible."
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyError("chat"), 3, "KeyError: 'chat'"),
        (InvalidProblem(["workloads[0].peak: inf: must be a number"]), 2, "workloads[0].peak: inf"),
        (KeyboardInterrupt(), 130, "Stopped"),
    ],
)
def test_what_breaks_in_the_solver_is_told_and_is_no_answer(
    tmp_path: Path, prices: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(services, "solve", fail)
    said = advise(write_plan(tmp_path), prices, "--json", str(tmp_path / "result.json"))
    assert (said.code, said.out, words in said.err) == (code, "", True)
    assert not (tmp_path / "result.json").exists()


def test_a_refused_plan_leaves_an_older_result_as_it_was(
    tmp_path: Path, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise SolverFailed("The verifier refuses the solver's plan; no answer is shown.", ["chat: short"])

    monkeypatch.setattr(services, "_verified", refuse)
    out = tmp_path / "result.json"
    out.write_text("older", encoding="utf-8")
    said = advise(write_plan(tmp_path), prices, "--json", str(out))
    assert (said.code, said.out, out.read_text(encoding="utf-8")) == (3, "", "older")
    assert said.err.splitlines() == [
        "The verifier refuses the solver's plan; no answer is shown.",
        "  chat: short",
    ]


@pytest.mark.django_db
def test_without_price_files_the_ledger_is_used(tmp_path: Path) -> None:
    publish([make_offer()], source="t", label="t")
    said = call("advise", str(write_plan(tmp_path)), "--json", "-")
    result = json.loads(said.out)
    assert (said.code, result["objective_npv"], result["catalogue"]["version"]) == (0, near(36_500), "1")


@pytest.mark.django_db
def test_an_empty_ledger_says_how_to_fill_it(tmp_path: Path) -> None:
    said = call("advise", str(write_plan(tmp_path)))
    assert (said.code, said.first) == (3, "The catalogue holds no prices yet.")


@pytest.mark.django_db
def test_bad_input_stores_nothing(tmp_path: Path) -> None:
    publish([make_offer()], source="t", label="t")
    said = call("advise", str(write_plan(tmp_path, plan_data(months=0))))
    assert (said.code, Run.objects.count()) == (2, 0)
