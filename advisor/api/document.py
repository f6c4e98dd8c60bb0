"""What an operation can answer, and the last touches to the OpenAPI document."""

from typing import Any

from django.conf import settings

from advisor.api.errors import CODES, ErrorOut

TAGS = {
    "offers": "What can be had, where, for how much. Read without signing in where the site allows it.",
    "plans": "Questions: texts with versions.",
    "runs": "Answers being worked out, and their results.",
    "sweeps": "One plan worked out many times with something changed: sensitivity, Monte Carlo, comparison.",
    "prices": "The whole catalogue as a price file, in and out.",
    "account": "Who you are, and your tokens.",
}
_EVERYWHERE = ("internal_error", "database_unavailable")
_SIGNED_IN = ("unauthenticated", "invalid_token", "no_organisation", "csrf_failed")
_WORDS = {401: "Not signed in", 413: "Body too large", 422: "Not understood", 503: "Not available now"}


def errors(*codes: str) -> dict[int, Any]:
    """The statuses of some codes, and of those that any operation can answer."""
    wanted = (*codes, *_EVERYWHERE)
    return {CODES[code][0]: ErrorOut for code in sorted(wanted, key=lambda code: CODES[code][0])}


def for_members(*codes: str) -> dict[int, Any]:
    return errors(*_SIGNED_IN, *codes)


def for_starting() -> dict[int, Any]:
    """What may go wrong where a plan is to be worked out."""
    return for_members(
        "malformed_body",
        "body_too_large",
        "bad_input",
        "plan_problems",
        "not_found",
        "conflict",
        "catalogue_empty",
    )


def content(status: int, media_type: str, schema: dict[str, Any], description: str) -> dict[int, Any]:
    """An answer that is no JSON of a model."""
    return {status: {"description": description, "content": {media_type: {"schema": schema}}}}


def finish(document: dict[str, Any], open_operations: set[str]) -> dict[str, Any]:
    """Parameters as the standard has them; who may read without signing in; words for tags."""
    for name in [name for name in document["components"]["schemas"] if name.endswith("Query")]:
        del document["components"]["schemas"][name]  # their fields stand among the parameters
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                _as_parameter(parameter)
            if settings.PUBLIC_CATALOGUE and operation["operationId"] in open_operations:
                operation["security"].insert(0, {})
            for status, answer in operation["responses"].items():
                answer["description"] = _WORDS.get(status, answer["description"])
    document["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    return document


def _as_parameter(parameter: dict[str, Any]) -> None:
    """Examples of a schema are a list, those of a parameter are not; an address can hold no null."""
    examples = parameter.pop("examples", None)
    if examples:
        parameter["example"] = examples[0]
    schema = parameter["schema"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0])
