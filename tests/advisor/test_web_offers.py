"""The search on its page: what it shows and what it refuses."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import Settings

from advisor.catalog.services import publish
from providers.offers import PriceState, Purchase
from tests.advisor.offer_stock import many, stock
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def test_offers_are_those_of_the_same_search_as_the_command(client: Client) -> None:
    stock(make_offer(), make_offer(region="us-east-1", country="US"))
    response = client.get("/offers?q=H100:8&residency=EU")
    page = text_of(response)
    assert response.status_code == 200
    assert "aws eu-central-1 DE p5.48xlarge 8 × H100 80 on demand 50.00 6.250 50.00 – – – listed" in page
    assert "us-east-1" not in response.content.decode().partition('id="results"')[2]
    assert "Shown 1 of 1 offers (2 in the catalogue)" in page
    assert "Prices in USD." in page


def test_the_time_the_search_took_is_told(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100:8")
    assert re.fullmatch(r"search;dur=\d+\.\d", response.headers["Server-Timing"])
    assert re.search(r"answered in (under 1|\d+) ms", text_of(response))


def test_the_form_keeps_what_was_asked(client: Client) -> None:
    stock(make_offer(purchase=Purchase.SPOT))
    asked = "/offers?q=H100:8&residency=EU&purchase=spot,on_demand&min_vcpus=4&pack=1&sort=-price&limit=50"
    html = client.get(asked).content.decode()
    assert 'value="H100:8"' in html
    assert 'name="purchase" value="spot" checked' in html
    assert 'name="purchase" value="on_demand" checked' in html
    assert 'name="purchase" value="reserved">' in html
    assert 'name="min_vcpus" value="4"' in html
    assert 'name="pack" value="1" checked' in html
    assert '<option value="-price" selected>' in html
    assert "<option selected>50</option>" in html
    assert "<details open>" in html


def test_several_purchase_options_are_asked_together(client: Client) -> None:
    spot = make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(20))
    block = make_offer(purchase=Purchase.CAPACITY_BLOCK, price_per_hour=Decimal(30))
    stock(make_offer(), spot, block)
    page = text_of(client.get("/offers?purchase=spot&purchase=capacity_block"))
    assert "Shown 2 of 2 offers (3 in the catalogue)" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=H1O0", "H1O0: unknown accelerator"),
        ("count=eight", "count eight: write a whole number"),
        ("residency=Narnia", "residency Narnia: unknown place"),
        ("as_of=never", "as of never: write a date"),
        ("limit=-3", "limit -3: must be 1 or more"),
        ("offset=-3", "offset -3: must be 0 or more"),
        ("min_vcpus=NaN", "min vcpus NaN: must be a number above 0"),
        ("sort=colour", "sort colour: write price"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_page(client: Client, query: str, message: str) -> None:
    stock()
    response = client.get(f"/offers?{query}")
    assert response.status_code == 400
    assert message in text_of(response)


def test_a_long_list_is_shown_by_pages(client: Client) -> None:
    many(45)
    first, last = client.get("/offers?q=H100"), client.get("/offers?q=H100&offset=40")
    assert "Shown 20 of 45 offers" in text_of(first)
    assert links_of(first)["Next →"] == "/offers?q=H100&offset=20"
    assert "← Previous" not in links_of(first)
    assert "Shown 41–45 of 45 offers" in text_of(last)
    assert "m044" in text_of(last)
    assert links_of(last)["← Previous"] == "/offers?q=H100&offset=20"
    assert "Next →" not in links_of(last)
    assert "Page 3 of 3" in text_of(last)


def test_a_page_beyond_the_end_leads_back(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100&offset=20")
    assert links_of(response)["Back to its start"] == "/offers?q=H100"


def test_a_page_never_shows_more_rows_than_a_browser_bears(client: Client) -> None:
    stock(*(make_cpu_offer(instance_type=f"m{n}") for n in range(501)))
    assert "Shown 500 of 501 offers" in text_of(client.get("/offers?limit=100000"))


def test_a_stale_price_never_looks_fresh(client: Client, settings: Settings) -> None:
    now = datetime.now(UTC)
    old = make_offer(instance_type="old", observed_at=now - timedelta(hours=101))
    new = make_offer(instance_type="new", observed_at=now - timedelta(hours=99))
    said = make_offer(instance_type="said", observed_at=now, state=PriceState.STALE)
    stock(old, new, said)
    settings.PRICE_MAX_AGE_HOURS = 100
    html = client.get("/offers?sort=instance").content.decode()
    marked = re.findall(r'data-label="age"[^>]*>(.*?)</td>', html)
    assert marked == [
        "4 days",
        '<span class="badge warn">4 days, stale</span>',
        '<span class="badge warn">just now, stale</span>',
    ]


def test_a_state_beyond_listed_stands_under_the_age_too(client: Client) -> None:
    stock(make_offer(state=PriceState.QUOTE), make_offer(instance_type="plain"))
    html = client.get("/offers").content.decode()
    assert re.findall(r'<small class="state">(.*?)</small>', html) == ["quote"]


def test_only_addresses_of_the_web_become_links(client: Client) -> None:
    stock(
        make_offer(source_url="https://www.example.org/prices"),
        make_offer(instance_type="bad", source_url="javascript:alert(1)"),
    )
    for response in (client.get("/offers"), client.get("/offer?id=aws/eu-central-1/bad/on_demand")):
        assert 'href="javascript' not in response.content.decode()
    assert links_of(client.get("/offers"))["↗ example.org"] == "https://www.example.org/prices"


def test_what_was_asked_is_shown_as_text_and_never_as_markup(client: Client) -> None:
    stock(make_offer(note="<b>x</b>"))
    html = client.get("/offers?q=<script>alert(1)</script>").content.decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in client.get(f"/offer?id={ID}").content.decode()


def test_an_empty_catalogue_is_no_error_of_the_visitor(client: Client, settings: Settings) -> None:
    settings.EMBEDDED = False
    response = client.get("/offers")
    assert response.status_code == 503
    assert "The catalogue holds no prices yet. Those who run this site can put that right." in text_of(
        response
    )
    assert "manage.py" not in text_of(response)


def test_a_day_before_the_first_prices_is_not_found_and_its_words_fit_a_page(client: Client) -> None:
    stock(make_offer())
    for address in ("/offers?as_of=2020-01-01", "/offers.csv?as_of=2020-01-01"):
        response = client.get(address)
        assert response.status_code == 404, address
        assert (
            "The catalogue knows nothing as of 2020-01-01 23:59 UTC. Its first prices were published at 2"
            in text_of(response)
        )
    late = client.get("/offers.csv?as_of=2999-01-01")
    assert late.status_code == 400
    assert "as of 2999-01-01: lies in the future" in text_of(late)
    assert "--as-of" not in text_of(late)


def test_the_file_holds_the_whole_answer_and_no_formula(client: Client) -> None:
    stock(*(make_offer(instance_type=f"m{n}") for n in range(30)), make_offer(instance_type="=cmd|x"))
    response = client.get("/offers.csv?q=H100:8&limit=20&offset=20")
    table = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="offers-h100-8.csv"'
    assert len(table) == 31
    assert "'=cmd|x" in [row["instance_type"] for row in table]
    assert table[0]["effective_price_per_hour"] == "50"


def test_a_bad_question_makes_no_file(client: Client) -> None:
    stock()
    assert client.get("/offers.csv?q=H1O0").status_code == 400


def test_as_of_asks_the_past(client: Client) -> None:
    then = datetime(2026, 11, 1, tzinfo=UTC)
    publish([make_offer(price_per_hour=Decimal(60))], source="t", label="t", now=then)
    publish([make_offer()], source="t", label="t", now=then + timedelta(days=9))
    assert " 60.00 7.500 " in text_of(client.get("/offers?as_of=2026-11-02"))
    assert " 50.00 6.250 " in text_of(client.get("/offers"))
