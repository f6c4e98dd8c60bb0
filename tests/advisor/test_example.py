"""The example's recommendation is solved once for each plan and catalogue, then reused."""

from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from advisor.catalog.services import publish
from advisor.models import Recommendation
from advisor.web import example
from tests.factories import make_offer

pytestmark = pytest.mark.django_db
PLAN = """\
schema: 1
name: Tiny
currency: USD
start: 2027-01
months: 1
workloads:
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
"""


@pytest.fixture
def plan(settings: Settings, tmp_path: Path) -> Path:
    """An example plan for eight H100, and a catalogue that has them."""
    settings.BASE_DIR = tmp_path
    file = tmp_path / example.PLAN
    file.parent.mkdir()
    file.write_text(PLAN)
    publish([make_offer()], source="t", label="t")
    return file


def test_the_answer_is_worked_out_and_stored(plan: Path) -> None:
    answer = example.ensure_example()
    assert answer is not None
    assert answer.result.status == "optimal"
    assert answer.result.objective_npv == pytest.approx(50 * 730)  # one machine, one month, no discounting
    stored = Recommendation.objects.get()
    assert (stored.name, stored.plan_text, stored.catalogue_version) == ("Tiny", PLAN, 1)


def test_a_stored_answer_is_reused(plan: Path) -> None:
    first = example.ensure_example()
    assert first is not None
    assert example.ensure_example() == first == example.stored_example()
    assert Recommendation.objects.count() == 1


def test_another_plan_or_another_catalogue_is_solved_again(plan: Path) -> None:
    example.ensure_example()
    publish([make_offer(price_per_hour=Decimal(40))], source="t", label="t")
    cheaper = example.ensure_example()
    assert cheaper is not None
    assert cheaper.result.objective_npv == pytest.approx(40 * 730)
    plan.write_text(PLAN.replace("Tiny", "Tinier"))
    example.ensure_example()
    versions = Recommendation.objects.order_by("id").values_list("name", "catalogue_version")
    assert list(versions) == [("Tiny", 1), ("Tiny", 2), ("Tinier", 2)]


def test_an_answer_in_an_older_form_is_worked_out_again(plan: Path) -> None:
    example.ensure_example()
    stored = Recommendation.objects.get()
    stored.result = {"schema": 0}
    stored.save()
    assert example.stored_example() is None
    assert example.ensure_example() is not None
    assert Recommendation.objects.count() == 2


def test_an_impossible_plan_is_an_answer_too(plan: Path) -> None:
    plan.write_text(PLAN + "limits: {cash_per_month: 1000}\n")
    answer = example.ensure_example()
    assert answer is not None
    assert answer.result.status == "infeasible"


def test_a_plan_that_cannot_be_read_leaves_nothing_stored(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text("schema: 1\nmonths: -3\n")
    assert example.ensure_example() is None
    assert "months" in capsys.readouterr().err
    assert Recommendation.objects.count() == 0


def test_without_examples_there_is_nothing_to_show(plan: Path) -> None:
    plan.unlink()
    assert example.ensure_example() is None
    assert example.stored_example() is None
