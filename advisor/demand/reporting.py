"""Validation errors, translated into problems with a path, a line, the value and what would be right."""

import re
import sys
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from advisor.demand.fields import FORM
from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.problems import PlanProblem, path_text, shown
from advisor.demand.yaml_loading import Loaded, Path

DICT_KEY = "[key]"  # pydantic's own step for an error in a key
_QUOTED = re.compile(r"'([^']*)'")
_KINDS = {
    "model_type": "must be a map of fields (name: value)",
    "dict_type": "must be a map (name: value)",
    "tuple_type": "must be a list",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be {} or more"),
    "greater_than": ("gt", "must be above {}"),
    "less_than_equal": ("le", "must be {} or less"),
    "less_than": ("lt", "must be below {}"),
}
_LENGTHS = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}


def problems_of(error: ValidationError, *, model: type[BaseModel], loaded: Loaded) -> list[PlanProblem]:
    """All problems of a failed validation in the order of the file; the same words at one place only once."""
    errors = (details for details in error.errors(include_url=False) if not _is_echo(details))
    found = {_problem(details, model, loaded): None for details in errors}
    return sorted(found, key=lambda problem: problem.line or sys.maxsize)  # no line: missing at the top


def _is_echo(details: ErrorDetails) -> bool:
    """A list whose entries are refused is called too short as well, since the output lacks them."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _problem(details: ErrorDetails, model: type[BaseModel], loaded: Loaded) -> PlanProblem:
    path, known = _walk(model, details["loc"])
    unknown = details["type"] == "extra_forbidden"
    of_key = details["loc"][-1:] == (DICT_KEY,)
    silent = unknown or details["type"] == "missing" or details["input"] == ""
    message = _unknown_field(str(path[-1]), known) if unknown else _message(details)
    value = details["input"] if of_key else _written(loaded.data, path, details["input"])
    return PlanProblem(
        path=path_text(path), value="" if silent else shown(value), message=message, line=loaded.line_of(path)
    )


def _written(data: Any, path: Path, otherwise: object) -> object:
    """The value as the file has it at the path; `otherwise` where the path leads to nothing in it."""
    for key in path:
        try:
            data = data[key]
        except (LookupError, TypeError):
            return otherwise
    return data


def _message(details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "plan":
        return str(context["message"])
    if kind == "missing":
        return "is required"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        is_fraction = kind == "less_than_equal" and context[name] == 1
        return words.format(f"{context[name]:g}") + (
            " (a fraction: write 0.15 for 15 %)" if is_fraction else ""
        )
    if kind in _LENGTHS:
        name, words = _LENGTHS[kind]
        entries = "entry" if context[name] == 1 else "entries"
        return f"must have {words} {context[name]} {entries}, not {len(details['input'])}"
    if kind in _KINDS:
        if details["input"] is None:
            return "is empty: give its contents or remove the line"
        return _KINDS[kind]
    if kind == "literal_error":
        choices = _QUOTED.findall(str(context["expected"]))
        return f"must be {context['expected']}{did_you_mean(nearest(str(details['input']), choices))}"
    return details["msg"][:1].lower() + details["msg"][1:]


def _unknown_field(name: str, known: Sequence[str]) -> str:
    short = shown(name, quote=False)
    hint = did_you_mean(nearest(name, known)) or f" (known here: {', '.join(known)})"
    return f"unknown field `{short}`{hint}"


def _walk(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[Path, list[str]]:
    """The path in the file, without the validator's own steps, and the fields known beside its last part."""
    path: list[str | int] = []
    here: list[Any] = [model]
    known: list[str] = []
    for key in location:
        if key == DICT_KEY or str(key).startswith(FORM):
            continue
        path.append(key)
        known = [name for annotation in here for name in _by_name(annotation)]
        here = [part for annotation in here for part in _inside(annotation, key)]
    return tuple(path), known


def _inside(annotation: Any, key: int | str) -> list[Any]:
    field = _by_name(annotation).get(str(key))
    if field is not None:
        return _flat(field.annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple and isinstance(key, int):
        return _flat(arguments[0])
    if origin is dict and isinstance(key, str):
        return _flat(arguments[1])
    return []


def _by_name(annotation: Any) -> dict[str, FieldInfo]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {field.alias or name: field for name, field in annotation.model_fields.items()}
    return {}


def _flat(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, without Annotated, unions and None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _flat(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [part for option in get_args(annotation) for part in _flat(option)]
    return [] if annotation is type(None) else [annotation]
