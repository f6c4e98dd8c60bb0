"""Machines that a plan pays for anyway, and that do nothing, are not run."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from .problem import Machine, Problem
from .result import Plan, Run
from .spend import Cover

ALMOST = 1e-6  # of a machine: the solver's tolerance
TRACE = 1e-9


def without_idle_cover(problem: Problem, plan: Plan) -> Plan:
    """The plan without idle machines that are covered: an hour of committed money is paid, used or not.

    To the solver they cost nothing, so it may leave them on. Costs stay as they are. Machines that may hold a
    gang stay on, at work or not.
    """
    if not plan.covers:
        return plan
    at_work: dict[tuple[str, int], float] = defaultdict(float)
    for serve in plan.serves:
        at_work[serve.source, serve.slice] += serve.machines
    covered: dict[tuple[str, int], float] = defaultdict(float)
    for cover in plan.covers:
        covered[cover.option, cover.slice] += cover.machines
    least = {e.key: e.min_quantity for e in problem.elastic if not _holds_a_gang(problem, e.machine)}
    off: dict[tuple[str, int], int] = {}
    for run in plan.runs:
        key = run.option, run.slice
        if key in covered and run.option in least:
            needed = max(math.ceil(at_work[key] - ALMOST), least[run.option])
            off[key] = max(0, min(run.quantity - needed, math.floor(covered[key] + ALMOST)))
    runs = (replace(run, quantity=run.quantity - off.get((run.option, run.slice), 0)) for run in plan.runs)
    return replace(plan, runs=_some(runs), covers=_less(plan.covers, off))


def _holds_a_gang(problem: Problem, machine: Machine) -> bool:
    """Whether it can be one of the machines that hold a workload's gang together."""
    return any(
        load.gang is not None
        and load.units_per_hour.get(machine.key, 0.0) > 0
        and machine.accelerators < load.gang.accelerators
        for load in problem.workloads
    )


def _some(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(run for run in runs if run.quantity)


def _less(covers: tuple[Cover, ...], off: dict[tuple[str, int], int]) -> tuple[Cover, ...]:
    """Covers without the machines that are off, plan by plan."""
    left = {key: float(count) for key, count in off.items()}
    found = []
    for cover in covers:
        key = cover.option, cover.slice
        taken = min(cover.machines, left.get(key, 0.0))
        left[key] = left.get(key, 0.0) - taken
        if cover.machines - taken > TRACE:
            found.append(replace(cover, machines=cover.machines - taken))
    return tuple(found)
