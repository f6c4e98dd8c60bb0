"""Solver values to whole machine counts, or a refusal."""

from collections.abc import Iterator

import numpy as np

from .build import Built, Scene
from .result import Hourly, Plan, Purchase, Run, Serve
from .spend import Commitment, Cover
from .spending import unit_of

TOLERANCE = 1e-5
TRACE = 1e-9  # of a machine: the solver's rounding


class NotWhole(RuntimeError):
    """The solver returned a machine count that is not a whole number within tolerance."""


def whole(value: float, what: str) -> int:
    """Round a count that should be whole; refuse one that is not."""
    count = round(value)
    if abs(value - count) > TOLERANCE * max(1.0, abs(value)):
        raise NotWhole(f"{what}: {value}")
    return count


def extract(built: Built, values: np.ndarray) -> Plan:
    """Read the plan from the solver's values, by variable and never by name."""
    v, index = built.variables, built.index

    def amount(variable: object) -> float:
        return float(values[variable.index])  # type: ignore[attr-defined]  # PuLP is untyped

    def bought(columns: dict[tuple[str, int], object]) -> tuple[Purchase, ...]:
        found = [(key, start, whole(amount(x), key)) for (key, start), x in columns.items()]
        return tuple(
            Purchase(option=key, start=start, quantity=count) for key, start, count in found if count
        )

    begin = {b.key: max(0, int(b.window.start)) for b in index.problem.blocks}
    blocks = [(key, whole(amount(x), key)) for key, x in v.blocks.items()]
    kept = {key: whole(amount(x), key[0]) for key, x in v.kept.items()}
    hourly = tuple(_hourly(scene, values) for scene in built.scenes)
    certain = Hourly() if built.uncertain else hourly[0]
    return Plan(
        slices=index.slices,
        reserved=bought(v.reserved),
        blocks=tuple(Purchase(option=k, start=begin[k], quantity=n) for k, n in blocks if n),
        servers=bought(v.servers),
        opened=tuple(key for key, x in v.opened.items() if whole(amount(x), key)),
        kept={key: count for key, count in kept.items() if count},
        runs=certain.runs,
        serves=certain.serves,
        commitments=tuple(_commitments(built, values)),
        covers=certain.covers,
        scenarios=hourly if built.uncertain else (),
    )


def _hourly(scene: Scene, values: np.ndarray) -> Hourly:
    """What runs by the hour in one scenario."""
    index, v = scene.index, scene.variables
    runs = [(q, i, whole(float(values[x.index]), index.sources[q].key)) for (q, i), x in v.running.items()]
    serves = [(key, float(values[x.index])) for key, x in v.serve.items()]
    return Hourly(
        runs=tuple(Run(option=index.sources[q].key, slice=i, quantity=n) for q, i, n in runs if n),
        serves=tuple(
            Serve(workload=index.problem.workloads[w].name, source=index.sources[q].key, slice=i, machines=x)
            for (w, q, i), x in serves
            if x > TRACE
        ),
        covers=tuple(_covers(scene, values)),
    )


def _commitments(built: Built, values: np.ndarray) -> Iterator[Commitment]:
    plans = built.index.problem.spend_plans
    for (p, start), column in built.variables.committed.items():
        committed = float(values[column.index])
        if committed > TRACE:
            per_hour = committed * unit_of(built.index, plans[p])
            yield Commitment(plan=plans[p].key, start=start, per_hour=per_hour)


def _covers(scene: Scene, values: np.ndarray) -> Iterator[Cover]:
    plans, sources = scene.index.problem.spend_plans, scene.index.sources
    for (p, q, i), column in scene.variables.covered.items():
        machines = float(values[column.index])
        if machines > TRACE:
            yield Cover(plan=plans[p].key, option=sources[q].key, slice=i, machines=machines)
