"""Which part of the machines that run by the hour spend commitments pay for."""

from collections import defaultdict
from collections.abc import Mapping

from optimizer.result import Plan as Decisions

Parts = tuple[tuple[str | None, float], ...]
NOTHING = 1e-9


class Covered:
    """Shares of the machines running of an offer in a slice, by the plan that pays; None: on demand."""

    def __init__(self, decisions: Decisions) -> None:
        self._running: dict[tuple[str, int], int] = defaultdict(int)
        for run in decisions.runs:
            self._running[run.option, run.slice] += run.quantity
        self._machines: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for cover in decisions.covers:
            self._machines[cover.option, cover.slice][cover.plan] += cover.machines

    def machines(self, option: str, slice_: int) -> float:
        """Machines covered, by whatever plan."""
        return sum(self._plans(option, slice_).values())

    def parts(self, option: str, slice_: int) -> Parts:
        """Who pays for what share; the shares add up to 1."""
        plans, running = self._plans(option, slice_), self._running.get((option, slice_), 0)
        if not plans or not running:
            return ((None, 1.0),)
        shares = [(plan, count / running) for plan, count in plans.items()]
        rest = 1.0 - sum(share for _, share in shares)
        return (*shares, (None, rest)) if rest > NOTHING else tuple(shares)

    def _plans(self, option: str, slice_: int) -> Mapping[str, float]:
        return self._machines.get((option, slice_), {})
