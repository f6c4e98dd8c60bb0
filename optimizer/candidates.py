"""Models of one problem, from the easiest that may answer it to the whole."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from .build import Built, build
from .carry import carried
from .clock import Stopped
from .gang_shortlist import Holdings, holdings, is_in_many_places, one_can_hold
from .highs import Effort, SolverAnswer, run
from .index import build_index, triples
from .loosen import keeps_limits, loosened
from .matrix import Array, fits, matrix_of
from .pricing.attack import Answer, attack
from .pricing.scope import knows, unservable
from .problem import Problem
from .reduce import only_useful, reduce
from .risk.coarse import coarse_answer, is_large
from .risk.polish import polished
from .shortlist import LARGE, Shortlist, shortlist
from .sizes import HUGE, written
from .spend_shortlist import FewPlans, few_plans
from .strategy import SMALL_COLUMNS, search

LOOSENED_SHARE = 0.85  # of the time left, at most, for the problem without limits that keep offers apart
COARSE_SHARE = 0.9  # of the time left, at most, for the coarse grid of many scenarios
MANY_AGAIN = 100_000  # triples of workload, source and slice, where there is a plan already
TRIPLES_PER_SECOND = 1000.0  # the same, for each second that is left
MOST_AGAIN = 150_000  # the same, however much time is left: such a model takes more than a GB
HARD_SERVES = (3000, 15_000)
"""Triples of workload, machine and slice: with so many, the whole machines of a plan seldom keep what their
relaxation keeps; with fewer the solver proves it at once, and with more rounding does."""
QUICK_SHARE = 0.2  # of the time left, at most, for a plan to start from
SHORTLIST_SHARE = 0.9  # of the time left, at most, for the offers on the shortlist


class Model:
    """The whole problem, reduced and written down. `solving_seconds`: spent on it before it was yielded."""

    solving_seconds = 0.0

    def __init__(self, problem: Problem, known: Answer | None = None) -> None:
        """`known`: what the relaxation over the whole catalogue led to already."""
        self.known = known
        smaller = self.smaller = reduce(problem).problem
        self.offers = len(smaller.elastic) + len(smaller.reservations) + len(smaller.blocks)
        self.offers += sum(len(plan.rates) for plan in smaller.spend_plans)
        self.built = build(smaller)
        self.matrix = matrix_of(self.built.model.lp)

    def allowed(self, effort: Effort) -> Effort:
        """The effort that may go into this model."""
        return effort

    def attack(self, effort: Effort) -> SolverAnswer:
        """Best plan and bound of this model."""
        return polished(self.built, self.matrix, self._search(effort), effort)

    def _search(self, effort: Effort) -> SolverAnswer:
        """From a quick plan, where there is one."""
        if self.matrix.columns <= SMALL_COLUMNS or not knows(self.smaller):
            return search(self.built, self.matrix, effort)
        left, bound = effort, -math.inf
        start = self._start(self.known)
        if start is None:
            quick = attack(self.smaller, replace(effort, seconds=QUICK_SHARE * effort.seconds))
            left = replace(effort, seconds=effort.seconds - quick.seconds)
            start, bound = self._start(quick), quick.bound
        found = search(self.built, self.matrix, left, start)
        return replace(found, bound=max(found.bound, min(bound, found.objective)))

    def _start(self, quick: Answer | None) -> Array | None:
        """A plan of another model in this one, where it is one here too."""
        if quick is None or quick.values is None or quick.built is None:
            return None
        start = carried(quick.values, quick.built, self.built, self.matrix.columns)
        return start if start is not None and fits(self.matrix, start) else None

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """What the answer to this model says of the whole problem; None when nothing."""
        return answer


class _FewPlans(Model):
    """With some of the plans to spend under: a plan of it is a plan, its proof is that of a relaxation."""

    def __init__(self, few: FewPlans) -> None:
        super().__init__(few.problem)
        self.bound = few.bound

    def allowed(self, effort: Effort) -> Effort:
        """Leaves some time for the whole problem."""
        return replace(effort, seconds=SHORTLIST_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """A plan stands, with the bound over all plans to spend under."""
        return _capped(answer, self.bound)


class _Coarse(Model):
    """Many scenarios: purchases from a coarse relaxation, every scenario exact."""

    def attack(self, effort: Effort) -> SolverAnswer:
        """A plan with the bound of the relaxation; none where its purchases do not fit."""
        return coarse_answer(self.smaller, self.built, self.matrix, effort)

    def allowed(self, effort: Effort) -> Effort:
        """Leaves some time for the whole problem."""
        return replace(effort, seconds=COARSE_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """A plan stands, and so does the proof that not even the relaxation can hold."""
        return answer if answer.infeasible or answer.values is not None else None


class _Loosened(Model):
    """Without carbon cap and shares: a relaxation, which answers the problem when it keeps them anyway."""

    def __init__(self, problem: Problem, loose: Problem, few: FewPlans | None) -> None:
        super().__init__(loose)
        self.whole = problem
        self.few = few

    def keeps_limits(self, values: Array | None) -> bool:
        """Whether a point keeps the limits that were loosened."""
        return values is not None and keeps_limits(self.whole, self.built, values)

    def allowed(self, effort: Effort) -> Effort:
        """Leaves time for the whole problem."""
        return replace(effort, seconds=LOOSENED_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """An answer that keeps the limits stands; so does the proof that not even this can hold."""
        if self.few is None and answer.infeasible:
            return answer
        if not self.keeps_limits(answer.values):
            return None
        return answer if self.few is None else _capped(answer, self.few.bound)


class _Shortlisted(Model):
    """Only the offers a coarse relaxation uses, and gangs held as it holds them: a plan of it is a plan, its
    proof is the relaxation's."""

    def __init__(self, short: Shortlist, bound: float, held: Holdings | None) -> None:
        super().__init__(short.problem)
        self.bound = max(short.bound, bound)
        if held is not None:
            self.matrix = held.only(self.built, self.matrix)

    def allowed(self, effort: Effort) -> Effort:
        """Leaves some time for the whole problem."""
        return replace(effort, seconds=SHORTLIST_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """A plan stands, with the bound of the relaxation over all offers."""
        return _capped(answer, self.bound)


class _Impossible(Model):
    """A problem that not even a relaxation can hold; none of its offers is left to be written down."""

    def attack(self, effort: Effort) -> SolverAnswer:  # noqa: ARG002 - every model is attacked alike
        """It is proven already."""
        return SolverAnswer(False, True, math.inf, math.inf, None, 0)


class _Alone(Model):
    """Workloads that no machine can serve: if they cannot hold alone, nothing can."""

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """Only the proof that they cannot hold says something of the whole."""
        return answer if answer.infeasible else None


class _Priced(Model):
    """What the relaxation over the whole catalogue led to: a plan, and its bound for all plans."""

    def __init__(self, built: Built, answer: Answer) -> None:
        problem = self.smaller = built.index.problem
        self.offers = len(problem.elastic) + len(problem.reservations) + len(problem.blocks)
        self.built, self.answer = built, answer
        self.matrix = matrix_of(built.model.lp)
        self.solving_seconds = answer.seconds

    def attack(self, effort: Effort) -> SolverAnswer:
        """It is found already."""
        found, proven = self.answer, self.answer.gap() <= effort.gap
        return SolverAnswer(proven, False, found.bound, found.cost, found.values, found.nodes)


def models(problem: Problem, effort: Callable[[], Effort]) -> Iterator[Model]:
    """Models to try in turn: each is tried only when the one before said nothing of the whole problem.

    Raises Stopped where the caller stopped before the next was written down.
    """
    bound = -math.inf
    _go_on(effort())
    smaller = reduce(problem).problem
    count = triples(smaller)
    many_ways = is_in_many_places(problem)
    if many_ways and problem.risk is not None and not one_can_hold(smaller, effort()):
        yield _Impossible(replace(smaller, workloads=(), risk=None))
    if written(smaller, count) > HUGE and problem.risk is not None:
        return
    _go_on(effort())
    if is_large(smaller):
        yield _Coarse(problem)
        _go_on(effort())
    if not many_ways:  # without limits a gang can be held in many ways
        bound, easier = _without_limits(problem, effort)
        if easier is not None:
            yield easier
    _go_on(effort())
    unserved = unservable(smaller) if count > LARGE else ()
    if unserved:
        yield _Alone(replace(problem, workloads=unserved))
        _go_on(effort())
    if count > LARGE and not unserved and knows(problem):
        answer = attack(only_useful(problem), effort(), is_last=count > MOST_AGAIN)
        _go_on(effort())
        bound = max(bound, answer.bound)
        if answer.built is not None:
            yield _Priced(answer.built, replace(answer, bound=bound))
        again = min(MOST_AGAIN, max(MANY_AGAIN, TRIPLES_PER_SECOND * effort().seconds))
        if answer.built is not None and count <= again:
            yield Model(problem, answer)
        if answer.built is not None or count > HUGE:
            return
    yield from _smaller_models(problem, smaller, count, bound, effort)


def _without_limits(problem: Problem, effort: Callable[[], Effort]) -> tuple[float, _Loosened | None]:
    """A bound of the problem from the one without limits that keep offers apart, and that one where it
    answers the problem."""
    loose, bound = loosened(only_useful(problem)), -math.inf
    smaller = None if loose is None else reduce(loose).problem
    if smaller is None or triples(smaller) > LARGE:
        return bound, None
    few = few_plans(smaller, effort)
    if few is not None:
        smaller, bound = few.problem, few.bound
    if HARD_SERVES[0] < len(build_index(smaller).serves) <= HARD_SERVES[1]:
        return bound, None
    easier = _Loosened(problem, smaller, few)
    relaxed = run(easier.matrix, effort(), mip=False)
    if few is None and relaxed.optimal:
        bound = relaxed.bound
    answers = (relaxed.infeasible and few is None) or easier.keeps_limits(relaxed.values)
    return bound, easier if answers else None


def _smaller_models(
    problem: Problem, smaller: Problem, count: int, bound: float, effort: Callable[[], Effort]
) -> Iterator[Model]:
    """Models with some of the offers or plans to spend under, then the whole."""
    few = few_plans(smaller, effort)
    _go_on(effort())
    scenarios = len(problem.risk.scenarios) if problem.risk is not None else 1
    many_ways = problem.risk is None and is_in_many_places(problem)
    held = holdings(smaller, effort()) if many_ways else None
    if held is not None and held.bound == math.inf:
        yield _Impossible(replace(smaller, workloads=()))
    _go_on(effort())
    is_long = scenarios * count > LARGE or held is not None
    short = shortlist(few.problem if few is not None else smaller, effort(), held) if is_long else None
    if short is not None:
        _go_on(effort())
        yield _Shortlisted(short, bound, held)
    elif few is not None:
        _go_on(effort())
        yield _FewPlans(few)
    _go_on(effort())
    yield Model(problem)


def _capped(answer: SolverAnswer, bound: float) -> SolverAnswer | None:
    """A plan with the bound of a problem that has more to choose from; without a plan it says nothing."""
    if answer.values is None:
        return None
    return replace(answer, bound=min(bound, answer.objective), optimal=False)


def _go_on(effort: Effort) -> None:
    if effort.is_cancelled():
        raise Stopped
