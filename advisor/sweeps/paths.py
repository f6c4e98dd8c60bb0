"""Places in a plan's data, as people write them: `workloads[chat].demand.peak`."""

import re
from collections.abc import Sequence
from typing import Any

from advisor.demand.problems import path_text
from advisor.errors import BadInput
from providers.text import shown

Path = tuple[str | int, ...]
LONGEST = 300
_PART = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<item>[^\[\]]*)\]")
_NAMES = ("name", "instance_type")  # by which the items of a plan's lists are known
_EXAMPLE = "write it as in limits.capex_total or workloads[0].demand.peak"


def find(data: Any, text: str) -> Path:
    """The place a path names in some data; list items by number from 0 or by their name.

    The last part may be a field that is not there yet, in maps that may not be there yet. Raises BadInput.
    """
    found: list[str | int] = []
    here: Any = data
    for part in _parts(text):
        if part.startswith("["):
            key: str | int = _item(here, part[1:-1], text, found)
            here = here[key]
        else:
            if here is not None and not isinstance(here, dict):
                raise _wrong(text, f"{path_text(found)} has no fields")
            key, here = part, (here or {}).get(part)
        found.append(key)
    return tuple(found)


def put(data: Any, path: Path, value: Any) -> None:
    """Write a value at a place, making the maps on the way; None takes the field out. Data is changed."""
    *way, last = path
    for part in way:
        if isinstance(part, int):
            data = data[part]
        else:
            if data.get(part) is None:
                data[part] = {}
            data = data[part]
    if value is None and isinstance(data, dict):
        data.pop(last, None)
    else:
        data[last] = value


def at(data: Any, path: Path) -> Any:
    """The value at a place that is there."""
    for part in path:
        data = data[part]
    return data


def _parts(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise _wrong(text, f"at most {LONGEST} characters are read")
    parts: list[str] = []
    place = 0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None:
            raise _wrong(text, _EXAMPLE)
        parts.append(match[0].strip())
        place = match.end()
        if text[place : place + 1] == "." and place + 1 < len(text):
            place += 1
    if not parts or parts[0].startswith("["):
        raise _wrong(text, _EXAMPLE)
    return parts


def _item(here: Any, name: str, text: str, before: Sequence[str | int]) -> int:
    if not isinstance(here, list):
        raise _wrong(text, f"{path_text(before)} is no list")
    wanted = name.strip()
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(here):
        return int(wanted)
    for field in _NAMES:
        for index, item in enumerate(here):
            if isinstance(item, dict) and item.get(field) == wanted:
                return index
    names = [str(item[field]) for item in here if isinstance(item, dict) for field in _NAMES if field in item]
    known = f"; there is {', '.join(names[:8])}" if names else ""
    raise _wrong(text, f"{path_text(before)} has no item {shown(wanted) or '(empty)'}{known}")


def _wrong(text: str, reason: str) -> BadInput:
    return BadInput(f"path {shown(text) or '(empty)'}: {reason}", field="changes")
