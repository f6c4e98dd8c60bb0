"""Nobody sees what belongs to others: a walk over every address of the site, so that none is forgotten."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from advisor.accounts.tokens import create_token
from advisor.books.services import save_book
from advisor.catalog.services import publish
from advisor.models import ApiToken, Job, Plan, PriceBookVersion, Run, Sweep
from tests.advisor.sweep_cases import make_sweep
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
OPEN_TO_ALL = {"sign_in", "sign_in_once", "healthz"}
CATALOGUE = {"home", "offers", "offers_csv", "offer", "sources", "source_progress"}
OF_THE_SITE = {"refresh_source", "source_progress", "cancel_refresh"}  # nobody's own: sources of prices
CATALOGUE |= {"breakeven", "breakeven_json", "breakeven_question"}
SECRET = "Secret of Bletchley"


def pages(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Every page of ours; the API has a walk of its own, the admin asks for operators itself."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif not pattern.namespace:
            yield from pages(pattern.url_patterns)


BOOK = b"provider,region,instance_type,purchase,discount_fraction\n*,*,*,*,0.5\n"
PAGES = {str(page.name): page for page in pages(get_resolver().url_patterns)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What another organisation has."""

    plan: Plan
    run: Run
    open_run: Run
    token: ApiToken
    book: PriceBookVersion
    sweep: Sweep

    def ids(self, name: str) -> list[uuid.UUID | str | int]:
        known: dict[str, list[uuid.UUID | str | int]] = {
            "plan_id": [self.plan.pk],
            "run_id": [self.run.pk, self.open_run.pk],
            "token_id": [self.token.pk],
            "table": ["purchases"],
            "number": [self.book.number],
            "source": ["aws"],
            "sweep_id": [self.sweep.pk],
            "ending": ["csv", "xlsx"],
            "index": [0],
        }
        return known[name]


@pytest.fixture
def foreign() -> Foreign:
    publish([make_offer()], source="t", label="t")
    user = make_member("alan", "Bletchley")
    plan = make_plan(user, PLAN_TEXT.replace("Tiny", SECRET))
    token, _ = create_token(organisation=organisation_of(user), user=user, name=SECRET)
    return Foreign(
        plan=plan,
        run=make_run(user, plan),
        open_run=make_run(user, plan, state=Job.State.RUNNING),
        token=token,
        book=save_book(organisation=organisation_of(user), user=user, name=SECRET, data=BOOK),
        sweep=make_sweep(user, text=PLAN_TEXT.replace("Tiny", SECRET)),
    )


@pytest.fixture
def member() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member("ada", is_staff=True)


def addresses(name: str, foreign: Foreign) -> list[str]:
    """The page's addresses with the foreign ids put in."""
    parameters = list(PAGES[name].pattern.converters)
    if not parameters:
        return [reverse(name)]
    longest = max((foreign.ids(one) for one in parameters), key=len)
    return [
        reverse(name, kwargs={one: (ids := foreign.ids(one))[n % len(ids)] for one in parameters})
        for n in range(len(longest))
    ]


WITH_IDS = sorted(
    name for name, page in PAGES.items() if page.pattern.converters and name not in OPEN_TO_ALL | OF_THE_SITE
)
WITHOUT_IDS = sorted(name for name, page in PAGES.items() if not page.pattern.converters)


def test_the_walk_sees_the_site() -> None:
    assert {"plan", "run", "run_json", "run_csv", "cancel_run", "end_token", "plan_versions", "sweep"} <= set(
        WITH_IDS
    )
    assert {"home", "plans", "runs", "compare_runs", "account", "sweeps"} <= set(WITHOUT_IDS)


@pytest.mark.parametrize("name", WITH_IDS)
def test_what_belongs_to_others_is_not_found(name: str, member: User, foreign: Foreign) -> None:
    client = signed_in(member)
    for address in addresses(name, foreign):
        for answer in (client.get(address), client.post(address, {"text": "x"}), client.head(address)):
            assert answer.status_code in (404, 405), (address, answer.status_code)
            assert SECRET not in answer.content.decode()
        assert 404 in (client.get(address).status_code, client.post(address).status_code)
    foreign.plan.refresh_from_db()
    foreign.open_run.job.refresh_from_db()
    foreign.token.refresh_from_db()
    assert (foreign.plan.versions_count, foreign.plan.archived_at) == (1, None)
    assert foreign.open_run.job.cancel_requested_at is None
    assert foreign.token.revoked_at is None
    assert Run.objects.count() == 2
    assert not Job.objects.filter(cancel_requested_at__isnull=False).exists()
    assert Sweep.objects.count() == 1


@pytest.mark.parametrize("name", WITH_IDS)
def test_theirs_and_what_never_was_look_the_same(name: str, member: User, foreign: Foreign) -> None:
    client = signed_in(member)
    theirs = addresses(name, foreign)[0]
    never = theirs
    for thing in (foreign.plan, foreign.run, foreign.token, foreign.sweep):
        never = never.replace(str(thing.pk), str(uuid.uuid4()))
    never = never.replace(f"/{foreign.book.number}.csv", "/77.csv")
    assert never != theirs
    for method in (client.get, client.post):
        one, other = method(theirs), method(never)
        assert one.status_code == other.status_code
        assert len(one.content) == pytest.approx(len(other.content), abs=200)  # but for the form's secret
    for thing in (foreign.plan, foreign.run, foreign.token, foreign.sweep):
        theirs = theirs.replace(str(thing.pk), "no-id")
    theirs = theirs.replace(f"/{foreign.book.number}.csv", "/no-id.csv")
    assert {client.get(theirs).status_code, client.post(theirs).status_code} <= {404, 405}


@pytest.mark.parametrize("name", WITHOUT_IDS)
def test_no_list_shows_what_belongs_to_others(name: str, member: User, foreign: Foreign) -> None:
    client = signed_in(member)
    ids = {"a": foreign.run.pk, "b": foreign.open_run.pk, "plan": foreign.plan.pk}
    query = {**{key: str(value) for key, value in ids.items()}, "text": "Secret"}
    for answer in (client.get(reverse(name)), client.get(reverse(name), query)):
        assert answer.status_code in (200, 302, 400, 404, 405), name
        assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(set(PAGES) - OPEN_TO_ALL))
def test_who_is_not_signed_in_sees_public_prices_at_most(
    name: str, foreign: Foreign, settings: Settings
) -> None:
    publish([make_offer()], source="t", label="t")
    for public in (True, False):
        settings.PUBLIC_CATALOGUE = public
        for address in addresses(name, foreign):
            answer = Client().get(address)
            if public and name in CATALOGUE:
                assert answer.status_code in (200, 404), address
            else:
                assert answer.status_code == 302, address
                assert answer.headers["Location"].startswith("/sign-in?next="), address
            assert SECRET not in answer.content.decode()


def test_the_members_of_one_organisation_share_their_plans_but_not_their_tokens(foreign: Foreign) -> None:
    colleague = make_member("joan", "Bletchley")
    client = signed_in(colleague)
    assert client.get(f"/plans/{foreign.plan.pk}").status_code == 200
    assert client.get(f"/runs/{foreign.run.pk}").status_code == 200
    assert SECRET not in client.get("/account/").content.decode()
    assert client.post(f"/account/tokens/{foreign.token.pk}/end").status_code == 404
