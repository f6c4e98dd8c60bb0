"""What well-known strategies cost under the same limits: each an honest solve of a restricted problem."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .build import build
from .conflicts import no_machine
from .highs import Effort, run
from .known import Known
from .matrix import matrix_of
from .model import MONEY
from .problem import Problem
from .reduce import reduce
from .result import Outcome, Status
from .solve import solve
from .strategies import NO_COMMITMENT, STRATEGIES, Candidate

BOUNDING_SHARE = 0.5  # of a baseline's time, at most, for bounds that put its candidates in order


class BaselineStatus(StrEnum):
    """What was proven about a strategy."""

    OPTIMAL = "optimal"  # the gap asked for is proven
    FEASIBLE = "feasible"  # a plan that holds, with the gap stated
    INFEASIBLE = "infeasible"  # proven: the strategy cannot hold the limits
    NOT_DEFINED = "not_defined"  # the problem has nothing this strategy could be made of
    NOT_SOLVED = "not_solved"  # time ran out, or the caller stopped, before anything was found


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineOutcome:
    """A strategy's least present worth (plan currency), its proven relative gap, and a note in words."""

    name: str
    status: BaselineStatus
    npv: float | None = None
    gap: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Budget:
    """Relative gap asked for, the moment to stop (performance counter, seconds), and who may stop it."""

    gap: float
    until: float
    cancelled: Callable[[], bool] | None

    def left(self) -> float:
        """Seconds left; none once the caller has stopped."""
        if self.cancelled is not None and self.cancelled():
            return 0.0
        return max(0.0, self.until - time.perf_counter())


def baselines(
    problem: Problem,
    *,
    known: Outcome | None = None,
    gap: float = 0.005,
    time_limit_seconds: float = 20.0,
    progress: Callable[[BaselineOutcome], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[BaselineOutcome, ...]:
    """All strategies, in the order of `STRATEGIES`, under the problem's own limits and demands.

    `time_limit_seconds` is for each strategy; `progress` hears each outcome as it is found. After
    `cancelled` says so, what is left comes back as not solved. `known` is the answer to the problem itself,
    whose bound holds for every strategy and whose plan may be the strategy's own.
    """
    found: list[BaselineOutcome] = []
    answer = Known(known)
    for name, strategy in STRATEGIES.items():
        budget = _Budget(gap, time.perf_counter() + time_limit_seconds, cancelled)
        candidates = strategy(problem)
        if isinstance(candidates, str):
            outcome = BaselineOutcome(name=name, status=BaselineStatus.NOT_DEFINED, note=candidates)
        else:
            outcome = _cheapest(name, candidates, budget, answer, _seed(name, found))
        found.append(outcome)
        if progress is not None:
            progress(outcome)
    return tuple(found)


def _seed(name: str, found: list[BaselineOutcome]) -> tuple[float, str] | None:
    """A single commitment may also be none: then it costs what on demand alone does."""
    on_demand = next((outcome for outcome in found if outcome.name == "all_on_demand"), None)
    if name != "best_single_commitment" or on_demand is None or on_demand.npv is None:
        return None
    return on_demand.npv, NO_COMMITMENT


def _cheapest(
    name: str, candidates: list[Candidate], budget: _Budget, known: Known, best: tuple[float, str] | None
) -> BaselineOutcome:
    """Best of the candidates. Only those whose bound could still win are solved, most promising first."""
    for candidate in candidates:
        if known.answers(candidate.problem) and known.outcome is not None:
            npv = known.outcome.objective_npv or 0.0
            return _outcome(name, (npv, _note(candidate, known.outcome)), known.floor, budget.gap)
    if best is not None and best[0] - known.floor <= budget.gap * abs(best[0]):
        return _outcome(name, best, known.floor, budget.gap)
    bounds = {c.label: -math.inf for c in candidates} if len(candidates) == 1 else _bounds(candidates, budget)
    for candidate in sorted(candidates, key=lambda c: bounds[c.label]):
        if best is not None and best[0] - bounds[candidate.label] <= budget.gap * abs(best[0]):
            break
        left = budget.left()
        if bounds[candidate.label] == math.inf or left <= 0:
            break
        outcome = solve(
            candidate.problem, gap=budget.gap, time_limit_seconds=left, cancelled=budget.cancelled
        )
        bounds[candidate.label] = max(bounds[candidate.label], _bound(outcome))
        if outcome.objective_npv is not None and (best is None or outcome.objective_npv < best[0]):
            best = (outcome.objective_npv, _note(candidate, outcome))
    bound = max(known.floor, min(bounds.values(), default=math.inf))
    if best is None and bound == math.inf:
        return BaselineOutcome(name=name, status=BaselineStatus.INFEASIBLE, note=_why_not(candidates))
    return _outcome(name, best, bound, budget.gap)


def _bounds(candidates: list[Candidate], budget: _Budget) -> dict[str, float]:
    """What each candidate costs at least: its model without whole numbers. Infinite: it cannot hold."""
    until = time.perf_counter() + BOUNDING_SHARE * budget.left()
    found = {candidate.label: -math.inf for candidate in candidates}
    for candidate in candidates:
        left = min(budget.left(), until - time.perf_counter())
        if left <= 0:
            break
        matrix = matrix_of(build(reduce(candidate.problem).problem).model.lp)
        answer = run(matrix, Effort(gap=budget.gap, seconds=left, cancelled=budget.cancelled), mip=False)
        found[candidate.label] = math.inf if answer.infeasible else answer.bound / MONEY
    return found


def _bound(outcome: Outcome) -> float:
    return math.inf if outcome.status is Status.INFEASIBLE else outcome.record.bound


def _note(candidate: Candidate, outcome: Outcome) -> str:
    """The candidate's name, with the quantity where it is a commitment that the plan may leave unused."""
    if outcome.plan is None:
        return candidate.label
    if any(plan.key == candidate.label for plan in candidate.problem.spend_plans):
        per_hour = sum(made.per_hour for made in outcome.plan.commitments)
        return f"{per_hour:,.2f} an hour to {candidate.label}" if per_hour else NO_COMMITMENT
    if [r.key for r in candidate.problem.reservations] != [candidate.label]:
        return candidate.label
    quantity = sum(bought.quantity for bought in outcome.plan.reserved)
    return f"{quantity} x {candidate.label}" if quantity else NO_COMMITMENT


def _why_not(candidates: list[Candidate]) -> str:
    """What is plain to see: nobody for some workload. Else the limits, taken together."""
    if not candidates:
        return "no provider can serve every workload"
    unserved = no_machine(candidates[0].problem) if len(candidates) == 1 else ()
    if not unserved:
        return "no such plan holds the limits"
    return "nothing would serve " + ", ".join(clash.where for clash in unserved) + " in time"


def _outcome(name: str, best: tuple[float, str] | None, bound: float, gap: float) -> BaselineOutcome:
    if best is None:
        note = "no plan found in the time allowed"
        return BaselineOutcome(name=name, status=BaselineStatus.NOT_SOLVED, note=note)
    npv, note = best
    proven = max(0.0, npv - bound) / max(abs(npv), 1e-9)
    status = BaselineStatus.OPTIMAL if proven <= gap else BaselineStatus.FEASIBLE
    return BaselineOutcome(
        name=name, status=status, npv=npv, gap=proven if math.isfinite(proven) else None, note=note
    )
