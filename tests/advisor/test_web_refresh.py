"""The sources on the page of prices: every state in words, and refreshes from the page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.services import publish
from advisor.celery import app
from advisor.errors import CatalogueEmpty
from advisor.models import Job, SourceState
from advisor.schedule import ensure_schedule
from tests.advisor.page_text import text_of, words_of
from tests.factories import make_offer
from tests.people import make_member, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HTMX = {"HX-Request": "true"}
State = SourceState.State


@pytest.fixture(autouse=True)
def _prices() -> None:
    publish([make_offer()], source="t", label="t")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ids: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda _name, *, args, **_more: ids.append(args[0]))
    return ids


@pytest.fixture
def operator() -> Client:
    return signed_in(make_member("root", is_staff=True))


def known(source: str, state: str, **given: Any) -> SourceState:
    return SourceState.objects.create(source=source, state=state, **given)


def card(client: Client, source: str) -> str:
    """The words of one source's card."""
    page = client.get("/sources").content.decode()
    found = re.search(rf'<li id="source-{source}".*?\n</li>', page, flags=re.DOTALL)
    assert found is not None
    return words_of(found[0]).strip()


def working(source: str, **given: Any) -> Job:
    given = {"state": Job.State.RUNNING, "fraction": 0.3} | given
    return Job.objects.create(kind=Job.Kind.REFRESH_PRICES, subject=source, **given)


def test_a_source_that_was_read_shows_when_how_much_and_how_old(operator: Client) -> None:
    now = datetime.now(UTC)
    known(
        "azure", State.OK, last_attempt_at=now - 2 * HOUR, last_success_at=now - 2 * HOUR,
        stated_at=now - 30 * HOUR, rows_seen=12345, rows_taken=12000, rows_refused=340, rows_quarantined=5,
        rows_changed=17, seconds=75.0,
        refused=[{"where": "page 3, row 7", "reason": "no price"}],
    )  # fmt: skip
    words = card(operator, "azure")
    assert words.startswith("Microsoft Azure azure up to date Refresh now")
    assert "Last success 2 hours ago" in words
    assert "Age of its oldest price 30 hours" in words
    assert "12,345 rows seen, 12,000 taken, 340 refused, 5 in quarantine; 17 prices changed." in words
    assert "Rows seen 12,345 Taken 12,000 Changed 17 In quarantine 5 Refused 340 Took 1 min 15 s" in words
    assert "the first 1 of 340 page 3, row 7: no price" in words


def test_a_source_without_credentials_is_not_configured_and_no_error(operator: Client) -> None:
    known("baidu", State.NOT_CONFIGURED, last_attempt_at=datetime.now(UTC), words=["set BCE_ACCESS_KEY_ID"])
    words = card(operator, "baidu")
    assert "not configured" in words
    assert "set BCE_ACCESS_KEY_ID" in words
    assert "fail" not in words
    assert "badge bad" not in operator.get("/sources").content.decode()


def test_a_held_back_source_keeps_the_last_good_prices_with_their_true_age(
    operator: Client, settings: Settings
) -> None:
    settings.PRICE_MAX_AGE_HOURS = 240
    now = datetime.now(UTC)
    known(
        "gcp", State.HELD_BACK, last_attempt_at=now - HOUR, last_success_at=now - 299 * HOUR,
        stated_at=now - 300 * HOUR, rows_seen=10, rows_taken=10, seconds=1.0,
        words=["gcp: 10 offers, there were 30 (at least 70%)."],
    )  # fmt: skip
    words = card(operator, "gcp")
    assert "held back" in words
    assert "gcp: 10 offers, there were 30 (at least 70%)." in words
    # 300 hours are 12.5 days
    assert "Its last good prices stay in force; the oldest was stated 12 days ago." in words
    assert "Age of its oldest price 12 days, stale" in words
    assert "Refresh and publish all the same" in words


def test_a_failed_source_says_why_and_what_counts_meanwhile(operator: Client) -> None:
    now = datetime.now(UTC)
    known("aws", State.FAILED, last_attempt_at=now, words=["403: no right to list prices"])
    words = card(operator, "aws")
    assert "failed" in words
    assert "It could not be read. None of its prices is in force." in words
    assert "403: no right to list prices" in words
    assert "Rows seen" not in words  # nothing was read to its end


def test_a_success_of_long_ago_is_not_called_up_to_date(operator: Client, settings: Settings) -> None:
    settings.PRICE_MAX_AGE_HOURS = 240
    then = datetime.now(UTC) - 241 * HOUR
    known("aws", State.OK, last_attempt_at=then, last_success_at=then, stated_at=then, seconds=1.0)
    words = card(operator, "aws")
    assert "not asked lately" in words
    assert "up to date" not in words


def test_where_nothing_was_asked_the_page_says_what_is_needed(client: Client) -> None:
    page = text_of(client.get("/sources"))
    assert "No source has been read yet" in page
    assert "“Credentials of sources”" in page
    assert page.count("never asked") == 5
    then = datetime.now(UTC)
    known("gpuhunt", State.OK, last_attempt_at=then, last_success_at=then, stated_at=then, seconds=1.0)
    assert "No source has been read yet" not in text_of(client.get("/sources"))


def test_the_next_refresh_is_that_of_the_schedule(operator: Client) -> None:
    ensure_schedule()
    now = datetime.now(UTC)
    tasks = PeriodicTask.objects.filter(task="advisor.refresh_prices")
    tasks.filter(args='["aws"]').update(last_run_at=now - 2 * HOUR)  # every 6 hours
    tasks.filter(args='["azure"]').update(last_run_at=now - 60 * HOUR)
    tasks.filter(args='["gcp"]').update(enabled=False)
    tasks.filter(args='["baidu"]').update(last_run_at=None, date_changed=now - HOUR)
    assert "Next in 3 hours" in card(operator, "aws")  # just under four
    assert f"{now + 4 * HOUR:%Y-%m-%d %H}" in card(operator, "aws") or now.minute == 59
    assert "Next overdue for 2 days" in card(operator, "azure")  # 54 hours
    assert "Next not scheduled" in card(operator, "gcp")
    assert "Next in 4 hours" in card(operator, "baidu")
    tasks.filter(args='["baidu"]').update(args="nonsense")
    assert "Next not scheduled" in card(operator, "baidu")


def test_only_those_who_may_read_why(client: Client, settings: Settings) -> None:
    known("aws", State.FAILED, last_attempt_at=datetime.now(UTC), words=["project moon-base refused"])
    settings.PUBLIC_CATALOGUE, settings.EMBEDDED = True, False
    page = text_of(client.get("/sources"))
    assert "moon-base" not in page
    assert "Members who sign in see why." in page
    assert "moon-base" in card(signed_in(make_member()), "aws")
    settings.EMBEDDED = True  # one's own laptop
    assert "moon-base" in text_of(client.get("/sources"))


@pytest.mark.parametrize("path", ["/sources/aws/refresh", "/sources/aws/cancel"])
def test_only_operators_refresh_and_stop(path: str, client: Client, sent: list[str]) -> None:
    member = signed_in(make_member())
    assert "Refresh now" not in text_of(member.get("/sources"))
    assert member.post(path).status_code == 404
    assert client.post(path).status_code == 302
    assert Job.objects.count() == 0
    assert signed_in(make_member("root", is_staff=True)).get(path).status_code == 405
    assert sent == []


def test_refresh_now_asks_for_one_job_and_the_page_follows_it(
    operator: Client, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = operator.post("/sources/azure/refresh")
    assert answer.headers["Location"] == "/sources#source-azure"
    job = Job.objects.get()
    assert job.created_by is not None
    asked = (job.kind, job.subject, job.created_by.get_username())
    assert asked == ("refresh_prices", "azure", "root")
    assert sent == [str(job.pk)]
    words = card(operator, "azure")
    assert "waiting Stop" in words
    assert "Waiting for a worker." in words
    assert "Refresh now" not in words
    page = operator.get("/sources").content.decode()
    assert page.count('hx-get="/sources/azure/progress" hx-trigger="every 1s"') == 1
    # with the address: to one that ends in #source-azure a browser would only jump
    assert '<noscript><meta http-equiv="refresh" content="3; url=/sources"></noscript>' in page
    twice = operator.post("/sources/azure/refresh", follow=True)
    assert "Microsoft Azure was being refreshed already." in text_of(twice)
    despite = operator.post("/sources/azure/refresh", {"despite_gates": "1"}, follow=True)
    assert "Wait for its end or stop it, then ask again." in text_of(despite)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("news", "words"),
    [
        ({"phase": "asking", "documents": 1}, "Asking: 1 reply so far"),
        ({"phase": "reading", "rows": 12000}, "Reading: 12,000 rows so far"),
        ({"phase": "checking", "rows": 1}, "Checking 1 row"),
        ({"phase": "publishing", "done": 500, "total": 1200}, "Publishing: 500 of 1,200 rows"),
        ({"phase": "a new one"}, "Asking: 0 replies so far"),
        ({}, "Asking: 0 replies so far"),
    ],
)
def test_progress_is_told_in_phases_and_counts(operator: Client, news: dict[str, Any], words: str) -> None:
    working("azure", progress=news)
    assert words in text_of(operator.get("/sources/azure/progress", headers=HTMX))
    assert "at work" in card(operator, "azure")


def test_the_steps_before_the_one_at_work_are_done(client: Client) -> None:
    working("azure", progress={"phase": "reading", "rows": 5})
    part = text_of(client.get("/sources/azure/progress", headers=HTMX)).strip()
    assert part.startswith(
        "waiting : done asking : done reading checking : to come publishing : to come 30 %"
    )


def test_a_refresh_that_is_tried_again_later_says_when(operator: Client) -> None:
    later = datetime.now(UTC) + HOUR
    known("azure", State.FAILED, last_attempt_at=datetime.now(UTC), words=["It did not answer."])
    working("azure", state=Job.State.QUEUED, not_before=later, attempts=1)
    words = card(operator, "azure")
    assert f"It is tried again at {later:%H:%M} UTC." in words
    assert "It did not answer." in words


def test_at_its_end_the_page_loads_itself_anew(client: Client) -> None:
    answer = client.get("/sources/azure/progress", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (286, "true", b"")
    assert client.get("/sources/azure/progress").status_code == 200


def test_a_refresh_is_stopped(operator: Client) -> None:
    operator.post("/sources/azure/refresh")
    said = operator.post("/sources/azure/cancel", follow=True)
    assert "The refresh of Microsoft Azure is stopped; nothing was changed." in text_of(said)
    assert Job.objects.get().state == Job.State.CANCELLED
    assert "Refresh now" in card(operator, "azure")
    assert "had ended already" in text_of(operator.post("/sources/azure/cancel", follow=True))
    job = working("azure", lease_until=datetime.now(UTC) + HOUR)
    operator.post("/sources/azure/cancel")
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    words = card(operator, "azure")
    assert "Stopping …" in words
    assert "Stop the refresh" not in words


def test_what_was_held_back_is_published_when_an_operator_says_so(operator: Client) -> None:
    operator.post("/sources/azure/refresh", {"despite_gates": "1"})
    assert Job.objects.get().options == {"despite_gates": True}
    operator.post("/sources/aws/refresh", {"despite_gates": "maybe"})
    assert Job.objects.get(subject="aws").options == {}


def test_an_unknown_source_is_not_found_with_the_nearest_name(operator: Client) -> None:
    for answer in (
        operator.post("/sources/azur/refresh"),
        operator.post("/sources/azur/cancel"),
        operator.get("/sources/azur/progress"),
    ):
        assert answer.status_code == 404
        assert "azure" in text_of(answer)
    assert Job.objects.count() == 0


def test_what_is_under_way_costs_no_query_per_source(
    operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ensure_schedule()
    for source in ("aws", "azure", "gcp", "baidu", "gpuhunt"):
        known(source, State.OK, last_success_at=datetime.now(UTC), words=["x"], job=working(source))
    operator.get("/sources")
    # session, user, organisation; 5 of the prices; 3 of the states; the schedule
    with django_assert_num_queries(13):
        operator.get("/sources")


def test_an_empty_catalogue_still_has_its_sources(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(_query: Any) -> Any:
        raise CatalogueEmpty("There are no prices yet.", ["Load some."])

    monkeypatch.setattr("advisor.web.catalogue.sources_context", empty)
    answer = operator.get("/sources")
    assert answer.status_code == 503
    assert "There are no prices yet. Load some." in text_of(answer)
    assert "Refresh now" in text_of(answer)
