"""What every request to the API passes: strict parameters, one shape of errors, nothing kept by caches."""

import functools
import json
from collections.abc import Callable
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.parser import Parser

from advisor.api.errors import ApiError, error_response
from advisor.errors import BadInput
from providers.text import did_you_mean, nearest, shown


def answered(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose every answer has our shape, also what the framework answers by itself."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # everything has an answer: nothing may end as a page
            response = error_response(error)
        if response.status_code == 405:
            response = _not_allowed(request, response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    setattr(inner, "csrf_exempt", True)  # noqa: B010  sessions are checked where they are recognised
    return inner


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    names = ", ".join(sorted(name.strip() for name in allowed.split(",")))
    response = error_response(
        ApiError("method_not_allowed", f"{shown(str(request.method))}: this address takes {names}.")
    )
    response["Allow"] = names
    return response


def strict(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuses parameters that an operation does not know: a misspelt filter must not pass for none."""
    operation = getattr(view, "_ninja_operation", None)
    known: set[str] = set()
    for model in getattr(operation, "models", ()):
        if model.__ninja_param_source__ == "query":
            known |= set(model.__ninja_flatten_map__)

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if operation is not None and operation.include_in_schema:
            _refuse_unknown(request, known)
        return view(request, *args, **kwargs)

    return inner


def _refuse_unknown(request: HttpRequest, known: set[str]) -> None:
    for name in request.GET:
        if name not in known:
            short = shown(name) or "(empty)"
            hint = did_you_mean(nearest(name, sorted(known), limit=1))
            takes = f"this address takes {', '.join(sorted(known)) or 'no parameters'}"
            raise BadInput(f"{short}: unknown parameter{hint or f'; {takes}'}", field=short)


class StrictParser(Parser):
    """JSON as its standard has it: no NaN, no name twice in one object."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_no_constant, object_pairs_hook=_once)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    items = dict(pairs)
    if len(items) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return items
