"""A run that waits says when nobody seems to be there to take it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from advisor.models import Job
from tests.advisor.plan_pages import text_of
from tests.people import make_member, make_run, signed_in

pytestmark = pytest.mark.django_db
SAID = "No worker seems to be at work now"


def waiting_page(*, other: dict[str, object] | None = None, waited: int = 40) -> str:
    """The page of a run that waits for so many seconds, while another job is as given."""
    ada = make_member()
    run = make_run(ada, state=Job.State.QUEUED)
    now = datetime.now(UTC)
    Job.objects.filter(pk=run.job_id).update(created_at=now - timedelta(seconds=waited))
    if other is not None:
        stranger = make_run(make_member("eve", "Others"), state=Job.State.FAILED)
        Job.objects.filter(pk=stranger.job_id).update(**other)
    client: Client = signed_in(ada)
    return text_of(client.get(f"/runs/{run.pk}"))


def seconds_ago(seconds: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def test_who_waits_for_long_and_sees_nothing_done_is_told() -> None:
    assert f"Waiting for a worker. {SAID}" in waiting_page()


def test_half_a_minute_is_not_long() -> None:
    assert SAID not in waiting_page(waited=20)


@pytest.mark.parametrize(
    ("state", "lease", "finished", "told"),
    [
        (Job.State.RUNNING, -60, None, False),  # at work on someone's run
        (Job.State.RUNNING, 60, None, True),  # its lease is over: the worker is gone
        (Job.State.FAILED, None, 10, False),  # ended one just now
        (Job.State.FAILED, None, 100, True),
    ],
)
def test_a_worker_is_known_by_what_it_does_for_anyone(
    state: str, lease: int | None, finished: int | None, told: bool
) -> None:
    other: dict[str, object] = {
        "state": state,
        "lease_until": None if lease is None else seconds_ago(lease),
        "finished_at": None if finished is None else seconds_ago(finished),
    }
    assert (SAID in waiting_page(other=other)) == told
