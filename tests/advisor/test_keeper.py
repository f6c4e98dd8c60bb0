"""The thread that keeps a claim alive: it renews, tells, hears a cancel, and knows when it lost."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from advisor.jobs import keeper as keepers
from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import claim
from advisor.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fast(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JOB_LEASE_SECONDS = 2
    monkeypatch.setattr(keepers, "_TICK_SECONDS", 0.02)
    monkeypatch.setattr(keepers, "_TELL_SECONDS", 0.05)
    monkeypatch.setattr(keepers, "_UNHEARD_SECONDS", 0.1)


def kept(*, deadline_seconds: float = 60) -> tuple[Job, Keeper]:
    job = Job.objects.create(kind=Job.Kind.SOLVE)
    mine = claim(job.pk, worker="one:1")
    assert mine is not None
    return job, Keeper(mine, deadline_seconds=deadline_seconds)


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_the_lease_is_renewed_as_long_as_the_work_goes_on() -> None:
    job, keeper = kept()
    with keeper:
        time.sleep(2.5)  # longer than a lease
        job.refresh_from_db()
        assert job.lease_until is not None
        assert job.lease_until > timezone.now() + timedelta(seconds=0.5)
        assert not keeper.stopped()


def test_progress_is_written_for_those_who_watch() -> None:
    job, keeper = kept()
    with keeper:
        keeper.tell(fraction=0.4, progress={"phase": "solving"})

        def written() -> bool:
            job.refresh_from_db()
            return job.fraction == 0.4

        assert eventually(written)
    assert job.progress == {"phase": "solving"}


def test_a_wish_to_cancel_is_heard() -> None:
    job, keeper = kept()
    with keeper:
        Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
        assert eventually(keeper.stopped)
    assert keeper.cancelled
    assert not keeper.lost


def test_a_claim_taken_over_is_lost() -> None:
    job, keeper = kept()
    with keeper:
        Job.objects.filter(pk=job.pk).update(fence=2)
        assert eventually(keeper.stopped)
    assert keeper.lost


def test_work_that_does_not_hear_its_deadline_is_given_up() -> None:
    job, keeper = kept(deadline_seconds=0.1)
    with keeper:
        assert eventually(lambda: keeper.overdue)
        assert eventually(lambda: keeper.lost)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "deadline")
