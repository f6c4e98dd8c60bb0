"""What comes out of a solve, as plain values."""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .spend import Commitment, Cover
from .timegrid import Slice


class Status(StrEnum):
    """What was proven."""

    OPTIMAL = "optimal"  # the gap asked for is proven
    FEASIBLE = "feasible"  # a plan that holds, with the gap stated
    INFEASIBLE = "infeasible"  # proven: no plan can hold
    UNKNOWN = "unknown"  # time ran out before anything was found


@dataclass(frozen=True, slots=True)
class Progress:
    """A message on the way: seconds so far, best cost, proven bound (thousands), relative gap."""

    seconds: float
    best: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Machines bought: a reservation or server at `start`, or a block (start of its window)."""

    option: str
    start: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Whole machines of an elastic offer switched on (or own servers at work) in one slice."""

    option: str
    slice: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """Machines of a source that work for a workload in one slice; not whole, machines are shared."""

    workload: str
    source: str
    slice: int
    machines: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """What runs by the hour, and who works for whom, in one scenario."""

    runs: tuple[Run, ...] = ()
    serves: tuple[Serve, ...] = ()
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The decisions, and the slices of time they refer to. `kept`: owned servers left on, by (key, month).

    With scenarios `runs`, `serves` and `covers` are empty, and `scenarios` has those of each in its order.
    """

    slices: tuple[Slice, ...]
    reserved: tuple[Purchase, ...] = ()
    blocks: tuple[Purchase, ...] = ()
    servers: tuple[Purchase, ...] = ()
    opened: tuple[str, ...] = ()
    kept: dict[tuple[str, int], int] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    serves: tuple[Serve, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    covers: tuple[Cover, ...] = ()
    scenarios: tuple[Hourly, ...] = ()

    def in_scenario(self, position: int) -> "Plan":
        """The plan as it runs in one scenario."""
        own = self.scenarios[position]
        return replace(self, runs=own.runs, serves=own.serves, covers=own.covers, scenarios=())

    def every_hourly(self) -> tuple[Hourly, ...]:
        """What runs by the hour in each scenario; one where all is certain."""
        return self.scenarios or (Hourly(runs=self.runs, serves=self.serves, covers=self.covers),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRecord:
    """How the answer was found. Sizes are those of the model handed to the solver; 0 before there is one."""

    solver: str
    version: str
    threads: int
    gap_asked: float
    time_limit_seconds: float
    seconds: float
    build_seconds: float
    columns: int = 0
    rows: int = 0
    integers: int = 0
    nonzeros: int = 0
    nodes: int = 0
    bound: float = -math.inf  # plan currency; no plan can cost less
    offers: int = 0  # of the catalogue, in the model


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Status, the proven relative gap, present worth (plan currency), and the plan if there is one."""

    status: Status
    record: SolveRecord
    gap: float | None = None
    objective_npv: float | None = None
    plan: Plan | None = None
