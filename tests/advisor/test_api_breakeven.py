"""POST /api/v1/breakeven: the command's answer, for programs."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.test import Client

from tests.advisor.api_calls import Caller, member
from tests.advisor.breakeven_cases import BASE, SITE, asked, with_

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_CATALOGUE = True


@pytest.mark.parametrize("question", [BASE, SITE], ids=["figures", "site"])
def test_the_answer_is_that_of_the_engine(question: dict[str, Any]) -> None:
    found = Caller().post("/breakeven", question)
    assert found.status == 200
    assert found.headers["Content-Type"] == "application/json"
    assert found.json == json.loads(asked(question).as_json())


def test_figures_by_hand() -> None:
    row = Caller().post("/breakeven", with_(BASE, discount_rate=0)).json["buy"][0]
    assert row["break_even_hours"] == 1000 / (3 - 1)
    assert row["npv_build"] == 1000 + 10 * 50 - 100
    assert row["npv_buy"] == 10 * 150


def test_a_bad_question_lists_all_its_problems() -> None:
    refused = Caller().post("/breakeven", with_(BASE, {"capex": -1}, buy=[{"name": "a", "perhour": 1}]))
    assert (refused.status, refused.code) == (422, "bad_input")
    assert refused.error["field"] == "build.capex"
    said = {problem["path"]: problem["message"] for problem in refused.error["problems"]}
    assert said["build.capex"] == "must be 0 or more"
    assert "did you mean `per_hour`" in said["buy[0].perhour"]


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_400(body: bytes) -> None:
    refused = Caller().post("/breakeven", body)
    assert (refused.status, refused.code) == (400, "malformed_body")


@pytest.mark.parametrize("body", [[], 3, "x", None])
def test_what_is_no_question_is_422(body: Any) -> None:
    refused = Caller().post("/breakeven", json.dumps(body))
    assert (refused.status, refused.code) == (422, "bad_input")


def test_who_may_not_see_prices_may_not_ask(settings: Any) -> None:
    settings.PUBLIC_CATALOGUE = False
    assert Caller().post("/breakeven", BASE).status == 401
    _, ask = member()
    assert ask.post("/breakeven", BASE).status == 200


def test_a_session_needs_the_header_against_forgery() -> None:
    user, _ = member()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert Caller(client=client).post("/breakeven", BASE).code == "csrf_failed"


def test_the_largest_question_is_answered_in_a_second_or_two() -> None:
    rivals = [{"name": f"r{n}", "per_hour": 2 + n / 10} for n in range(50)]
    began = perf_counter()
    assert Caller().post("/breakeven", with_(BASE, buy=rivals, horizon_months=600)).status == 200
    assert perf_counter() - began < 4


def test_the_example_of_the_document_is_answered() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    body = text.split("$QM/breakeven --json '")[1].split("'")[0]
    row = Caller().post("/breakeven", body).json["buy"][0]
    assert row["break_even_hours"] == pytest.approx(250141.8 / 91.95)
