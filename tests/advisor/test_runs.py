"""Runs: started once, worked out from the prices of their moment, stored once, byte for byte."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from advisor.catalog.services import publish
from advisor.errors import BadInput, CatalogueEmpty, Conflict, NotFound
from advisor.jobs import queue
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Job, Run, RunResult
from advisor.plans.services import save_version
from advisor.rates.in_force import shipped_rates
from advisor.rates.services import set_rates
from advisor.runs.queries import document_of, result_of, run_of, runs_of
from advisor.runs.services import Ask, cancel_run, retry_run, start_run
from tests.advisor.page_text import text_of
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
HOUR_USD, HOURS = 50, 730  # the one machine of eight H100 that the tiny plan needs for a month


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_words, **_options: True)


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


def start(user: User, text: str = PLAN_TEXT, key: str | None = None, **ask: Any) -> tuple[Run, bool]:
    version = make_plan(user, text).versions.get()
    return start_run(version, organisation=organisation_of(user), user=user, ask=Ask(**ask), key=key)


def test_a_new_run_waits_with_all_that_is_needed_to_do_it_again(ada: User) -> None:
    run, is_new = start(ada, gap=0.01, time_limit_seconds=60, baselines=False)
    assert is_new
    assert run.job.state == Job.State.QUEUED
    assert run.job.deadline_seconds == 60 + 30 + 900  # search, explanations, what is beside them
    assert (run.explain_seconds, run.why) == (30, [])
    assert (run.version.number, run.catalogue_version) == (1, 1)
    assert (run.gap_asked, run.time_limit_seconds, run.baselines) == (0.01, 60, False)
    assert (run.status, run.sentence) == ("", "")
    with pytest.raises(Conflict, match="has no result: it is queued"):
        document_of(run)


@pytest.mark.django_db(transaction=True)
def test_a_run_is_worked_out_with_the_prices_of_its_moment(ada: User) -> None:
    run, _ = start(ada)
    publish([make_offer(price_per_hour=Decimal(10))], source="t", label="cheaper, later")
    assert perform(run.job_id, HANDLERS) == "done"
    run.refresh_from_db()
    assert run.job.state == Job.State.SUCCEEDED
    assert (run.status, run.currency) == ("optimal", "USD")
    assert run.objective_npv == pytest.approx(HOUR_USD * HOURS)  # one month, nothing to discount
    result = result_of(run)
    assert result.catalogue.version == "1"
    assert result.reproduce is not None
    assert (
        result.reproduce.plan_sha256 == run.version.sha256 == hashlib.sha256(PLAN_TEXT.encode()).hexdigest()
    )
    stored = document_of(run)
    assert stored.sha256 == hashlib.sha256(stored.document.encode()).hexdigest()
    assert json.loads(stored.document)["totals"]["cash"] == pytest.approx(HOUR_USD * HOURS)
    assert run.sentence.startswith("Rent up to 1 × p5.48xlarge (8 × H100) on demand in Frankfurt (aws)")
    assert perform(run.job_id, HANDLERS) == "not to be had"
    assert RunResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_takes_the_exchange_rates_known_when_it_was_started() -> None:
    publish([make_offer(currency="EUR")], source="t", label="t")
    ada = make_member()
    run, _ = start(ada, PLAN_TEXT + "exchange_rates_from: reference\n")
    refused, _ = start(ada)
    day = datetime.now(UTC).date()
    set_rates(["EUR=1.5"], on=day, by="Jo")  # later than the runs
    newer, _ = start(ada, PLAN_TEXT + "exchange_rates_from: reference\n")
    assert perform(run.job_id, HANDLERS) == perform(newer.job_id, HANDLERS) == "done"
    euro = shipped_rates().rates_to_usd["EUR"]
    for one, rate, source, observed_on in (
        (run, euro, "ecb.europa.eu", "2026-10-30"),
        (newer, Decimal("1.5"), "typed by Jo", str(day)),
    ):
        one.refresh_from_db()
        assert one.objective_npv == pytest.approx(HOUR_USD * float(rate) * HOURS)
        (row,) = result_of(one).exchange_rates
        assert (row.source, row.observed_on) == (source, observed_on)
    page = text_of(signed_in(ada).get(f"/runs/{newer.pk}"))
    assert f"1 EUR = 1.5 USD (typed by Jo, {day})" in page
    perform(refused.job_id, HANDLERS)
    refused.refresh_from_db()
    assert "# ecb.europa.eu, 2026-10-30" in text_of(signed_in(ada).get(f"/runs/{refused.pk}"))


@pytest.mark.django_db(transaction=True)
def test_an_impossible_plan_is_an_answer(ada: User) -> None:
    run, _ = start(ada, PLAN_TEXT + "limits: {cash_per_month: 1000}\n")
    assert perform(run.job_id, HANDLERS) == "done"
    run.refresh_from_db()
    assert (run.status, run.objective_npv) == ("infeasible", None)
    assert result_of(run).conflicts


@pytest.mark.django_db(transaction=True)
def test_what_only_the_prices_can_show_fails_the_run_in_words(ada: User) -> None:
    publish([make_offer(currency="EUR")], source="t", label="t")
    run, _ = start(ada)
    assert perform(run.job_id, HANDLERS) == "failed"
    run.job.refresh_from_db()
    assert run.job.error_code == "bad_input"
    assert "exchange_rates" in " ".join(run.job.error_lines)
    assert not RunResult.objects.exists()


def test_a_plan_with_problems_is_not_started(ada: User) -> None:
    with pytest.raises(
        BadInput, match="Version 1 of the plan has 1 problem and cannot be worked out"
    ) as caught:
        start(ada, PLAN_TEXT.replace("months: 1", "months: 0"))
    assert "months" in " ".join(caught.value.details)
    assert not Run.objects.exists()
    assert not Job.objects.exists()


def test_without_prices_no_run_is_started() -> None:
    with pytest.raises(CatalogueEmpty):
        start(make_member())
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"gap": 0.6}, "gap 0.6: write a fraction such as 0.001, from 0 to 0.5"),
        ({"gap": float("nan")}, "gap nan: write a fraction"),
        ({"time_limit_seconds": 0.5}, "time_limit_seconds 0.5: write seconds such as 300, from 1 to 3600"),
        ({"time_limit_seconds": 1e9}, "time_limit_seconds 1e\\+09"),
    ],
)
def test_how_hard_to_try_has_bounds(ask: dict[str, float], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Ask(**ask)  # type: ignore[arg-type]  # all of them are numbers


def test_the_same_key_gives_the_same_run_and_another_request_is_refused(ada: User) -> None:
    version = make_plan(ada).versions.get()
    organisation = organisation_of(ada)

    def again(key: str, **ask: float) -> tuple[Run, bool]:
        return start_run(version, organisation=organisation, user=ada, ask=Ask(**ask), key=key)  # type: ignore[arg-type]  # numbers

    first, is_new = again("a")
    assert is_new
    assert again("a") == (first, False)
    with pytest.raises(Conflict, match="was used for another request"):
        again("a", gap=0.01)
    other, is_new = again("b")
    assert is_new
    assert other != first
    assert Run.objects.count() == 2


def test_a_request_for_the_newest_version_stays_the_same_request_when_a_newer_one_is_saved(ada: User) -> None:
    plan = make_plan(ada)
    given: dict[str, Any] = {
        "organisation": organisation_of(ada),
        "user": ada,
        "ask": Ask(),
        "key": "k",
        "asked_newest": True,
    }
    first, _ = start_run(plan.versions.get(), **given)
    newer, _ = save_version(plan, user=ada, text=PLAN_TEXT + "# more\n")
    assert start_run(newer, **given) == (first, False)
    with pytest.raises(Conflict):
        start_run(newer, **given | {"asked_newest": False})


@pytest.mark.django_db(transaction=True)
def test_a_publication_under_way_does_not_spoil_a_run(ada: User) -> None:
    run, _ = start(ada)
    # on PostgreSQL a publication may be dated before the start of a run that could not see it yet
    publish(
        [make_offer(price_per_hour=Decimal(10))], source="t", label="t", now=run.as_of - timedelta(seconds=1)
    )
    assert perform(run.job_id, HANDLERS) == "done"
    run.refresh_from_db()
    assert run.objective_npv == pytest.approx(HOUR_USD * HOURS)


def test_lists_do_not_load_the_texts_of_plans(ada: User) -> None:
    make_run(ada)
    (row,) = runs_of(organisation_of(ada))
    assert "text" in row.version.get_deferred_fields()


def test_the_keys_of_one_organisation_are_not_those_of_another(ada: User) -> None:
    first, _ = start(ada, key="a")
    other, is_new = start(make_member("alan", "Bletchley"), key="a")
    assert is_new
    assert other != first


def test_a_version_of_others_is_never_run(ada: User) -> None:
    version = make_plan(make_member("alan", "Bletchley")).versions.get()
    with pytest.raises(LookupError):
        start_run(version, organisation=organisation_of(ada), user=ada, ask=Ask())


def test_a_run_is_cancelled_and_tried_again_with_the_same_prices(ada: User) -> None:
    run, _ = start(ada)
    assert cancel_run(run).state == Job.State.CANCELLED
    publish([make_offer(price_per_hour=Decimal(10))], source="t", label="later")
    assert retry_run(run).state == Job.State.QUEUED
    run.refresh_from_db()
    assert run.catalogue_version == 1


def test_lists_are_narrowed_by_state_text_and_plan(ada: User) -> None:
    plan = make_plan(ada)
    done, failed = make_run(ada, plan), make_run(ada, state=Job.State.FAILED)
    organisation = organisation_of(ada)
    assert list(runs_of(organisation)) == [failed, done]
    assert list(runs_of(organisation, plan=plan)) == [done]
    assert list(runs_of(organisation, state="failed")) == [failed]
    assert list(runs_of(organisation, state="optimal")) == [done]
    assert list(runs_of(organisation, text="nothing like it")) == []
    with pytest.raises(NotFound):
        run_of(organisation, "no-id")


def test_a_run_keeps_its_version_when_the_plan_goes_on(ada: User) -> None:
    plan = make_plan(ada)
    run = make_run(ada, plan)
    save_version(plan, user=ada, text=PLAN_TEXT + "# more\n")
    run.refresh_from_db()
    assert run.version.number == 1
