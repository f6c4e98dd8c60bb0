"""A workload on machines of its own: what it buys ahead counts by one number a month.

Reserved machines cost nothing to run, so of all that is held only the sum matters, and the least that whole
machines by the hour cost on top is a function of that sum, which falls in steps. The solver chooses purchases
and a step for each month. Its relaxation has the convex hull of each month in it, where the relaxation of the
whole model runs parts of machines: the solver ends in seconds where the whole model takes it minutes.
"""

import math
from dataclasses import dataclass

import numpy as np
import pulp

from .built import Built
from .decompose import STRATEGIC, Decomposition, decompose
from .frontier import Frontier, Machines, frontier, together
from .groups import Group, undivided
from .highs import Effort, SolverAnswer, run
from .index import ElasticSource, FirmSource, is_spot
from .matrix import Array, Matrix, matrix_of
from .problem import RateDemand

SAME = 1e-9  # relative difference of speeds that are the same

MOST_STEPS = 20_000  # of all months; neighbours of more are joined, which only makes them cheaper


@dataclass(frozen=True, slots=True)
class Alone:
    """Rate demands that the same machines serve, each at the same multiple of the first one's speed.

    `scale[w]` turns units of workload w into units of the first.
    """

    scale: dict[int, float]
    units: dict[int, float]  # of the first workload an hour, for each source


@dataclass(frozen=True, slots=True)
class Steps:
    """What a month's machines by the hour cost at least (thousands), from so much held (units an hour) on.

    The more is held, the less they cost.
    """

    held: Array
    cost: Array

    def joined(self, most: int) -> "Steps":
        """Neighbours joined where there are more than `most`: the least held at the least cost."""
        first = np.arange(0, len(self.held), -(-len(self.held) // most))
        last = np.append(first[1:], len(self.held)) - 1
        return Steps(self.held[first], self.cost[last])


def alone(built: Built, cut: Decomposition, group: Group) -> Alone | None:
    """The workloads of a group, where a sum tells all of what is bought ahead; else None.

    Own servers, blocks, partners and least quantities by the hour are not of this kind.
    """
    index, v = built.index, built.variables
    own = set(group.columns.tolist())
    serves = [(key, x.index) for key, x in v.serve.items() if x.index in own]
    bought = {x.index for columns in (v.reserved, v.held, v.chosen) for x in columns.values()}
    strategic = group.columns[cut.part_of_column[group.columns] == STRATEGIC]
    hourly = {x.index for x in v.running.values()} | {at for _, at in serves}
    if built.uncertain or index.mean or not serves or not bought.issuperset(strategic.tolist()):
        return None
    if not hourly.issuperset(own.difference(strategic.tolist())):
        return None
    free = [*(column for _, column in serves), *(x.index for x in v.held.values() if x.index in own)]
    cost = dict(zip(group.columns.tolist(), group.matrix.cost.tolist(), strict=True))
    if any(cost[column] != 0.0 for column in free) or any(cost[column] < 0.0 for column in hourly & own):
        return None
    return _as_one(built, {key[:2] for key, _ in serves})


def is_alone(built: Built, matrix: Matrix) -> bool:
    """Whether a whole model is of this kind."""
    return alone(built, decompose(built, matrix), undivided(matrix).groups[0]) is not None


def _as_one(built: Built, pairs: set[tuple[int, int]]) -> Alone | None:
    """Speeds of the first workload, where all others have the same machines at the same multiple."""
    index = built.index
    loads = {w: index.problem.workloads[w] for w, _ in sorted(pairs)}
    sources = sorted({q for _, q in pairs})
    rates = all(isinstance(load.demand, RateDemand) for load in loads.values())
    if not rates or not all(isinstance(index.sources[q], ElasticSource | FirmSource) for q in sources):
        return None
    first = {q: index.units(min(loads), q) for q in sources}
    scale = {w: first[sources[0]] / (index.units(w, sources[0]) or math.inf) for w in loads}
    for w, load in loads.items():
        for q in sources:
            served = (w, q) in pairs or (is_spot(index.sources[q]) and load.interruptible_fraction == 0.0)
            if not served or abs(index.units(w, q) * scale[w] - first[q]) > SAME * first[q]:
                return None
    return Alone(scale, first)


def buy_alone(built: Built, group: Group, lone: Alone, effort: Effort) -> SolverAnswer:
    """The best purchases with whole machines in every hour: columns of the group, none running yet.

    Its bound is one of the group.
    """
    position = {column: at for at, column in enumerate(group.columns.tolist())}
    lp = pulp.LpProblem("alone", pulp.LpMinimize)
    columns = _purchases(built, group, position)
    lp.addVariables(columns.values())
    cost = {x: float(group.matrix.cost[at]) for at, x in columns.items()}
    _copy_rows(lp, group, columns)
    largest = max(lone.units.values())
    months = {t: _month(built, group, lone, i, position) for t, i in built.index.by_slice.items()}
    share = min(1.0, MOST_STEPS / sum(len(steps.held) for steps in months.values()))
    for month, every in months.items():
        steps = every.joined(math.ceil(share * len(every.held)))
        held = {
            columns[position[x.index]]: lone.units[q] / largest
            for (q, held_in), x in built.variables.held.items()
            if held_in == month and x.index in position
        }
        cost |= _add_steps(lp, month, Steps(steps.held / largest, steps.cost), held)
    lp.setObjective(pulp.LpAffineExpression(cost, group.matrix.offset))
    matrix = matrix_of(lp)
    answer = run(matrix, effort)
    values = None
    if answer.values is not None:
        values = np.zeros(len(group.columns))
        values[list(columns)] = answer.values[[x.index for x in columns.values()]]
    return SolverAnswer(
        answer.optimal, answer.infeasible, answer.bound, answer.objective, values, answer.nodes
    )


def _purchases(built: Built, group: Group, position: dict[int, int]) -> dict[int, pulp.LpVariable]:
    """Columns of what is bought, by their position in the group."""
    v, own = built.variables, group.matrix
    kept = [x.index for columns in (v.reserved, v.held, v.chosen) for x in columns.values()]
    return {
        at: pulp.LpVariable(
            f"b{at}",
            float(own.low[at]),
            float(own.high[at]) if np.isfinite(own.high[at]) else None,
            pulp.LpInteger if own.whole[at] else pulp.LpContinuous,
        )
        for at in sorted(position[column] for column in kept if column in position)
    }


def _copy_rows(lp: pulp.LpProblem, group: Group, columns: dict[int, pulp.LpVariable]) -> None:
    """Rows between purchases alone."""
    own = group.matrix
    for row in range(own.rows):
        span = slice(int(own.start[row]), int(own.start[row + 1]))
        at = own.column[span].tolist()
        if not all(column in columns for column in at):
            continue
        terms = pulp.LpAffineExpression(
            {columns[c]: float(a) for c, a in zip(at, own.value[span], strict=True)}
        )
        low, high = float(own.row_low[row]), float(own.row_high[row])
        if low == high:
            lp.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintEQ, f"r{row}", low))
            continue
        if low > -1e29:
            lp.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintGE, f"l{row}", low))
        if high < 1e29:
            lp.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintLE, f"h{row}", high))


def _month(built: Built, group: Group, lone: Alone, pieces: list[int], position: dict[int, int]) -> Steps:
    """The steps of a month."""
    hours = [_slice(built, group, lone, i, position) for i in pieces]
    loads = [(load, found) for load, found in hours if load > 0]
    starts = [np.maximum(load - found.size, 0.0) for load, found in loads]
    held = np.unique(np.concatenate([np.zeros(1), *starts]))
    cost = sum((found.least_cost(load - held) for load, found in loads), np.zeros(len(held)))
    falls = np.isfinite(cost) & np.append(True, cost[1:] < cost[:-1] - 1e-12)
    return Steps(held[falls], cost[falls])


def _slice(
    built: Built, group: Group, lone: Alone, i: int, position: dict[int, int]
) -> tuple[float, Frontier]:
    """Load of a slice in units of the first workload, and what machines by the hour cost that serve it."""
    index, v, own = built.index, built.variables, group.matrix
    loads = {w: index.loads.get((w, i), 0.0) * scale for w, scale in lone.scale.items()}
    load = sum(loads.values())
    spot_load = sum(amount * index.problem.workloads[w].interruptible_fraction for w, amount in loads.items())
    steady, spot = list[Machines](), list[Machines]()
    for q, units in lone.units.items():
        if (q, i) in v.running and v.running[q, i].index in position:
            at = position[v.running[q, i].index]
            offer = Machines(units, float(own.cost[at]), round(float(own.high[at])))
            (spot if is_spot(index.sources[q]) else steady).append(offer)
    return load, together(frontier(steady, load), frontier(spot, spot_load), load)


def _add_steps(
    lp: pulp.LpProblem, month: int, steps: Steps, held: dict[pulp.LpVariable, float]
) -> dict[pulp.LpVariable, float]:
    """One step is taken, and what is held reaches it; the cost of each."""
    taken = [pulp.LpVariable(f"z{month}_{k}", 0, 1, pulp.LpInteger) for k in range(len(steps.held))]
    lp.addVariables(taken)
    one = pulp.LpAffineExpression(dict.fromkeys(taken, 1.0))
    lp.addConstraint(pulp.LpConstraint(one, pulp.LpConstraintEQ, f"one{month}", 1.0))
    needs = {x: -float(size) for x, size in zip(taken, steps.held, strict=True) if size > 0}
    reach = pulp.LpAffineExpression(held | needs)
    lp.addConstraint(pulp.LpConstraint(reach, pulp.LpConstraintGE, f"reach{month}", 0.0))
    return dict(zip(taken, steps.cost.tolist(), strict=True))
