"""Whatever goes wrong, the catalogue stays as it was, the state says what happened, and no secret is told."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from advisor.catalog import writing
from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.jobs.work import Handler, perform
from advisor.models import CatalogueVersion, Confirmation, Job, OfferRow, SourceState
from advisor.refresh import publishing, states
from advisor.refresh.limits import LIMITS, limits_of
from advisor.refresh.queries import source_state
from advisor.refresh.services import refresh_now, request_refresh
from advisor.refresh.work import OURS, refresh_prices
from providers.base import Document
from providers.errors import ReplyTooLarge, SourceRefused, SourceUnavailable
from providers.offers import Offer
from tests.advisor.fake_source import FakeSource, use
from tests.factories import make_offer

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-0451-do-not-tell"
SEEN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
HANDLERS: dict[str, Handler] = {Job.Kind.REFRESH_PRICES.value: refresh_prices}


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.ADVISOR_HOME = tmp_path
    monkeypatch.setenv("SOME_API_KEY", CANARY)
    return tmp_path


def offers(price: int = 40, *, seen: datetime = SEEN) -> list[Offer]:
    return [
        make_offer(provider="lambda", region=f"r-{n}", observed_at=seen, price_per_hour=Decimal(price))
        for n in range(5)
    ]


def raising(error: Exception) -> Callable[[Path], Iterator[Document]]:
    def step(folder: Path) -> Iterator[Document]:
        (folder / "half.csv").write_text("provider,")
        yield Document.of_file(folder / "half.csv")
        raise error

    return step


def saying(data: bytes) -> Callable[[Path], Iterator[Document]]:
    def step(_folder: Path) -> Iterator[Document]:
        yield Document.of_bytes(data, name="reply")

    return step


def dripping(_folder: Path) -> Iterator[Document]:
    for number in range(1000):
        time.sleep(0.05)
        yield Document.of_bytes(b"", name=str(number))


FETCH_FAULTS: tuple[tuple[Callable[[Path], Iterator[Document]], str, str], ...] = (
    (raising(SourceUnavailable("429: asked to come later")), "source_unavailable", "429"),
    (raising(SourceUnavailable("503 from the server")), "source_unavailable", "503"),
    (raising(SourceRefused(f"401: key {CANARY} has expired")), "source_refused", "401: key *** has expired"),
    (raising(ReplyTooLarge("more than 64 MiB")), "reply_too_large", "64 MiB"),
    (raising(RuntimeError(f"SDK dump: secret={CANARY}")), "internal_error", OURS),
    (saying(b'{"prices": [{"sku": "a", "pr'), "source_format_changed", "no price file"),
    (saying(b"<html>maintenance</html>"), "source_format_changed", "no price file"),
    (saying(b"provider,region\nlambda,x\n"), "price_file_error", "column"),
    (saying(b"provider,region\ncrash,x\n"), "internal_error", OURS),
)
WRITE_FAULTS: tuple[tuple[str, Exception], ...] = (
    ("insert", IntegrityError("constraint")),
    ("insert", ValueError(f"driver: {CANARY}")),
    ("confirm", IntegrityError("constraint")),
    ("conclude", ValueError("a bug")),
)


def state_of_ledger() -> tuple[Any, ...]:
    return (
        list(OfferRow.objects.order_by("id").values()),
        list(CatalogueVersion.everything.order_by("number").values()),
        list(Confirmation.objects.values()),
        current_offers().offers,
    )


def break_writing(where: str, error: Exception, patch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise error

    target = {
        "insert": (writing, "_insert"),
        "confirm": (publishing, "_confirm"),
        "conclude": (states, "concluded"),
    }
    patch.setattr(*target[where], fail)


def test_fifty_faults_in_a_row_leave_the_catalogue_unharmed_and_the_state_truthful(
    monkeypatch: pytest.MonkeyPatch, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    refresh_now("gpuhunt")
    good, success = state_of_ledger(), source_state("gpuhunt").last_success_at
    source.offers = offers(price=41)
    with caplog.at_level(logging.DEBUG):
        for number in range(50):
            kind = number % (len(FETCH_FAULTS) + len(WRITE_FAULTS))
            attempt = timezone.now()
            with monkeypatch.context() as patch:
                if kind < len(FETCH_FAULTS):
                    source.step, code, words = FETCH_FAULTS[kind]
                else:
                    source.step = None
                    code, words = "internal_error", OURS
                    break_writing(*WRITE_FAULTS[kind - len(FETCH_FAULTS)], patch)
                refresh_now("gpuhunt")
            status = source_state("gpuhunt")
            assert state_of_ledger() == good, kind
            assert (status.state, status.error_code) == ("failed", code), status
            assert words in " ".join(status.words)
            assert status.last_success_at == success
            assert status.last_attempt_at is not None
            assert status.last_attempt_at >= attempt
    assert Job.objects.filter(state=Job.State.FAILED).count() == 50
    assert list((home / "refresh").iterdir()) == []
    told = json.dumps([list(SourceState.objects.values()), list(Job.objects.values())], default=str)
    assert CANARY not in told
    assert CANARY not in caplog.text
    assert caplog.text.count("refresh of gpuhunt failed") > 10  # what we do not know is in the log
    source.step = None
    refresh_now("gpuhunt")
    assert source_state("gpuhunt").state == "ok"
    assert {offer.price_per_hour for offer in current_offers().offers} == {Decimal(41)}


def test_a_slow_drip_is_cut_by_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "advisor.refresh.limits.LIMITS",
        {**LIMITS, "gpuhunt": replace(limits_of("gpuhunt"), deadline_seconds=1)},
    )
    use(monkeypatch, FakeSource(step=dripping))
    begin = time.monotonic()
    refresh_now("gpuhunt")
    assert time.monotonic() - begin < 10
    status = source_state("gpuhunt")
    assert (status.state, status.error_code) == ("failed", "deadline")
    assert "the longest it may take" in status.words[0]


def test_a_failure_that_may_pass_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = use(monkeypatch, FakeSource(step=raising(SourceUnavailable("503"))))
    job = request_refresh("gpuhunt")
    said = []
    for _ in range(limits_of("gpuhunt").most_tries):
        Job.objects.filter(pk=job.pk).update(not_before=None)
        said.append(perform(job.pk, HANDLERS))
        assert source_state("gpuhunt").state == "failed"
        if said[-1] == "later":
            assert perform(job.pk, HANDLERS) == "not to be had"  # not before its time
            job.refresh_from_db()
            assert job.not_before is not None
            wait = (job.not_before - timezone.now()).total_seconds()
            assert wait == pytest.approx(60 * 5 ** (job.attempts - 1), abs=5)
    assert said == ["later", "later", "failed"]
    source.step = raising(SourceRefused("401"))
    assert perform(request_refresh("gpuhunt").pk, HANDLERS) == "failed"


def test_a_database_that_goes_away_leaves_the_job_to_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSource(offers()))
    job = request_refresh("gpuhunt")
    with monkeypatch.context() as patch:
        break_writing("insert", OperationalError("server closed the connection"), patch)
        with pytest.raises(OperationalError):
            perform(job.pk, HANDLERS)
    assert CatalogueVersion.everything.count() == OfferRow.objects.count() == 0
    assert source_state("gpuhunt").state == "running"  # until its lease is over
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert perform(job.pk, HANDLERS) == "done"
    assert source_state("gpuhunt").state == "ok"


def test_a_worker_that_was_killed_for_good_has_failed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    job = request_refresh("gpuhunt")
    states.begun("gpuhunt", job)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, error_code="worker_lost", error_lines=["Its worker was lost 12 times."]
    )
    status = source_state("gpuhunt")
    assert (status.state, status.words) == ("failed", ("Its worker was lost 12 times.",))


def test_prices_published_by_others_meanwhile_are_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers(price=41)))
    judged = publishing.publish_refresh
    meanwhile = [True]

    def published(due: Any, **more: Any) -> Any:
        if meanwhile:
            meanwhile.pop()
            publish(offers(price=39), source="import:x.csv", label="x")
        return judged(due, **more)

    monkeypatch.setattr("advisor.refresh.pipeline.publish_refresh", published)
    refresh_now("gpuhunt")
    assert source_state("gpuhunt").state == "ok"
    assert set(current_offers().offers) == set(source.offers)
    rows = OfferRow.objects.filter(closed_in=None)
    assert {row.source for row in rows} == {"gpuhunt"}


def test_a_refresh_that_is_cancelled_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    source = use(monkeypatch, FakeSource(offers()))
    refresh_now("gpuhunt")
    good = state_of_ledger()

    def cancelled(folder: Path) -> Iterator[Document]:
        Job.objects.filter(state=Job.State.RUNNING).update(cancel_requested_at=timezone.now())
        yield from dripping(folder)

    monkeypatch.setattr("django.conf.settings.JOB_LEASE_SECONDS", 2)
    source.step = cancelled
    job = refresh_now("gpuhunt")
    assert job.state == Job.State.CANCELLED
    assert state_of_ledger() == good
    assert source_state("gpuhunt").state == "ok"
