"""Machines that do the same work made one: smaller, and still the same plans at the same costs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.alike import Merged, Roles, merge, roles
from optimizer.build import Built, build
from optimizer.highs import Effort, run
from optimizer.matrix import Matrix, fits, matrix_of, some_rows
from optimizer.problem import Elastic, Limits, Machine, Problem, Reservation

from .factories import (
    HOURS,
    make_elastic,
    make_machine,
    make_problem,
    make_rate,
    make_reservation,
    make_work,
    two_levels,
)
from .small_problems import small_problems
from .test_oracle import ALL

EXACT = Effort(gap=0.0, seconds=30.0)
SIZES = (1, 2, 4)
SPEEDS = {"fast": (3.0, 2.0), "slow": (1.0, 1.0)}  # of one accelerator for chat and for train


def modelled(problem: Problem) -> tuple[Built, Matrix, Merged]:
    built = build(problem)
    matrix = matrix_of(built.model.lp)
    return built, matrix, merge(matrix, roles(built, matrix))


def machine(chip: str, size: int, place: str) -> Machine:
    return make_machine(f"{chip}x{size}-{place}", region=place, accelerators=float(size))


@st.composite
def catalogues(draw: st.DrawFn) -> Problem:
    """Two kinds of accelerators by one, two and four, in two places, by the hour, as spot and reserved."""
    kinds = st.tuples(st.sampled_from(sorted(SPEEDS)), st.sampled_from(SIZES), st.sampled_from(["a", "b"]))
    machines = {machine(*kind): kind for kind in draw(st.lists(kinds, min_size=2, max_size=4, unique=True))}
    units = [{m.key: SPEEDS[chip][w] * size for m, (chip, size, _) in machines.items()} for w in (0, 1)]
    offers: list[Elastic] = []
    reserved: list[Reservation] = []
    for m, (_, size, _) in machines.items():
        price = size * draw(st.sampled_from([1.0, 1.2, 2.0]))
        most = draw(st.sampled_from([None, 2]))
        offers.append(make_elastic(f"{m.key}/od", price, machine=m, max_quantity=most))
        if draw(st.booleans()):
            offers.append(make_elastic(f"{m.key}/spot", 0.4 * price, machine=m, spot=True))
        if draw(st.booleans()):
            reserved.append(make_reservation(f"{m.key}/r", 0.6 * price, machine=m))
    offers.append(make_elastic("always", 9.0, machine=next(iter(machines))))
    chat = make_rate(
        draw(st.sampled_from([0.7, 2.4, 5.0])),
        units[0],
        shape=two_levels(draw(st.sampled_from([0.3, 1.0]))),
        interruptible_fraction=draw(st.sampled_from([0.0, 0.5])),
    )
    work = draw(st.sampled_from([0.4, 3.3])) * 2 * HOURS
    train = make_work(work, units[1], last_month=1, interruptible_fraction=draw(st.sampled_from([0.0, 1.0])))
    limits = Limits(country_share_max=1.0) if draw(st.booleans()) else Limits()
    return make_problem(
        chat, train, months=2, elastic=tuple(offers), reservations=tuple(reserved), limits=limits
    )


def check_the_same(matrix: Matrix, merged: Merged) -> None:
    whole, small = run(matrix, EXACT), merged.run(matrix, EXACT)
    assert small.infeasible == whole.infeasible
    if whole.values is None or small.values is None:
        assert whole.values is small.values is None
        return
    assert small.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
    assert fits(matrix, small.values)
    assert float(matrix.cost @ small.values) + matrix.offset == pytest.approx(small.objective, abs=1e-6)
    again = merged.run(matrix, EXACT, whole.values)  # a plan of the model is one of the smaller
    assert again.objective == pytest.approx(whole.objective, rel=1e-6, abs=1e-9)
    assert fits(merged.smaller, merged.contracted(whole.values))


@settings(deadline=None, max_examples=80)
@given(catalogues())
def test_the_smaller_model_has_the_same_optimum_and_its_plan_is_one(problem: Problem) -> None:
    _, matrix, merged = modelled(problem)

    check_the_same(matrix, merged)


@settings(ALL, max_examples=80)
@given(small_problems())
def test_nothing_is_lost_in_any_problem(problem: Problem) -> None:
    _, matrix, merged = modelled(problem)

    check_the_same(matrix, merged)


def test_two_sizes_of_a_kind_are_one_class_and_another_kind_is_none() -> None:
    """One and four accelerators in two places; what is twice as fast for chat alone stays apart."""
    near, far, odd = machine("slow", 1, "a"), machine("slow", 4, "b"), machine("odd", 1, "a")
    units = [{near.key: 1.0, far.key: 4.0, odd.key: 2.0}, {near.key: 1.0, far.key: 4.0, odd.key: 1.0}]
    problem = make_problem(
        make_rate(2.5, units[0]),
        make_work(HOURS, units[1]),
        elastic=tuple(make_elastic(m.key, 1.0, machine=m) for m in (near, far, odd)),
    )
    built, matrix, merged = modelled(problem)

    (members,) = merged.classes
    assert sorted(member.size for member in members) == [0.25, 1.0]
    assert merged.smaller.columns == matrix.columns - 2  # one of two columns for each workload
    capacity = roles(built, matrix).capacity
    assert {member.row for member in members} < set(np.flatnonzero(capacity).tolist())


def test_work_is_dealt_out_within_each_machine() -> None:
    """5.5 units on one machine of 4 and two of 1, shared by both workloads."""
    small, large = machine("slow", 1, "a"), machine("slow", 4, "b")
    units = {small.key: 1.0, large.key: 4.0}
    problem = make_problem(
        make_rate(2.5, units, name="w0"),
        make_rate(3.0, units, name="w1"),
        elastic=(
            make_elastic("small", 1.0, machine=small, max_quantity=2),
            make_elastic("large", 3.0, machine=large, max_quantity=1),
        ),
    )
    built, matrix, merged = modelled(problem)

    found = merged.run(matrix, EXACT)

    assert found.values is not None
    v = built.variables
    running = {built.index.sources[q].key: found.values[x.index] for (q, _), x in v.running.items()}
    assert sorted(running.values()) == [1.0, 2.0]
    work: dict[str, float] = {}
    for (w, q, _), x in v.serve.items():
        done = found.values[x.index] * built.index.units(w, q)
        key = built.index.sources[q].machine.key
        work[key] = work.get(key, 0.0) + done
    assert work[large.key] + work[small.key] == pytest.approx(5.5)
    assert work[large.key] <= 4.0 + 1e-9
    assert work[small.key] <= 2.0 + 1e-9


@pytest.mark.parametrize("what", ["partner", "share", "spot"])
def test_what_a_rule_tells_apart_stays_apart(what: str) -> None:
    """A partner's minimum take, a share of another country, or spot: only one of the two counts there."""
    here, there = make_machine("here"), make_machine("there", country="FR" if what == "share" else "DE")
    changes: dict[str, dict[str, Any]] = {
        "partner": {"partner": True, "min_quantity": 2, "max_quantity": 3},
        "spot": {"spot": True},
    }
    problem = make_problem(
        make_rate(1.5, {"here": 1.0, "there": 1.0}, interruptible_fraction=0.5),
        elastic=(
            make_elastic("first", 2.0, machine=here),
            make_elastic("second", 1.0, machine=there, **changes.get(what, {})),
        ),
        limits=Limits(country_share_max=0.6) if what == "share" else Limits(),
    )
    _, matrix, merged = modelled(problem)

    assert merged.classes == ()
    assert merged.smaller is matrix
    check_the_same(matrix, merged)


def test_a_class_is_said_as_tightly_as_its_machines() -> None:
    """A load of 1.5 on machines of one size in two places: two run, in the relaxation too."""
    places = [machine("slow", 1, place) for place in ("a", "b")]
    problem = make_problem(
        make_rate(1.5, {m.key: 1.0 for m in places}),
        elastic=tuple(make_elastic(m.key, 1.0, machine=m, max_quantity=1) for m in places),
    )
    built, matrix, _ = modelled(problem)
    own = roles(built, matrix)
    kept = np.setdiff1d(np.arange(matrix.rows), built.rows_of({"cover"}))
    own = Roles(own.works, own.capacity[kept], own.linking[kept])
    merged = merge(some_rows(matrix, kept), own)

    relaxed = run(merged.smaller, EXACT, mip=False)

    assert relaxed.objective == pytest.approx(2 * HOURS / 1000.0)
