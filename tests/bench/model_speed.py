"""`python -m tests.bench.model_speed [S|M|L ...] [--seeds N]`: made-up plans, solved and checked.

Each in a process of its own; beside them the whole catalogue in PuLP's CBC, and Mélange's program.
"""

import argparse
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

import pulp

from optimizer.build import build
from optimizer.highs import Effort
from optimizer.model import MONEY
from optimizer.solve import solve
from optimizer.verify import verify
from tests.bench.in_parts import solve_in_parts
from tests.bench.melange import print_melange
from tests.bench.model_instances import instance
from tests.processes import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What must be proven (relative gap) within how many seconds, in how much memory, on two cores."""

    gap: float
    seconds: float
    mib: float = 8192.0


AIMS = {
    "S": Aim(gap=0.001, seconds=10),
    "S, in parts": Aim(gap=0.001, seconds=10),
    "M": Aim(gap=0.01, seconds=20),
    "M, closer": Aim(gap=0.005, seconds=40),
    "L": Aim(gap=0.01, seconds=90, mib=1536),
}
PARTS = "in parts"
NAIVE_FACTOR = 20  # the whole catalogue may take so many times as long, and at least:
NAIVE_LEAST_SECONDS = 60.0


def one(name: str, seed: int) -> int:
    """Solve one instance, verify it, print its row; 1 when the aim is missed."""
    aim = AIMS[name]
    problem = instance(name[0], seed)
    begin = time.perf_counter()
    outcome = solve(problem, gap=aim.gap, time_limit_seconds=aim.seconds, threads=2)
    if outcome.plan is not None:
        verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
    seconds = time.perf_counter() - begin
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gap = outcome.gap if outcome.gap is not None else float("inf")
    held = gap <= aim.gap + 1e-9 and seconds <= 1.1 * aim.seconds + 2 and mib <= aim.mib
    share = outcome.record.build_seconds / max(outcome.record.seconds, 1e-9)
    cost = f"{outcome.objective_npv:,.0f}" if outcome.objective_npv is not None else "no plan"
    print(
        f"{seconds:7.2f} s  {name}, seed {seed}: {outcome.status}, {cost}, proven gap {gap:.3%} (asked "
        f"{aim.gap:.1%} in {aim.seconds:g} s), {mib:,.0f} MiB at most, {share:.0%} of it writing models, "
        f"{outcome.record.columns:,} columns: {'held' if held else 'MISSED'}",
        flush=True,
    )
    return 0 if held else 1


def parts(name: str, seed: int) -> int:
    """The same with machines by the hour in parts, as the research measured it; 1 when the aim is missed."""
    aim = AIMS[name]
    found = solve_in_parts(instance(name[0], seed), Effort(gap=aim.gap, seconds=aim.seconds, threads=2))
    if found is None:
        print(f"{aim.seconds:7.2f} s  {name}, seed {seed}: no plan: MISSED", flush=True)
        return 1
    held = found.gap <= aim.gap + 1e-9 and found.seconds <= 1.1 * aim.seconds + 2
    print(
        f"{found.seconds:7.2f} s  {name}, seed {seed}: {found.npv:,.0f}, proven gap {found.gap:.3%} (asked "
        f"{aim.gap:.1%} in {aim.seconds:g} s), {found.columns:,} columns: {'held' if held else 'MISSED'}",
        flush=True,
    )
    return 0 if held else 1


def naive(name: str, seconds: float) -> int:
    """The whole catalogue, nothing left out, written down with PuLP and given to CBC."""
    problem = instance(name[0], 0)
    begin = time.perf_counter()
    whole = build(problem).model.lp
    written = time.perf_counter() - begin
    print(
        f"{written:7.2f} s  {name}, whole catalogue written with PuLP: {len(whole.variables()):,} columns",
        flush=True,
    )
    whole.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=max(1.0, seconds - written), gapRel=AIMS[name].gap))
    took = time.perf_counter() - begin
    found = whole.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    cost = f"{pulp.value(whole.objective) / MONEY:,.0f}" if found else "no plan found"
    print(f"{took:7.2f} s  {name}, and solved by CBC: {cost}", flush=True)
    return 0


def in_process(*words: str, seconds: float) -> tuple[int, float]:
    """Exit code and seconds of a part of this bench; -1 when it did not end in time."""
    begin = time.perf_counter()
    try:
        code = subprocess.run(
            [sys.executable, "-m", "tests.bench.model_speed", *words], cwd=ROOT, timeout=seconds, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        code = -1
    return code, time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(AIMS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--one", type=int)
    parser.add_argument("--naive", type=float)
    given = parser.parse_args()
    if given.one is not None:
        name = given.names[0]
        return parts(name, given.one) if name.endswith(PARTS) else one(name, given.one)
    if given.naive is not None:
        return naive(given.names[0], given.naive)
    missed = 0
    for name in given.names:
        took = 0.0
        for seed in range(given.seeds):
            code, seconds = in_process(name, "--one", str(seed), seconds=4 * AIMS[name].seconds + 60)
            missed += code != 0
            took = max(took, seconds)
        if name in ("S", "M"):
            limit = max(NAIVE_LEAST_SECONDS, NAIVE_FACTOR * took)
            code, seconds = in_process(name, "--naive", str(limit), seconds=limit + 30)
            if code != 0:
                print(
                    f"{seconds:7.2f} s  {name}, whole catalogue with PuLP and CBC: not done, stopped",
                    flush=True,
                )
    missed += print_melange()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
