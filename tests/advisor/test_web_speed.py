"""Pages answer fast also where an organisation has many plans and runs."""

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.advisor.plan_pages import make_many
from tests.people import make_member, make_run, signed_in

pytestmark = pytest.mark.django_db
SECONDS = 0.15
BUSY = 3  # times as long on a machine that does other work


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def seconds_for(client: Client, path: str) -> float:
    """The fastest of five: the others waited for something else."""
    found = []
    for _ in range(5):
        begin = time.process_time()
        assert client.get(path).status_code == 200
        found.append(time.process_time() - begin)
    return min(found)


def test_pages_are_fast_with_200_plans_and_1000_runs(client: Client, ada: User) -> None:
    plan = make_many(ada, plans=200, runs=1000)[0]
    run, other = make_run(ada, plan), make_run(ada, plan)
    paths = [
        "/plans/", "/plans/?q=plan&sort=-name", "/plans/?sort=-cost&page=4", "/plans/new",
        f"/plans/{plan.pk}", f"/plans/{plan.pk}/versions", "/runs/", "/runs/?state=optimal&q=9&page=2",
        f"/runs/{run.pk}", f"/runs/compare?a={run.pk}&b={other.pk}",
    ]  # fmt: skip
    taken = {path: seconds_for(client, path) for path in paths}
    assert {path: seconds for path, seconds in taken.items() if seconds > SECONDS * BUSY} == {}
