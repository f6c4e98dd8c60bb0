"""All explanations of one answer, within a time of their own."""

from dataclasses import dataclass

from advisor.planning.case import Case, Solved
from advisor.planning.effort import EXPLAIN_SHARE, Effort
from advisor.planning.explain.alternatives import alternatives
from advisor.planning.explain.relaxations import with_costs
from advisor.planning.explain.rules import bindings, rule_prices
from advisor.planning.explain.sensitivity import sensitivity
from advisor.planning.explain.why import why
from advisor.planning.result_explain import Explanations
from advisor.planning.result_rows import Binding, Conflict
from advisor.planning.steps import Steps
from optimizer.clash import Clash
from optimizer.clock import Deadline
from optimizer.explain.again import Again
from optimizer.explain.break_even import BreakEven, break_even
from optimizer.result import Outcome

LEAST_SECONDS = 1.0  # for one solve
QUICK_SECONDS = 4.0  # for one solve to 2 %, at most
LONGEST_SHARE, AS_LONG_AS_THE_ANSWER = 3, 1.5
SLOW = 60  # comparisons in their time, each as long as the answer: with fewer, all are made quickly first
QUICK_RULES, QUICK_SENSITIVITY = 0.6, 0.8
WHY, RULES, LIMITS, EVEN, ALTERNATIVES = 0.6, 0.45, 0.4, 0.4, 0.5
"""Part of the time left that each may take at most; the sensitivity gets the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What goes into an answer."""

    rows: Explanations
    binding: tuple[Binding, ...] | None
    break_even: BreakEven


def explain(solved: Solved, effort: Effort, steps: Steps) -> Explained | None:
    """Rules and what they cost, offers asked about, break-evens, alternatives, sensitivity: in this order.

    Where the answer took long, all comparisons are made to 2 % before any is made closer. None where no time
    is given. What is not reached is told so, row by row.
    """
    if effort.explain_seconds <= 0:
        return None
    case = solved.case
    again = again_for(case, solved.outcome, effort, steps)
    parts = ["offers asked about", "rules", "limits", "break-even", "alternatives", "sensitivity"]
    begun = iter(enumerate(parts))

    def next_part() -> None:
        done, name = next(begun)
        steps.explained(name, done, len(parts))

    next_part()
    names = tuple(dict.fromkeys(effort.why))
    asking = again.within(WHY)
    asked = tuple(why(case, asking.within(1 / (len(names) - n)), name) for n, name in enumerate(names))
    next_part()
    first = _quickly(solved, effort, again)
    rules = rule_prices(case, again.within(RULES), first.rules)
    next_part()
    binding = bindings(case, again.within(LIMITS), rules)
    next_part()
    even = break_even(again.within(EVEN))
    next_part()
    others = alternatives(solved, again.within(ALTERNATIVES), first.alternatives)
    next_part()
    tornado = sensitivity(again, first.sensitivity)
    steps.watch.check()
    rows = Explanations(
        seconds_allowed=effort.explain_seconds,
        rules=rules,
        why=asked,
        alternatives=others,
        sensitivity=tornado,
    )
    return Explained(rows=rows, binding=binding, break_even=even)


def _quickly(solved: Solved, effort: Effort, again: Again) -> Explanations:
    """Every comparison to 2 %, where the answer took so long that not all can be made closer in time."""
    seconds = effort.explain_seconds
    if SLOW * solved.outcome.record.seconds < seconds:
        return Explanations(seconds_allowed=seconds)
    quick = again.quick(max(LEAST_SECONDS, min(QUICK_SECONDS, seconds / EXPLAIN_SHARE)))
    return Explanations(
        seconds_allowed=seconds,
        rules=rule_prices(solved.case, quick.within(QUICK_RULES)),
        sensitivity=sensitivity(quick.within(QUICK_SENSITIVITY)),
        alternatives=alternatives(solved, quick),  # last, as countries take longest
    )


def ways_out(
    case: Case,
    outcome: Outcome,
    rows: tuple[Conflict, ...],
    clashes: tuple[Clash, ...],
    effort: Effort,
    steps: Steps,
) -> tuple[Conflict, ...]:
    """The conflicts of an impossible plan with what each way out would cost."""
    if effort.explain_seconds <= 0:
        return rows
    steps.explained("what each way out costs", 0, 1)
    found = with_costs(case, again_for(case, outcome, effort, steps), rows, clashes)
    steps.watch.check()
    return found


def again_for(case: Case, outcome: Outcome, effort: Effort, steps: Steps) -> Again:
    """Solves for `explain_seconds`, each at most an eighth of them.

    Where the answer itself took longer, as long as that and half again, but at most a third.
    """
    seconds = effort.explain_seconds
    long = min(seconds / LONGEST_SHARE, AS_LONG_AS_THE_ANSWER * outcome.record.seconds)
    return Again(
        case.problem,
        outcome,
        gap=effort.gap,
        deadline=Deadline.after(seconds, steps.watch),
        most_seconds=max(LEAST_SECONDS, seconds / EXPLAIN_SHARE, long),
        threads=effort.threads,
        told=steps.watch.check,
    )
