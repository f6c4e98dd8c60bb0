"""The page of prices: ages, publications, rates, and where figures come from."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.services import publish
from advisor.rates.services import import_rates, set_rates
from advisor.web.sources_page import origins, percent
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_cpu_offer, make_offer
from tests.providers.ecb_files import xml

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_each_source_and_provider_has_its_ages(client: Client, settings: Settings) -> None:
    settings.PRICE_MAX_AGE_HOURS = 240
    now = datetime.now(UTC)
    old, new = now - timedelta(days=20), now - timedelta(days=3)
    offers = [make_offer(observed_at=old), make_offer(instance_type="b", observed_at=new, currency="EUR")]
    publish(offers, source="import:a.csv", label="t")
    publish([make_cpu_offer(provider="gcp", observed_at=new)], source="embedded", label="t")
    page = text_of(client.get("/sources"))
    # the middle of 3 and 20 days is 11.5
    assert f"aws import:a.csv 2 {new:%Y-%m-%d} {old:%Y-%m-%d} 11 days 50 % EUR, USD stale" in page
    assert f"gcp embedded 1 {new:%Y-%m-%d} {new:%Y-%m-%d} 3 days 0 % USD fresh" in page
    assert "observed more than 10 days ago" in page


def test_what_each_source_did_last_is_told(client: Client) -> None:
    then = datetime(2026, 11, 1, 8, tzinfo=UTC)
    publish([make_offer(), make_cpu_offer()], source="t", label="t", now=then)
    publish(
        [make_offer(price_per_hour=Decimal(51)), make_cpu_offer()],
        source="t",
        label="a new list",
        now=then + timedelta(days=1),
    )
    page = text_of(client.get("/sources"))
    assert "t 2026-11-02 08:00 UTC 0 1 0 1" in page
    assert "2 2026-11-02 08:00 UTC t a new list 0 1 0 1" in page
    assert "1 2026-11-01 08:00 UTC t t 2 0 0 0" in page


def test_publications_are_shown_by_pages(client: Client) -> None:
    for n in range(45):
        publish([make_offer(price_per_hour=Decimal(n + 1))], source="t", label=f"list {n}")
    first, last = client.get("/sources"), client.get("/sources?page=3")
    assert links_of(first)["Older →"] == "/sources?page=2#publications"
    assert "← Newer" not in links_of(first)
    assert "list 44" in text_of(first)
    assert "list 24" not in text_of(first)
    assert "Page 3 of 3, 45 publications" in text_of(last)
    assert "list 4 " in text_of(last)
    assert "Older →" not in links_of(last)
    part = client.get("/sources?page=2", headers=HTMX).content.decode()
    assert part.startswith("<h2>Publications</h2>")


@pytest.mark.parametrize("page", ["0", "99", "x", "-1", "²", "9" * 30])
def test_a_page_that_is_not_there_becomes_the_nearest_one(client: Client, page: str) -> None:
    publish([make_offer()], source="t", label="list 0")
    assert "list 0" in text_of(client.get(f"/sources?page={page}"))


def test_the_exchange_rates_carry_their_date_and_source(client: Client) -> None:
    publish([make_offer()], source="t", label="t")
    page = text_of(client.get("/sources"))
    assert "On 2026-10-30, ecb.europa.eu" in page
    assert "EUR 1.1172" in page


def test_rates_in_force_stand_by_day_and_source_with_a_badge_of_their_age(
    client: Client, settings: Settings
) -> None:
    publish([make_offer()], source="t", label="t")
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    import_rates(xml({str(today): {"USD": "1.25", "CNY": "8"}}), name="a")
    set_rates(["AED=0.2723"], on=yesterday, by="<Jo>")
    settings.RATES_MAX_AGE_DAYS = (today - date(2026, 10, 30)).days - 1
    page = text_of(client.get("/sources"))
    old = (today - date(2026, 10, 30)).days
    assert f"On {today}, European Central Bank today CNY 0.15625 EUR 1.25 " in page
    assert f"On {yesterday}, typed by <Jo> 1 day old AED 0.2723 " in page
    assert f"On 2026-10-30, ecb.europa.eu {old} days old, stale AUD 0.702465 " in page
    assert f"more than {settings.RATES_MAX_AGE_DAYS} days old" in page
    assert "<Jo>" not in client.get("/sources").content.decode()


def test_the_page_says_where_shipped_figures_come_from(client: Client) -> None:
    publish([make_offer()], source="t", label="t")
    response = client.get("/sources")
    assert len(origins()) > 15
    assert all(origin.figures and origin.source and origin.observed for origin in origins())
    assert {"aws", "azure", "gcp"} <= {origin.figures.partition(",")[0] for origin in origins()}
    assert "https://github.com/tsaol/aws-gpu" in response.content.decode()
    assert "import_prices" in text_of(response)


def test_an_empty_catalogue_says_how_to_fill_it(client: Client) -> None:
    response = client.get("/sources")
    assert response.status_code == 503
    assert "import_prices" in text_of(response)


def test_ten_more_of_everything_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(2):
        publish([make_offer(provider=f"p{n}")], source=f"s{n}", label="t")
    client.get("/sources")
    with django_assert_num_queries(10):
        client.get("/sources")
    for n in range(10):
        publish([make_offer(provider=f"q{n}")], source=f"t{n}", label="t")
    client.get("/sources")
    with django_assert_num_queries(10):
        client.get("/sources")


@pytest.mark.parametrize(
    ("fraction", "words"),
    [("0", "0 %"), ("0.0001", "under 1 %"), ("0.5", "50 %"), ("0.9999", "over 99 %"), ("1", "100 %")],
)
def test_a_few_are_never_none_and_nearly_all_never_all(fraction: str, words: str) -> None:
    assert percent(Decimal(fraction)) == words


def test_the_page_only_reads_and_forbids_everything_inline(client: Client) -> None:
    publish([make_offer()], source="t</script>", label="<b>")
    assert client.post("/sources").status_code == 405
    html = client.get("/sources").content.decode()
    assert "<b>" not in html
    assert not re.search(r"style=|<style|\son[a-z]+=|<script(?![^>]*src=)", html)
