"""Which explanations of an answer the time for them did not reach: what more time is good for."""

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.planning.explain.trials import COST_NOT_REACHED, NOT_REACHED, TOO_FAR
from advisor.planning.result import Result
from advisor.planning.result_explain import Compared, Explanations
from advisor.planning.words import count
from optimizer.explain.break_even import OUT_OF_TIME

ALMOST = 1e-9
LIMITS, OWN = "what wider limits save", "own servers against the cloud"
_PLURALS = {"offer asked about": "offers asked about", "cost of a way out": "costs of ways out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of explanation: how many there are, and how many the time did not reach."""

    name: str
    asked: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """All parts of an answer's explanations; none where they were not asked for.

    `undecided`: comparisons that closer proof may decide. `answer_seconds`: what solving the plan took.
    """

    parts: tuple[Part, ...]
    undecided: int = 0
    answer_seconds: float = 0.0

    @property
    def asked(self) -> int:
        return sum(part.asked for part in self.parts)

    @property
    def missing(self) -> int:
        return sum(part.missing for part in self.parts)

    @property
    def reached(self) -> int:
        return self.asked - self.missing

    @property
    def is_open(self) -> bool:
        """Whether more time would tell more."""
        return bool(self.missing or self.undecided)

    def words(self) -> str:
        """`2 rules, 1 other way`: what the time did not reach; empty where it reached all."""
        return ", ".join(_words(part) for part in self.parts if part.missing)


def unreached(result: Result) -> Unreached:
    """Told by what the rows say of themselves, so that older results are counted too."""
    rows = result.explanations
    parts = list(_ways_out(result)) if rows is None else list(_explained(result, rows))
    return Unreached(
        parts=tuple(part for part in parts if part.asked),
        undecided=0
        if rows is None
        else sum(_undecided(row, result.solver.gap_asked) for row in _compared(rows)),
        answer_seconds=result.solver.build_seconds + result.solver.solve_seconds,
    )


def out_of_time(row: Compared) -> bool:
    """Not worked out because the explanations before it took all the time."""
    return row.status == "not_computed" and row.note.startswith(NOT_REACHED)


def _compared(rows: Explanations) -> Iterator[Compared]:
    yield from rows.rules
    yield from rows.alternatives
    yield from (case for row in rows.sensitivity for case in (row.low, row.high))


def _undecided(row: Compared, gap_asked: float) -> bool:
    """Whether it was proven less close than the answer, and not close enough to tell a difference."""
    is_wide = row.gap is not None and row.gap > gap_asked + ALMOST
    return row.status == "no_difference" and is_wide


def _explained(result: Result, rows: Explanations) -> Iterator[Part]:
    cases = [case for row in rows.sensitivity for case in (row.low, row.high)]
    offers = sum(_late(row) or row.entering_note == NOT_REACHED for row in rows.why)
    even, late_even = result.build_vs_buy, OUT_OF_TIME in (result.build_vs_buy.reason or "")
    told = even.break_even_utilisation is not None or even.break_even_month is not None
    yield Part(name="offer asked about", asked=len(rows.why), missing=offers)
    yield Part(name="rule", asked=len(rows.rules), missing=sum(map(_late, rows.rules)))
    limits = result.binding is None or len(result.binding) > 0
    yield Part(name=LIMITS, asked=int(limits), missing=int(result.binding is None))
    yield Part(name=OWN, asked=int(told or late_even), missing=int(late_even))
    yield Part(name="other way", asked=len(rows.alternatives), missing=sum(map(_late, rows.alternatives)))
    yield Part(name="changed figure", asked=len(cases), missing=sum(map(_late, cases)))


def _late(row: Compared) -> bool:
    return out_of_time(row) or (row.status == "not_computed" and row.note.startswith(TOO_FAR))


def _ways_out(result: Result) -> Iterator[Part]:
    told = [row for row in result.conflicts or () if row.cost_of_relaxation is not None or row.cost_note]
    missing = sum(row.cost_note == COST_NOT_REACHED for row in told)
    yield Part(name="cost of a way out", asked=len(told), missing=missing)


def _words(part: Part) -> str:
    if part.name in (LIMITS, OWN):
        return part.name
    name = _PLURALS.get(part.name) if part.missing > 1 else None
    return f"{part.missing} {name}" if name else count(part.missing, part.name)
