"""The sources that are asked, as people see them: states, refresh now, and the quarantine."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Job, QuarantinedOffer
from advisor.refresh.services import refresh_now, request_refresh
from advisor.schedule import ensure_schedule
from providers.errors import SourceUnavailable
from providers.offers import Offer
from tests.advisor.api_calls import with_token
from tests.advisor.fake_source import FakeSource, use
from tests.advisor.page_text import text_of
from tests.factories import make_offer
from tests.people import make_member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.ADVISOR_HOME = tmp_path


@pytest.fixture
def operator() -> User:
    publish([make_offer()], source="test", label="test")
    return make_member("olga", is_staff=True)


@pytest.fixture
def client(operator: User) -> Client:
    return signed_in(operator)


def offers(*prices: str) -> list[Offer]:
    return [
        make_offer(provider="lambda", region=f"r-{n}", observed_at=SEEN, price_per_hour=Decimal(price))
        for n, price in enumerate(prices)
    ]


def card(client: Client, source: str = "gpuhunt") -> str:
    answer = client.get(f"/sources/{source}")
    assert answer.status_code == 200
    return text_of(answer)


def test_every_source_has_its_state_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "never asked" in card(client)
    use(monkeypatch, FakeSource(missing="set THE_KEY"))
    refresh_now("gpuhunt")
    assert "not configured" in card(client)
    assert "set THE_KEY" in card(client)
    assert "Refresh now" not in card(client)

    use(monkeypatch, FakeSource(offers("40", "41", "42", "43", "44")))
    refresh_now("gpuhunt")
    said = card(client)
    for words in ("up to date", "Last success just now", "Age of its prices 5 hours", "Rows 5 5 taken"):
        assert words in said
    assert "Refresh now" in said

    def down(_folder: Path) -> Any:
        raise SourceUnavailable("prices.example: no connection; tried 4 times")
        yield

    use(monkeypatch, FakeSource(step=down))
    refresh_now("gpuhunt")
    said = card(client)
    for words in (
        "failed",
        "no connection",
        "The prices known before stay in force",
        "Age of its prices 5 hours",
    ):
        assert words in said
    page = text_of(client.get("/sources"))
    assert page.count("never asked") == 4


def test_refresh_now_is_one_job_that_can_be_watched_and_stopped(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, FakeSource(offers("40", "41")))
    for _ in range(2):
        assert client.post("/sources/gpuhunt/refresh").status_code == 302
    job = Job.objects.get()
    part = client.post("/sources/gpuhunt/refresh", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "Waiting for a worker." in part
    assert "Stop" in part
    assert perform(job.pk, HANDLERS) == "done"
    said = card(client)
    assert "up to date" in said
    assert "every 1s" not in client.get("/sources/gpuhunt").content.decode()
    assert len([o for o in current_offers().offers if o.provider == "lambda"]) == 2

    request_refresh("gpuhunt")
    assert client.post("/sources/gpuhunt/stop").status_code == 302
    assert not Job.objects.filter(state__in=Job.OPEN).exists()


def test_only_operators_may_ask_and_decide(operator: User) -> None:
    member = signed_in(make_member("mia"))
    assert "Refresh now" not in text_of(member.get("/sources"))
    for path in ("/sources/gpuhunt/refresh", "/sources/gpuhunt/stop", "/sources/quarantine"):
        assert member.post(path).status_code == 404
    assert member.get("/sources/quarantine").status_code == 404
    assert signed_in(operator).post("/sources/nobody/refresh").status_code == 404
    assert member.get("/sources/nobody").status_code == 404
    assert not Job.objects.exists()


def doubtful(monkeypatch: pytest.MonkeyPatch) -> QuarantinedOffer:
    """Twenty places at 40, and one at a hundredth of that: an outlier."""
    use(monkeypatch, FakeSource(offers(*["40"] * 20, "0.4")))
    refresh_now("gpuhunt")
    return QuarantinedOffer.objects.get()


def test_a_doubtful_price_waits_and_is_accepted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = doubtful(monkeypatch)
    page = text_of(client.get("/sources/quarantine"))
    assert "lambda/r-20/p5.48xlarge/on_demand" in page
    assert "0.4 USD" in page
    assert row.reason in page
    assert "1 waiting" in text_of(client.get("/sources"))
    nothing = client.post("/sources/quarantine", {"decision": "accept"}, follow=True)
    assert "Nothing was chosen" in text_of(nothing)
    done = client.post("/sources/quarantine", {"decision": "accept", "id": row.pk}, follow=True)
    assert "1 price accepted and published." in text_of(done)
    assert "No price waits" in text_of(done)
    assert Decimal("0.4") in {offer.price_per_hour for offer in current_offers().offers}
    decided = text_of(client.get("/sources/quarantine?state=accepted"))
    assert "olga" in decided
    assert "There are no such prices" in text_of(client.get("/sources/quarantine?state=rejected&source=aws"))


def test_a_rejected_price_stays_out_and_a_wrong_number_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = doubtful(monkeypatch)
    away = {"decision": "reject", "id": row.pk, "here": "https://elsewhere.example/"}
    done = client.post("/sources/quarantine", away)
    assert done["Location"] == "/sources/quarantine"
    assert Decimal("0.4") not in {offer.price_per_hour for offer in current_offers().offers}
    wrong = client.post("/sources/quarantine", {"decision": "accept", "id": 987654})
    assert wrong.status_code == 400
    assert "no price in quarantine with number 987654" in text_of(wrong)


def test_more_waiting_prices_take_no_more_questions(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ensure_schedule()
    doubtful(monkeypatch)
    client.get("/sources")
    with django_assert_max_num_queries(14):
        page = client.get("/sources")
    assert "Asked next" in text_of(page)


def test_without_prices_the_sources_can_still_be_asked() -> None:
    client = signed_in(make_member("olga", is_staff=True))
    page = client.get("/sources")
    assert page.status_code == 503
    assert "The catalogue holds no prices yet." in text_of(page)
    assert "Refresh now" in text_of(page)


def test_programs_see_and_ask_and_decide_the_same(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    program, other = with_token(operator), with_token(make_member("mia"))
    row = doubtful(monkeypatch)
    found = program.get("/sources/gpuhunt").json
    assert (found["state"], found["rows_seen"], found["rows_taken"], found["waiting"]) == ("ok", 21, 21, 1)
    assert [one["source"] for one in program.get("/sources").json["asked"]][-1] == "gpuhunt"
    assert program.get("/sources/azur").error["message"].endswith("did you mean azure?")
    assert other.post("/sources/gpuhunt/refresh").code == "operators_only"
    asked = program.post("/sources/gpuhunt/refresh")
    assert (asked.status, asked.json["job_id"]) == (202, str(Job.objects.latest("created_at").pk))
    assert other.get("/quarantine").code == "operators_only"
    (waiting,) = program.get("/quarantine?source=gpuhunt").json["items"]
    assert (waiting["id"], waiting["price_per_hour"], waiting["state"]) == (row.pk, 0.4, "waiting")
    assert other.post("/quarantine/decide", {"ids": [row.pk], "decision": "accept"}).status == 403
    wrong = program.post("/quarantine/decide", {"ids": [987654], "decision": "accept"})
    assert (wrong.status, wrong.code) == (422, "bad_input")
    done = program.post("/quarantine/decide", {"ids": [row.pk], "decision": "accept"})
    assert (done.status, done.json["decided"]) == (200, 1)
    assert program.get("/quarantine?state=accepted").json["items"][0]["decided_by"] == "olga"
