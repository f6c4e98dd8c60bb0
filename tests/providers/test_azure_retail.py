"""Retail prices of Azure: what is an offer, at which price, and why the rest is none."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.offers import Payment, PriceState, Purchase
from tests.providers.azure_replies import item, offers, page, parsed, priced, reason, recorded

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_consumption_item_is_an_on_demand_offer() -> None:
    (offer,) = offers(page([item()]))
    assert offer.offer_id == "azure/westeurope/Standard_D8_v4/on_demand"
    assert (offer.price_per_hour, offer.currency, offer.country) == (Decimal("0.46"), "USD", "NL")
    assert offer.observed_at == datetime(2020, 8, 1, tzinfo=UTC)
    assert offer.state is PriceState.LISTED
    assert offer.source_url is not None
    assert "4e763e64-5ae4-5ed3-8892-902bb82ca7d3" in offer.source_url


def test_a_price_that_azure_states_now_is_observed_now_however_long_it_has_been_in_force() -> None:
    (offer,) = offers(page([item()]), received_at=NOON)
    assert offer.observed_at == NOON
    assert offer.note == "price in force since 2020-08-01"


@pytest.mark.parametrize(
    ("term", "total", "months", "hours"),
    [("1 Year", 2377, 12, 8760), ("3 Years", 4594, 36, 26280), ("5 Years", 8760, 60, 43800)],
)
def test_the_price_of_a_reservation_is_the_total_of_its_term(
    term: str, total: int, months: int, hours: int
) -> None:
    (offer,) = offers(page([priced(total, type="Reservation", reservationTerm=term)]))
    assert offer.purchase is Purchase.RESERVED
    assert (offer.term_months, offer.payment, offer.upfront) == (months, Payment.NONE, None)
    assert offer.price_per_hour == Decimal(total) / hours
    assert round(offer.price_per_hour * hours, 9) == total
    assert f"{total} USD for the term of {hours} hours" in (offer.note or "")


@pytest.mark.parametrize(
    ("written", "months"), [("P1Y", 12), ("12 Months", 12), ("1 year", 12), ("36 Months", 36), ("P36M", 36)]
)
def test_a_term_is_read_in_years_or_months(written: str, months: int) -> None:
    (offer,) = offers([priced(8760, type="Reservation", reservationTerm=written)])
    assert (offer.term_months, offer.price_per_hour) == (months, Decimal(8760) / (730 * months))


def test_a_term_makes_a_reservation_even_of_a_consumption_item() -> None:
    (offer,) = offers([priced(2377.0, reservationTerm="1 Year")])
    assert (offer.purchase, offer.price_per_hour) == (Purchase.RESERVED, Decimal(2377) / 8760)


def test_savings_plans_are_hourly_rates_of_their_own() -> None:
    plans = [
        {"unitPrice": 0.34323, "retailPrice": 0.34323, "term": "3 Years"},
        {"unitPrice": 0.49129, "retailPrice": 0.49129, "term": "1 Year"},
    ]
    found = {
        offer.purchase.value + str(offer.term_months): offer for offer in offers([item(savingsPlan=plans)])
    }
    assert found.keys() == {"on_demandNone", "spend_commitment12", "spend_commitment36"}
    one, three = found["spend_commitment12"], found["spend_commitment36"]
    assert (one.price_per_hour, one.commitment_family) == (Decimal("0.49129"), "azure-savings-plan-1y")
    assert (three.price_per_hour, three.commitment_family) == (Decimal("0.34323"), "azure-savings-plan-3y")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"term": "1 Year", "retailPrice": 0}, "savingsPlan retailPrice: 0: no price"),
        ({"term": "2 Years", "retailPrice": 0.3}, "savingsPlan term: 2 Years: not a term"),
        ({"term": "1 Year"}, "savingsPlan retailPrice: empty"),
        ("1 Year", "must hold a term and a price"),
    ],
)
def test_a_plan_without_a_price_is_refused_alone(plan: Any, why: str) -> None:
    good = {"term": "3 Years", "retailPrice": 0.3}
    found, refused = parsed([item(savingsPlan=[plan, good])])
    assert [(offer.purchase.value, offer.term_months) for offer in found] == [
        ("on_demand", None),
        ("spend_commitment", 36),
    ]
    assert why in refused[0].reason
    assert "savingsPlan[0]" in refused[0].where


@pytest.mark.parametrize("name", ["skuName", "meterName"])
def test_spot_is_told_by_sku_or_meter(name: str) -> None:
    (offer,) = offers([priced(0.092, **{name: "D8 v4 Spot"})])
    assert (offer.purchase, offer.price_per_hour) == (Purchase.SPOT, Decimal("0.092"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"productName": "Virtual Machines Dv4 Series Windows"}, "Windows licence included"),
        ({"productName": "Dv4 Series CloudServices"}, "Cloud Services"),
        ({"productName": "Dv4 Series Cloud Services"}, "Cloud Services"),
        ({"productName": "Virtual Machines Dv4 Series Dedicated Host"}, "dedicated host"),
        ({"armSkuName": "Ddsv4_Type 1"}, "dedicated host"),
        ({"armSkuName": "Ebdsv5-Type1"}, "dedicated host"),
        ({"skuName": "D8 v4 Low Priority"}, "Low Priority"),
        ({"meterName": "D8 v4 - Expired"}, "expired"),
        ({"type": "DevTestConsumption"}, "type: DevTestConsumption"),
        ({"type": ...}, "type: empty"),
        ({"type": "Reservation"}, "reservationTerm: empty"),
        ({"type": "Reservation", "reservationTerm": "2 Years"}, "reservationTerm: 2 Years"),
        (
            {"type": "Reservation", "reservationTerm": "1 Year", "skuName": "D8 v4 Spot"},
            "Spot: there is none",
        ),
        ({"serviceName": "Virtual Machines Licenses"}, "not Virtual Machines"),
        ({"serviceName": "Storage"}, "not Virtual Machines"),
        ({"serviceName": "", "productName": "Dv4"}, "serviceName: empty"),
        ({"armRegionName": ""}, "armRegionName: empty"),
        ({"armRegionName": "Global"}, "armRegionName: global"),
        ({"armRegionName": None}, "armRegionName: empty"),
        ({"armRegionName": "attatlanta1"}, "country we do not know"),
        ({"armSkuName": ""}, "armSkuName: empty"),
        ({"armSkuName": "NC16dsxlRTX6Kv6"}, "not a virtual machine size"),
        ({"tierMinimumUnits": 1e40}, "tierMinimumUnits: out of any range"),
        ({"tierMinimumUnits": 100.0}, "tierMinimumUnits: 100: the price of a volume tier"),
        ({"unitOfMeasure": "1/Month"}, "unitOfMeasure: 1/Month"),
        ({"unitOfMeasure": "1 GB"}, "unitOfMeasure: 1 GB"),
        ({"unitOfMeasure": ""}, "unitOfMeasure: empty"),
        ({"unitOfMeasure": "0 Hours"}, "unitOfMeasure: 0 Hours"),
        ({"unitOfMeasure": "30 Hours"}, "no exact price per hour"),
        ({"currencyCode": "XXX"}, "currencyCode: XXX"),
        ({"currencyCode": ""}, "currencyCode: empty"),
        ({"retailPrice": 0.0}, "retailPrice: 0: no price"),
        ({"retailPrice": -1}, "retailPrice: -1: no price"),
        ({"retailPrice": None, "unitPrice": None}, "retailPrice: empty: no price"),
        ({"retailPrice": True}, "retailPrice: must be a number"),
        ({"retailPrice": "call us"}, "retailPrice: call us"),
        ({"retailPrice": 2e30}, "price_per_hour"),
        ({"retailPrice": 1e-9}, "price_per_hour"),
        ({"effectiveStartDate": "soon"}, "effectiveStartDate: soon"),
        ({"effectiveEndDate": "2024-01-01T00:00:00Z"}, "no longer in force"),
        ({"productName": ["a", "list"]}, "productName: must be text"),
    ],
)
def test_what_is_no_offer_is_refused_with_its_reason(changed: dict[str, Any], why: str) -> None:
    assert why in reason([item(**changed)])


@pytest.mark.parametrize(
    ("unit", "hours"), [("1 Hour", 1), ("10 Hours", 10), ("100 Hours", 100), ("1/Hour", 1)]
)
def test_a_price_of_many_hours_is_brought_to_one(unit: str, hours: int) -> None:
    (offer,) = offers([priced(46.0, unitOfMeasure=unit)])
    assert offer.price_per_hour == Decimal(46) / hours
    assert (f"listed as 46 for {unit}" in (offer.note or "")) == (hours != 1)


def test_a_price_is_kept_digit_by_digit() -> None:
    text = json.dumps(page([item()])).replace('"retailPrice": 0.46', '"retailPrice": 0.46000000000000000007')
    (offer,) = offers(text)
    assert offer.price_per_hour == Decimal("0.46000000000000000007")


def test_the_currency_of_the_page_serves_items_without_one() -> None:
    (offer,) = offers(page([item(currencyCode=...)], BillingCurrency="EUR"))
    assert offer.currency == "EUR"


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-12-01T00:00:00Z", "", "not yet in force"),
        ("2026-01-01T00:00:00Z", "2026-11-25T00:00:00Z", "no longer in force"),
        ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", ""),
        ("2026-01-01T00:00:00", "9999-12-31T23:59:59Z", ""),
    ],
)
def test_a_price_counts_while_it_is_in_force(start: str, end: str, why: str) -> None:
    found, refused = parsed([item(effectiveStartDate=start, effectiveEndDate=end)], received_at=NOON)
    assert [why in one.reason for one in refused] == ([True] if why else [])
    assert len(found) == (0 if why else 1)
    if end.startswith("2026-12"):
        assert found[0].available_until == datetime(2026, 12, 31, tzinfo=UTC)


EMPTY_IN_MOST_ROWS = ("reservationTerm", "savingsPlan", "effectiveEndDate", "tierMinimumUnits", "meterId")


@pytest.mark.parametrize("word", ["nan", "NaN", "NaT", "None", "null", "<NA>", " nan "])
def test_a_tool_s_word_for_an_empty_cell_is_an_empty_cell(word: str) -> None:
    (offer,) = offers([item(**dict.fromkeys(EMPTY_IN_MOST_ROWS, word))])
    assert (offer.purchase, offer.price_per_hour) == (Purchase.ON_DEMAND, Decimal("0.46"))
    assert (offer.available_until, offer.source_url) == (None, offers([item(meterId="")])[0].source_url)


@pytest.mark.parametrize("word", ["nan", "NaN", "None"])
def test_a_tool_s_word_for_an_empty_price_is_no_price(word: str) -> None:
    assert reason([priced(word)]) == "retailPrice: empty: no price"
    assert reason([item(type="Reservation", reservationTerm=word)]).startswith("reservationTerm: empty")


@pytest.mark.parametrize(
    ("written", "since"),
    [
        ("11/26/2025", datetime(2025, 11, 26, tzinfo=UTC)),
        ("11/26/2025 0:00", datetime(2025, 11, 26, tzinfo=UTC)),
        ("11/26/2025 12:00:00 AM", datetime(2025, 11, 26, tzinfo=UTC)),
        ("26/11/2025", datetime(2025, 11, 26, tzinfo=UTC)),
        ("1/1/2026", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_of_a_spreadsheet_is_read_where_it_can_mean_one_day_only(
    written: str, since: datetime
) -> None:
    (offer,) = offers([item(effectiveStartDate=written, effectiveEndDate="12/31/9999")])
    assert (offer.observed_at, offer.available_until) == (since, None)
    assert offer.note == f"price in force since {since:%Y-%m-%d}"


@pytest.mark.parametrize(
    "written",
    ["8/1/2026", "1/12/2025", "12/1/2025", "13/13/2026", "2/30/2026", "11/26/2025 9:30 PM", "11/26/25"],
)
def test_a_date_that_may_mean_two_days_or_none_is_refused(written: str) -> None:
    assert reason([item(effectiveStartDate=written)]).startswith("effectiveStartDate: ")


def test_the_recorded_page_of_eastus() -> None:
    """Linux 98.32, Spot 18.169536, 551,221 for one year = 62.92/h, 1,134,310 for three = 43.16/h."""
    found, refused = parsed(recorded("retail_eastus.json"))
    prices = {offer.offer_id.removeprefix("azure/eastus/Standard_"): offer.price_per_hour for offer in found}
    assert prices == {
        "D2_v2/on_demand": Decimal("0.46"),
        "D8_v4/on_demand": Decimal("0.384"),
        "E16_v3/on_demand": Decimal("1.008"),
        "E16s_v3/on_demand": Decimal("1.008"),
        "ND96isr_H100_v5/on_demand": Decimal("98.32"),
        "ND96isr_H100_v5/reserved/12m-none": Decimal(551221) / 8760,
        "ND96isr_H100_v5/reserved/36m-none": Decimal(1134310) / 26280,
        "ND96isr_H100_v5/spend_commitment/azure-savings-plan-1y": Decimal("70.299"),
        "ND96isr_H100_v5/spend_commitment/azure-savings-plan-3y": Decimal("49.16"),
        "ND96isr_H100_v5/spot": Decimal("18.169536"),
        "NV6ads_A10_v5/on_demand": Decimal("0.454"),
    }
    assert len(refused) == 17
    # 26 items and two savings plans are 28 rows; none is lost
    assert len(found) + len(refused) == 26 + 2
