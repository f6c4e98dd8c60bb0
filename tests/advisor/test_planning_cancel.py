"""Stopping on the way: soon, at every stage, and never with half an answer."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.planning import services
from advisor.planning.effort import PHASES, Cancelled, Phase, Step
from advisor.planning.prices import Prices
from advisor.planning.services import SolverFailed, advise_file
from advisor.planning.watch import Watch
from optimizer.conflicts import clashes
from optimizer.solve import solve
from tests.advisor.planning_cases import (
    MAX_AGE_HOURS,
    catalogue_of,
    make_reservation,
    plan_data,
    plan_text,
    result_of,
)
from tests.factories import NOW, make_offer

OFFERS = [make_offer(), make_reservation()]


class Phases:
    """Hears the steps of a run, and says stop once it has heard of a phase."""

    def __init__(self, last: Phase | None = None) -> None:
        self.last = last
        self.steps: list[Step] = []

    def __call__(self, step: Step) -> None:
        self.steps.append(step)

    def heard(self) -> list[Phase]:
        return list(dict.fromkeys(step.phase for step in self.steps))

    def stop(self) -> bool:
        return self.last in self.heard()


@pytest.mark.parametrize("phase", ["reading", "pricing", "solving", "comparing"])
def test_an_answer_is_cancelled_in_every_phase(phase: Phase) -> None:
    steps = Phases(phase)
    with pytest.raises(Cancelled) as error:
        result_of(plan_data(), OFFERS, baselines=True, notify=steps, cancelled=steps.stop)
    assert (error.value.code, error.value.exit_code, error.value.http_status) == ("cancelled", 130, 409)
    assert steps.heard()[-1] == phase


def test_an_impossible_plan_is_cancelled_while_clashes_are_looked_for() -> None:
    steps = Phases("clashes")
    with pytest.raises(Cancelled):
        result_of(plan_data(), [make_offer(max_quantity=0)], notify=steps, cancelled=steps.stop)
    assert steps.heard()[-1] == "clashes"


def test_without_a_stop_the_phases_come_in_order() -> None:
    steps = Phases()
    result_of(plan_data(), OFFERS, baselines=True, notify=steps, cancelled=steps.stop)
    assert steps.heard() == [phase for phase in PHASES if phase not in ("clashes", "explaining")]
    explained = Phases()
    result_of(plan_data(), OFFERS, baselines=True, explain=20.0, notify=explained)
    assert explained.heard() == [phase for phase in PHASES if phase != "clashes"]
    impossible = Phases()
    result_of(plan_data(), [make_offer(max_quantity=0)], notify=impossible)
    assert impossible.heard() == ["reading", "pricing", "solving", "clashes", "checking"]


def test_pricing_and_comparing_are_counted() -> None:
    steps = Phases()
    result_of(plan_data(), OFFERS, baselines=True, notify=steps)
    pricing = next(step for step in steps.steps if step.phase == "pricing")
    assert (pricing.done, pricing.total, pricing.currency) == (0, 2, "USD")
    comparing = [step for step in steps.steps if step.phase == "comparing"]
    assert [step.done for step in comparing] == list(range(len(comparing)))
    assert {step.total for step in comparing} == {len(comparing) - 1}
    assert (comparing[0].name, comparing[1].name) == (None, "all_on_demand")
    assert comparing[1].stage == "compared with all on demand"


@pytest.mark.parametrize("phase", ["reading", "solving", "comparing"])
def test_a_listener_may_stop_it_by_raising(phase: Phase) -> None:
    def stop(step: Step) -> None:
        if step.phase == phase:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled, match=r"Enough\."):
        result_of(plan_data(), OFFERS, baselines=True, notify=stop)


def test_a_listener_that_breaks_is_a_failure() -> None:
    def broken(step: Step) -> None:
        if step.phase == "solving":
            raise ValueError("oh")

    with pytest.raises(SolverFailed):
        result_of(plan_data(), OFFERS, notify=broken)


def test_the_question_reaches_solver_and_clashes(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: dict[str, Callable[[], bool]] = {}

    def solving(*args: object, **options: object) -> object:
        heard["solve"] = options["cancelled"]  # type: ignore[assignment]  # an object to mypy
        return solve(*args, **options)  # type: ignore[arg-type]  # as they came

    def clashing(*args: object, **options: object) -> object:
        heard["clashes"] = options["cancelled"]  # type: ignore[assignment]  # an object to mypy
        return clashes(*args, **options)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(services, "solve", solving)
    monkeypatch.setattr(services, "clashes", clashing)
    result_of(plan_data(), [make_offer(max_quantity=0)], cancelled=lambda: False)
    assert isinstance(heard["solve"], Watch)
    assert heard["clashes"] is heard["solve"]


def test_a_plan_file_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(plan_text())
    with pytest.raises(Cancelled):
        advise_file(
            path,
            prices=Prices(catalogue=catalogue_of(OFFERS), version="1"),
            now=NOW,
            max_age_hours=MAX_AGE_HOURS,
            cancelled=lambda: True,
        )


def test_the_watch_asks_rarely_and_only_in_its_own_thread() -> None:
    asked: list[int] = []

    def question() -> bool:
        asked.append(threading.get_ident())
        return len(asked) >= 2

    watch = Watch(question)
    until = time.perf_counter() + 0.15
    while time.perf_counter() < until:
        watch()
    assert len(asked) == 1
    time.sleep(0.1)
    elsewhere = threading.Thread(target=watch)
    elsewhere.start()
    elsewhere.join()
    assert asked == [threading.get_ident()]
    assert watch()
    assert watch()
    assert asked == [threading.get_ident()] * 2
    with pytest.raises(Cancelled):
        watch.check()
    assert len(asked) == 2
