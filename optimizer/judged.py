"""What one model said of the whole problem, and which of two answers counts."""

from dataclasses import dataclass, replace

from .candidates import Model
from .highs import SolverAnswer


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer to the whole problem, and the model it came from."""

    model: Model
    answer: SolverAnswer

    def is_open(self, gap: float) -> bool:
        """Whether there is a plan that is not proven to be within a relative gap."""
        found = self.answer
        if found.values is None:
            return False
        return not found.optimal and found.objective - found.bound > gap * max(abs(found.objective), 1e-9)


def better(known: Judged | None, model: Model, answer: SolverAnswer | None) -> Judged | None:
    """The cheaper plan of the two, with the better of their bounds."""
    if answer is None or (known is not None and answer.values is None):
        return known
    if known is None:
        return Judged(model, answer)
    first, second = (
        (Judged(model, answer), known)
        if answer.objective < known.answer.objective
        else (known, Judged(model, answer))
    )
    bound = min(first.answer.objective, max(first.answer.bound, second.answer.bound))
    return replace(first, answer=replace(first.answer, bound=bound))
