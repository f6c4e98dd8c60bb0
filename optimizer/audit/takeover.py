"""Whether pools of machines can do several workloads' work at once: a transport problem at several speeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

TRACE = 1e-12


@dataclass(frozen=True, slots=True)
class Pool:
    """Machines, and the units an hour one of them does for each workload it can serve."""

    machines: float
    speeds: Mapping[str, float]


def can_take_over(needs: Mapping[str, float], pools: Sequence[Pool]) -> float | None:
    """None when the pools can do all of `needs` (units an hour), else the largest share of each they can.

    One workload is a sum; several are first tried in a simple order, which mostly does, and else solved.
    """
    wanted = {name: need for name, need in needs.items() if need > TRACE}
    if not wanted:
        return None
    if len(wanted) == 1:
        ((name, need),) = wanted.items()
        done = sum(pool.machines * pool.speeds.get(name, 0.0) for pool in pools)
        return None if done >= need else done / need
    if _fits_in_order(wanted, pools):
        return None
    share = _largest_share(wanted, pools)
    return None if share >= 1.0 - TRACE else share


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
    """Largest s <= 1 with sum_p speed * e[p,w] >= s * need[w] and sum_w e[p,w] <= machines[p]."""
    pairs = [(p, name) for p, pool in enumerate(pools) for name in needs if name in pool.speeds]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    columns = len(pairs) + 1  # the last is s
    cost = np.zeros(columns)
    cost[-1] = -1.0
    high = np.append(np.full(len(pairs), highspy.kHighsInf), 1.0)
    none = np.zeros(0, np.int32)
    highs.addCols(columns, cost, np.zeros(columns), high, 0, none, none, np.zeros(0))
    for name, need in needs.items():
        mine = [c for c, (_, other) in enumerate(pairs) if other == name]
        speeds = [pools[pairs[c][0]].speeds[name] / need for c in mine]
        terms = np.array([*mine, columns - 1], np.int32)
        highs.addRow(0.0, highspy.kHighsInf, len(terms), terms, np.array([*speeds, -1.0]))
    for p, pool in enumerate(pools):
        mine = [c for c, (other, _) in enumerate(pairs) if other == p]
        highs.addRow(
            -highspy.kHighsInf, pool.machines, len(mine), np.array(mine, np.int32), np.ones(len(mine))
        )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"a transport problem was not solved: {highs.getModelStatus()}")
    return float(highs.getSolution().col_value[-1])
