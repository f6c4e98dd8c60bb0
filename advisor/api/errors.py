"""One shape for everything that is not an answer, with codes that stay."""

import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from advisor.demand.problems import PlanProblem
from advisor.errors import AdvisorError, BadInput, DatabaseUnavailable

log = logging.getLogger(__name__)

CODES: dict[str, tuple[int, str]] = {
    "malformed_body": (400, "The body cannot be read: broken JSON or a broken form."),
    "unauthenticated": (401, "Neither a token nor a session came with the request."),
    "invalid_token": (401, "The token is unknown, revoked or over, or its user is gone."),
    "csrf_failed": (403, "A session needs the header X-CSRFToken to change something; a token does not."),
    "no_organisation": (403, "The account belongs to no organisation."),
    "operators_only": (403, "Only operators (staff) may do this."),
    "not_found": (404, "There is no such thing, or it belongs to others."),
    "unknown_offer": (404, "No offer of this id was ever in the catalogue."),
    "no_prices_then": (404, "The catalogue knows nothing of the moment asked for."),
    "unknown_route": (404, "There is no such address under /api/v1/."),
    "method_not_allowed": (405, "The address does not take this method; the header Allow says which."),
    "conflict": (409, "Not possible in the state things are in, or a key was used for another request."),
    "rates_doubtful": (409, "Exchange rates far from those in force; nothing was taken. `details` has each."),
    "no_result": (409, "The run has no result, or none yet; the message says its state."),
    "body_too_large": (413, "The body is larger than is read."),
    "unsupported_media_type": (415, "The body must have another Content-Type."),
    "bad_input": (422, "A field or parameter is unknown, missing or out of range; `field` names the first."),
    "plan_problems": (422, "The text of the plan has problems; `problems` lists them with lines."),
    "price_rows_refused": (422, "Rows of the price file are refused and nothing was taken; see `problems`."),
    "internal_error": (500, "An error of ours; it has been written to the log."),
    "catalogue_empty": (503, "There are no prices yet."),
    "database_unavailable": (503, "The database cannot be used now; try again later."),
}
"""Every code, its status and its meaning; the table in docs/api.md is this one."""

_FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
MOST_PLAN_PROBLEMS = 200
_MOST_DETAILS = 50
_LONGEST_MESSAGE = 600


class Problem(BaseModel):
    """One thing to put right in a text or a file."""

    path: str = Field(description="Where: a path such as `workloads[0].demand.peak`, or a column's name")
    line: int | None = Field(description="Line of the text, counted from 1; null where it is not known")
    value: str = Field(description="What stands there, cut for display; empty where nothing does")
    message: str = Field(description="What is wrong, and what would be right")


class ErrorBody(BaseModel):
    code: str = Field(
        description="Stable, for programs; docs/api.md lists them", json_schema_extra={"enum": list(CODES)}
    )
    message: str = Field(description="One line for a person")
    field: str | None = Field(description="The field or parameter that is wrong, where it is one")
    details: list[str] = Field(description="Further lines for a person, one thought each")
    problems: list[Problem] = Field(
        description="Of a plan's text, a price file or a question of build or buy; else empty"
    )


class ErrorOut(BaseModel):
    """The shape of every answer that is not 2xx or 304."""

    error: ErrorBody = Field(description="What went wrong")


class ApiError(AdvisorError):
    """An error of the API itself: its code decides the status."""

    def __init__(
        self,
        code: str,
        message: str,
        details: Iterable[str] = (),
        *,
        field: str = "",
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(message, details, field=field)
        self.code = code
        self.problems = tuple(problems)


def plan_problems(problems: Sequence[PlanProblem]) -> list[Problem]:
    """The first 200 of them: a text of 1 MiB can hold a hundred thousand."""
    return [
        Problem(path=p.path, line=p.line, value=p.value, message=p.message)
        for p in problems[:MOST_PLAN_PROBLEMS]
    ]


def without_flags(text: str) -> str:
    """Words made for the command line in those of the API: `--max-price 5` becomes `max_price 5`."""
    return _FLAG.sub(lambda found: found[1].replace("-", "_"), text)


def error_response(error: Exception) -> HttpResponse:
    """The answer to what was raised, whatever it was."""
    known = _known(error)
    status = CODES[known.code][0]
    body = ErrorBody(
        code=known.code,
        message=without_flags(known.message)[:_LONGEST_MESSAGE],
        field=known.field or _flag_in(known.message),
        details=[without_flags(line) for line in known.details],
        problems=list(known.problems) if isinstance(known, ApiError) else [],
    )
    response = JsonResponse(ErrorOut(error=body).model_dump(), status=status)
    if status == 401:
        problem = ', error="invalid_token"' if known.code == "invalid_token" else ""
        response["WWW-Authenticate"] = f'Bearer realm="quartermaster"{problem}'
    return response


def _known(error: Exception) -> AdvisorError:
    if isinstance(error, DatabaseError | DatabaseUnavailable):
        log.error("the API's database failed: %s", error)
        return ApiError("database_unavailable", "The database cannot be used now. Try again later.")
    if isinstance(error, AdvisorError) and error.code in CODES:
        return error
    if isinstance(error, ValidationError):
        return _invalid(error)
    if isinstance(error, Http404):
        return ApiError(
            "unknown_route", "There is no such address.", ["All of them are described at /api/v1/docs."]
        )
    return _of_the_request(error) or _unexpected(error)


def _of_the_request(error: Exception) -> AdvisorError | None:
    """What the web framework says of requests that it cannot read."""
    if isinstance(error, AuthenticationError):
        return ApiError(
            "unauthenticated",
            "Sign in, or send a token: `Authorization: Bearer qm_...`.",
            ["Tokens are made on the account page."],
        )
    if isinstance(error, RequestDataTooBig):
        return ApiError("body_too_large", "The body is larger than is read here.")
    if isinstance(
        error, MultiPartParserError | RawPostDataException | UnreadablePostError | SuspiciousOperation
    ):
        return ApiError("malformed_body", "The body cannot be read.")
    if isinstance(error, HttpError) and error.status_code == 400:
        return ApiError("malformed_body", "The body is not JSON.", ["Send one JSON object, in UTF-8."])
    return None


def _unexpected(error: Exception) -> AdvisorError:
    log.error("the API failed", exc_info=error)
    return ApiError(
        "internal_error", "Something went wrong here. It was our mistake; it has been written to the log."
    )


def _invalid(error: ValidationError) -> AdvisorError:
    lines = [(_place(found["loc"]), _said(found)) for found in error.errors[:_MOST_DETAILS]]
    if not lines:
        return BadInput("The request cannot be understood.")
    field, said = lines[0]
    details = [f"{name or 'body'}: {words}" for name, words in lines] if len(lines) > 1 else []
    return BadInput(f"{field or 'body'}: {said}", details, field=field)


def _place(loc: tuple[Any, ...]) -> str:
    """`("body", "given", "gap")` is the field gap: the source, and the name of the parameter, are ours."""
    parts = loc[2:] if loc[:1] == ("body",) else loc[1:]
    return ".".join(map(str, parts))[:100]


_SAID = {
    "extra_forbidden": "unknown field",
    "missing": "must be given",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
}
"""What the validator says by its kinds of errors, in our words."""


def _said(found: dict[str, Any]) -> str:
    words = _SAID.get(found["type"]) or str(found["msg"]).replace("Input should", "must")
    return (words[:1].lower() + words[1:]).removeprefix("value error, ")[:300]


def _flag_in(message: str) -> str | None:
    found = _FLAG.match(message)
    return found[1].replace("-", "_") if found else None
