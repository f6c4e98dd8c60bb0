"""Build against buy, worked out in the request: it takes milliseconds and reads no prices."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from advisor.api.auth import READERS
from advisor.api.document import errors
from advisor.api.door import StrictParser
from advisor.api.errors import MOST_PLAN_PROBLEMS, ApiError, plan_problems
from advisor.breakeven.answer import Answer
from advisor.breakeven.parse import question_of
from advisor.breakeven.question import Question
from advisor.breakeven.work import answer
from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import Loaded
from advisor.planning.words import count

router = Router(tags=["offers"])


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each reference replaced by what it means: the document keeps its own definitions."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = definitions[schema["$ref"].rpartition("/")[2]]
        return _inlined(named | {name: part for name, part in schema.items() if name != "$ref"}, definitions)
    return {name: _inlined(part, definitions) for name, part in schema.items() if name != "$defs"}


_WRITTEN = Question.model_json_schema(mode="validation")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _inlined(_WRITTEN, _WRITTEN["$defs"])}},
    }
}


@router.post(
    "/breakeven",
    auth=READERS,
    operation_id="compute_breakeven",
    summary="Build or buy, without a plan",
    response={
        200: Answer,
        **errors(
            "invalid_token", "unauthenticated", "csrf_failed", "malformed_body", "body_too_large", "bad_input"
        ),
    },
    by_alias=True,
    openapi_extra=_BODY,
)
def compute_breakeven(request: HttpRequest) -> HttpResponse:
    """The answer of `manage.py breakeven` to the same question; docs/breakeven.md has the formulas."""
    try:
        data = StrictParser().parse_body(request)
    except (ValueError, RecursionError) as error:
        raise ApiError(
            "malformed_body", "The body is not JSON.", ["Send one JSON object, in UTF-8."]
        ) from error
    try:
        found = answer(question_of(Loaded(data=data, lines={}), source="body"))
    except PlanError as error:
        raise _refusal(error) from error
    return HttpResponse(found.as_json(), content_type="application/json")


def _refusal(error: PlanError) -> ApiError:
    problems = error.problems
    first = str(problems[0])
    message = first if len(problems) == 1 else f"{count(len(problems), 'problem')}, the first: {first}"
    details = []
    if len(problems) > MOST_PLAN_PROBLEMS:
        details = [f"The first {MOST_PLAN_PROBLEMS} of {len(problems):,} problems are listed."]
    return ApiError("bad_input", message, details, field=problems[0].path, problems=plan_problems(problems))
