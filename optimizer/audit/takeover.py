"""Whether pools of machines can do several workloads' work at once: a transport problem at several speeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TRACE = 1e-11


@dataclass(frozen=True, slots=True)
class Pool:
    """Machines, and the units an hour one of them does for each workload it can serve."""

    machines: float
    speeds: Mapping[str, float]


def can_take_over(needs: Mapping[str, float], pools: Sequence[Pool]) -> float | None:
    """None when the pools can do all of `needs` (units an hour), else the largest share of each they can.

    One workload is a sum; several are first tried in a simple order, which mostly does, and else solved.
    """
    wanted = {name: need for name, need in needs.items() if need > 0}
    if not wanted:
        return None
    if len(wanted) == 1:
        ((name, need),) = wanted.items()
        done = sum(pool.machines * pool.speeds.get(name, 0.0) for pool in pools)
        return None if done >= need else done / need
    alike = _merged(pools)
    if _fits_in_order(wanted, alike):
        return None
    share = _largest_share(wanted, alike)
    return None if share >= 1.0 - 1e-9 else share


def _merged(pools: Sequence[Pool]) -> list[Pool]:
    """Machines of equal speeds together."""
    found: dict[tuple[tuple[str, float], ...], float] = {}
    for pool in pools:
        key = tuple(sorted(pool.speeds.items()))
        found[key] = found.get(key, 0.0) + pool.machines
    return [Pool(machines, dict(speeds)) for speeds, machines in found.items()]


def _fits_in_order(needs: Mapping[str, float], pools: Sequence[Pool]) -> bool:
    """The least able pools first, each to the workload that fewest others can serve."""
    able = {name: sum(1 for pool in pools if name in pool.speeds) for name in needs}
    left = dict(needs)
    for pool in sorted(pools, key=lambda p: len(p.speeds.keys() & needs.keys())):
        machines = pool.machines
        for name in sorted(pool.speeds.keys() & left.keys(), key=lambda n: able[n]):
            used = min(machines, left[name] / pool.speeds[name])
            machines -= used
            left[name] -= used * pool.speeds[name]
    return all(amount <= TRACE * needs[name] for name, amount in left.items())


def _largest_share(needs: Mapping[str, float], pools: Sequence[Pool]) -> float:
    """Largest s <= 1 with sum_p part[p,w] * speed * machines[p] >= s * need[w] and sum_w part[p,w] <= 1."""
    pairs = [(p, name) for p, pool in enumerate(pools) for name in needs if name in pool.speeds]
    rows, right = [], []
    for name, need in needs.items():
        able = [pools[p].machines * pools[p].speeds[w] / need if w == name else 0.0 for p, w in pairs]
        rows.append([*(-amount for amount in able), 1.0])
        right.append(0.0)
    for p in range(len(pools)):
        rows.append([*(float(p == other) for other, _ in pairs), 0.0])
        right.append(1.0)
    rows.append([0.0] * len(pairs) + [1.0])
    right.append(1.0)
    return _largest_last(rows, right)


def _largest_last(rows: list[list[float]], right: list[float]) -> float:
    """Largest value of the last column with rows * x <= right, x >= 0, right >= 0: the textbook simplex."""
    count, width = len(rows), len(rows[0])
    table = [
        [*row, *(float(n == m) for m in range(count)), side]
        for n, (row, side) in enumerate(zip(rows, right, strict=True))
    ]
    gains = [0.0] * (width + count + 1)
    gains[width - 1] = 1.0
    basis = [width + n for n in range(count)]
    while True:
        # the first column that gains, and of the rows that bound it the first: so it never cycles (Bland)
        column = next((j for j in range(width + count) if gains[j] > TRACE), None)
        if column is None:
            return -gains[-1]
        bounds = [(row[-1] / row[column], basis[n], n) for n, row in enumerate(table) if row[column] > TRACE]
        pivot = min(bounds)[2]
        basis[pivot] = column
        scale = table[pivot][column]
        table[pivot] = [value / scale for value in table[pivot]]
        for row in (*table[:pivot], *table[pivot + 1 :], gains):
            factor = row[column]
            if factor:
                row[:] = [a - factor * b for a, b in zip(row, table[pivot], strict=True)]
