"""The past of an offer whose source is asked again and again: what was stated when, and the chart of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from advisor.catalog.column_stock import stock
from advisor.catalog.history import offer_history
from advisor.refresh.services import refresh_now
from providers.offers import Offer
from tests.advisor.api_calls import Caller
from tests.advisor.fake_source import FakeSource, use
from tests.advisor.page_text import text_of
from tests.factories import make_offer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
START = datetime.now(UTC).replace(microsecond=0) - 480 * HOUR
ID = "lambda/r-0/p5.48xlarge/on_demand"


def offers(hours: int, price: str = "40", *, regions: int = 5) -> list[Offer]:
    """Stated so many hours after the start; the price is that of the first region."""
    return [
        make_offer(
            provider="lambda", region=f"r-{n}", observed_at=START + hours * HOUR,
            price_per_hour=Decimal(40 if n else price),
        )
        for n in range(regions)
    ]  # fmt: skip


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> FakeSource:
    settings.ADVISOR_HOME, settings.PUBLIC_CATALOGUE = tmp_path, True
    return use(monkeypatch, FakeSource())


def refresh(source: FakeSource, stated: list[Offer]) -> None:
    source.offers = stated
    refresh_now(source.name, despite_gates=True)


def test_a_run_sees_prices_as_old_as_they_were_known_when_it_was_started(source: FakeSource) -> None:
    refresh(source, offers(0))
    started = datetime.now(UTC)
    refresh(source, offers(5))  # the same prices, stated again
    for moments, observed_at in (
        ((None, None), START + 5 * HOUR),
        ((datetime.now(UTC), started), START),
        ((started, None), START),
    ):
        as_of, known_at = moments
        found = stock(as_of, known_at=known_at).having({"H100"})
        assert {offer.observed_at for offer in found} == {observed_at}, moments


def test_a_price_that_has_ended_is_as_old_as_when_it_was_last_stated(source: FakeSource) -> None:
    refresh(source, offers(0))
    refresh(source, offers(5))  # the same: confirmed
    refresh(source, offers(10, "41"))
    refresh(source, offers(20, "41"))  # confirmed
    rows = offer_history(ID).rows
    # 40 was last stated after 5 hours, though its source was confirmed after 10 and 20
    assert [(row.price_per_hour, (row.observed_at or START) - START) for row in rows] == [
        (Decimal(41), 20 * HOUR),
        (Decimal(40), 5 * HOUR),
    ]
    told = Caller().get(f"/offers/history?id={ID}").json["rows"]
    assert [row["observed_at"] for row in told] == [
        f"{START + hours * HOUR:%Y-%m-%dT%H:%M:%SZ}" for hours in (20, 5)
    ]


def test_an_offer_that_is_gone_is_not_made_younger_by_those_that_stay(source: FakeSource) -> None:
    refresh(source, offers(0, regions=6))
    refresh(source, offers(5, regions=6))
    refresh(source, offers(10))
    refresh(source, offers(20))
    gone = offer_history("lambda/r-5/p5.48xlarge/on_demand")
    assert not gone.is_current
    assert gone.rows[0].observed_at == START + 5 * HOUR
    assert gone.offer.observed_at == START + 5 * HOUR


def test_the_page_has_a_chart_and_the_age_of_the_last_confirmation(
    source: FakeSource, client: Client, settings: Any
) -> None:
    settings.PRICE_MAX_AGE_HOURS = 240
    refresh(source, offers(0))
    refresh(source, offers(10, "41"))
    assert (
        '<span class="badge warn">19 days, stale</span>' in client.get("/offer", {"id": ID}).content.decode()
    )
    refresh(source, offers(456, "41"))  # a day ago
    page = client.get("/offer", {"id": ID})
    assert "data-chart" in page.content.decode()
    assert "Age 24 hours" in text_of(page)
    assert "badge warn" not in page.content.decode()
    assert "24 hours" in text_of(client.get("/offers?q=H100:8"))
