"""The OpenAPI document: complete, and true. A walk over all of it keeps organisations apart."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from advisor.api.urls import api
from advisor.models import ApiToken, Job, Plan, PlanVersion, Run, Sweep
from tests.advisor.api_calls import Caller, member, prices
from tests.advisor.sweep_cases import make_sweep
from tests.people import PLAN_TEXT, make_plan, make_run

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_every_operation_has_a_name_words_a_tag_and_its_statuses(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(names) == len(set(names)) == 46
    tags = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= tags, where
        statuses = set(operation["responses"])
        assert {401, 500, 503} <= statuses, where
        assert statuses & {200, 201, 202, 204}, where
        assert ("{" in path) <= (404 in statuses), where
        assert ("requestBody" in operation) <= ({400, 413, 422} <= statuses), where
        assert bool(operation.get("parameters")) <= (422 in statuses), where
        schemes = {name for scheme in operation["security"] for name in scheme}
        assert schemes == {"BearerToken", "SessionCookie"}, where


def test_every_error_has_the_one_shape(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status >= 400:
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorOut"}, (method, path, status)
            elif status in (204, 304):
                assert "content" not in answer, (method, path, status)
            else:
                assert answer["content"], (method, path, status)


def test_every_field_and_parameter_is_described(document: dict[str, Any]) -> None:
    bare = [
        f"{method} {path} {parameter['name']}"
        for method, path, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    bare += [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, detail in schema.get("properties", {}).items()
        if not detail.get("description")
    ]
    assert bare == []


def test_every_number_that_is_taken_in_has_bounds(document: dict[str, Any]) -> None:
    taken = [
        (parameter["name"], parameter["schema"])
        for *_, operation in operations(document)
        for parameter in operation.get("parameters", ())
    ]
    for name in ("PlanIn", "PlanChange", "CheckIn", "RunIn", "SweepIn", "TokenIn", "DecideIn"):
        schema = document["components"]["schemas"][name]
        assert schema["additionalProperties"] is False, name
        taken += schema["properties"].items()
    unbounded = []
    for name, schema in taken:
        for kind in schema.get("anyOf", [schema]):
            if kind.get("type") in ("integer", "number"):
                low, high = {"minimum", "exclusiveMinimum"} & set(kind), {"maximum"} & set(kind)
                if not (low and high):
                    unbounded.append(name)
            if kind.get("type") == "string" and not {"maxLength", "format", "enum"} & set(kind):
                unbounded.append(name)
    assert unbounded == []


def test_who_may_read_without_signing_in_stands_in_the_document(
    document: dict[str, Any], settings: Any
) -> None:
    def opened() -> set[str]:
        found = operations(dict(api.get_openapi_schema()))
        return {operation["operationId"] for *_, operation in found if operation["security"][0] == {}}

    settings.PUBLIC_CATALOGUE = True
    names = {
        "list_offers", "get_offer_history", "list_accelerators", "list_regions", "list_sources", "get_source",
        "list_rates", "compute_breakeven",
    }  # fmt: skip
    assert opened() == opened() == names
    settings.PUBLIC_CATALOGUE = False
    assert opened() == set()


@pytest.mark.django_db
def test_the_page_shows_padlocks_only_where_one_must_sign_in(client: Client, settings: Any) -> None:
    settings.PUBLIC_CATALOGUE = True
    page = client.get("/api/v1/docs")
    assert '<a class="link" href="/">← Quartermaster</a>' in page.content.decode()
    shown = operations(page.context["swagger_settings"]["spec"])
    assert {op["operationId"] for *_, op in shown if not op["security"]} == {
        "list_offers", "get_offer_history", "list_accelerators", "list_regions", "list_sources", "get_source",
        "list_rates", "compute_breakeven",
    }  # fmt: skip
    told = operations(dict(api.get_openapi_schema()))
    assert all(operation["security"] for *_, operation in told)  # the document itself says who may


def test_the_docs_list_exactly_the_operations(document: dict[str, Any]) -> None:
    section = DOCS.read_text(encoding="utf-8").partition("## Everything it can do")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \| (.*?) \|", section, flags=re.MULTILINE)
    assert sorted((method, f"/api/v1{path}", words) for method, path, words in rows) == sorted(
        (method, path, operation["summary"]) for method, path, operation in operations(document)
    )


def test_the_document_and_its_page_are_served() -> None:
    ask = Caller()
    assert ask.get("/openapi.json").json["servers"] == [{"url": "/", "description": "This site"}]
    page = ask.get("/docs")
    assert page.status == 200
    assert b"<style" not in page.data
    assert not re.search(rb"<script(?![^>]*(src=|application/json))", page.data)


TEXT = PLAN_TEXT + "# stolen\n"
BY_BODY = {
    "start_run": {},
    "start_sweep": {"kind": "sensitivity"},
}  # ids that stand elsewhere than in the path
OTHER_BODIES = {"explain_run": {"explain_seconds": 900}}
BY_PARAMETER = {"list_runs": "?plan_id={plan_id}", "list_sweeps": "?plan_id={plan_id}"}


@pytest.mark.django_db
def test_what_belongs_to_others_is_404_through_every_operation(document: dict[str, Any]) -> None:
    prices()
    victim, theirs = member("ada", "Analytical Engines")
    _, ask = member("eve", "Others", is_staff=True)
    plan = make_plan(victim)
    failed, done = make_run(victim, plan, state=Job.State.FAILED), make_run(victim, plan)
    sweep = make_sweep(victim)
    before, walked = _state(), 0
    for run in (failed, done):
        token = ApiToken.objects.get(user=victim)
        ids = {"plan_id": plan.pk, "run_id": run.pk, "number": 1, "token_id": token.pk, "sweep_id": sweep.pk}
        for method, path, name in _with_ids(document):
            address = (path + BY_PARAMETER.get(name, "")).format(**ids)
            other = OTHER_BODIES.get(name, {"text": TEXT})
            body = {"plan_id": str(plan.pk)} | BY_BODY[name] if name in BY_BODY else other
            refused = ask(method, address, body if method in ("POST", "PUT") else None)
            assert (refused.status, refused.code) == (404, "not_found"), f"{method} {path}"
            assert str(victim) not in refused.data.decode()
            walked += 1
    assert walked == 2 * 20
    assert _state() == before
    for path in ("/plans", "/plans?archived=true", "/runs", "/sweeps"):
        assert ask.get(path).json["total"] == 0, path
    assert theirs.get(f"/plans/{plan.pk}").status == 200  # the walk used the right ids


def _with_ids(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every operation that takes the id of something private, wherever it stands."""
    schemas = document["components"]["schemas"]
    for method, path, operation in operations(document):
        name = operation["operationId"]
        parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = schemas.get(sent.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        if any(field.endswith("_id") for field in {*parameters, *body.get("properties", {})}):
            assert "{" in path or name in {*BY_BODY, *BY_PARAMETER}, f"{name}: tell where its id stands"
            yield method, path, name


def _state() -> Any:
    return (
        list(Plan.objects.values_list("pk", "archived_at", "versions_count")),
        list(PlanVersion.objects.values_list("pk", "sha256")),
        list(Run.objects.values_list("pk")),
        list(Sweep.objects.values_list("pk")),
        list(Job.objects.values_list("pk", "state", "cancel_requested_at")),
        list(ApiToken.objects.values_list("pk", "revoked_at")),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["x", "00000000-0000-0000-0000-000000000000", "%01", "'", "é"])
def test_what_is_no_id_is_404_through_every_operation(document: dict[str, Any], wrong: str) -> None:
    prices()
    _, ask = member(is_staff=True)
    for method, path, operation in operations(document):
        if "{" in path:
            address = path.format(
                plan_id=wrong, run_id=wrong, number=1, token_id=wrong, source=wrong, sweep_id=wrong
            )
            body = OTHER_BODIES.get(operation["operationId"], {"text": TEXT})
            refused = ask(method, address, body if "requestBody" in operation else None)
            assert (refused.status, refused.code) == (404, "not_found"), f"{method} {path}"


@pytest.mark.django_db
def test_nobody_is_let_into_any_private_operation(document: dict[str, Any], settings: Any) -> None:
    settings.PUBLIC_CATALOGUE = True
    ids = {"plan_id": "x", "run_id": "x", "number": 1, "token_id": "x", "source": "aws", "sweep_id": "x"}
    for method, path, operation in operations(dict(api.get_openapi_schema())):
        if {} not in operation["security"]:
            refused = Caller()(method, path.format(**ids))
            assert (refused.status, refused.code) == (401, "unauthenticated"), f"{method} {path}"
    assert document
