"""`manage.py sweep`: the same plans as on the site, on processes of this machine, without a database."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from advisor.management.commands.schemas import documents
from advisor.management.counting import counting_text
from advisor.sweeps import local
from advisor.sweeps.case_text import case_of, cases_of
from advisor.sweeps.outcome import Outcome
from advisor.sweeps.variations import Variation
from tests.advisor.commands import Said, call
from tests.advisor.sweep_cases import BASE
from tests.people import PLAN_TEXT

PRICES = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count\n"
    "aws,eu-central-1,DE,p5.48xlarge,on_demand,50,USD,H100,8\n"
)


@pytest.fixture
def sweep(tmp_path: Path) -> Any:
    (tmp_path / "plan.yaml").write_text(PLAN_TEXT)
    (tmp_path / "prices.csv").write_text(PRICES)

    def run(*words: str, workers: str = "1", plans: tuple[str, ...] = ("plan.yaml",)) -> Said:
        names = [str(tmp_path / name) for name in plans]
        more = ("--workers", workers, "--prices", str(tmp_path / "prices.csv"))
        return call("sweep", *names, *words, *more)

    return run


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_report_says_what_each_plan_costs(sweep: Any, tmp_path: Path, workers: str) -> None:
    words = ("--kind", "sensitivity", "--drivers", "demand,cloud_prices", "--factors", "0.5,2")
    said = sweep(*words, "--json", str(tmp_path / "report.json"), workers=workers)
    assert (said.code, said.err) == (0, "")
    report = json.loads((tmp_path / "report.json").read_text())
    jsonschema.validate(report, json.loads(documents()["sweep.schema.json"]))
    assert [point["npv"] for point in report["points"]] == pytest.approx(
        [BASE, BASE, 2 * BASE, 0.5 * BASE, 2 * BASE]
    )
    assert report["options"]["factors"] == {"demand": [0.5, 2], "cloud_prices": [0.5, 2]}
    prices, demand = report["summary"]["effects"]
    assert (prices["driver"], prices["low"], prices["high"]) == pytest.approx(
        ("cloud_prices", -0.5 * BASE, BASE)
    )
    assert (demand["driver"], demand["low"]) == ("demand", pytest.approx(0))
    assert "Cloud prices move the cost of 36 k USD NPV most: 18 k USD at × 0.5, 73 k USD at × 2." in said.out


def test_draws_come_as_a_distribution(sweep: Any) -> None:
    said = sweep("--kind", "monte_carlo", "--draws", "6", "--seed", "3", "--demand-sigma", "0")
    assert said.code == 0
    assert "over 6 of 6 draws" in said.out
    assert re.search(r"^  mean +[\d,]+\n  standard deviation", said.out, re.MULTILINE)
    assert "on demand: 100 %" in said.out


def test_plan_files_and_cases_stand_side_by_side(sweep: Any, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        PLAN_TEXT.replace("Tiny", "Other").replace("constant: 8", "constant: 24")
    )
    case = "twice: workloads[batch].demand.constant = 16"
    plans = ("plan.yaml", "other.yaml")
    said = sweep("--kind", "comparison", "--case", case, "--csv", str(tmp_path / "t.csv"), plans=plans)
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()[3:6]]
    assert [row[-4] for row in rows] == [f"{BASE:,.0f}", f"{2 * BASE:,.0f}", f"{3 * BASE:,.0f}"]
    assert (tmp_path / "t.csv").read_text().count("\n") == 4


def test_a_report_on_standard_output_stands_alone(sweep: Any) -> None:
    said = sweep("--kind", "sensitivity", "--drivers", "demand", "--json", "-")
    assert json.loads(said.out)["schema"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "tornado"], "--kind tornado: is not known; write sensitivity, monte_carlo, comparison"),
        (["--kind", "sensitivity", "--draws", "9"], "--draws: belongs to monte_carlo, not to sensitivity"),
        (["--kind", "sensitivity", "--factors", "2"], "--factors: say of which --drivers"),
        (["--kind", "sensitivity", "--drivers", "demand", "--step", "x"], "--step x: write a number"),
        (["--kind", "monte_carlo", "--draws", "2.5"], "--draws 2.5: write a whole number"),
        (["--kind", "monte_carlo", "--draws", "1"], "draws 1: write a number such as 100, from 2 to 1000"),
        (["--kind", "comparison"], "--case: a comparison needs 1 to 50"),
        (["--kind", "comparison", "--case", "x"], "case x: write it as in"),
        (["--kind", "sensitivity", "--gap", "2"], "--gap 2: write a number from 0 to 0.5, like 0.005"),
        (["--kind", "sensitivity", "--json", "a", "--csv", "a"], "name two files, or only one"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_command(sweep: Any, words: list[str], said: str) -> None:
    answer = sweep(*words)
    assert answer.code == 2
    assert said in answer.first
    assert answer.out == ""


def test_a_plan_with_problems_is_told_before_any_is_begun(sweep: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(PLAN_TEXT.replace("months: 1", "months: none"))
    for plans in (("bad.yaml",), ("plan.yaml", "bad.yaml")):
        answer = sweep("--kind", "comparison", "--case", "a: months = 2", plans=plans)
        assert answer.code == 2
        assert "bad.yaml: line 5: months" in answer.first


def test_a_process_that_is_killed_costs_its_plans_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(_question: Any, variation: Variation, **_options: Any) -> Outcome:
        if variation.label == "1":
            os._exit(9)
        return Outcome(status="optimal", npv=1.0)

    monkeypatch.setattr(local, "outcome_of", dying)
    sides: list[local.Side] = [(Variation(label=str(n)), None) for n in range(2)]
    told: list[int] = []
    question: Any = None
    points = local.work_out(question, sides, workers=2, told=told.append)
    assert told == [1, 2]
    assert (points[1].state, points[1].error_code) == ("failed", "worker_lost")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("a: months = 24", {"months": 24}),
        ("a: limits.capex_total = null; months=2;", {"limits.capex_total": None, "months": 2}),
        ("a: residency = {allow: [EU; DE], deny: []}", {"residency": {"allow": ["EU; DE"], "deny": []}}),
        ("a: residency = {allow: [EU, 'a;b']}", {"residency": {"allow": ["EU", "a;b"]}}),
        ("a: discount_rate = 0.08", {"discount_rate": 0.08}),
        ("a: name = 'x: y'", {"name": "x: y"}),
    ],
)
def test_cases_are_read_as_a_plan_is(text: str, changes: dict[str, Any]) -> None:
    assert case_of(text).changes == changes
    assert cases_of(f"\n{text}\n\n") == (case_of(text),)


def test_progress_counts_plans() -> None:
    assert counting_text(100, 200, elapsed_seconds=12.4) == f"12 s  [{'█' * 15}{'·' * 15}]  100 of 200 plans"
