"""The address of the search holds its question, and links lead on to others."""

import re
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client

from advisor.web.offer_query import Question
from tests.advisor.offer_stock import stock
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_offer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


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
    response = client.get(f"/offers?{asked}")
    assert links_of(response)[text] == address
    assert text_of(response).casefold().count("did you mean") == 1


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


def test_a_question_in_an_address_comes_back_the_same() -> None:
    asked = QueryDict(
        "q=a+b%26c:8&purchase=spot&purchase=on_demand,spot&limit=50&nonsense=1&offset=50&sort=-age"
    )
    question = Question.of(asked)
    address = question.address()
    assert address == "/offers?q=a+b%26c:8&purchase=spot,on_demand&sort=-age&limit=50&offset=50"
    assert Question.of(QueryDict(address.partition("?")[2])) == question
    assert question.address(sort="") == "/offers?q=a+b%26c:8&purchase=spot,on_demand&limit=50"
