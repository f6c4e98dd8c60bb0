"""Who may ask the API: tokens, sessions, everyone where prices are public, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from advisor.models import ApiToken, Membership
from tests.advisor.api_calls import Caller, member, prices
from tests.people import BACKEND, PLAN_TEXT

pytestmark = pytest.mark.django_db
OPEN = ["/offers", "/offers/history?id=x", "/accelerators", "/regions", "/sources"]


@pytest.fixture(autouse=True)
def _public(settings: Any) -> None:
    settings.PUBLIC_CATALOGUE = True


def session(user: User) -> Caller:
    caller = Caller()
    caller.client.force_login(user, backend=BACKEND)
    return caller


def test_a_token_says_who_asks() -> None:
    user, ask = member()
    me = ask.get("/me").json
    assert me["user"] == {"username": user.username, "is_operator": False}
    assert me["organisation"] == {"name": "Analytical Engines"}
    assert me["auth"]["kind"] == "token"
    assert me["auth"]["token"]["id"] == str(ApiToken.objects.get().pk)


def test_a_session_says_who_asks() -> None:
    user, _ = member()
    assert session(user).get("/me").json["auth"] == {"kind": "session", "token": None}


def test_without_either_the_answer_is_401_and_says_how() -> None:
    refused = Caller().get("/plans")
    assert (refused.status, refused.code) == (401, "unauthenticated")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="quartermaster"'


@pytest.mark.parametrize("path", ["/plans", *OPEN])
@pytest.mark.parametrize("key", ["qm_wrong", "x", "", "\xff"])
def test_a_token_that_is_not_valid_is_401_also_where_none_is_needed(path: str, key: str) -> None:
    prices()
    refused = Caller().get(path, headers={"Authorization": f"Bearer {key}"})
    assert (refused.status, refused.code) == (401, "invalid_token")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "end",
    [
        lambda _user: ApiToken.objects.update(revoked_at=timezone.now()),
        lambda _user: ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda _user: Membership.objects.all().delete(),
    ],
    ids=["revoked", "over", "user inactive", "left the organisation"],
)
def test_a_token_ends(end: Any) -> None:
    user, ask = member()
    assert ask.get("/me").status == 200
    end(user)
    assert (ask.get("/me").status, ask.get("/me").code) == (401, "invalid_token")


def test_a_wrong_token_does_not_fall_back_to_the_session() -> None:
    user, _ = member()
    refused = session(user).get("/me", headers={"Authorization": "Bearer qm_wrong"})
    assert refused.code == "invalid_token"


def test_a_user_without_organisation_has_nothing_to_see() -> None:
    ask = session(User.objects.create_user("alone"))
    for path in ("/me", "/plans", "/runs", "/tokens", "/examples", "/prices"):
        assert (ask.get(path).status, ask.get(path).code) == (403, "no_organisation"), path


def test_a_session_needs_the_csrf_header_to_change_something_and_a_token_does_not() -> None:
    user, ask = member()
    browser = session(user)
    refused = browser.post("/plans", {"text": PLAN_TEXT})
    assert (refused.status, refused.code) == (403, "csrf_failed")
    assert browser.post("/plans", b"text=x", content_type="application/x-www-form-urlencoded").status == 403
    browser.client.get("/account/")
    cookie = browser.client.cookies["csrftoken"].value
    assert browser.post("/plans", {"text": PLAN_TEXT}, headers={"X-CSRFToken": cookie}).status == 201
    assert ask.post("/plans", {"text": PLAN_TEXT}).status == 201


def test_nobody_at_all_is_told_401_and_not_about_csrf() -> None:
    assert Caller().post("/plans", {"text": PLAN_TEXT}).code == "unauthenticated"


@pytest.mark.parametrize("path", OPEN)
def test_prices_are_open_where_the_site_says_so_and_only_there(path: str, settings: Any) -> None:
    prices()
    assert Caller().get(path).status == (404 if "history" in path else 200)
    settings.PUBLIC_CATALOGUE = False
    refused = Caller().get(path)
    assert (refused.status, refused.code) == (401, "unauthenticated")
    _, ask = member()
    assert ask.get(path).status == (404 if "history" in path else 200)


@pytest.mark.parametrize("path", ["/prices", "/publications", "/plans", "/runs", "/tokens", "/me"])
def test_everything_else_stays_closed(path: str) -> None:
    prices()
    assert Caller().get(path).status == 401


def test_a_token_is_made_used_listed_and_ended() -> None:
    _, ask = member()
    made = ask.post("/tokens", {"name": "nightly", "expires_at": "2099-01-31T12:00:00+02:00"})
    assert made.status == 201
    assert made.json["expires_at"] == "2099-01-31T10:00:00Z"
    key = made.json["key"]
    assert key.startswith(made.json["prefix"])
    assert Caller(key=key).get("/me").status == 200
    listed = ask.get("/tokens").json
    assert [item["name"] for item in listed["items"]] == ["nightly", "test"]
    assert key not in ask.get("/tokens").data.decode()
    assert ask.delete(f"/tokens/{made.json['id']}").status == 204
    assert Caller(key=key).get("/me").code == "invalid_token"
    assert [item["name"] for item in ask.get("/tokens").json["items"]] == ["test"]
    assert ask.delete(f"/tokens/{made.json['id']}").code == "not_found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x", "expires_at": "2020-01-01"}, "expires_at"),
        ({"name": "x", "expires_at": 4102444800}, "expires_at"),
        ({"name": "x", "expires_at": "soon"}, "expires_at"),
        ({"name": "x", "other": 1}, "other"),
        ({}, "name"),
    ],
)
def test_a_token_that_cannot_be_made_says_which_field(body: dict[str, Any], field: str) -> None:
    _, ask = member()
    refused = ask.post("/tokens", body)
    assert (refused.status, refused.code, refused.error["field"]) == (422, "bad_input", field)
    assert ApiToken.objects.count() == 1


def test_colleagues_do_not_see_each_others_tokens() -> None:
    _, ask = member()
    _, other = member("grace")
    assert [item["name"] for item in other.get("/tokens").json["items"]] == ["test"]
    own = ask.get("/tokens").json["items"][0]["id"]
    assert other.delete(f"/tokens/{own}").code == "not_found"
    assert ask.get("/me").status == 200
