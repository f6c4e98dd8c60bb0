"""Files `advise` reads, which its output must never replace."""

from collections.abc import Iterator
from pathlib import Path

from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import decode, load


def plan_inputs(plan: Path, data: bytes) -> list[Path]:
    """The plan file and the files named in it, such as the CSV of a load profile.

    Read leniently: what is wrong with the plan is said by whoever parses it.
    """
    try:
        loaded = load(decode(data, source=str(plan)), source=str(plan)).data
    except PlanError:
        return [plan]
    return [plan, *(plan.parent / name for name in _csv_names(loaded))]


def _csv_names(data: object) -> Iterator[str]:
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(name := part.get("csv"), str) and "\0" not in name:
                yield name.strip().replace("\\", "/")
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
