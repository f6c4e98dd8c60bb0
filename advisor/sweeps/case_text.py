"""Cases of a comparison as people write them: `no budget: limits.capex_total = null; months = 24`."""

import json
from decimal import Decimal
from typing import Any

from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import load
from advisor.errors import BadInput
from advisor.sweeps.design import Case
from providers.text import shown

_FORM = "write it as in `no budget: limits.capex_total = null; months = 24`"


def case_of(text: str) -> Case:
    """A name, a colon, and changes parted by semicolons; values as in a plan file. Raises BadInput."""
    name, colon, rest = text.partition(":")
    changes: dict[str, Any] = {}
    for part in filter(str.strip, _split(rest)):
        path, equals, value = part.partition("=")
        if not equals or not path.strip():
            raise BadInput(f"case {shown(text)}: {_FORM}", field="cases")
        changes[path.strip()] = _value(value.strip(), text)
    if not colon or not name.strip() or not changes:
        raise BadInput(f"case {shown(text)}: {_FORM}", field="cases")
    return Case(name=name.strip(), changes=changes)


def cases_of(text: str) -> tuple[Case, ...]:
    """A case on each line; empty lines are none."""
    return tuple(case_of(line.strip()) for line in text.splitlines() if line.strip())


def _split(text: str) -> list[str]:
    """At semicolons outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        if letter == ";" and not quote and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _value(text: str, case: str) -> Any:
    try:
        data = load(f"value: {text}", source="case").data
    except PlanError as error:
        reason = error.problems[0].message
        raise BadInput(f"case {shown(case)}: {shown(text)}: {reason}", field="cases") from error
    return json.loads(json.dumps(data, default=_plain))["value"]


def _plain(value: object) -> object:
    """Decimals as JSON has numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
    raise TypeError(type(value).__name__)
