"""The fraction that is done: weighed by phase, never back, never whole before the answer."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from advisor.planning.effort import PHASES, Step
from advisor.planning.progress import SPANS, Progressing, fraction_done
from tests.advisor.planning_cases import make_reservation, near, plan_data, result_of
from tests.factories import make_offer

SOLVING = Step(stage="solving", currency="USD", phase="solving")


def done(step: Step, *, gap_asked: float = 0.001, time_limit_seconds: float = 100.0) -> float:
    return fraction_done(step, gap_asked=gap_asked, time_limit_seconds=time_limit_seconds)


def test_every_phase_has_its_part_of_the_bar_in_order() -> None:
    assert list(SPANS) == list(PHASES)
    for begin, end in SPANS.values():
        assert 0 <= begin < end < 1
    for path in (
        ("reading", "pricing", "solving", "clashes", "explaining", "checking"),
        PHASES[:3] + PHASES[4:],
    ):
        for before, after in pairwise(path):
            assert SPANS[before][1] == SPANS[after][0]


@pytest.mark.parametrize(
    ("step", "part"),
    [
        (SOLVING, 0.0),
        # 40 of 100 seconds; no gap yet
        (replace(SOLVING, seconds=40.0), 0.4),
        # from 100 % to 0.1 % are three decades, 1 % is two of them: more than the 10 of 100 seconds
        (replace(SOLVING, seconds=10.0, best=5.0, bound=4.95, gap=0.01), 2 / 3),
        (replace(SOLVING, seconds=90.0, best=5.0, bound=4.95, gap=0.01), 0.9),
        # a gap without a plan, and one above 100 %, say nothing
        (replace(SOLVING, gap=0.01), 0.0),
        (replace(SOLVING, best=5.0, gap=7.0), 0.0),
        # closer than asked, longer than allowed
        (replace(SOLVING, best=5.0, gap=0.0), 1.0),
        (replace(SOLVING, seconds=130.0), 1.0),
    ],
)
def test_a_search_is_as_far_as_its_time_or_its_gap(step: Step, part: float) -> None:
    begin, end = SPANS["solving"]
    assert done(step) == near(begin + part * (end - begin))


def test_an_asked_gap_of_zero_counts_as_a_millionth() -> None:
    step = replace(SOLVING, best=1.0, gap=1e-3)
    begin, end = SPANS["solving"]
    assert done(step, gap_asked=0.0) == near(begin + 0.5 * (end - begin))


def test_strategies_and_offers_are_counted() -> None:
    comparing = Step(stage="", currency="USD", phase="comparing", done=2, total=8)
    begin, end = SPANS["comparing"]
    assert done(comparing) == near(begin + 0.25 * (end - begin))
    pricing = replace(comparing, phase="pricing", done=500, total=1000)
    assert done(pricing) == near(sum(SPANS["pricing"]) / 2)
    assert done(replace(pricing, done=0, total=0)) == SPANS["pricing"][0]


def test_a_search_that_begins_anew_does_not_move_the_bar_back() -> None:
    bar = Progressing(gap_asked=0.001, time_limit_seconds=100.0)
    far = bar(replace(SOLVING, seconds=5.0, best=5.0, gap=0.002))
    assert bar(replace(SOLVING, seconds=6.0, best=5.0, gap=0.5)) == far == bar.fraction
    assert bar(replace(SOLVING, seconds=99.0)) > far


def test_a_whole_run_only_moves_forward_and_never_to_the_end() -> None:
    steps: list[Step] = []
    data = plan_data(months=3, limits={"cash_per_month": 1_000_000})
    result_of(data, [make_offer(), make_reservation()], baselines=True, notify=steps.append)
    bar = Progressing(gap_asked=1e-6, time_limit_seconds=20)
    fractions = [bar(step) for step in steps]
    assert len(fractions) > 5
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert 0.9 < fractions[-1] < 1.0
    assert all(math.isfinite(fraction) for fraction in fractions)
