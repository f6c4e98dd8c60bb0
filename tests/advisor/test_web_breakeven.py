"""The page Build or buy: prefilled from the catalogue; its address holds the question."""

import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.breakeven.parse import parse_question
from advisor.breakeven.tables import HEADS
from advisor.breakeven.work import answer
from providers.offers import Offer, Payment, Purchase
from providers.rates import reference_rates
from tests.advisor.offer_stock import stock
from tests.advisor.page_text import text_of
from tests.factories import make_offer

pytestmark = pytest.mark.django_db


def reserved(months: int, price: str, upfront: str | None = None) -> Offer:
    return make_offer(
        purchase=Purchase.RESERVED,
        term_months=months,
        payment=Payment.PARTIAL if upfront else Payment.NONE,
        price_per_hour=Decimal(price),
        upfront=Decimal(upfront) if upfront else None,
    )


def shelves() -> None:
    """On demand at 50, a year at 30, three years at 10 and 262,800 upfront: 20 an hour."""
    stock(
        make_offer(),
        make_offer(region="us-east-1", country="US", price_per_hour=Decimal(60)),
        reserved(12, "30"),
        reserved(36, "10", "262800"),
        make_offer(accelerator="H200", instance_type="p5e.48xlarge", price_per_hour=Decimal(70)),
        make_offer(instance_type="one", accelerator_count=Decimal(1), price_per_hour=Decimal(4)),
    )


def fields(response: Any) -> dict[str, str]:
    """What stands in the form."""
    html = response.content.decode()
    found = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', html))
    for name, inner in re.findall(r'<select[^>]* name="(\w+)">(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option(?: value="(\w+)")? selected>(\w+)', inner)
        found[name] = "" if chosen is None else (chosen[1] or chosen[2])
    return found


def test_rivals_come_from_the_catalogue_with_their_age(client: Client) -> None:
    shelves()
    page = client.get("/breakeven")
    assert page.status_code == 200
    held = fields(page)
    assert [held[f"name{n}"] for n in (1, 2, 3, 4)] == ["on demand", "1 year", "3 years", ""]
    assert [held[f"price{n}"] for n in (1, 2, 3)] == ["50.00", "30.00", "20.00"]
    assert [held[f"billed{n}"] for n in (1, 2, 3)] == ["used", "all", "all"]
    text = text_of(page)
    assert text.count("aws eu-central-1, p5.48xlarge") == 6  # in the table and in the form
    assert re.search(r"\d+ (days|months)", text)


def test_the_figures_are_those_of_plain_arithmetic(client: Client) -> None:
    shelves()
    page = client.get("/breakeven?discount_percent=0")
    rows = {row.name: row for row in page.context["answer"].buy}
    hours = 60 * 730 * 0.8
    assert rows["on demand"].break_even_hours == pytest.approx(250141.8 / (50 - 6.37))
    assert rows["on demand"].npv_build == pytest.approx(250141.8 + 6.37 * hours)
    assert rows["on demand"].npv_buy == pytest.approx(50 * hours)
    assert rows["3 years"].npv_buy == pytest.approx(20 * 60 * 730)
    assert "5,733" in text_of(page)  # 250141.8 / 43.63


def test_a_stale_price_is_called_so_above_the_answer(client: Client, settings: Settings) -> None:
    shelves()
    settings.PRICE_MAX_AGE_HOURS = 10**6
    assert "Too old to rely on" not in text_of(client.get("/breakeven"))
    settings.PRICE_MAX_AGE_HOURS = 1
    assert "Too old to rely on: the price of on demand, 1 year, 3 years." in text_of(client.get("/breakeven"))


def test_the_address_holds_only_what_differs_and_changed_prices_stay(client: Client) -> None:
    shelves()
    sent = fields(client.get("/breakeven")) | {"price2": "28", "utilisation_percent": "65"}
    moved = client.get("/breakeven", sent)
    assert moved.status_code == 302
    assert moved.headers["Location"] == "/breakeven?utilisation_percent=65&price2=28"
    page = client.get(moved.headers["Location"])
    held = fields(page)
    assert (held["price1"], held["price2"], held["utilisation_percent"]) == ("50.00", "28", "65")
    assert "your figure" in text_of(page)
    assert client.get("/breakeven", fields(page)).headers["Location"] == moved.headers["Location"]


def test_other_accelerators_bring_their_own_prices(client: Client) -> None:
    shelves()
    sent = fields(client.get("/breakeven?price2=28")) | {"accelerator": "H200"}
    moved = client.get("/breakeven", sent).headers["Location"]
    asked = parse_qs(urlsplit(moved).query)
    assert asked == {"accelerator": ["H200"], "name2": ["1 year"], "price2": ["28"], "billed2": ["all"]}
    held = fields(client.get(moved))
    assert (held["price1"], held["price2"]) == ("70.00", "28")


def test_the_figures_at_first_are_in_the_currency_of_the_rivals(client: Client) -> None:
    shelves()
    rate = reference_rates().rate("USD", to="EUR")
    page = client.get("/breakeven?currency=EUR")
    held = fields(page)
    assert held["capex"] == f"{Decimal('250141.8') * rate:.2f}"
    assert held["opex_per_hour"] == f"{Decimal('6.37') * rate:.2f}"
    assert page.context["answer"].build.capex == pytest.approx(float(held["capex"]))
    back = client.get("/breakeven", held | {"currency": "USD"}).headers["Location"]
    assert back == "/breakeven"
    own = client.get("/breakeven?currency=EUR&capex=250141.8")
    assert fields(own)["capex"] == "250141.8"
    kept = client.get("/breakeven", fields(own) | {"currency": "JPY"}).headers["Location"]
    assert parse_qs(urlsplit(kept).query) == {"currency": ["JPY"], "capex": ["250141.8"]}


def test_an_unknown_accelerator_is_the_only_mistake(client: Client) -> None:
    shelves()
    page = client.get("/breakeven?accelerator=H1O0")
    assert [mistake.field for mistake in page.context["mistakes"]] == ["accelerator"]


def test_residency_and_several_machines(client: Client) -> None:
    shelves()
    assert fields(client.get("/breakeven?residency=US"))["price1"] == "60.00"
    several = client.get("/breakeven?count=3")
    assert fields(several)["price1"] == "12.00"
    assert "3 × one" in text_of(several)


def test_the_files_hold_the_same_question_and_answer(client: Client) -> None:
    shelves()
    query = "?utilisation_percent=65&price2=28&token_price=3&tokens_per_hour=9000000"
    shown = client.get(f"/breakeven{query}").context["answer"]
    file = client.get(f"/breakeven.json{query}")
    assert file.headers["Content-Disposition"] == 'attachment; filename="build-or-buy.json"'
    assert json.loads(file.content) == json.loads(shown.as_json())
    assert json.loads(file.content)["buy"][3]["price_per_used_hour"] == 27
    question = client.get(f"/breakeven-question.json{query}")
    assert answer(parse_question(question.content, source="x")) == shown
    assert "aws eu-central-1" in json.loads(question.content)["buy"][0]["note"]
    assert "note" not in json.loads(question.content)["buy"][1]


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("capex=much", "capex", "Price of what is built: much: must be a number"),
        ("capex=", "capex", "Price of what is built"),
        ("utilisation_percent=120", "utilisation_percent", "Hours used, %: 120: must be 100 or less"),
        ("discount_percent=-1", "discount_percent", "must be 0 or more"),
        ("horizon_months=0", "horizon_months", "must be 1 or more"),
        ("price1=0", "price1", "Price of rival 1: 0: must be above 0"),
        ("price4=5&name4=1 year", "name4", "Name of rival 4"),
        ("token_price=3", "tokens_per_hour", "is required"),
        ("accelerator=H1O0", "accelerator", "did you mean"),
        ("count=many", "count", "write a whole number"),
        ("residency=Mars", "residency", "Mars"),
    ],
)
def test_a_mistake_is_told_at_its_field(client: Client, query: str, field: str, words: str) -> None:
    shelves()
    page = client.get(f"/breakeven?{query}")
    assert page.status_code == 400
    assert words in text_of(page)
    html = page.content.decode()
    assert f'<a href="#{field}">' in html
    assert re.search(rf'<input id="{field}"[^>]*aria-invalid="true"', html)


def test_files_of_a_mistake_say_what_is_wrong(client: Client) -> None:
    shelves()
    for name in ("breakeven.json", "breakeven-question.json"):
        refused = client.get(f"/{name}?capex=much")
        assert refused.status_code == 400
        assert "build.capex: 'much': must be a number" in refused.content.decode()


def test_without_prices_own_figures_still_work(client: Client) -> None:
    page = client.get("/breakeven")
    assert page.status_code == 400
    assert "Nothing to compare with: give the price of an hour" in text_of(page)
    page = client.get("/breakeven?name1=quote&price1=40")
    assert page.status_code == 200
    assert "cannot be worked out" not in text_of(page)
    assert page.context["answer"].buy[0].break_even_hours == pytest.approx(250141.8 / (40 - 6.37))


def test_charts_and_table_show_the_same_numbers(client: Client) -> None:
    shelves()
    page = client.get("/breakeven")
    specs = [
        json.loads(text)
        for text in re.findall(
            r'<script type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL
        )
    ]
    over_time, by_use = specs
    found = page.context["answer"]
    assert over_time["series"][0]["values"] == list(found.build.cumulative)
    assert [one["name"] for one in over_time["series"]] == ["own machines", "on demand", "1 year", "3 years"]
    first = next(mark for mark in over_time["marks"] if mark["name"].startswith("on demand"))
    after = found.buy[0].break_even_months
    assert int(first["x"]) - 1 < after <= int(first["x"])
    own, rent = (over_time["series"][n]["values"] for n in (0, 1))
    assert own[int(first["x"]) - 1] > rent[int(first["x"]) - 1]
    assert own[int(first["x"])] <= rent[int(first["x"])]
    assert by_use["marks"] == [{"name": "80 % use", "x": "80 %"}]
    assert f"{found.build.cumulative[60]:,.0f}" in text_of(page)


def test_nothing_inline_and_only_reading(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelves()
    page = client.get("/breakeven")
    html = page.content.decode()
    assert "style=" not in html
    assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
    assert client.post("/breakeven").status_code == 405
    with django_assert_num_queries(2):
        client.get("/breakeven")


@pytest.mark.parametrize("path", ["/breakeven", "/breakeven.json", "/breakeven-question.json"])
def test_prices_are_for_members_where_the_site_says_so(client: Client, settings: Settings, path: str) -> None:
    shelves()
    assert client.get(path).status_code == 200
    settings.PUBLIC_CATALOGUE = False
    assert client.get(path).headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "query",
    [
        "name1=<script>x</script>",
        "capex=1e999",
        "accelerator=" + "x" * 5000,
        "count=9" * 50,
        "of=|||||",
        "price1=%00",
    ],
)
def test_hostile_fields_are_refused_politely(client: Client, query: str) -> None:
    shelves()
    page = client.get(f"/breakeven?{query}", follow=True)
    assert page.status_code in (200, 400)
    assert "<script>x" not in page.content.decode()


def test_the_use_that_is_shown_is_where_the_shown_saving_turns(client: Client) -> None:
    shelves()
    shown = client.get("/breakeven").context
    (row, cells, _), *_ = shown["table"]
    figure = dict(cells)["from use"].removesuffix(" %")
    assert f"{100 * row.discounted_break_even_utilisation:.0f}" == figure
    for change, cheaper in ((-2, False), (2, True)):
        page = client.get(f"/breakeven?utilisation_percent={int(figure) + change}")
        assert (page.context["answer"].buy[0].saving > 0) is cheaper
    assert dict(cells)["discounted"] == f"{row.discounted_break_even_months:,.1f}"


def test_an_accelerator_nobody_sells_is_told_beside_the_answer_to_own_figures(client: Client) -> None:
    shelves()
    page = client.get("/breakeven?accelerator=Homemade&name1=quote&price1=40")
    assert page.status_code == 400
    assert "No prices were looked up" in text_of(page)
    assert page.context["answer"].buy[0].name == "quote"


def test_every_head_of_the_table_is_explained(client: Client) -> None:
    shelves()
    page = client.get("/breakeven")
    heads = [title for title, _ in page.context["titles"][1:]]
    assert "discounted" in heads
    assert set(heads) == set(HEADS)
    text = text_of(page)
    assert all(f"{title} {words}" in text for title, words in HEADS.items())
