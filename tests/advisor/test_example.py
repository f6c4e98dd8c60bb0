"""The example's recommendation is solved once for each plan and catalogue, then reused."""

from json import dumps
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from advisor.catalog.services import publish
from advisor.models import Recommendation
from advisor.web import example
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

    answer = dumps(make_result())
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


def test_an_answer_in_an_older_form_is_worked_out_again(solved: list[str]) -> None:
    example.ensure_example()
    stored = Recommendation.objects.get()
    stored.result = {"schema": 0}
    stored.save()
    assert example.stored_example() is None
    assert example.ensure_example() is not None
    assert len(solved) == 2


def test_an_impossible_plan_is_an_answer_too(solved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def advise(_name: str, _plan: str, *, json: str, **_options: Any) -> None:
        Path(json).write_text(dumps(infeasible_result()))
        raise SystemExit(1)

    monkeypatch.setattr(example, "call_command", advise)
    answer = example.ensure_example()
    assert answer is not None
    assert answer.result.status == "infeasible"
