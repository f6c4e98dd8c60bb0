"""What to ask again for the same answer."""

import hashlib
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from advisor.planning.case import Case
from advisor.planning.effort import Effort
from advisor.planning.result_load import Reproduce
from advisor.planning.words import stamp

NAME = "quartermaster"
_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def reproduce_of(case: Case, effort: Effort, *, plan_text: bytes, catalogue_version: str) -> Reproduce:
    """The record of a run."""
    as_of = stamp(case.catalogue.as_of)
    if as_of is None:
        raise LookupError("a catalogue has a moment")
    return Reproduce(
        plan_sha256=hashlib.sha256(plan_text).hexdigest(),
        catalogue_version=catalogue_version,
        as_of=as_of,
        gap_asked=effort.gap,
        time_limit_seconds=effort.time_limit_seconds,
        threads=effort.threads,
        baselines=effort.baselines,
        explain_seconds=effort.explain_seconds,
        why=effort.why,
        code_version=code_version(),
    )


@cache
def code_version() -> str:
    """Version of the installed package, else of the project file beside the code."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        if not _PROJECT.is_file():
            return "unknown"
        return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])
