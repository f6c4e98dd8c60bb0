"""From the relaxation to a plan: round what is bought, then fit each part of time on its own.

Each part keeps the work that the relaxation gave it and becomes a tiny problem, solved exactly; ceilings on
the whole plan are checked at the end. What comes out is a plan, not a proof.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from pulp import LpVariable

from .build import Built
from .cashflow import reservation_flow
from .clock import Deadline
from .constraints.capacity import in_force
from .constraints.shares import capacity_hours
from .decompose import STRATEGIC, Decomposition, submatrix, weighted
from .highs import Effort, SolverAnswer, run
from .index import ServerSource
from .matrix import Array, Matrix, activity, fits
from .parallel import each
from .repair import MONTH_GAP, repaired
from .tiers import families

PART_SECONDS = 2.0

Rounder = Callable[[float], int]


def nearest(amount: float) -> int:
    """Round half up."""
    return math.floor(amount + 0.5)


def down(amount: float) -> int:
    """Round down what is not a trace short of whole."""
    return math.floor(amount + 0.02)


def up(amount: float) -> int:
    """Round up what is more than a trace above whole."""
    return math.ceil(amount - 0.02)


def rounded_plan(
    built: Built,
    matrix: Matrix,
    cut: Decomposition,
    relaxed: SolverAnswer,
    *,
    rounder: Rounder = nearest,
    gap: float = 1e-4,
    deadline: Deadline | None = None,
    bought: Array | None = None,
) -> Array | None:
    """A feasible point near the relaxation's, or None when this way finds none before the deadline.

    `bought`: a point whose purchases are whole already, to be taken as they are.
    """
    deadline = deadline or Deadline()
    if relaxed.values is None or relaxed.row_duals is None:
        return None
    values = relaxed.values.copy() if bought is None else bought.copy()
    _round_purchases(built, values, rounder)
    if not _purchases_fit(matrix, cut, values):
        return None
    done = activity(matrix, np.where(cut.part_of_column == STRATEGIC, values, 0.0))
    kept = [row for row in cut.coupling if _is_amount_of_work(matrix, cut, row)]
    priced = [row for row in cut.coupling if row not in set(kept)]
    cost = matrix.cost - weighted(matrix, priced, relaxed.row_duals)
    shares = _shares_of_work(matrix, cut, kept, relaxed.values)

    def solve_part(part: int) -> tuple[Array, Array | None]:
        columns = np.flatnonzero(cut.part_of_column == part)
        if deadline.passed():
            return columns, None
        small = _part(matrix, cut, part, columns, cost, done, shares.get(part, {}))
        effort = Effort(gap=gap, seconds=PART_SECONDS, tiny=True, cancelled=deadline.cancelled)
        return columns, run(small, effort).values

    for columns, found in each(solve_part, range(len(cut.rows)), deadline.cancelled):
        if found is None:
            return None
        values[columns] = found
    return whole_plan(built, matrix, cut, values, relaxed.row_duals, deadline)


def whole_plan(
    built: Built,
    matrix: Matrix,
    cut: Decomposition,
    values: Array,
    duals: Array | None,
    deadline: Deadline,
    gap: float = MONTH_GAP,
) -> Array | None:
    """A point put together from parts, made to keep what they share (`gap` of months); None if it cannot."""
    _settle(built, matrix, values)
    if fits(matrix, values):
        return values
    mended = None if duals is None else repaired(built, matrix, cut, values, duals, deadline, gap)
    if mended is None:
        return None
    _settle(built, matrix, mended)
    return mended if fits(matrix, mended) else None


def _settle(built: Built, matrix: Matrix, values: Array) -> None:
    """Whole numbers exactly whole, sums of the months as they now are."""
    values[matrix.whole] = np.round(values[matrix.whole])
    _add_up_months(built, values)


def tightened(matrix: Matrix, cut: Decomposition, relaxed: Array, fraction: float) -> Matrix:
    """The model with a little room left under every ceiling that several parts share."""
    high = matrix.row_high.copy()
    for row in cut.coupling:
        if matrix.row_low[row] == matrix.row_high[row]:
            continue
        span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        size = float(np.abs(matrix.value[span] * relaxed[matrix.column[span]]).sum())
        high[row] -= fraction * max(size, abs(high[row]))
    return replace(matrix, row_high=high)


def _is_amount_of_work(matrix: Matrix, cut: Decomposition, row: int) -> bool:
    """An equality between parts alone; each part keeps what the relaxation gave it."""
    span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
    among_parts = (cut.part_of_column[matrix.column[span]] != STRATEGIC).all()
    return bool(among_parts) and matrix.row_low[row] == matrix.row_high[row]


def _add_up_months(built: Built, values: Array) -> None:
    """Sums of capacity-hours at work, which shares are measured by; and what a tail of risk is."""
    for scene in built.scenes:
        index, v = scene.index, scene.variables
        for variable in v.month_sums.values():
            values[variable.index] = 0.0
        for (_, q, i), serve in v.serve.items():
            month = index.slices[i].month
            if month in v.month_sums:
                values[v.month_sums[month].index] += capacity_hours(index, q, i) * values[serve.index]
    if built.tail is not None:
        built.tail.settle(values)


def _round_purchases(built: Built, values: Array, rounder: Rounder) -> None:
    v, index = built.variables, built.index
    for columns in (v.reserved, v.servers):
        _round_in_step(columns, values, rounder)
    for variable in (*v.blocks.values(), *v.kept.values()):
        values[variable.index] = rounder(values[variable.index])
    _take_tiers(built, values)
    for (offer, start), variable in v.chosen.items():
        count = v.reserved[offer, start] if (offer, start) in v.reserved else v.blocks[offer]
        values[variable.index] = float(values[count.index] > 0)
    choices = [*v.opened.values()]
    for scene in built.scenes:
        own = scene.variables
        choices += [*own.joined.values(), *own.together.values(), *own.in_blocks.values()]
    for variable in choices:
        values[variable.index] = nearest(values[variable.index])
    servers: dict[tuple[str, int], float] = {}
    for (q, month), held in v.held.items():
        source = index.sources[q]
        bought, owned = in_force(v, source, month)
        values[held.index] = owned + sum(values[x.index] for x in bought)
        if isinstance(source, ServerSource):
            key = (source.site.key, month)
            servers[key] = servers.get(key, 0.0) + float(values[held.index])
    persons = {site.key: site.servers_per_person or 1.0 for site in index.problem.sites}
    for key, people in v.staff.items():
        values[people.index] = math.ceil(servers.get(key, 0.0) / persons[key[0]] - 1e-9)


def _take_tiers(built: Built, values: Array) -> None:
    """What is bought of an offer in a month, at the price that costs least for so many or more."""
    horizon, v = built.index.problem.horizon, built.variables
    for tiers in families(built.index.problem.reservations):
        least = max(r.min_quantity for r in tiers)
        for start in range(horizon.months) if least > 1 else ():
            sold = {r.key: (r, v.reserved[r.key, start]) for r in tiers if (r.key, start) in v.reserved}
            wanted = sum(float(values[x.index]) for _, x in sold.values())
            costs = {
                key: max(wanted, r.min_quantity) * reservation_flow(r, start, horizon).npv(horizon)
                for key, (r, x) in sold.items()
                if max(wanted, r.min_quantity) <= x.upBound
            }
            if wanted <= 0 or not costs:
                continue
            best = min(costs, key=lambda key: costs[key])
            for key, (r, x) in sold.items():
                values[x.index] = max(wanted, float(r.min_quantity)) if key == best else 0.0


def _round_in_step(columns: dict[tuple[str, int], LpVariable], values: Array, rounder: Rounder) -> None:
    """Round the running total of each offer's purchases, so that many small ones do not vanish."""
    total: dict[str, float] = {}
    for (key, _), variable in sorted(columns.items(), key=lambda item: item[0]):
        before = total.get(key, 0.0)
        total[key] = before + float(values[variable.index])
        values[variable.index] = rounder(total[key]) - rounder(before)


def _purchases_fit(matrix: Matrix, cut: Decomposition, values: Array) -> bool:
    """Whether the rows between purchases alone hold: power, quantities, what is held."""
    done = activity(matrix, values)[cut.strategic]
    low, high = matrix.row_low[cut.strategic], matrix.row_high[cut.strategic]
    return bool(
        (done >= low - 1e-6 * (1 + np.abs(low))).all() and (done <= high + 1e-6 * (1 + np.abs(high))).all()
    )


def _shares_of_work(
    matrix: Matrix, cut: Decomposition, kept: list[int], relaxed: Array
) -> dict[int, dict[int, float]]:
    """What each part contributes to the amounts of work: part -> row -> amount."""
    found: dict[int, dict[int, float]] = {}
    for row in kept:
        span = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        amounts = matrix.value[span] * relaxed[matrix.column[span]]
        for part, amount in zip(cut.part_of_column[matrix.column[span]].tolist(), amounts, strict=True):
            shares = found.setdefault(part, {})
            shares[row] = shares.get(row, 0.0) + float(amount)
    return found


def _part(
    matrix: Matrix,
    cut: Decomposition,
    part: int,
    columns: Array,
    cost: Array,
    done: Array,
    shared: dict[int, float],
) -> Matrix:
    """The problem of one part with everything bought at its value."""
    own = cut.rows[part]
    kept = np.array(list(shared.values()), float)
    low = np.concatenate((matrix.row_low[own] - done[own], kept))
    high = np.concatenate((matrix.row_high[own] - done[own], kept))
    return submatrix(matrix, columns, [*own, *shared], cost[columns], low, high)
