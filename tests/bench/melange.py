"""Mélange's formulation (Griggs et al., 2024, arXiv:2404.14527, section 5.3) beside ours, on the same load.

Requests fall into buckets of input and output lengths; the load of a bucket is cut into slices, each slice
goes to one kind of accelerator whole, and accelerators are packed: min sum c[j] B[j], sum_j A[s,j] = 1,
sum_s L[s,j] A[s,j] <= B[j]. Throughputs here are made up, in the shape of theirs: large accelerators are
worth their price for long requests, small ones for short. Ours may split a slice.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

import pulp

from optimizer import Elastic, Horizon, Machine, Problem, RateDemand, Workload
from optimizer.solve import solve

HOURS = 730.0
KINDS = {"L4": (0.70, 24), "A10G": (1.01, 24), "A100-80GB": (3.67, 80), "H100": (7.516, 80)}  # USD/h, GiB
SPEEDS = {"L4": 1.0, "A10G": 1.6, "A100-80GB": 5.6, "H100": 12.5}  # short requests a second
TIMES = 5
FINE, FASTER = 16, 10  # from so many slices to a bucket on, so many times as fast
LENGTHS = (25, 100, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests of alike lengths: how many a second, and how many one accelerator of each kind serves."""

    rate: float
    served: dict[str, float]


def buckets(rate: float) -> list[Bucket]:
    """Input by output lengths, most of them short; what does not fit a memory is not served there."""
    found = []
    weights = {(i, o): 1.0 / ((i + 1) * (o + 1)) for i in range(len(LENGTHS)) for o in range(6)}
    total = sum(weights.values())
    for (i, o), weight in weights.items():
        tokens = LENGTHS[i] / 4 + LENGTHS[o]
        served = {}
        for kind, speed in SPEEDS.items():
            memory = KINDS[kind][1]
            longest = 12_000 if memory < 40 else 60_000
            if LENGTHS[i] + LENGTHS[o] <= longest:
                crowding = 1.0 + tokens / (400 if memory < 40 else 2500)
                served[kind] = speed * 120 / (60 + tokens) / crowding
        found.append(Bucket(rate * weight / total, served))
    return found


def packed(load: list[Bucket], factor: int) -> float:
    """Mélange's integer program with `factor` slices to a bucket, in PuLP's CBC: USD an hour."""
    lp = pulp.LpProblem("melange", pulp.LpMinimize)
    count = {kind: pulp.LpVariable(f"B_{n}", 0, cat=pulp.LpInteger) for n, kind in enumerate(KINDS)}
    used: dict[str, list[pulp.LpAffineExpression]] = {kind: [] for kind in KINDS}
    for b, bucket in enumerate(load):
        for s in range(factor):
            mine = []
            for n, (kind, served) in enumerate(bucket.served.items()):
                goes = pulp.LpVariable(f"A_{b}_{s}_{n}", cat=pulp.LpBinary)
                mine.append(goes)
                used[kind].append(bucket.rate / factor / served * goes)
            lp += pulp.lpSum(mine) == 1
    for kind, terms in used.items():
        lp += pulp.lpSum(terms) <= count[kind]
    lp.setObjective(pulp.lpSum(KINDS[kind][0] * count[kind] for kind in KINDS))
    lp.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=120, gapRel=0.001))
    if lp.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise RuntimeError(f"CBC: {pulp.LpSolution[lp.sol_status]}")
    return float(pulp.value(lp.objective))


def ours(load: list[Bucket]) -> float:
    """The same buckets as workloads of one month with one level of load: USD an hour."""
    machines = {kind: Machine(key=kind, provider="any", region="any", country="US") for kind in KINDS}
    problem = Problem(
        horizon=Horizon(months=1),
        workloads=tuple(
            Workload(name=f"bucket {b}", demand=RateDemand(peak_per_hour=x.rate), units_per_hour=x.served)
            for b, x in enumerate(load)
        ),
        elastic=tuple(
            Elastic(key=kind, machine=machines[kind], price_per_hour=price)
            for kind, (price, _) in KINDS.items()
        ),
    )
    outcome = solve(problem, gap=1e-4, time_limit_seconds=120)
    if outcome.objective_npv is None:
        raise RuntimeError(f"no plan: {outcome.status}")
    return outcome.objective_npv / HOURS


def timed(solve_it: Callable[[], float]) -> tuple[float, float]:
    """Cost, and the median of the seconds it took; what earlier solves left in memory is cleared before."""
    seconds, cost = [], 0.0
    for _ in range(TIMES):
        gc.collect()
        begin = time.perf_counter()
        cost = solve_it()
        seconds.append(time.perf_counter() - begin)
    return cost, median(seconds)


def print_melange() -> int:
    """Cost and seconds of both, from a few requests a second with coarse slices to many with fine ones.

    How often it was missed that ours is no dearer, and from 16 slices to a bucket on ten times as fast.
    """
    missed = 0
    for rate, factor in ((4.0, 8), (16.0, 8), (16.0, 16), (64.0, 16), (64.0, 32)):
        load = buckets(rate)
        theirs, their_seconds = timed(partial(packed, load, factor))
        own, seconds = timed(partial(ours, load))
        times = their_seconds / seconds
        held = own <= theirs * 1.001 and (times >= FASTER or factor < FINE)
        missed += not held
        print(
            f"{seconds:7.3f} s  {rate:g} requests a second, {len(load)} buckets: {own:,.2f} USD/h; Mélange's "
            f"with slice factor {factor}: {theirs:,.2f} USD/h in {their_seconds:.3f} s; ours {times:.0f} "
            f"times as fast (medians of {TIMES}): {'held' if held else 'MISSED'}",
            flush=True,
        )
    return missed
