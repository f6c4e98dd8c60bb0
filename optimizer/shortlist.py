"""Large models: a coarse relaxation picks the offers worth modelling, and bounds what they could miss.

Each month is cut into a few blocks with the mean load of their hours. Averaging any plan over the hours of a
block gives a point of this relaxation at the same cost, so its optimum bounds the whole problem from below,
with every offer and every limit in it. Offers it does not use are left out of the exact model; the proof of
the answer then rests on the coarse bound, and its gap says so. Where gangs are held is decided before.
"""

from dataclasses import dataclass, replace

from .build import Built, build
from .cases import Case, site_cases
from .gang_pools import wide_pools
from .gang_shortlist import BLOCKS, Holdings
from .highs import Effort
from .matrix import matrix_of
from .problem import Problem

LARGE = 25_000  # pairs of workload, source and slice; below, everything is modelled
MEAN_BLOCKS = 6
TRACE = 1e-7


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The problem with fewer offers, and a lower bound (thousands) of the whole problem's cost."""

    problem: Problem
    bound: float


def shortlist(problem: Problem, effort: Effort, held: Holdings | None = None) -> Shortlist | None:
    """The offers a coarse relaxation uses, with gangs held as told; None when the relaxation says nothing."""
    built = build(problem, mean_blocks=MEAN_BLOCKS if held is None else BLOCKS)
    matrix = matrix_of(built.model.lp)
    cases = site_cases(built, matrix if held is None else held.only(built, matrix), effort)
    if not cases:
        return None
    used = {key for case in cases for key in _machines_used(built, case)}
    pinned = {pin.offer for pin in problem.pins}
    used |= {e.machine.key for e in problem.elastic if e.key in pinned}
    used |= {r.machine.key for r in problem.reservations if r.key in pinned}
    used |= {key for keys in wide_pools(problem).values() if keys & used for key in keys}
    smaller = replace(
        problem,
        elastic=tuple(e for e in problem.elastic if e.machine.key in used or e.partner),
        reservations=tuple(r for r in problem.reservations if r.machine.key in used),
        also_cut_at=problem.availabilities(),
    )
    return Shortlist(smaller, cases[0].bound if held is None else held.bound)


def _machines_used(built: Built, case: Case) -> set[str]:
    """Machines that run or are committed in a relaxation."""
    values = case.relaxed.values
    if values is None:
        return set()
    v, sources = built.variables, built.index.sources
    running = {
        sources[q].machine.key
        for scene in built.scenes
        for (q, _), x in scene.variables.running.items()
        if values[x.index] > TRACE
    }
    bought = {key for (key, _), x in v.reserved.items() if values[x.index] > TRACE}
    reservations = built.index.problem.reservations
    return running | {r.machine.key for r in reservations if r.key in bought}
