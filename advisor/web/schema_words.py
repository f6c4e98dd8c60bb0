"""JSON Schema in words: what a value can be, which maps are in it, and how it is written."""

import json
from typing import Any

Schema = dict[str, Any]


def resolved(schema: Schema, defs: Schema) -> Schema:
    return defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def alternatives(schema: Schema, defs: Schema) -> list[Schema]:
    """The forms a value can have, without null."""
    schema = resolved(schema, defs)
    several = schema.get("anyOf") or schema.get("oneOf")
    if several is None:
        return [] if schema == {"type": "null"} else [schema]
    return [form for one in several for form in alternatives(one, defs)]


def maps_in(schema: Schema, defs: Schema) -> list[tuple[Schema, bool]]:
    """Maps with named fields that a value can be, or be a list of; several forms of a map become one."""
    found: list[tuple[Schema, bool]] = []
    plain: Schema = {}
    for form in alternatives(schema, defs):
        item = resolved(form.get("items", {}), defs)
        if "properties" in item:
            found.append((item, True))
        elif "properties" in form:
            plain = form if not plain else {"properties": plain["properties"] | form["properties"]}
    return [*found, (plain, False)] if plain else found


def has_numbers(schema: Schema, defs: Schema) -> bool:
    for form in alternatives(schema, defs):
        inside: list[Any] = [
            form.get("items"),
            form.get("additionalProperties"),
            *form.get("patternProperties", {}).values(),
        ]
        if form.get("type") in ("number", "integer"):
            return True
        if any(isinstance(one, dict) and "$ref" not in one and has_numbers(one, defs) for one in inside):
            return True
    return False


def type_words(schema: Schema, defs: Schema) -> str:
    words = list(dict.fromkeys(_form(form, defs) for form in alternatives(schema, defs)))
    if "number, 0 or more" in words and "text" in words:
        words.remove("text")  # money may be written as text, to be exact
    return ", or ".join(words)


def _form(form: Schema, defs: Schema) -> str:
    if "const" in form:
        return value_text(form["const"])
    if "enum" in form:
        return " | ".join(form["enum"])
    if form.get("type") in ("number", "integer"):
        return _number(form)
    if form.get("type") == "array":
        length = f"{form['minItems']} " if "maxItems" in form else ""
        return f"list of {length}{type_words(form.get('items', {}), defs)}"
    if form.get("type") == "object":
        return _map(form, defs)
    return _PATTERNS.get(form.get("pattern", ""), "text")


_PATTERNS = {
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "month",
    "^[A-Z]{3}$": "currency code",
    "^[A-Z]{2}$": "country code",
    "^[a-z][a-z0-9_]*_per_second$": "a name ending in _per_second",
}


def _map(form: Schema, defs: Schema) -> str:
    if "properties" in form:
        return "map"
    patterns: Schema = form.get("patternProperties", {})
    inside: Schema = form.get("additionalProperties") or next(iter(patterns.values()), {})
    return f"map of names to {type_words(inside, defs)}"


def _number(form: Schema) -> str:
    kind = "whole number" if form["type"] == "integer" else "number"
    low, above = form.get("minimum"), form.get("exclusiveMinimum")
    high, below = form.get("maximum"), form.get("exclusiveMaximum")
    if low is not None and high is not None and high < 1e6:
        return f"{kind}, {low:g} to {high:g}"
    if above is not None:
        return f"{kind} above {above:g}" + (f", to {high:g}" if high is not None else "")
    under = f", below {below:g}" if below is not None else ""
    return (f"{kind}, {low:g} or more" if low is not None else kind) + under


def value_text(value: Any) -> str:
    """A value as it may stand in a plan: JSON is YAML. Long ones are cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 90 else f"{text[:88]} …"
