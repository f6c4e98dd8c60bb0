"""The page of one offer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from advisor.catalog.services import Scope, publish
from providers.offers import Offer, Payment, Purchase
from tests.advisor.offer_stock import stock
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


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
    assert "1 EUR = 1.1172 USD on 2026-10-30 (ecb.europa.eu, stale)" in page
    assert "30.00 33.52" in page  # 30 x 1.1172


def test_the_past_of_a_price_is_a_chart_and_a_table(client: Client) -> None:
    then = datetime(2026, 11, 1, 8, tzinfo=UTC)
    publish([make_offer(price_per_hour=Decimal(40))], source="t", label="t", now=then)
    publish([make_offer()], source="u</script>", label="t", now=then + timedelta(days=9))
    response = client.get(f"/offer?id={ID}")
    assert "2026-11-10 08:00 now 50.00 USD +25 %" in text_of(response)
    assert "2026-11-01 08:00 2026-11-10 08:00 40.00 USD –" in text_of(response)
    assert "From, UTC To, UTC Per instance-hour" in text_of(response)
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


def test_a_volume_tier_has_its_page_with_the_range_it_is_for(client: Client) -> None:
    tier = make_offer(price_per_hour=Decimal(40), min_quantity=8, max_quantity=15, tier_from=8)
    stock(make_offer(max_quantity=7), tier)
    page = text_of(client.get(f"/offer?id={ID}/from-8"))
    assert "p5.48xlarge, on demand, 8 or more" in page
    assert "Quantity 8 to 15" in page
    assert "per instance-hour 40.00" in page
    first = text_of(client.get(f"/offer?id={ID}"))
    assert "Quantity 1 to 7" in first
    assert "on demand, 8 or more" in first
