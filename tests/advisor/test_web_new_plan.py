"""A new plan: from an example, from nothing, from a file; saved, or saved and solved."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from advisor.catalog.services import publish
from advisor.models import Plan, Run
from tests.advisor.plan_pages import text_of
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, signed_in

pytestmark = pytest.mark.django_db
BROKEN = PLAN_TEXT.replace("months: 1", "months: -3")


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def test_a_new_plan_starts_from_an_example_or_from_nothing(client: Client) -> None:
    assert "A small team's chat and nightly batch" in text_of(client.get("/plans/new"))
    example = client.get("/plans/new?example=small-team")
    assert "nightly-embeddings" in example.content.decode()
    empty = client.get("/plans/new?example=empty")
    assert "No problems" in text_of(empty)
    assert empty.context["text"].startswith("schema: 1\nname: A plan without a name\n")


def test_a_new_plan_is_saved_with_plain_line_ends(client: Client) -> None:
    response = client.post("/plans/new", {"text": PLAN_TEXT.replace("\n", "\r\n"), "note": "first"})
    plan = Plan.objects.get()
    assert response["Location"] == f"/plans/{plan.pk}"
    version = plan.versions.get()
    assert (version.text, version.note, plan.name) == (PLAN_TEXT, "first", "Tiny")


def test_a_new_plan_can_be_saved_and_solved_at_once(client: Client) -> None:
    response = client.post("/plans/new", {"text": PLAN_TEXT, "then": "solve", "options": "1", "gap": "0.01"})
    run = Run.objects.get()
    assert response["Location"] == f"/runs/{run.pk}"
    assert (run.gap_asked, run.time_limit_seconds, run.baselines) == (0.01, 300.0, False)


def test_a_new_plan_with_problems_is_not_solved_and_not_lost(client: Client) -> None:
    response = client.post("/plans/new", {"text": BROKEN, "then": "solve", "note": "mine"})
    assert response.status_code == 400
    page = text_of(response)
    assert "Not started: the plan has 1 problem." in page
    assert response.context["text"] == BROKEN
    assert 'value="mine"' in response.content.decode()
    assert Plan.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("plan.txt", b"schema: 1", "a plan is a .yaml, .yml, .json file"),
        ("plan.yaml", b"\xff\xfe\x00", "is not text in UTF-8"),
        ("plan.yaml", b"#" * (1024 * 1024 + 1), "has 1,048,577 bytes; at most 1 MiB are read"),
        ("plan.yaml", b"name: a\0b", "holds a NUL character"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_words(
    client: Client, name: str, data: bytes, words: str
) -> None:
    response = client.post("/plans/new", {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 400
    assert words in text_of(response)
    assert Plan.objects.count() == 0


def test_a_file_becomes_a_plan(client: Client) -> None:
    data = b"\xef\xbb\xbf" + PLAN_TEXT.replace("\n", "\r\n").encode()
    response = client.post("/plans/new", {"file": SimpleUploadedFile("Tiny.YAML", data)})
    assert response.status_code == 302
    assert Plan.objects.get().versions.get().text == PLAN_TEXT
