"""A plan as a file, the files beside it that it may name, and how it is refused."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError

from advisor.demand.accelerator_names import UNKNOWN
from advisor.demand.parse import parse_plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.surroundings import RateInForce
from advisor.errors import AdvisorError, BadInput
from providers.errors import ProviderError

MAX_BYTES = 16 * 1024 * 1024
"""More is never read; the parser's own, lower limits name what is too large."""


def read_plan(path: Path) -> bytes:
    """The bytes of a plan file. Raises BadInput when there is no such file, or it cannot be read."""
    try:
        return _read(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error


@contextmanager
def plan_comes_first(path: Path, rate_in_force: RateInForce | None = None) -> Iterator[None]:
    """Around the loading of prices: a bad plan is told also where there are none. Raises BadInput.

    An accelerator on no list may still be one of the prices, so a plan with such a name is refused here only
    for what else is wrong with it, and only when the prices fail: with them the whole of it can be told.
    """
    problems = _problems(path, rate_in_force)
    sure = [problem for problem in problems if not problem.message.startswith(UNKNOWN)]
    if sure and len(sure) == len(problems):
        raise refusal(sure, str(path))
    try:
        yield
    except (AdvisorError, ProviderError, DatabaseError) as error:
        if sure:
            raise refusal(sure, str(path)) from error
        raise


def _problems(path: Path, rate_in_force: RateInForce | None) -> tuple[PlanProblem, ...]:
    data = read_plan(path)
    try:
        parse_plan(data, source=str(path), read_file=files_beside(path), rate_in_force=rate_in_force)
    except PlanError as error:
        return tuple(error.problems)
    return ()


def refusal(problems: Sequence[PlanProblem], source: str) -> BadInput:
    """What is wrong with a plan, as an error of a command."""
    first, *details = PlanError(problems, source=source).lines()
    return BadInput(first, details)


def files_beside(path: Path) -> Callable[[str], bytes]:
    """Reads files named in a plan, relative to the plan's folder; raises OSError."""
    return lambda name: _read(path.parent / name)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)
