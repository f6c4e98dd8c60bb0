"""People: the first one, links that sign in once, passwords, tokens, colleagues."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from advisor.accounts.links import sign_in_link, user_of_link
from advisor.accounts.services import add_member, ensure_administrator, join
from advisor.accounts.tokens import create_token, revoke_token, token_of, tokens_of
from advisor.errors import BadInput, NotFound
from advisor.models import ApiToken, Membership, Organisation
from tests.people import make_member, organisation_of, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def test_the_first_start_makes_one_administrator_without_a_password() -> None:
    user = ensure_administrator()
    assert user is not None
    assert user.is_superuser
    assert not user.has_usable_password()
    assert organisation_of(user).name == "My organisation"
    assert ensure_administrator() is None
    assert User.objects.count() == 1


def test_where_there_are_people_no_administrator_is_made() -> None:
    make_member()
    assert ensure_administrator() is None


def test_a_link_signs_in_once_and_opening_it_changes_nothing(client: Client) -> None:
    user = make_member()
    link = path_of(sign_in_link(user))
    assert b"Sign in as ada" in client.get(link).content
    assert "_auth_user_id" not in client.session  # a mail program that looks at links signs nobody in
    assert client.post(link).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    again = Client().post(link)
    assert again.status_code == 404
    assert b"does not work any more" in again.content


def test_a_link_ends_after_a_day_and_cannot_be_made_up(settings: Settings, client: Client) -> None:
    user = make_member()
    name, token = path_of(sign_in_link(user)).split("/")[2:]
    assert user_of_link(name, token) == user
    assert user_of_link(name, token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert user_of_link("//", token) is None
    assert client.get(f"/sign-in/{name}/nonsense").status_code == 404
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert user_of_link(name, token) is None


def test_a_member_without_a_password_chooses_one_and_signs_in_with_it() -> None:
    user = make_member()
    client = signed_in(user)
    refused = client.post("/account/", {"new_password1": "password1234", "new_password2": "password1234"})
    assert "too common" in refused.content.decode()
    done = client.post("/account/", {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert done.status_code == 302
    assert client.get("/account/").status_code == 200  # still signed in
    other = Client()
    answer = other.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 302
    assert other.get("/plans/").status_code == 200
    stored = User.objects.get().password
    assert stored.startswith("argon2")


def test_labels_of_the_account_page_end_as_all_others_do() -> None:
    page = signed_in(make_member()).get("/account/").content.decode()
    labels = re.findall(r"<label[^>]*>([^<]*)</label>", page)
    assert "New password" in labels
    assert not any(label.endswith(":") for label in labels)


def test_changing_a_password_needs_the_old_one() -> None:
    user = make_member(password=PASSWORD)
    client = signed_in(user)
    new = {"new_password1": "another long one", "new_password2": "another long one"}
    assert client.post("/account/", {"old_password": "wrong"} | new).status_code == 200
    assert client.post("/account/", {"old_password": PASSWORD} | new).status_code == 302


def test_eight_wrong_passwords_lock_a_name_out() -> None:
    make_member(password=PASSWORD)
    client = Client()
    for _ in range(7):
        assert client.post("/sign-in", {"username": "ada", "password": "no"}).status_code == 200
    locked = client.post("/sign-in", {"username": "ada", "password": "no"})
    assert locked.status_code == 429
    assert b"Too many wrong passwords" in locked.content
    assert client.post("/sign-in", {"username": "ada", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(target: str) -> None:
    make_member(password=PASSWORD)
    answer = Client().post("/sign-in", {"username": "ada", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_a_key_is_shown_once_and_stored_as_a_hash() -> None:
    client = signed_in(make_member())
    page = client.post("/account/tokens", {"name": "nightly"}).content.decode()
    key = re.search(r"qm_[\w-]{43}", page)
    assert key is not None
    assert key[0] not in client.get("/account/").content.decode()
    token = ApiToken.objects.get()
    assert key[0] not in str(token.__dict__)
    assert token.prefix == key[0][:9]
    assert token_of(key[0]) == token


def test_a_token_without_a_name_is_refused_beside_its_field() -> None:
    answer = signed_in(make_member()).post("/account/tokens", {"name": "  "})
    assert answer.status_code == 400
    assert b"write 1 to 100 characters" in answer.content
    assert not ApiToken.objects.exists()


def test_a_token_ends_when_it_is_revoked_too_old_or_its_owner_leaves() -> None:
    user = make_member()
    organisation = organisation_of(user)
    token, key = create_token(organisation=organisation, user=user, name="x")
    assert token_of(key) is not None
    assert token_of(key + "x") is None
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert token_of(key) is None
    ApiToken.objects.update(expires_at=None)
    User.objects.update(is_active=False)
    assert token_of(key) is None
    User.objects.update(is_active=True)
    Membership.objects.update(organisation=Organisation.objects.create(name="Elsewhere"))
    assert token_of(key) is None
    Membership.objects.update(organisation=organisation)
    revoke_token(token.pk, user=user, organisation=organisation)
    assert token_of(key) is None
    assert list(tokens_of(user, organisation)) == []
    with pytest.raises(NotFound):
        revoke_token(token.pk, user=user, organisation=organisation)


def test_a_token_cannot_begin_in_the_past() -> None:
    user = make_member()
    with pytest.raises(BadInput, match="must lie in the future"):
        create_token(organisation=organisation_of(user), user=user, name="x", expires_at=timezone.now())


def test_the_use_of_a_token_is_noted_once_a_minute() -> None:
    user = make_member()
    token, key = create_token(organisation=organisation_of(user), user=user, name="x")
    token_of(key)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    token_of(key)
    token.refresh_from_db()
    assert token.last_used_at == first


def test_operators_add_members_of_their_own_organisation_and_get_a_link_for_them() -> None:
    admin = make_member("root", is_staff=True)
    page = signed_in(admin).post("/account/colleagues", {"username": "grace"}).content.decode()
    grace = User.objects.get(username="grace")
    assert organisation_of(grace) == organisation_of(admin)
    link = re.search(r"/sign-in/[\w-]+/[\w-]+", page)
    assert link is not None
    assert Client().post(link[0]).status_code == 302
    taken = signed_in(admin).post("/account/colleagues", {"username": "Grace"})
    assert taken.status_code == 400
    assert b"is taken" in taken.content


def test_others_add_nobody() -> None:
    answer = signed_in(make_member()).post("/account/colleagues", {"username": "eve"})
    assert answer.status_code == 404
    assert not User.objects.filter(username="eve").exists()


def test_one_person_belongs_to_one_organisation() -> None:
    user = make_member()
    with pytest.raises(BadInput, match="belongs to Analytical Engines already"):
        join(user, Organisation.objects.create(name="Elsewhere"))


def test_who_belongs_to_no_organisation_is_told_so() -> None:
    answer = signed_in(User.objects.create_user("stray")).get("/plans/")
    assert answer.status_code == 403
    assert b"belongs to no organisation" in answer.content


def test_the_admin_is_for_operators() -> None:
    assert Client().get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in?next=/admin/"
    member = signed_in(make_member())
    assert member.get("/admin/", follow=True).status_code == 403
    operator = signed_in(make_member("root", is_staff=True, is_superuser=True))
    assert operator.get("/admin/").status_code == 200


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/runs/?state=optimal"}
    answer = Client().get("/runs/", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Fruns%2F"


@pytest.mark.parametrize("name", ["../x", "<b>x</b>", "a b", "a\0x", "x" * 151, ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    user = make_member()
    with pytest.raises(BadInput, match="write 1 to 150 letters"):
        add_member(name, organisation_of(user))
    assert User.objects.count() == 1


@pytest.mark.parametrize("token_id", ["abc", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_token_is_not_found(token_id: str) -> None:
    assert signed_in(make_member()).post(f"/account/tokens/{token_id}/end").status_code == 404


@pytest.mark.parametrize("path", ["/offer?id=%00", "/offers?q=%00", "/account/tokens/%00/end", "/%00"])
def test_a_nul_in_an_address_is_refused_at_the_door(path: str) -> None:
    client = signed_in(make_member())
    assert client.get(path).status_code == 400
    assert client.post("/account/tokens", {"name": "a\0x"}).status_code == 400
    api = client.get("/api/v1/offers?q=%00")
    assert (api.status_code, api.json()["error"]["code"]) == (422, "bad_input")
    assert not ApiToken.objects.exists()


def test_pages_of_members_are_kept_by_nobody() -> None:
    client = signed_in(make_member())
    assert client.get("/plans/").headers["Cache-Control"] == "private, no-store"


def test_behind_a_proxy_a_lock_is_for_the_address_that_the_proxy_saw(settings: Settings) -> None:
    make_member(password=PASSWORD)
    settings.BEHIND_PROXY = True

    def wrong(address: str) -> int:
        headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}  # what a visitor sends comes first
        return Client().post("/sign-in", {"username": "ada", "password": "no"}, headers=headers).status_code

    assert [wrong("10.0.0.1") for _ in range(8)][-1] == 429
    assert wrong("10.0.0.2") == 200


def test_a_busy_database_delays_no_request_for_the_sake_of_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_member()
    _, key = create_token(organisation=organisation_of(user), user=user, name="x")

    def busy(*_words: object, **_values: object) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "update", busy)
    assert token_of(key) is not None
