"""Calls of the API as a program makes them, and what it needs for them."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from advisor.accounts.tokens import create_token
from advisor.catalog.services import publish
from providers.offers import Offer
from tests.factories import make_cpu_offer, make_offer
from tests.people import make_member, organisation_of

BASE = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    data: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def error(self) -> Any:
        """The error, after a look at its shape."""
        shape = self.json["error"]
        assert set(shape) == {"code", "message", "field", "details", "problems"}
        assert self.headers["Content-Type"] == "application/json"
        return shape

    @property
    def code(self) -> str:
        return str(self.error["code"])


@dataclass(slots=True, kw_only=True)
class Caller:
    """A program: with a token's key, or without."""

    key: str = ""
    client: Client = field(
        default_factory=lambda: Client(enforce_csrf_checks=True, raise_request_exception=False)
    )

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """`body` is sent as JSON unless it is bytes; `headers` and `content_type` may be given."""
        headers = dict(more.pop("headers", {}))
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        data = body if isinstance(body, bytes | str) else b"" if body is None else json.dumps(body)
        more.setdefault("content_type", "application/json")
        address = path if path.startswith("/api/") else BASE + path
        response = self.client.generic(method, address, data, headers=headers, **more)
        content = b"".join(response) if response.streaming else response.content
        return Answer(status=response.status_code, data=content, headers=dict(response.headers))

    def get(self, path: str, **more: Any) -> Answer:
        return self("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self("DELETE", path, **more)


def with_token(user: User) -> Caller:
    return Caller(key=create_token(organisation=organisation_of(user), user=user, name="test")[1])


def member(name: str = "ada", organisation: str = "Analytical Engines", **more: Any) -> tuple[User, Caller]:
    user = make_member(name, organisation, **more)
    return user, with_token(user)


def prices(*offers: Offer) -> None:
    """Publish a catalogue: a machine of eight H100 and one without, unless others are given."""
    publish(offers or (make_offer(), make_cpu_offer()), source="test", label="test")
