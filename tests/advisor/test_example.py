"""The example's recommendation is solved once for each plan and catalogue, then reused."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from advisor.catalog.services import publish
from advisor.models import Recommendation
from advisor.web import example, result_view
from tests.advisor.results import infeasible_result, make_result
from tests.factories import make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def solved(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plans that were solved; solving itself is played, it has tests of its own."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "examples").mkdir()
    (tmp_path / example.PLAN).write_text("name: one\n")
    publish([make_offer()], source="t", label="t")
    plans: list[str] = []

    def advise(_name: str, plan: str, *, json: str, **_options: Any) -> None:
        plans.append(Path(plan).read_text())
        Path(json).write_text(answer)

    answer = json.dumps(make_result())
    monkeypatch.setattr(example, "call_command", advise)
    monkeypatch.setattr(example, "get_commands", lambda: {"advise": "advisor"})
    return plans


def test_a_stored_answer_is_reused(solved: list[str]) -> None:
    first = example.ensure_example()
    assert first is not None
    assert example.ensure_example() == first == example.stored_example()
    assert solved == ["name: one\n"]


def test_another_plan_or_another_catalogue_is_solved_again(solved: list[str], tmp_path: Path) -> None:
    example.ensure_example()
    publish([make_offer(zone="b")], source="t", label="t")
    example.ensure_example()
    (tmp_path / example.PLAN).write_text("name: two\n")
    example.ensure_example()
    assert solved == ["name: one\n", "name: one\n", "name: two\n"]
    assert list(Recommendation.objects.order_by("id").values_list("catalogue_version", flat=True)) == [
        1,
        2,
        2,
    ]


def test_a_solver_that_fails_leaves_nothing_stored(
    solved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(example, "call_command", fail)
    assert example.ensure_example() is None
    assert Recommendation.objects.count() == 0


def test_the_summary_names_purchases_alternatives_and_warnings() -> None:
    lines = result_view.summary(make_result())
    assert lines[0].startswith("A small team: 81,234 USD over 2 months")
    assert "3 × a3-highgpu-8g (8 × H100) gcp europe-west4 NL, Reserved 12 months, none upfront" in lines[1]
    assert lines[3] == "  Instead, everything on demand: 99,000 USD"
    assert lines[-1] == "  1 warning, shown on the page."


def test_the_summary_of_an_impossible_plan_says_the_way_out() -> None:
    lines = result_view.summary(infeasible_result())
    assert lines[0] == "A small team: no plan can hold all limits."
    assert lines[1] == "  Raise limits.capex_total from 100,000 to at least 900,000 USD."
