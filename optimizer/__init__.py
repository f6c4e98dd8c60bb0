"""The optimisation model as a library: a `Problem` in, a proven and verified plan out.

Plain Python: no Django, no clock or environment of its own. `MODEL.md` beside this file explains the model,
`docs/library.md` shows its use.
"""

from .account import Account, Line
from .baselines import BaselineOutcome, baselines
from .checks import InvalidProblem
from .clash import Clash
from .conflicts import clashes
from .gang import Gang
from .problem import (
    CapacityBlock,
    Elastic,
    EndOfHorizon,
    Horizon,
    Limits,
    Machine,
    Owned,
    Problem,
    RateDemand,
    Reservation,
    ServerType,
    Site,
    WorkDemand,
    Workload,
)
from .result import Outcome, Plan, Progress, Status
from .solve import solve
from .survival import LossOf, Survival
from .timegrid import DayShape, Window
from .verify import PlanRefused, verify

__all__ = [
    "Account",
    "BaselineOutcome",
    "CapacityBlock",
    "Clash",
    "DayShape",
    "Elastic",
    "EndOfHorizon",
    "Gang",
    "Horizon",
    "InvalidProblem",
    "Limits",
    "Line",
    "LossOf",
    "Machine",
    "Outcome",
    "Owned",
    "Plan",
    "PlanRefused",
    "Problem",
    "Progress",
    "RateDemand",
    "Reservation",
    "ServerType",
    "Site",
    "Status",
    "Survival",
    "Window",
    "WorkDemand",
    "Workload",
    "baselines",
    "clashes",
    "solve",
    "verify",
]
