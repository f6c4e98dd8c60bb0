"""Bytes to plain data, with the line of every path, and without any of YAML's ways to surprise.

Only the YAML a plan needs: maps, lists, text, numbers, true, false, null. Scalars follow YAML 1.2, so `NO` is
Norway and not false, `2027-01` is text and `3.8e24` is a number. Anchors, aliases, tags, repeated keys and
several documents are refused.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn

import yaml

from advisor.demand.problems import PlanError, PlanProblem, path_text, shown

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 30
MAX_VALUES = 100_000
MAX_NUMBER_CHARACTERS = 40  # a longer one is text, which then is no number

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NotYaml(PlanError):
    """The text breaks YAML's grammar; what is merely refused is a plain `PlanError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Plain data (dict, list, str, int, Decimal, float, bool, None) and the line of each path, from 1."""

    data: object
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int | None:
        """Line of the path, or of the nearest thing above it that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None


def decode(data: bytes, *, source: str, max_bytes: int = MAX_BYTES) -> str:
    """UTF-8 text of a file, with or without a byte order mark; raises `PlanError` for anything else."""
    if len(data) > max_bytes:
        limit_mib = max_bytes / 1024**2
        _refuse(source, f"the file has {len(data):,} bytes: at most {limit_mib:g} MiB are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(source, f"byte {error.start} is not UTF-8 text: save the file as UTF-8", line=line)
    if not text.strip():
        _refuse(source, "the file is empty: a plan needs at least schema, start, months and workloads")
    return text


def load(text: str, *, source: str) -> Loaded:
    """Parse one YAML or JSON document; raises `PlanError` with line and column for what is neither."""
    try:
        return _load_yaml(text, source=source)
    except _NotYaml:
        data = _json_object(text)  # the little of JSON that is not YAML, such as escaped surrogate pairs
        if data is None:
            raise
        return Loaded(data=data, lines={})


def _json_object(text: str) -> object:
    """A JSON object, or None for anything else; repeated keys and NaN are not JSON here."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    items = dict(pairs)
    if len(items) != len(pairs):
        raise ValueError("a repeated key")
    return items


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _load_yaml(text: str, *, source: str) -> Loaded:
    reader = _Reader(source=source)
    try:
        events = iter(yaml.parse(text, Loader=_LOADER))
        return Loaded(data=reader.document(events), lines=reader.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (column {mark.column + 1})" if mark else ""
        reason = " ".join(part for part in (error.context, error.problem) if part)
        _not_yaml(source, f"{reason}{where}", line=mark.line + 1 if mark else None)
    except yaml.YAMLError as error:
        _not_yaml(source, shown(" ".join(str(error).split()), quote=False))


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Builds data from parser events, so that nothing large exists before it was counted."""

    source: str
    lines: dict[Path, int] = field(default_factory=dict)
    values: int = 0

    def document(self, events: Iterator[yaml.Event]) -> object:
        result: object = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "a second document starts here (`---`): one file, one plan")
            elif isinstance(event, yaml.NodeEvent):
                result = self._node(event, events, ())
        return result

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> object:
        self._guard(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return scalar(event.value) if event.implicit[0] else str(event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        return self._map(events, path)

    def _list(self, events: Iterator[yaml.Event], path: Path) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self.lines[here] = _line(event)
            items.append(self._node(event, events, here))
        return items

    def _map(self, events: Iterator[yaml.Event], path: Path) -> dict[str, object]:
        items: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self._guard(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, path, "a field name must be plain text, not a list or a map")
            key = str(event.value)
            here = (*path, key)
            if key in items:
                first = self.lines[here]
                self._refuse(event, here, f"written twice (first on line {first}): keep one of them")
            self.lines[here] = _line(event)
            items[key] = self._node(next(events), events, here)
        return items

    def _guard(self, event: yaml.Event, path: Path) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            self._refuse(event, (), f"more than {MAX_VALUES:,} values: this is no plan")
        if len(path) > MAX_DEPTH:
            self._refuse(event, path[:3], f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(event, path, "anchors and aliases (`&name`, `*name`) are not allowed: write it out")
        if getattr(event, "tag", None):
            self._refuse(event, path, "tags (`!name`) are not allowed")

    def _refuse(self, event: yaml.Event, path: Path, message: str) -> NoReturn:
        _refuse(self.source, message, line=_line(event), path=path)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def scalar(text: str) -> object:
    """The value of an unquoted scalar by the YAML 1.2 core rules; decimals stay exact."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > MAX_NUMBER_CHARACTERS:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return Decimal(text)
    if _NOT_A_NUMBER.match(text):
        return float(text.replace(".", "", 1))
    return text


def _not_yaml(source: str, reason: str, *, line: int | None = None) -> NoReturn:
    found = PlanProblem(path="", value="", message=f"not readable as YAML: {reason}", line=line)
    raise _NotYaml([found], source=source)


def _refuse(source: str, message: str, *, line: int | None = None, path: Path = ()) -> NoReturn:
    raise PlanError([PlanProblem(path=path_text(path), value="", message=message, line=line)], source=source)
