"""Pages for operators: every one opens, is named for people, changes no history and asks few questions."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from advisor.accounts.tokens import create_token
from advisor.catalog.services import publish
from advisor.models import ApiToken, Job, Plan, Run
from advisor.schedule import ensure_schedule
from tests.factories import make_offer
from tests.people import make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
admin.autodiscover()
MODELS = sorted((model._meta.app_label, str(model._meta.model_name)) for model in admin.site._registry)


@pytest.fixture
def operator() -> Client:
    user = make_member("root", is_staff=True, is_superuser=True)
    publish([make_offer()], source="t", label="t")
    ensure_schedule()
    plan = make_plan(user)
    make_run(user, plan)
    make_run(user, plan, state=Job.State.FAILED, error_lines=["no luck"])
    create_token(organisation=organisation_of(user), user=user, name="nightly")
    return signed_in(user)


@pytest.mark.parametrize(("app", "model"), MODELS)
def test_every_list_opens_with_few_queries(
    app: str, model: str, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        answer = operator.get(reverse(f"admin:{app}_{model}_changelist"))
    assert answer.status_code == 200
    assert " object (" not in answer.content.decode()  # every row has a name


def test_the_first_page_names_what_an_operator_looks_for(operator: Client) -> None:
    page = operator.get("/admin/").content.decode()
    for words in (
        "Jobs",
        "Runs",
        "Plans",
        "API tokens",
        "Publications of prices",
        "Prices",
        "Sign-in attempts",
        "People",
        "Schedule",
        "Periodic tasks",
        "Memberships",
    ):
        assert words in page
    assert "Quartermaster for operators" in page


@pytest.mark.parametrize("model", ["run", "plan", "job", "apitoken", "offerrow", "catalogueversion"])
def test_history_cannot_be_changed_here(model: str, operator: Client) -> None:
    assert operator.get(reverse(f"admin:advisor_{model}_add")).status_code == 403
    kept = {"run": Run.objects, "plan": Plan.objects, "job": Job.objects, "apitoken": ApiToken.objects}
    if model in kept:
        address = reverse(f"admin:advisor_{model}_change", args=[kept[model].all()[0].pk])
        page = operator.get(address)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert operator.post(address, {"name": "x"}).status_code == 403


def test_a_token_shows_no_hash(operator: Client) -> None:
    token = ApiToken.objects.get()
    page = operator.get(reverse("admin:advisor_apitoken_change", args=[token.pk])).content.decode()
    assert token.digest not in page


def act(operator: Client, model: str, action: str, *ids: object) -> str:
    answer = operator.post(
        reverse(f"admin:advisor_{model}_changelist"),
        {"action": action, "_selected_action": list(map(str, ids))},
        follow=True,
    )
    return answer.content.decode()


def test_jobs_are_cancelled_and_tried_again(operator: Client) -> None:
    failed = Job.objects.get(state=Job.State.FAILED)
    succeeded = Job.objects.get(state=Job.State.SUCCEEDED)
    assert "1 started again." in act(operator, "job", "retry_jobs", failed.pk, succeeded.pk)
    failed.refresh_from_db()
    assert failed.state == Job.State.QUEUED
    assert "Cancelled what was still open" in act(operator, "job", "cancel_jobs", failed.pk, succeeded.pk)
    failed.refresh_from_db()
    succeeded.refresh_from_db()
    assert (failed.state, succeeded.state) == (Job.State.CANCELLED, Job.State.SUCCEEDED)


def test_a_token_is_revoked(operator: Client) -> None:
    token = ApiToken.objects.get()
    assert "1 revoked." in act(operator, "apitoken", "revoke", token.pk)
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_an_operator_makes_a_link_for_who_has_no_password(operator: Client) -> None:
    user = make_member("grace")
    page = act_on_people(operator, "make_links", user.pk)
    link = re.search(r"For grace, once, within a day: http://[^/]+(/sign-in/[\w-]+/[\w-]+)", page)
    assert link is not None
    assert Client().post(link[1]).status_code == 302


def act_on_people(operator: Client, action: str, *ids: object) -> str:
    chosen = {"action": action, "_selected_action": list(map(str, ids))}
    return operator.post(reverse("admin:auth_user_changelist"), chosen, follow=True).content.decode()


def test_a_right_to_look_is_no_right_to_act(operator: Client) -> None:
    looker = make_member("looker", "Elsewhere", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = signed_in(looker)
    failed = Job.objects.get(state=Job.State.FAILED)
    waiting = Job.objects.create(kind=Job.Kind.SOLVE)
    token = ApiToken.objects.get()
    assert "/sign-in/" not in act_on_people(client, "make_links", looker.pk)
    act(client, "job", "retry_jobs", failed.pk)
    act(client, "job", "cancel_jobs", waiting.pk)
    act(client, "apitoken", "revoke", token.pk)
    failed.refresh_from_db()
    waiting.refresh_from_db()
    token.refresh_from_db()
    assert (failed.state, waiting.state) == (Job.State.FAILED, Job.State.QUEUED)
    assert token.revoked_at is None


def test_the_first_page_says_how_the_work_stands(operator: Client) -> None:
    page = operator.get("/admin/").content.decode()
    assert "0 waiting, 0 running" in page
    assert "no worker seems" not in page
    Job.objects.create(kind=Job.Kind.SOLVE)
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    page = operator.get("/admin/").content.decode()
    assert "1 job waits, the oldest since" in page
    assert "no worker seems to be at work" in page


def test_an_organisation_with_runs_can_be_deleted_whole(operator: Client) -> None:
    organisation = Run.objects.all()[0].organisation
    organisation.delete()
    assert not Plan.objects.exists()
    assert not Run.objects.exists()
    assert not Job.objects.exists()
