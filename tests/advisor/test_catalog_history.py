"""The history of one offer: its rows, its chart, and what else could be had."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.embedded import load_embedded
from advisor.catalog.history import UnknownOffer, history_chart, offer_history
from advisor.catalog.services import Scope, publish
from advisor.catalog.snapshot import current_snapshot
from advisor.errors import CatalogueEmpty
from providers.offers import Offer, Payment, PriceState, Purchase
from tests.factories import NOW, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def put(*offers: Offer, day: int, source: str = "test") -> None:
    everything = Scope(providers=frozenset({"aws", "gcp"}))
    publish(offers, source=source, label="x", scope=everything, now=MONDAY + timedelta(days=day))


def test_rows_come_newest_first_with_the_change_between_them() -> None:
    put(make_offer(source_url="https://example.org/a"), day=0, source="embedded")
    put(make_offer(price_per_hour=Decimal(40), state=PriceState.QUOTE), day=1, source="import:x.csv")
    put(make_offer(price_per_hour=Decimal(42)), day=3)
    history = offer_history(ID, now=NOW)
    assert history.is_current
    assert history.offer == make_offer(price_per_hour=Decimal(42))
    # 42 / 40 = 1.05; 40 / 50 = 0.8
    assert [row.change_fraction for row in history.rows] == [Decimal("0.05"), Decimal("-0.2"), None]
    newest, middle, first = history.rows
    assert (newest.valid_from, newest.valid_to) == (MONDAY + timedelta(days=3), None)
    assert (middle.valid_from, middle.valid_to) == (MONDAY + timedelta(days=1), newest.valid_from)
    assert (middle.source, middle.state) == ("import:x.csv", PriceState.QUOTE)
    assert middle.price_per_hour == 40
    assert (first.source, first.source_url, first.currency) == ("embedded", "https://example.org/a", "USD")
    assert history.priced.price == 42
    assert history.priced.age_hours == 60  # seen on the 20th at 0:00, now is the 22nd at 12:00


def test_upfront_money_counts_in_the_change_and_other_currencies_do_not_compare() -> None:
    def reserved(upfront: int, currency: str = "USD") -> Offer:
        return make_offer(
            purchase=Purchase.RESERVED,
            term_months=12,
            payment=Payment.ALL,
            price_per_hour=Decimal(0),
            upfront=Decimal(upfront),
            currency=currency,
        )

    put(reserved(87600), day=0)  # 87600 / 8760 = 10 an hour
    put(reserved(105120), day=1)  # 12
    put(reserved(105120, "EUR"), day=2)
    rows = offer_history(reserved(1).offer_id, now=NOW).rows
    assert [row.effective_price_per_hour for row in rows] == [12, 12, 10]
    assert [row.change_fraction for row in rows] == [None, Decimal("0.2"), None]
    assert [row.upfront for row in rows] == [105120, 105120, 87600]


def test_an_offer_that_is_gone_is_shown_as_last_known() -> None:
    put(make_offer(), day=0)
    put(make_cpu_offer(), day=1)
    history = offer_history(ID, now=NOW)
    assert not history.is_current
    assert history.offer == make_offer()
    assert history.rows[0].valid_to == MONDAY + timedelta(days=1)


def test_the_chart_has_a_point_per_change_a_gap_where_nothing_was_and_ends_now() -> None:
    put(make_offer(), make_cpu_offer(), day=0)
    put(make_offer(price_per_hour=Decimal(40)), make_cpu_offer(), day=1)
    put(make_cpu_offer(), day=2)
    put(make_offer(price_per_hour=Decimal("41.5")), day=4)
    assert history_chart(offer_history(ID, now=NOW)) == {
        "kind": "step",
        "x": ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-20", "2026-11-22"],
        "xTitle": "UTC",
        "yTitle": "USD per instance-hour",
        "unit": "USD",
        "series": [
            {"name": "price", "key": "on_demand", "values": [50.0, 40.0, None, 41.5, 41.5], "as": "step"}
        ],
    }


def test_the_chart_of_an_offer_that_is_gone_ends_in_a_gap_and_tells_hours_of_one_day_apart() -> None:
    put(make_offer(), day=0)
    publish([make_offer(price_per_hour=Decimal(40))], source="x", label="x", now=MONDAY + timedelta(hours=2))
    put(make_cpu_offer(), day=1)
    chart = history_chart(offer_history(ID, now=NOW))
    assert chart["x"] == [
        "2026-11-16 08:00",
        "2026-11-16 10:00",
        "2026-11-17 08:00",
        "2026-11-22 12:00",
    ]
    assert chart["series"][0]["values"] == [50.0, 40.0, None, None]


def test_changes_within_a_minute_are_told_apart_by_their_seconds() -> None:
    put(make_offer(), day=0)
    soon = MONDAY + timedelta(seconds=5)
    publish([make_offer(price_per_hour=Decimal(40))], source="x", label="x", now=soon)
    assert history_chart(offer_history(ID, now=NOW))["x"][:2] == [
        "2026-11-16 08:00:00",
        "2026-11-16 08:00:05",
    ]


def test_siblings_and_offers_elsewhere_are_cheapest_first_in_one_currency() -> None:
    others = [
        make_offer(region=f"r{n}", price_per_hour=Decimal(price))
        for n, price in enumerate((70, 60, 30, 80, 90, 99))
    ]
    put(
        make_offer(),
        make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(20), zone="b"),
        make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(19), zone="a"),
        make_offer(
            purchase=Purchase.RESERVED,
            term_months=12,
            payment=Payment.ALL,
            price_per_hour=Decimal(0),
            upfront=Decimal(262800),  # 30 an hour
        ),
        make_offer(  # its window is over
            purchase=Purchase.CAPACITY_BLOCK,
            price_per_hour=Decimal(1),
            available_from=NOW - timedelta(days=2),
            available_until=NOW,
        ),
        make_offer(region="r9", accelerator_count=Decimal(4), price_per_hour=Decimal(1)),
        make_offer(region="r9", instance_type="h200", accelerator="H200", price_per_hour=Decimal(1)),
        *others,
        day=0,
    )
    history = offer_history(ID, now=NOW)
    assert [(p.offer.purchase.value, int(p.price)) for p in history.siblings] == [
        ("spot", 19),
        ("spot", 20),
        ("reserved", 30),
    ]
    assert [(p.offer.region, int(p.price)) for p in history.elsewhere] == [
        ("r2", 30),
        ("r1", 60),
        ("r0", 70),
        ("r3", 80),
        ("r4", 90),
    ]
    assert offer_history("aws/r2/p5.48xlarge/on_demand", now=NOW).elsewhere[0].offer.region == "eu-central-1"


def test_an_unknown_id_names_the_closest() -> None:
    with pytest.raises(CatalogueEmpty):
        offer_history(ID)
    put(make_offer(), make_offer(region="us-east-1"), make_cpu_offer(), day=0)
    with pytest.raises(UnknownOffer) as caught:
        offer_history("aws/eu-central-1/p5.48xlrge/on_demand")
    assert caught.value.message.startswith("aws/eu-central-1/p5.48xlrge/on_demand: no such offer; did you")
    assert ID in caught.value.message
    assert (caught.value.http_status, caught.value.code) == (404, "unknown_offer")
    with pytest.raises(UnknownOffer, match=r"nonsense: no such offer$"):
        offer_history("nonsense")


def test_one_indexed_question_beside_that_for_the_version(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    load_embedded()
    offer_id = current_snapshot().rows.offer(0).offer_id
    with django_assert_num_queries(3):  # the version, the exchange rates, the rows
        history_chart(offer_history(offer_id))


def test_the_rows_of_an_offer_are_found_by_the_index_that_keeps_them_unique() -> None:
    put(make_offer(), day=0)
    current_snapshot()
    with CaptureQueriesContext(connection) as captured:
        offer_history(ID, now=NOW)
    question = next(q["sql"] for q in captured.captured_queries if "advisor_offerrow" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {question}")
        steps = [str(row[-1]) for row in cursor.fetchall()]
    assert "USING INDEX one_current_row_per_offer (offer_id=?)" in steps[0], steps
    assert not any("SCAN" in step for step in steps), steps
