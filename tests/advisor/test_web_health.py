"""Whether the process can work, as a platform asks; and what people see when it failed."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from advisor.web.errors import failed
from tests.advisor.page_text import text_of

pytestmark = pytest.mark.django_db


def test_healthz_answers_when_the_database_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}

    def fail(*_args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "database unavailable"})


def test_the_page_of_a_failure_says_what_to_do_and_needs_nothing_that_may_be_broken() -> None:
    page = failed(RequestFactory().get("/"))
    assert page.status_code == 500
    text = text_of(page)
    assert "Something went wrong here" in text
    assert "Try again. If it happens once more, tell whoever runs this site" in text
