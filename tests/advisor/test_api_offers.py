"""Prices over the API: the figures of the offers, worked out by hand."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisor.catalog.services import publish
from advisor.models import CatalogueVersion
from providers.offers import Payment, Purchase
from tests.advisor.api_calls import Caller, member, prices
from tests.advisor.commands import call
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(settings: Any) -> Caller:
    settings.PUBLIC_CATALOGUE = True
    return Caller()


def ids(answer: Any) -> list[str]:
    return [offer["offer_id"] for offer in answer.json["offers"]]


def test_an_offer_has_its_prices_per_machine_and_per_accelerator(ask: Caller) -> None:
    reserved = make_offer(
        purchase=Purchase.RESERVED,
        price_per_hour=Decimal(20),
        term_months=12,
        payment=Payment.PARTIAL,
        upfront=Decimal(87600),  # 12 months of 730 hours: 10 an hour
    )
    prices(make_offer(), reserved, make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal("12.5")))
    answer = ask.get("/offers?q=H100:8").json
    assert (answer["shown"], answer["total"], answer["offset"]) == (3, 3, 0)
    assert answer["currency"] == "USD"
    assert answer["catalogue"]["offers"] == 3
    spot, one_year, on_demand = answer["offers"]
    assert [o["purchase"] for o in answer["offers"]] == ["spot", "reserved", "on_demand"]
    assert (spot["price_per_hour"], spot["price_per_accelerator_hour"]) == (12.5, 1.5625)
    assert (one_year["price_per_hour"], one_year["upfront"]) == (20, 87600)
    assert one_year["effective_price_per_hour"] == 30
    assert one_year["price_per_accelerator_hour"] == 3.75
    assert (on_demand["total_price_per_hour"], on_demand["quantity"]) == (50, 1)
    for offer in answer["offers"]:
        assert (offer["on_demand_price_per_hour"], offer["spot_price_per_hour"]) == (50, 12.5)
        assert (offer["one_year_price_per_hour"], offer["three_years_price_per_hour"]) == (30, None)
        assert offer["observed_at"] == "2026-11-20T00:00:00Z"


def test_another_currency_shows_the_sources_own_beside(ask: Caller) -> None:
    prices(make_offer(currency="EUR"))
    euro = ask.get("/offers?currency=eur").json["offers"][0]
    assert (euro["currency"], euro["price_per_hour"], euro["source_price_per_hour"]) == ("EUR", 50, 50)
    dollar = ask.get("/offers").json["offers"][0]
    assert (dollar["source_currency"], dollar["source_price_per_hour"]) == ("EUR", 50)
    assert dollar["currency"] == "USD"
    assert dollar["price_per_hour"] != 50


def test_smaller_machines_are_packed(ask: Caller) -> None:
    prices(make_offer(instance_type="small", accelerator_count=Decimal(3), price_per_hour=Decimal(7)))
    assert ask.get("/offers?q=H100:8").json["total"] == 0
    packed = ask.get("/offers?q=H100:8&pack=true").json["offers"][0]
    assert (packed["quantity"], packed["total_price_per_hour"]) == (3, 21)  # 3 x 3 >= 8


def test_every_filter_reaches_the_search(ask: Caller) -> None:
    prices(
        make_offer(),
        make_offer(provider="gcp", region="us-central1", country="US", vcpus=Decimal(10)),
        make_cpu_offer(),
    )
    frankfurt, iowa, cpu = (
        "aws/eu-central-1/p5.48xlarge/on_demand",
        "gcp/us-central1/p5.48xlarge/on_demand",
        "aws/eu-central-1/m7i.xlarge/on_demand",
    )
    for query, found in {
        "q=H100": [frankfurt, iowa],
        "q=cpu": [cpu],
        "q=H100&count=8": [frankfurt, iowa],
        "q=H100&count=4&at_least=true": [frankfurt, iowa],
        "provider=gcp": [iowa],
        "provider=gcp&provider=aws": [cpu, frankfurt, iowa],
        "provider=gcp,aws": [cpu, frankfurt, iowa],
        "residency=EU": [cpu, frankfurt],
        "region=aws/eu-*": [cpu, frankfurt],
        "purchase=spot": [],
        "min_vcpus=11": [frankfurt],
        "min_memory_gib=17": [frankfurt, iowa],
        "max_price=0.2": [cpu],
        "max_age_hours=1": [],
        "sort=-price": [frankfurt, iowa, cpu],
        "limit=1": [cpu],
        "limit=1&offset=1": [frankfurt],
        "offset=3": [],
    }.items():
        answer = ask.get(f"/offers?{query}")
        assert (answer.status, ids(answer)) == (200, found), query


def test_an_empty_list_says_why_in_the_words_of_the_api(ask: Caller) -> None:
    prices()
    answer = ask.get("/offers?q=H100:8&max_price=40&min_vcpus=8").json
    assert answer["offers"] == []
    assert answer["conditions"] == ["H100", "8 accelerators", "min_vcpus 8", "max_price 40 USD"]
    assert "--" not in " ".join(answer["explanation"])
    assert answer["explanation"][0].startswith("No offer fits H100 and 8 accelerators and min_vcpus 8")
    assert any("Without max_price 40 USD: 1 offer" in line for line in answer["explanation"])


def test_the_answer_is_that_of_the_command(ask: Caller) -> None:
    call("import_prices")
    words = ["A100:8", "--residency", "EU", "--limit", "500", "--currency", "EUR"]
    command = json.loads(call("cheapest", *words, "--json", "-").out)
    answer = ask.get("/offers?q=A100:8&residency=EU&limit=500&currency=EUR").json
    assert answer["total"] == command["total"] > 5
    for mine, theirs in zip(answer["offers"], command["offers"], strict=True):
        del mine["age_hours"], theirs["age_hours"]
        assert mine == theirs
    assert {k: v for k, v in answer.items() if k not in ("offers", "explanation", "conditions")} == {
        k: v for k, v in command.items() if k not in ("offers", "conditions")
    }


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("q=H1000", None, "did you mean H100"),
        ("q=H100:::8", None, "empty part"),
        ("count=8&q=H100:4", "count", "already asks"),
        ("at_least=true", "at_least", "count 8"),
        ("currency=XXX", "currency", "no exchange rate"),
        ("currency=DOLLAR", "currency", "match"),
        ("purchase=rented", "purchase", "rented"),
        ("residency=Atlantis", None, "Atlantis"),
        ("provider=nobody", "provider", "nobody"),
        ("region=nowhere", "region", "nowhere"),
        ("sort=colour", "sort", "price"),
        ("limit=501", "limit", "500"),
        ("max_price=0", "max_price", "greater than 0"),
        ("max_price=inf", "max_price", "finite"),
        ("min_vcpus=nan", "min_vcpus", ""),
        ("as_of=yesterday", "as_of", "2026-11-22"),
        ("as_of=2999-01-01", "as_of", "future"),
        ("count=1.5", "count", "integer"),
    ],
)
def test_a_question_that_cannot_be_understood_is_422(
    ask: Caller, query: str, field: str | None, says: str
) -> None:
    prices()
    refused = ask.get(f"/offers?{query}")
    assert (refused.status, refused.code) == (422, "bad_input")
    assert says in refused.error["message"]
    assert "--" not in refused.error["message"]
    if field:
        assert refused.error["field"] == field


def test_a_past_moment_has_its_own_prices_and_before_them_there_are_none(ask: Caller) -> None:
    then = datetime.now(UTC) - timedelta(days=3)
    publish([make_offer()], source="a", label="a", now=then)
    publish([make_offer(price_per_hour=Decimal(60))], source="a", label="b")
    past = f"{then + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert ask.get(f"/offers?as_of={past}").json["offers"][0]["price_per_hour"] == 50
    assert ask.get("/offers").json["offers"][0]["price_per_hour"] == 60
    refused = ask.get("/offers?as_of=2020-01-01")
    assert (refused.status, refused.code, refused.error["field"]) == (404, "no_prices_then", "as_of")


def test_pages_link_to_each_other(ask: Caller) -> None:
    prices(*(make_offer(zone=f"z{n}") for n in range(5)))
    first = ask.get("/offers?q=H100&limit=2")
    assert first.headers["Link"] == '</api/v1/offers?q=H100&limit=2&offset=2>; rel="next"'
    middle = ask.get("/offers?q=H100&limit=2&offset=2")
    assert middle.headers["Link"] == (
        '</api/v1/offers?q=H100&limit=2&offset=4>; rel="next", '
        '</api/v1/offers?q=H100&limit=2&offset=0>; rel="prev"'
    )
    last = ask.get("/offers?q=H100&limit=2&offset=4")
    assert last.headers["Link"] == '</api/v1/offers?q=H100&limit=2&offset=2>; rel="prev"'
    assert len({*ids(first), *ids(middle), *ids(last)}) == 5


def test_the_history_of_an_offer(ask: Caller) -> None:
    then = datetime(2026, 11, 1, 12, tzinfo=UTC)
    publish([make_offer(), make_offer(purchase=Purchase.SPOT)], source="a", label="a", now=then)
    publish([make_offer(price_per_hour=Decimal(55))], source="b", label="b", now=then + timedelta(days=2))
    answer = ask.get("/offers/history?id=aws/eu-central-1/p5.48xlarge/on_demand").json
    assert answer["is_current"] is True
    assert answer["current"]["effective_price_per_hour"] == 55
    assert answer["current"]["price_per_accelerator_hour"] == 6.875
    newest, oldest = answer["rows"]
    assert (newest["price_per_hour"], newest["valid_from"], newest["valid_to"]) == (
        55,
        "2026-11-03T12:00:00Z",
        None,
    )
    assert (newest["change_fraction"], oldest["change_fraction"]) == (0.1, None)
    assert oldest["valid_to"] == newest["valid_from"]
    assert [one["purchase"] for one in answer["siblings"]] == ["spot"]


def test_an_unknown_offer_is_404_with_the_closest(ask: Caller) -> None:
    prices()
    refused = ask.get("/offers/history?id=aws/eu-central-1/p5.48xlarge/on_deman")
    assert (refused.status, refused.code) == (404, "unknown_offer")
    assert "did you mean aws/eu-central-1/p5.48xlarge/on_demand" in refused.error["message"]
    assert ask.get("/offers/history").error["field"] == "id"
    assert ask.get("/offers/history?id=x&currency=XXX").error["field"] == "currency"


def test_accelerators_regions_and_sources(ask: Caller) -> None:
    prices(make_offer(), make_offer(zone="b", price_per_hour=Decimal(40)), make_cpu_offer())
    (h100,) = ask.get("/accelerators").json["items"]
    assert (h100["name"], h100["vendor"], h100["memory_gib"], h100["offers"]) == ("H100", "NVIDIA", 80, 2)
    assert h100["cheapest"]["usd_per_accelerator_hour"] == 5
    (frankfurt,) = ask.get("/regions").json["items"]
    assert (frankfurt["region"], frankfurt["country"], frankfurt["offers"]) == ("eu-central-1", "DE", 3)
    assert frankfurt["accelerators"] == ["H100"]
    answer = ask.get("/sources").json
    assert answer["catalogue"]["ages"]["offers"] == 3
    (source,) = answer["items"]
    assert (source["source"], source["ages"]["purchases"]) == ("test", {"on_demand": 3})
    assert source["last_publication"]["added"] == 3
    assert source["providers"][0]["provider"] == "aws"


def test_publications_come_by_pages(ask: Caller) -> None:
    _, ask = member()
    for n in range(3):
        publish([make_offer(price_per_hour=Decimal(50 + n))], source=f"s{n}", label="x")
    answer = ask.get("/publications?limit=2")
    assert [(p["number"], p["source"]) for p in answer.json["items"]] == [(3, "s2"), (2, "s1")]
    assert answer.json["items"][0]["changed"] == 1
    assert answer.json["total"] == CatalogueVersion.objects.count() == 3
    assert 'offset=2>; rel="next"' in answer.headers["Link"]


def test_more_offers_need_no_more_queries(ask: Caller) -> None:
    prices(*(make_offer(zone=f"z{n}") for n in range(2)))
    counts = []
    for _ in range(2):
        for path in ("/offers?limit=100", "/accelerators", "/regions", "/sources"):
            ask.get(path)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert ask.get(path).status == 200
            counts.append(len(queries))
        prices(*(make_offer(zone=f"y{n}") for n in range(12)))
    assert counts[:4] == counts[4:]
    assert counts[0] == 2  # the exchange rates and the version; everything else is in memory
