"""One plan of a sweep: what it changes, and the text of the plan with that changed. Exact, and pure."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from advisor.demand.yaml_loading import decode, load
from advisor.errors import BadInput
from advisor.sweeps.drivers import CLOUD_PRICES, places
from advisor.sweeps.paths import at, find, put

FACTORS = (0.01, 100.0)
_DIGITS = Context(prec=15)  # of scaled figures: more than any price or load has, few enough for a plan file


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """`factors` scale drivers, after `changes` have put values at paths (None takes a field out)."""

    label: str
    factors: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def price_factor(self) -> float:
        """On the prices of the catalogue; the text of the plan does not know them."""
        return self.factors.get(CLOUD_PRICES, 1.0)


def varied_text(text: str, variation: Variation) -> str:
    """The plan's text with the variation in it: as it was where the text changes nothing, else as JSON.

    Raises PlanError for a text that is no YAML, BadInput for a path that leads nowhere.
    """
    factors = {name: factor for name, factor in variation.factors.items() if name != CLOUD_PRICES}
    if not variation.changes and all(factor == 1 for factor in factors.values()):
        return text
    return as_json(varied(plan_data(text), variation))


def plan_data(text: str) -> dict[str, Any]:
    """The plain data of a plan's text. Raises PlanError, and BadInput where it is no map."""
    data = load(decode(text.encode(), source="plan"), source="plan").data
    if not isinstance(data, dict):
        raise BadInput("the plan must be a map of fields such as schema, start, months and workloads")
    return data


def varied(data: Mapping[str, Any], variation: Variation) -> dict[str, Any]:
    """A copy of a plan's data with the variation in it."""
    new: dict[str, Any] = copy.deepcopy(dict(data))
    for path, value in variation.changes.items():
        put(new, find(new, path), value)
    for driver, factor in variation.factors.items():
        for place in places(new, driver) if factor != 1 else ():
            put(new, place, _scaled(at(new, place), factor))
    return new


def _scaled(figure: Any, factor: float) -> Any:
    """A figure times a factor; what is no number stays, for the reader of plans to refuse."""
    if isinstance(figure, bool) or not isinstance(figure, int | float | Decimal | str):
        return figure
    try:
        scaled = _DIGITS.multiply(Decimal(str(figure)), Decimal(repr(factor)))
    except InvalidOperation:
        return figure
    return scaled if scaled.is_finite() else figure


def as_json(data: Any) -> str:
    """Plan data as JSON text, which is a plan file too; decimals keep all their digits."""
    return "".join(_json(data)) + "\n"


def _json(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            yield (", " if number else "") + json.dumps(str(key), ensure_ascii=False) + ": "
            yield from _json(item)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for number, item in enumerate(value):
            yield ", " if number else ""
            yield from _json(item)
        yield "]"
    elif isinstance(value, Decimal):
        yield _number(value)
    elif isinstance(value, float):
        yield _number(Decimal(repr(value))) if abs(value) < float("inf") else json.dumps(str(value))
    else:
        yield json.dumps(value, ensure_ascii=False)


def _number(value: Decimal) -> str:
    """Digits, with an exponent only where they would be many."""
    plain = f"{value:f}"
    return plain if len(plain) <= 30 else f"{value.normalize():E}"
