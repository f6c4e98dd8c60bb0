"""Models of one problem, from the easiest that may answer it to the whole."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from .build import Built, build
from .carry import carried
from .clock import Stopped
from .highs import Effort, SolverAnswer, run
from .index import triples
from .loosen import keeps_limits, loosened
from .matrix import Array, fits, matrix_of
from .pricing.attack import Answer, attack
from .pricing.scope import knows
from .problem import Problem
from .reduce import only_useful, reduce
from .shortlist import LARGE, Shortlist, shortlist
from .strategy import SMALL_COLUMNS, search

LOOSENED_SHARE = 0.85  # of the time left, at most, for the problem without limits that keep offers apart
HUGE = 500_000  # triples of workload, source and slice: more is never written down whole
QUICK_SHARE = 0.2  # of the time left, at most, for a plan to start from
SHORTLIST_SHARE = 0.9  # of the time left, at most, for the offers on the shortlist


class Model:
    """The whole problem, reduced and written down. `solving_seconds`: spent on it before it was yielded."""

    solving_seconds = 0.0

    def __init__(self, problem: Problem) -> None:
        smaller = self.problem = reduce(problem).problem
        self.offers = len(smaller.elastic) + len(smaller.reservations) + len(smaller.blocks)
        self.built = build(smaller)
        self.matrix = matrix_of(self.built.model.lp)

    def allowed(self, effort: Effort) -> Effort:
        """The effort that may go into this model."""
        return effort

    def search(self, effort: Effort) -> SolverAnswer:
        """Best plan and bound of this model, from a quick plan where there is one."""
        if self.matrix.columns <= SMALL_COLUMNS or not knows(self.problem):
            return search(self.built, self.matrix, effort)
        quick = attack(self.problem, replace(effort, seconds=QUICK_SHARE * effort.seconds))
        start, known = None, quick.values
        if known is not None and quick.built is not None:
            start = carried(known, quick.built, self.built, self.matrix.columns)
        if start is not None and not fits(self.matrix, start):
            start = None
        left = replace(effort, seconds=effort.seconds - quick.seconds)
        found = search(self.built, self.matrix, left, start)
        return replace(found, bound=max(found.bound, min(quick.bound, found.objective)))

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """What the answer to this model says of the whole problem; None when nothing."""
        return answer


class _Loosened(Model):
    """Without carbon cap and shares: a relaxation, which answers the problem when it keeps them anyway."""

    def __init__(self, problem: Problem, loose: Problem) -> None:
        super().__init__(loose)
        self.whole = problem

    def keeps_limits(self, values: Array | None) -> bool:
        """Whether a point keeps the limits that were loosened."""
        return values is not None and keeps_limits(self.whole, self.built, values)

    def allowed(self, effort: Effort) -> Effort:
        """Leaves time for the whole problem."""
        return replace(effort, seconds=LOOSENED_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """An answer that keeps the limits stands; so does the proof that not even this can hold."""
        return answer if answer.infeasible or self.keeps_limits(answer.values) else None


class _Shortlisted(Model):
    """Only the offers a coarse relaxation uses: a plan of it is a plan, its proof is the relaxation's."""

    def __init__(self, short: Shortlist, bound: float) -> None:
        super().__init__(short.problem)
        self.bound = max(short.bound, bound)

    def allowed(self, effort: Effort) -> Effort:
        """Leaves some time for the whole problem."""
        return replace(effort, seconds=SHORTLIST_SHARE * effort.seconds)

    def judge(self, answer: SolverAnswer) -> SolverAnswer | None:
        """A plan stands, with the bound of the relaxation over all offers."""
        if answer.values is None:
            return None
        return replace(answer, bound=self.bound, optimal=False)


class _Priced(Model):
    """What the relaxation over the whole catalogue led to: a plan, and its bound for all plans."""

    def __init__(self, built: Built, answer: Answer) -> None:
        problem = self.problem = built.index.problem
        self.offers = len(problem.elastic) + len(problem.reservations) + len(problem.blocks)
        self.built, self.answer = built, answer
        self.matrix = matrix_of(built.model.lp)
        self.solving_seconds = answer.seconds

    def search(self, effort: Effort) -> SolverAnswer:
        """It is found already."""
        found, proven = self.answer, self.answer.gap() <= effort.gap
        return SolverAnswer(proven, False, found.bound, found.cost, found.values, found.nodes)


def models(problem: Problem, effort: Callable[[], Effort]) -> Iterator[Model]:
    """Models to try in turn: each is tried only when the one before said nothing of the whole problem.

    Raises Stopped where the caller stopped before the next was written down.
    """
    bound = float("-inf")
    _go_on(effort())
    loose = loosened(problem)
    if loose is not None and triples(reduce(loose).problem) <= LARGE:
        easier = _Loosened(problem, loose)
        relaxed = run(easier.matrix, effort(), mip=False)
        bound = relaxed.bound if relaxed.optimal else bound
        if relaxed.infeasible or easier.keeps_limits(relaxed.values):
            yield easier
    _go_on(effort())
    smaller = reduce(problem).problem
    count = triples(smaller)
    if count > LARGE and knows(problem):
        answer = attack(only_useful(problem), effort())
        _go_on(effort())
        bound = max(bound, answer.bound)
        if answer.built is not None:
            yield _Priced(answer.built, replace(answer, bound=bound))
        if count > HUGE:
            return
    short = shortlist(smaller, effort()) if count > LARGE else None
    if short is not None:
        _go_on(effort())
        yield _Shortlisted(short, bound)
    _go_on(effort())
    yield Model(problem)


def _go_on(effort: Effort) -> None:
    if effort.is_cancelled():
        raise Stopped
