"""Workers of sweeps die, lose their lease, meet errors of ours: each plan is done once all the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from advisor.catalog.services import publish
from advisor.jobs import queue
from advisor.jobs import watch as watching
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.lease import claim
from advisor.jobs.work import OURS, perform
from advisor.models import Job, Sweep
from advisor.sweeps import work
from advisor.sweeps.design import Sensitivity
from advisor.sweeps.outcome import outcome_of
from advisor.sweeps.queries import jobs_of, progress_of
from advisor.sweeps.services import cancel_sweep
from tests.advisor.sweep_cases import BASE, make_sweep, work_out
from tests.factories import make_offer
from tests.people import make_member
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
DEMAND = Sensitivity(factors={"demand": (0.5, 2.0)})


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queue, watching):
        monkeypatch.setattr(module, "send", lambda *_words, **_options: True)


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


def costs(sweep: Sweep) -> list[float | None]:
    return list(sweep.points.order_by("index").values_list("npv", flat=True))


def test_an_error_of_ours_is_of_one_plan_alone(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = make_sweep(ada, DEMAND)
    real = outcome_of

    def breaking(question: Any, variation: Any, **options: Any) -> Any:
        if variation.factors.get("demand") == 0.5:
            raise ZeroDivisionError("secret")
        return real(question, variation, **options)

    monkeypatch.setattr(work, "outcome_of", breaking)
    work_out(sweep)
    point = sweep.points.get(index=1)
    assert (point.state, point.error_code, point.words) == ("failed", "internal_error", [OURS])
    assert costs(sweep) == [pytest.approx(BASE), None, pytest.approx(2 * BASE)]


def one_job(sweep: Sweep) -> Job:
    """All its plans in one job, as in a large sweep."""
    job = jobs_of(sweep).first()
    assert job is not None
    sweep.points.update(job=job)
    return job


def lose_the_worker(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    watching.watch()


def test_a_worker_that_is_killed_loses_one_plan_and_each_is_stored_once(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = make_sweep(ada, DEMAND)
    job, real = one_job(sweep), outcome_of
    done: list[str] = []

    def dying(question: Any, variation: Any, **options: Any) -> Any:
        if variation.factors.get("demand") == 2.0 and done.count(variation.label) < 2:
            done.append(variation.label)
            raise KeyboardInterrupt  # as near to a kill as a test can come
        done.append(variation.label)
        return real(question, variation, **options)

    monkeypatch.setattr(work, "outcome_of", dying)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            perform(job.pk, HANDLERS)
        lose_the_worker(job)
    assert perform(job.pk, HANDLERS) == "done"
    assert done == ["as it is", "demand × 0.5", *["demand × 2"] * 3]
    assert [point.attempts for point in sweep.points.order_by("index")] == [1, 1, 3]
    assert costs(sweep) == pytest.approx([BASE, BASE, 2 * BASE])


def test_a_plan_that_kills_its_workers_is_given_up_and_the_others_go_on(
    ada: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.JOB_MAX_ATTEMPTS = 4
    sweep = make_sweep(ada, DEMAND)
    job, real = one_job(sweep), outcome_of

    def dying(question: Any, variation: Any, **options: Any) -> Any:
        if variation.factors.get("demand") == 0.5:
            raise KeyboardInterrupt
        return real(question, variation, **options)

    monkeypatch.setattr(work, "outcome_of", dying)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            perform(job.pk, HANDLERS)
        lose_the_worker(job)
    assert perform(job.pk, HANDLERS) == "done"
    point = sweep.points.get(index=1)
    assert (point.state, point.error_code) == ("failed", "worker_lost")
    assert point.words == ["Its worker was lost 2 times over it: it was killed, or ran out of memory."]
    assert costs(sweep) == [pytest.approx(BASE), None, pytest.approx(2 * BASE)]


def test_who_has_lost_the_job_can_store_nothing(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = make_sweep(ada, DEMAND)
    job, real = one_job(sweep), outcome_of

    def slow(question: Any, variation: Any, **options: Any) -> Any:
        lose_the_worker(job)
        assert claim(job.pk, worker="another") is not None
        return real(question, variation, **options)

    monkeypatch.setattr(work, "outcome_of", slow)
    assert perform(job.pk, HANDLERS) == "lost"
    assert costs(sweep) == [None, None, None]
    assert progress_of(sweep).state == "running"


def test_cancelling_stops_the_plan_that_is_being_worked_out(
    ada: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.JOB_LEASE_SECONDS = 2  # the keeper asks three times in it whether to go on
    sweep = make_sweep(ada, DEMAND)
    job, real = one_job(sweep), outcome_of

    def cancelling(question: Any, variation: Any, *, cancelled: Any) -> Any:
        cancel_sweep(sweep)
        wait_for(cancelled, seconds=10, why=lambda: "nobody heard")
        return real(question, variation, cancelled=cancelled)

    monkeypatch.setattr(work, "outcome_of", cancelling)
    assert perform(job.pk, HANDLERS) == "cancelled"
    assert costs(sweep) == [None, None, None]
    assert progress_of(sweep).state == "cancelled"
