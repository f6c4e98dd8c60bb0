"""Prices that begin or end at another time than the reply came.

A recorded reply states no time of its own. It had come by the time it is read, so what begins later than
that was not in force in it.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.aws.source import AwsSource
from providers.azure.source import AzureSource
from providers.base import Document, PriceSource, Refused
from providers.gcp.source import GcpSource
from providers.offers import Offer
from tests.providers import aws_replies, azure_replies, gcp_replies

READ = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEXT_YEAR = "2027-01-01T00:00:00Z"


def _parsed(source: type[PriceSource], *replies: Any) -> tuple[list[Offer], list[Refused]]:
    documents = [
        Document.of_bytes(json.dumps(reply).encode(), name=f"{number}.json", came_by=READ)
        for number, reply in enumerate(replies)
    ]
    found = list(source.parse(documents))
    return [one for one in found if isinstance(one, Offer)], [
        one for one in found if isinstance(one, Refused)
    ]


def test_a_future_price_of_azure_does_not_supersede_the_present_one() -> None:
    later = azure_replies.priced(0.5, effectiveStartDate=NEXT_YEAR)
    offers, refused = _parsed(AzureSource, azure_replies.page([later, azure_replies.item()]))
    assert [one.price_per_hour for one in offers] == [Decimal("0.46")]
    assert [one.reason for one in refused] == ["effectiveStartDate: 2027-01-01: not yet in force"]


@pytest.mark.parametrize(("end", "taken"), [("2026-12-31T00:00:00Z", True), ("2026-11-25T12:00:00Z", False)])
def test_a_price_of_azure_that_ends_after_it_is_read_holds(end: str, taken: bool) -> None:
    offers, refused = _parsed(AzureSource, azure_replies.page([azure_replies.item(effectiveEndDate=end)]))
    assert [one.available_until for one in offers] == ([datetime(2026, 12, 31, tzinfo=UTC)] if taken else [])
    assert ["no longer in force" in one.reason for one in refused] == ([] if taken else [True])


def test_the_time_of_reading_dates_no_offer() -> None:
    (offer,), _ = _parsed(AzureSource, azure_replies.page([azure_replies.item()]))
    assert offer.observed_at == datetime(2020, 8, 1, tzinfo=UTC)


def test_a_future_price_of_a_google_sku_makes_no_machine() -> None:
    later = gcp_replies.sku("N2 Instance Core running in Americas", "0.04", since=NEXT_YEAR)
    page = {"skus": [later, gcp_replies.N2[1]]}
    offers, refused = _parsed(GcpSource, page, [gcp_replies.N2_4])
    assert offers == []
    assert "has a price from 2027-01-01 on only: not yet in force" in gcp_replies.reasons(refused)


def test_a_future_entry_of_a_google_timeline_is_passed_over() -> None:
    now, later = (
        gcp_replies.sku("N2 Instance Core running in Americas", price, since=since)
        for price, since in (("0.031611", gcp_replies.SINCE), ("0.04", NEXT_YEAR))
    )
    both = now | {"pricingInfo": [*now["pricingInfo"], *later["pricingInfo"]]}
    offers, _ = _parsed(GcpSource, {"skus": [both, gcp_replies.N2[1]]}, [gcp_replies.N2_4])
    assert [one.price_per_hour for one in offers] == [gcp_replies.N2_PRICE]


def test_a_future_term_of_an_undated_price_list_of_aws_is_refused() -> None:
    terms = {
        "OnDemand": {
            "a": aws_replies.term(aws_replies.dimension("0.2"), since=NEXT_YEAR),
            "b": aws_replies.term(aws_replies.dimension("0.107")),
        }
    }
    item = aws_replies.item(terms=terms, published=None)
    file = aws_replies.offer_file([aws_replies.product()], {"OnDemand": {"SKU1": terms["OnDemand"]}})
    del file["publicationDate"]
    for reply in (item, file):
        offers, refused = _parsed(AwsSource, reply)
        assert [one.price_per_hour for one in offers] == [Decimal("0.107")]
        assert ["not yet in force" in one.reason for one in refused] == [True]
