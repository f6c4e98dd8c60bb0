"""Problems so small that everything can be tried, in which a job's accelerators are held together."""

from dataclasses import replace

from hypothesis import strategies as st

from optimizer.gang import Gang
from optimizer.problem import Problem, Workload
from optimizer.timegrid import ALWAYS

from .small_problems import small_problems

POOLS = {
    "m": "acme/r1",
    "k": "acme/r1",
    "n": "rival/r1",
    "m-s": "own/site",
}  # k has 2 accelerators, n and m-s too


def with_gang(workload: Workload, accelerators: float) -> Workload:
    """The workload with a gang in the pools of the machines that can serve it."""
    pools = {key: pool for key, pool in POOLS.items() if workload.units_per_hour.get(key, 0.0) > 0}
    return replace(workload, gang=Gang(accelerators=accelerators, pools=pools))


def together(workload: Workload, accelerators: float = 4.0, **pools: str) -> Workload:
    """The workload with a gang; machine m is in pool p."""
    return replace(workload, gang=Gang(accelerators=accelerators, pools=pools or {"m": "p"}))


@st.composite
def gang_problems(draw: st.DrawFn) -> Problem:
    """Any small problem; one of its workloads, or both, with a gang of two to four accelerators."""
    problem = draw(small_problems())
    if draw(st.booleans()):  # machines to be had at any time, so that more of them can hold
        plain = replace(
            problem.elastic[0], spot=False, partner=False, fixed_per_month=0.0, min_quantity=0,
            max_quantity=None, window=ALWAYS, hours=None,
        )  # fmt: skip
        problem = replace(problem, elastic=(plain, *problem.elastic[1:]))
    sizes = [draw(st.sampled_from([2.0, 3.0, 4.0])) for _ in problem.workloads]
    both = draw(st.booleans())
    loads = [
        with_gang(load, size) if both or n == len(sizes) - 1 else load
        for n, (load, size) in enumerate(zip(problem.workloads, sizes, strict=True))
    ]
    return replace(problem, workloads=tuple(loads))
