"""Jobs: who may have one, who may finish it, and what becomes of the lost."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from advisor.celery import app
from advisor.errors import BadInput, Conflict
from advisor.jobs import queue, services
from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import Claim, LeaseLost, claim, finish, renew
from advisor.jobs.services import cancel, retry
from advisor.jobs.watch import end_cancelled_waiting, watch
from advisor.jobs.work import OURS, Handler, perform
from advisor.models import Job, Organisation
from advisor.planning.effort import Cancelled

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the jobs that were sent to a broker."""
    ids: list[str] = []

    def send_task(_name: str, *, args: list[str], **_options: Any) -> None:
        ids.append(args[0])

    monkeypatch.setattr(app, "send_task", send_task)
    return ids


def make_job(**given: Any) -> Job:
    return Job.objects.create(**{"kind": Job.Kind.SOLVE, "deadline_seconds": 60} | given)


def claimed(job: Job) -> Claim:
    mine = claim(job.pk, worker="one:1")
    assert mine is not None
    return mine


def silent(job: Job) -> None:
    """Its worker has not been heard of for longer than a lease."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_waiting_job_is_had_by_one_worker_only() -> None:
    job = make_job()
    mine = claimed(job)
    assert claim(job.pk, worker="two:2") is None
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fence, job.worker) == (State.RUNNING, 1, 1, "one:1")
    assert mine == Claim(job_id=job.pk, fence=1)
    assert job.lease_until is not None
    assert timedelta(seconds=13) < job.lease_until - timezone.now() < timedelta(seconds=16)


def test_who_fell_silent_loses_the_job_and_can_store_nothing_afterwards() -> None:
    job = make_job()
    first = claimed(job)
    silent(job)
    second = claimed(job)
    assert second.fence == 2
    assert not renew(first, fraction=0.9)
    with pytest.raises(LeaseLost):
        finish(first, State.SUCCEEDED, store=lambda: Organisation.objects.create(name="stored twice"))
    assert not Organisation.objects.exists()
    job.refresh_from_db()
    assert (job.state, job.fraction) == (State.RUNNING, 0.0)
    finish(second, State.SUCCEEDED, store=lambda: Organisation.objects.create(name="stored once"))
    job.refresh_from_db()
    assert (job.state, job.fraction, job.lease_until) == (State.SUCCEEDED, 1.0, None)
    assert Organisation.objects.get().name == "stored once"


def test_what_cannot_be_stored_leaves_the_job_unfinished() -> None:
    job = make_job()
    mine = claimed(job)

    def fail() -> None:
        raise OperationalError("disk full")

    with pytest.raises(OperationalError):
        finish(mine, State.SUCCEEDED, store=fail)
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_a_job_tried_again_is_not_finished_by_a_worker_of_its_former_life(sent: list[str]) -> None:
    job = make_job()
    old = claimed(job)
    finish(old, State.FAILED, error_code="x", error_lines=("y",))
    retry(job)
    new = claimed(job)
    assert new.fence == 2  # attempts count from 1 again, the fence does not
    job.refresh_from_db()
    assert (job.attempts, job.error_code, job.error_lines) == (1, "", [])
    with pytest.raises(LeaseLost):
        finish(old, State.SUCCEEDED)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.SUCCEEDED])
def test_only_failed_and_cancelled_jobs_can_be_tried_again(state: Job.State, sent: list[str]) -> None:
    job = make_job(state=state)
    with pytest.raises(Conflict, match=f"It is {state.value}"):
        retry(job)
    assert sent == []


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked_to_stop() -> None:
    waiting, running, ended = make_job(), make_job(), make_job(state=State.FAILED)
    claimed(running)
    assert cancel(waiting).state == State.CANCELLED
    assert claim(waiting.pk, worker="one:1") is None
    assert cancel(running).state == State.RUNNING
    assert running.cancel_requested_at is not None
    assert cancel(ended).state == State.FAILED


def test_a_wish_to_cancel_is_never_lost_between_two_looks(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    job = make_job()
    claimed(job)
    silent(job)
    Job.objects.filter(pk=job.pk).update(state=State.QUEUED, lease_until=None)  # freed by the watch ...
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())  # ... and cancelled just then
    assert watch()["cancelled"] == 1
    job.refresh_from_db()
    assert (job.state, sent) == (State.CANCELLED, [])


def test_a_job_freed_while_it_is_being_cancelled_is_not_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job()
    claimed(job)
    ended = end_cancelled_waiting

    def freed_first(**which: Any) -> int:
        Job.objects.filter(pk=job.pk).update(state=State.QUEUED, lease_until=None)
        return ended(**which)

    monkeypatch.setattr(services, "end_cancelled_waiting", freed_first)
    assert cancel(job).state == State.CANCELLED
    assert claim(job.pk, worker="two:2") is None


def test_a_broker_that_is_away_delays_a_job_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def away(*_words: Any, **_options: Any) -> None:
        raise BrokerError("connection refused")

    monkeypatch.setattr(app, "send_task", away)
    job = make_job()
    with django_capture_on_commit_callbacks(execute=True):
        queue.enqueue(job)
    job.refresh_from_db()
    assert job.state == State.QUEUED
    assert watch()["sent"] == 0


def test_the_watch_frees_sends_cancels_and_gives_up(sent: list[str], settings: Settings) -> None:
    fresh, lost, unsent, stopped, hopeless, old, running = (make_job() for _ in range(7))
    Job.objects.filter(pk=fresh.pk).update(sent_at=timezone.now())
    Job.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(seconds=31))
    for job in (lost, stopped, hopeless, running):
        claimed(job)
    Job.objects.filter(pk=stopped.pk).update(cancel_requested_at=timezone.now())
    Job.objects.filter(pk=hopeless.pk).update(attempts=settings.JOB_MAX_ATTEMPTS)
    for job in (lost, stopped, hopeless):
        silent(job)
    assert watch() == {"cancelled": 1, "given_up": 1, "freed": 1, "sent": 3}
    assert set(sent) == {str(lost.pk), str(unsent.pk), str(old.pk)}
    states = dict(Job.objects.values_list("pk", "state"))
    assert states[lost.pk] == states[unsent.pk] == states[fresh.pk] == State.QUEUED
    assert states[running.pk] == State.RUNNING
    assert states[stopped.pk] == State.CANCELLED
    assert states[hopeless.pk] == State.FAILED
    hopeless.refresh_from_db()
    assert hopeless.error_code == "worker_lost"
    assert f"lost {settings.JOB_MAX_ATTEMPTS} times" in hopeless.error_lines[0]
    assert watch() == {"cancelled": 0, "given_up": 0, "freed": 0, "sent": 0}


def test_a_message_carries_the_queue_an_end_and_a_hard_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(app, "send_task", lambda name, **options: seen.update(options, name=name))
    job = make_job()
    assert queue.send(job.pk, kind=job.kind, deadline_seconds=100)
    assert (seen["name"], seen["queue"], seen["args"]) == ("advisor.run_job", "solve", [str(job.pk)])
    assert seen["time_limit"] == 160
    assert seen["expires"] == 35


def raising(error: Exception) -> Handler:
    def work(_job: Job, _keeper: Keeper) -> Callable[[], None]:
        raise error

    return work


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("work", "said", "state", "code", "lines"),
    [
        (lambda _job, _keeper: lambda: None, "done", State.SUCCEEDED, "", []),
        (raising(BadInput("field: no", ["so"])), "failed", State.FAILED, "bad_input", ["field: no", "so"]),
        (raising(ValueError("secret")), "failed", State.FAILED, "internal_error", [OURS]),
    ],
)
def test_every_end_is_written_down(
    work: Handler, said: str, state: Job.State, code: str, lines: list[str]
) -> None:
    job = make_job()
    assert perform(job.pk, {"solve": work}) == said
    job.refresh_from_db()
    assert (job.state, job.error_code, job.error_lines) == (state, code, lines)
    assert job.finished_at is not None
    assert perform(job.pk, {"solve": work}) == "not to be had"


@pytest.mark.django_db(transaction=True)
def test_work_that_was_cancelled_ends_cancelled_and_stores_nothing() -> None:
    job = make_job()

    def work(_job: Job, keeper: Keeper) -> Callable[[], None]:
        keeper.cancelled = True
        raise Cancelled("stopped")

    assert perform(job.pk, {"solve": work}) == "cancelled"
    job.refresh_from_db()
    assert job.state == State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_work_beyond_its_deadline_has_failed_in_words() -> None:
    job = make_job(deadline_seconds=120)

    def work(_job: Job, keeper: Keeper) -> Callable[[], None]:
        keeper.overdue = True
        raise Cancelled("stopped")

    assert perform(job.pk, {"solve": work}) == "failed"
    job.refresh_from_db()
    assert (job.error_code, job.error_lines) == (
        "deadline",
        ["Stopped after 2 minutes, the longest it may take."],
    )


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_leaves_the_job_to_be_done_again() -> None:
    job = make_job()
    with pytest.raises(OperationalError):
        perform(job.pk, {"solve": raising(OperationalError("server closed the connection"))})
    job.refresh_from_db()
    assert job.state == State.RUNNING  # until its lease ends
    silent(job)
    assert perform(job.pk, {"solve": lambda _job, _keeper: lambda: None}) == "done"


def test_a_job_that_is_not_there_is_not_to_be_had() -> None:
    assert perform(uuid.uuid4(), {}) == "not to be had"
