"""What is wrong with a plan file, said so that its author can put it right."""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_PROBLEMS = 50
SHOWN_VALUE_CHARACTERS = 60
SHOWN_MESSAGE_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """One thing to put right: `path` like `workloads[0].demand.peak`, `line` counted from 1 where known."""

    path: str
    value: str
    message: str
    line: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", printable(self.message, longest=SHOWN_MESSAGE_CHARACTERS))

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        parts = [part for part in (self.path, self.value, self.message) if part]
        return where + ": ".join(parts)


class PlanError(ValueError):
    """A plan that cannot be read. `problems` holds all that was found, in the order of the file.

    `headline` fits one line; `details` has one line for each problem when there are several, at most 50.
    """

    def __init__(self, problems: Sequence[PlanProblem], *, source: str = "plan") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__("\n".join(self.lines()))

    @property
    def headline(self) -> str:
        """The file and its problem, or how many there are and the first of them."""
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        return f"{self.source}: {len(self.problems)} problems, the first: {self.problems[0]}"

    @property
    def details(self) -> tuple[str, ...]:
        """All problems, one a line; none when the headline already says it all."""
        if len(self.problems) == 1:
            return ()
        left_out = len(self.problems) - SHOWN_PROBLEMS
        more = (f"and {left_out} more",) if left_out > 0 else ()
        return (*map(str, self.problems[:SHOWN_PROBLEMS]), *more)

    def lines(self) -> list[str]:
        """Headline and details, as commands print them."""
        return [self.headline, *self.details]


def path_text(path: Sequence[str | int]) -> str:
    """Readable path: `("workloads", 0, "name")` becomes `workloads[0].name`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{shown(part, quote=False)}" if text else shown(part, quote=False)
    return text


def printable(text: str, *, longest: int) -> str:
    """The text on one line, `?` for what cannot be printed, cut with `…` after `longest` characters."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else "?" for c in cut)


def shown(value: object, *, quote: bool = True) -> str:
    """A value as one short printable piece of text, whatever it holds."""
    if value is None:
        return "empty"
    if isinstance(value, (dict, list, tuple)):
        kind = "map" if isinstance(value, dict) else "list"
        return f"a {kind} of {len(value)}"
    text = printable(str(value), longest=SHOWN_VALUE_CHARACTERS)
    return f"'{text}'" if quote and isinstance(value, str) else text
