"""Try without the limits that keep offers apart, and see whether they hold anyway.

A carbon cap or a largest share makes offers incomparable, so few can be left out. Without these limits the
problem is a relaxation with far fewer offers: when its optimum keeps the limits, it is the optimum.
"""

from collections import defaultdict
from dataclasses import replace

from .build import Built, Scene
from .constraints.shares import groups_of
from .matrix import Array
from .problem import Problem

SLACK = 1e-9


def loosened(problem: Problem) -> Problem | None:
    """The problem without carbon cap and shares; None when it has neither."""
    limits = replace(
        problem.limits,
        carbon_kg_total=None,
        provider_share_max=None,
        country_share_max=None,
        spot_share_max=None,
        partner_share_max=None,
    )
    return None if limits == problem.limits else replace(problem, limits=limits)


def keeps_limits(problem: Problem, built: Built, values: Array) -> bool:
    """Whether a point of the loosened model keeps the carbon cap and the shares of the problem."""
    return all(_keeps(problem, scene, values) for scene in built.scenes)


def _keeps(problem: Problem, scene: Scene, values: Array) -> bool:
    most = problem.limits.carbon_kg_total
    if most is not None:
        carbon = sum(sum(e.carbon_kg.values()) * values[e.variable.index] for e in scene.entries)
        if carbon > most * (1 + SLACK):
            return False
    total: dict[int, float] = defaultdict(float)
    groups: dict[tuple[str, float, int], float] = defaultdict(float)
    for (_, q, i), serve in scene.variables.serve.items():
        source, piece = scene.index.sources[q], scene.index.slices[i]
        hours = piece.hours * source.machine.accelerators * float(values[serve.index])
        total[piece.month] += hours
        for name, share in groups_of(source, problem.limits):
            groups[name, share, piece.month] += hours
    return all(hours <= share * total[month] * (1 + SLACK) for (_, share, month), hours in groups.items())
