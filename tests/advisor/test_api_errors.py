"""Every error has one shape, whoever raises it, and says nothing of our insides."""

import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, IntegrityError, OperationalError

from advisor import errors
from advisor.accounts.scope import NoOrganisation
from advisor.api.errors import CODES, error_response
from advisor.catalog.history import UnknownOffer
from tests.advisor.api_calls import Caller, member, prices
from tests.people import PLAN_TEXT

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"


@pytest.mark.parametrize("path", ["/nothing", "/", "/plans/x/y/z", "/offers/", "//"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_address_is_an_answer_of_the_api(path: str, method: str) -> None:
    refused = Caller()(method, path)
    assert (refused.status, refused.code) == (404, "unknown_route")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/plans", "GET, POST"),
        ("DELETE", "/plans/x/versions", "GET"),
        ("GET", "/plans/check", "POST"),
        ("POST", "/plans/x", "DELETE, GET, PUT"),
        ("OPTIONS", "/me", "GET"),
    ],
)
def test_another_method_says_which_ones_there_are(method: str, path: str, allowed: str) -> None:
    refused = Caller()(method, path)
    assert (refused.status, refused.code, refused.headers["Allow"]) == (405, "method_not_allowed", allowed)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"text": NaN}',
        b'{"text": "a", "text": "b"}',
        b"[" * 100_000,
        b'{"text": 1' + b"0" * 5000 + b"}",
    ],
    ids=["cut", "not UTF-8", "NaN", "a name twice", "deep", "a number without end"],
)
def test_a_body_that_is_no_json_is_400(body: bytes) -> None:
    _, ask = member()
    refused = ask.post("/plans", body)
    assert (refused.status, refused.code) == (400, "malformed_body")


def test_a_form_where_json_belongs_is_400() -> None:
    _, ask = member()
    form = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--x--\r\n'
    refused = ask.post("/plans", form, content_type="multipart/form-data; boundary=x")
    assert (refused.status, refused.code) == (400, "malformed_body")


def test_a_body_without_end_is_413() -> None:
    _, ask = member()
    refused = ask.post("/plans", b" " * 2_700_000)
    assert (refused.status, refused.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({}, "text", "must be given"),
        ([], None, "JSON object"),
        ({"text": PLAN_TEXT, "nte": ""}, "nte", "unknown field"),
        ({"text": 5}, "text", "string"),
        ({"text": PLAN_TEXT, "draft": "true"}, "draft", "boolean"),
        ({"text": PLAN_TEXT, "note": "x" * 201}, "note", "200"),
        ({"text": PLAN_TEXT, "note": "a\0"}, "note", "match"),
        ({"text": "a\0"}, "text", "NUL"),
        ({"text": "\ud800"}, "text", "unicode"),
        (('{"draft": true, "text": "' + "é" * 600_000 + '"}').encode(), "text", "1024 KiB"),
        ({"text": "x" * 1_048_577}, "text", "1048576"),
    ],
)
def test_a_wrong_body_is_422_and_names_the_field(body: Any, field: str | None, says: str) -> None:
    _, ask = member()
    refused = ask.post("/plans", body)
    assert (refused.status, refused.code, refused.error["field"]) == (422, "bad_input", field)
    assert says in refused.error["message"]


def test_several_faults_are_all_told() -> None:
    _, ask = member()
    refused = ask.post("/runs", {"gap": 2, "time_limit_seconds": "x", "later": True})
    named = {line.partition(":")[0] for line in refused.error["details"]}
    assert named == {"gap", "time_limit_seconds", "plan_id", "later"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("offset=-1", "offset"),
        ("offset=1000001", "offset"),
        ("limt=5", "limt"),
        ("archived=perhaps", "archived"),
    ],
)
def test_a_wrong_parameter_is_422_and_named(query: str, field: str) -> None:
    _, ask = member()
    refused = ask.get(f"/plans?{query}")
    assert (refused.status, refused.code, refused.error["field"]) == (422, "bad_input", field)


def test_a_misspelt_parameter_gets_a_hint() -> None:
    prices()
    _, ask = member()
    assert "did you mean max_price?" in ask.get("/offers?max_pric=3").error["message"]


@pytest.mark.parametrize("kind", [DatabaseError, OperationalError, IntegrityError])
def test_a_database_that_fails_is_503_without_its_words(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ask = member()

    def fail(*_args: object, **_more: object) -> None:
        raise kind("no such host db.internal")

    monkeypatch.setattr("advisor.api.plans.plans_of", fail)
    refused = ask.get("/plans")
    assert (refused.status, refused.code) == (503, "database_unavailable")
    assert "internal" not in refused.data.decode().replace("database_unavailable", "")


def test_a_database_that_fails_while_the_token_is_read_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_key: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("advisor.api.auth.token_of", fail)
    assert Caller(key="qm_x").get("/plans").code == "database_unavailable"


@pytest.mark.parametrize(
    "error", [RuntimeError("secret"), errors.AdvisorError("secret"), TypeError("secret")]
)
def test_an_error_of_ours_is_500_is_logged_and_tells_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, ask = member()

    def fail(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("advisor.api.plans.plans_of", fail)
    with caplog.at_level(logging.ERROR):
        refused = ask.get("/plans")
    assert (refused.status, refused.code) == (500, "internal_error")
    assert "secret" not in refused.data.decode()
    assert "secret" in caplog.text


def test_what_fails_outside_an_operation_has_the_shape_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("advisor.api.urls.Api.get_openapi_schema", fail)
    refused = Caller().get("/openapi.json")
    assert (refused.status, refused.code) == (500, "internal_error")


def test_a_suspicious_request_is_400() -> None:
    assert error_response(SuspiciousOperation("x")).status_code == 400


def test_an_empty_catalogue_is_503() -> None:
    _, ask = member()
    for path in ("/offers", "/accelerators", "/regions", "/sources", "/prices"):
        assert (ask.get(path).status, ask.get(path).code) == (503, "catalogue_empty"), path


def test_errors_of_the_site_have_codes_of_the_api() -> None:
    kinds = (
        errors.BadInput, errors.NotFound, errors.Conflict, errors.CatalogueEmpty, errors.DatabaseUnavailable,
        NoOrganisation, UnknownOffer,
    )  # fmt: skip
    assert {kind.code for kind in kinds} <= set(CODES)
    for kind in kinds:
        if kind is not errors.BadInput:  # a page answers 400; the API keeps 400 for what it cannot read
            assert CODES[kind.code][0] == kind.http_status, kind


def test_the_docs_list_exactly_the_codes() -> None:
    section = DOCS.read_text(encoding="utf-8").partition("## Errors")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    listed = {code.strip("`"): (int(status), words) for code, status, words in rows}
    assert listed == CODES


def test_no_answer_is_kept_by_caches() -> None:
    prices()
    _, ask = member()
    for path in ("/plans", "/me", "/offers", "/nothing", "/openapi.json"):
        assert ask.get(path).headers["Cache-Control"] == "no-store", path
