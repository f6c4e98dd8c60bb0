"""The pages of offers: what they show, what they refuse, and that their address holds the question."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest
from django.db import OperationalError
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.embedded import load_embedded
from advisor.catalog.services import Scope, publish
from advisor.web.offer_query import Question
from providers.offers import Offer, Payment, PriceState, Purchase
from tests.advisor.links import links_of
from tests.advisor.pages import text_of
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def stock(*offers: Offer) -> None:
    publish(offers or [make_offer()], source="t", label="t")


def many(count: int) -> None:
    """Machines m000, m001 … at 1, 2 … USD per hour."""
    stock(*(make_offer(instance_type=f"m{n:03}", price_per_hour=Decimal(n + 1)) for n in range(count)))


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


def test_empty_fields_of_a_form_leave_the_address(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100:8&count=&residency=EU&purchase=&currency=USD&sort=price&limit=20")
    assert (response.status_code, response.headers["Location"]) == (302, "/offers?q=H100:8&residency=EU")


def test_an_empty_list_is_explained_and_each_condition_can_be_dropped(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100:8&max_price=3&residency=EU")
    page, links = text_of(response), links_of(response)
    assert response.status_code == 200
    assert "No offer fits H100 and 8 accelerators and residency EU and max price 3 USD" in page
    assert "Without max price 3 USD: 1 offer, the cheapest 50.00 USD per hour" in page
    assert links["Show it"] == "/offers?q=H100:8&residency=EU"
    assert links["Search without H100 ×"] == "/offers?q=8&residency=EU&max_price=3"
    assert links["Search without 8 accelerators ×"] == "/offers?q=H100&residency=EU&max_price=3"
    assert links["Search without residency EU ×"] == "/offers?q=H100:8&max_price=3"
    assert links["Look at the nearest offer"] == f"/offer?id={ID}"


def test_dropping_the_memory_keeps_the_rest_of_the_query(client: Client) -> None:
    stock()
    links = links_of(client.get("/offers?q=nvidia:H100:200GB..:8"))
    assert links["Search without memory per accelerator 200.. GB ×"] == "/offers?q=nvidia:H100:8"
    assert links["Search without nvidia:H100 ×"] == "/offers?q=200GB..:8"


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


@pytest.mark.parametrize(
    ("asked", "text", "address"),
    [
        ("q=H1O0:8&residency=EU", "H100", "/offers?q=H100:8&residency=EU"),
        ("q=H100:8&residency=US,Germany", "DE", "/offers?q=H100:8&residency=US,DE"),
        ("provider=awz", "aws", "/offers?provider=aws"),
        ("region=aws/eu-centrall-1", "eu-central-1", "/offers?region=aws/eu-central-1"),
        ("region=awz/eu-central-1", "aws", "/offers?region=aws/eu-central-1"),
        ("purchase=spott", "spot", "/offers?purchase=spot"),
        ("sort=-pricee", "price", "/offers"),
        ("currency=Euro", "EUR", "/offers?currency=EUR"),
    ],
)
def test_did_you_mean_is_a_link_to_the_question_put_right(
    client: Client, asked: str, text: str, address: str
) -> None:
    stock()
    assert links_of(client.get(f"/offers?{asked}"))[text] == address


def test_a_title_sorts_and_turns_the_order_round_with_the_whole_question(client: Client) -> None:
    stock(make_offer(), make_offer(region="us-east-1", country="US", price_per_hour=Decimal(40)))
    plain = client.get("/offers?q=H100:8&currency=EUR")
    assert links_of(plain)["EUR/accelerator-h"] == "/offers?q=H100:8&currency=EUR&sort=per_accelerator"
    assert links_of(plain)["EUR/instance-h"] == "/offers?q=H100:8&currency=EUR&sort=-price"
    assert re.search(r'aria-sort="ascending"><a [^>]*>EUR/instance-h', plain.content.decode())
    turned = client.get("/offers?q=H100:8&sort=-price")
    assert re.search(r'aria-sort="descending"><a [^>]*>\$/instance-h', turned.content.decode())
    assert re.findall(r'data-label="region">([^<]+)', turned.content.decode()) == [
        "eu-central-1",
        "us-east-1",
    ]


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


def test_htmx_gets_the_results_alone_and_the_address_to_show(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100:8&count=&residency=EU&sort=price", headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert "<form" not in html
    assert '<p id="found" hx-swap-oob="innerHTML">Shown 1 of 1' in html
    assert response.headers["HX-Push-Url"] == "/offers?q=H100:8&residency=EU"
    assert response.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in response.headers["Vary"]


def test_going_back_gets_the_whole_page(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H100:8", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<form" in response.content.decode()
    assert "HX-Push-Url" not in response.headers


@pytest.mark.parametrize(
    ("before", "header", "value"),
    [
        ("/offers?q=H100:8", "HX-Push-Url", "false"),
        ("/offers?q=H100", "HX-Replace-Url", "/offers?q=H100:8"),
        ("/offers?q=B200", "HX-Push-Url", "/offers?q=H100:8"),
        ("/offers?q=H100:8&sort=age", "HX-Push-Url", "/offers?q=H100:8"),
        ("/offers", "HX-Push-Url", "/offers?q=H100:8"),
        ("/", "HX-Push-Url", "/offers?q=H100:8"),
    ],
)
def test_letters_typed_on_are_no_step_to_go_back_to(
    client: Client, before: str, header: str, value: str
) -> None:
    stock()
    headers = HTMX | {"HX-Current-URL": f"http://testserver{before}"}
    assert client.get("/offers?q=H100:8", headers=headers).headers[header] == value


def test_a_part_says_what_is_wrong_with_a_status_that_htmx_shows(client: Client) -> None:
    stock()
    response = client.get("/offers?q=H1O0", headers=HTMX)
    assert (response.status_code, "unknown accelerator" in text_of(response)) == (200, True)


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
        '<span class="badge warn">under an hour, stale</span>',
    ]


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


def test_an_empty_catalogue_is_no_error_of_the_visitor(client: Client) -> None:
    response = client.get("/offers")
    assert response.status_code == 503
    assert "The catalogue holds no prices yet." in text_of(response)


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


def test_a_question_in_an_address_comes_back_the_same() -> None:
    asked = QueryDict(
        "q=a+b%26c:8&purchase=spot&purchase=on_demand,spot&limit=50&nonsense=1&offset=50&sort=-age"
    )
    question = Question.of(asked)
    address = question.address()
    assert address == "/offers?q=a+b%26c:8&purchase=spot,on_demand&sort=-age&limit=50&offset=50"
    assert Question.of(QueryDict(address.partition("?")[2])) == question
    assert question.address(sort="") == "/offers?q=a+b%26c:8&purchase=spot,on_demand&limit=50"


def reserved(**changes: Any) -> Offer:
    values: dict[str, Any] = {
        "purchase": Purchase.RESERVED,
        "term_months": 12,
        "payment": Payment.ALL,
        "price_per_hour": Decimal(0),
        "upfront": Decimal(262800),
    }
    return make_offer(**(values | changes))


def test_an_offer_has_its_page(client: Client) -> None:
    stock(
        make_offer(source_url="https://example.org/p5", local_storage_gib=None),
        reserved(),
        make_offer(
            provider="gcp",
            region="europe-west4",
            country="NL",
            instance_type="a3",
            price_per_hour=Decimal(40),
        ),
    )
    page = text_of(client.get(f"/offer?id={ID}"))
    assert "p5.48xlarge, on demand" in page
    assert "per instance-hour 50.00 per accelerator-hour 6.250" in page
    assert "per month of 730 hours 36,500.00" in page  # 730 x 50
    assert "Place Frankfurt, Germany (DE)" in page
    assert "Local storage –" in page
    assert "12 months, all upfront eu-central-1 30.00 3.750 −40 %" in page  # 262,800 / (12 x 730)
    assert "a3 gcp europe-west4 NL on demand 40.00 5.000 −20 %" in page
    assert "It has not changed since it came into this catalogue." in page


def test_an_upfront_payment_is_told_apart_and_spread(client: Client) -> None:
    stock(reserved(currency="EUR"))
    address = "/offer?id=aws/eu-central-1/p5.48xlarge/reserved/12m-all&currency=USD"
    page = text_of(client.get(address))
    assert "once, upfront, per machine 262,800.00" in page
    assert "all in, per instance-hour 30.00" in page
    assert "EUR, as stated USD" in page
    assert "1 EUR = 1.1172 USD on 2026-10-30 (ecb.europa.eu)" in page
    assert "30.00 33.52" in page  # 30 x 1.1172


def test_the_past_of_a_price_is_a_chart_and_a_table(client: Client) -> None:
    then = datetime(2026, 11, 1, 8, tzinfo=UTC)
    publish([make_offer(price_per_hour=Decimal(40))], source="t", label="t", now=then)
    publish([make_offer()], source="u</script>", label="t", now=then + timedelta(days=9))
    response = client.get(f"/offer?id={ID}")
    assert "2026-11-10 08:00 now 50.00 USD +25 %" in text_of(response)
    assert "2026-11-01 08:00 2026-11-10 08:00 40.00 USD –" in text_of(response)
    assert '"kind": "step"' in response.content.decode()
    assert "echarts.min.js" in response.content.decode()
    assert "u</script>" not in response.content.decode()


def test_an_offer_that_left_is_said_to_have_left(client: Client) -> None:
    then = datetime(2026, 11, 1, 8, tzinfo=UTC)
    publish([make_offer(), make_cpu_offer()], source="t", label="t", now=then)
    publish([make_cpu_offer()], source="t", label="t", scope=Scope(source="t"), now=then + timedelta(days=1))
    page = text_of(client.get(f"/offer?id={ID}"))
    assert "no longer in the catalogue since 2026-11-02 08:00 UTC" in page


def test_an_unknown_offer_is_missing_with_those_it_may_have_meant(client: Client) -> None:
    stock()
    response = client.get("/offer?id=aws/eu-central-1/p5.48xlarge/on_demnd")
    assert response.status_code == 404
    assert "There is no such offer" in text_of(response)
    assert links_of(response)[ID] == f"/offer?id={ID}"
    assert client.get("/offer").status_code == 404


def test_a_currency_without_a_rate_is_refused_in_words(client: Client) -> None:
    stock()
    response = client.get(f"/offer?id={ID}&currency=XYZ")
    assert response.status_code == 400
    assert "currency XYZ: no exchange rate" in text_of(response)


@pytest.mark.parametrize("path", ["/offers?q=H100:8", "/offers", f"/offer?id={ID}"])
def test_ten_more_offers_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    many(5)
    stock()
    client.get(path)  # the first reads the snapshot
    with django_assert_num_queries(2):
        client.get(path)
    many(15)
    client.get(path)
    with django_assert_num_queries(2):
        client.get(path)


@pytest.mark.parametrize("path", ["/offers", "/offers.csv", f"/offer?id={ID}"])
def test_pages_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/offers", "/offers.csv", f"/offer?id={ID}", "/sources", "/"])
def test_prices_are_for_members_where_the_site_says_so(client: Client, settings: Settings, path: str) -> None:
    stock()
    assert client.get(path).status_code == 200
    settings.PUBLIC_CATALOGUE = False
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/offers", f"/offer?id={ID}", "/offer?id=no", "/offers?q=zzz"])
def test_every_page_forbids_everything_inline_and_foreign(client: Client, path: str) -> None:
    stock()
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    html = response.content.decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in html
    assert "<style" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
    assert not re.search(r'(?:src|action)="(?:https?:)?//', html)
    assert not re.search(r'<link[^>]*href="(?:https?:)?//', html)


@pytest.mark.parametrize("path", ["/offers?q=H100", f"/offer?id={ID}", "/sources", "/"])
def test_a_missing_database_is_said_plainly(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("no such table: advisor_offerrow")

    monkeypatch.setattr("advisor.catalog.snapshot.version_at", fail)
    response = client.get(path)
    assert response.status_code == 503
    assert "The database has not been prepared" in text_of(response)


def test_pages_of_the_embedded_list_are_quick(client: Client) -> None:
    load_embedded()
    for path in (
        "/",
        "/offers",
        "/offers?q=H100:8&residency=EU&sort=per_accelerator&limit=50",
        "/offers?q=H100:8&max_price=0.01",
        "/offer?id=aws/us-east-1/p5.48xlarge/on_demand",
        "/sources",
    ):
        page, search = quickest(client, path)
        assert (path, page < 0.3) == (path, True)  # twice what is asked for: the machine is shared
        assert (path, search < 100) == (path, True)


def quickest(client: Client, path: str) -> tuple[float, float]:
    """Seconds of the page and milliseconds of its search, the best of five after a first one."""
    pages, searches = [], []
    assert client.get(path).status_code == 200
    for _ in range(5):
        began = perf_counter()
        response = client.get(path)
        pages.append(perf_counter() - began)
        searches.append(float(response.headers.get("Server-Timing", "dur=0").partition("dur=")[2]))
    return min(pages), min(searches)
