"""Price sheets of an agreement: hours by the hundred, meters instead of sizes, regions by other names."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.base import Document
from providers.offers import PriceState
from providers.places import region
from tests.providers.azure_replies import PAGES, item, page, parsed, priced, reason, recorded, sku

METER = "aaaaaaaa-0000-4000-8000-000000000201"


def sheet(**changed: str) -> Document:
    """A sheet of one row: Standard_D8_v4 in westeurope, 46 USD for 100 hours."""
    row = {
        "MeterId": METER,
        "MeterName": "D8 v4",
        "MeterCategory": "Virtual Machines",
        "MeterSubCategory": "Dv4 Series",
        "MeterRegion": "EU West",
        "UnitOfMeasure": "100 Hours",
        "UnitPrice": "46.0000",
        "CurrencyCode": "USD",
        "PriceType": "Consumption",
        "Term": "",
        "Product": "Virtual Machines Dv4 Series - D8 v4 - EU West",
        "EffectiveStartDate": "2026-08-01T00:00:00Z",
        "TierMinimumUnits": "",
        "OfferId": "",
    } | changed
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return Document.of_bytes(out.getvalue().encode(), name="sheet.csv")


def test_the_recorded_sheet_of_2022() -> None:
    """46.0 for 100 hours is 0.46, 20.16 for 10 hours 2.016, 9.6 for 100 hours 0.096 for both sizes."""
    found, refused = parsed(recorded("sheet_ea_2022.csv"))
    assert {offer.offer_id: offer.price_per_hour for offer in found} == {
        "azure/eastus/Standard_D2_v3/on_demand": Decimal("0.096"),
        "azure/eastus/Standard_D2s_v3/on_demand": Decimal("0.096"),
        "azure/eastus/Standard_NC24ads_A100_v4/on_demand": Decimal("2.016"),
        "azure/westeurope/Standard_D8_v4/on_demand": Decimal("0.46"),
        "azure/westeurope/Standard_D8_v4/spot": Decimal("0.092"),
    }
    assert {(offer.currency, offer.state) for offer in found} == {("EUR", PriceState.QUOTE)}
    assert {offer.observed_at for offer in found} == {datetime(2022, 8, 1, tzinfo=UTC)}
    assert [(one.where.split(":")[1], one.reason.split(":")[0]) for one in refused] == [
        (" line 6 NC24ads A100 v4", "Dev/Test price, for Visual Studio subscribers only"),
        (" line 8 D8 v4", "Windows licence included"),
        (" line 10 P10 Disks", "meterCategory"),
        (" line 11 D4 v4", "meterRegion"),
    ]


def test_the_recorded_sheet_of_2023() -> None:
    """885 and (in a plan) 650 for 10 hours; 525,600 for the year of 8,760 hours."""
    found, refused = parsed(recorded("sheet_ea_2023.csv"))
    assert refused == []
    assert {offer.offer_id.removeprefix("azure/eastus/Standard_ND96isr_H100_v5/"): offer.price_per_hour
            for offer in found} == {
        "on_demand": Decimal("88.5"),
        "spend_commitment/azure-savings-plan-1y": Decimal(65),
        "reserved/12m-none": Decimal(60),
    }  # fmt: skip


def test_the_recorded_sheet_of_a_customer_agreement() -> None:
    found, refused = parsed(recorded("sheet_mca.csv"))
    assert [(offer.offer_id, offer.price_per_hour, offer.currency) for offer in found] == [
        ("azure/eastus/Standard_D4s_v5/on_demand", Decimal("0.1728"), "USD")
    ]
    assert [one.reason.partition(":")[0] for one in refused] == [
        "Dev/Test price, for Visual Studio subscribers only",
        "tierMinimumUnits",
    ]


def test_a_sheet_is_of_its_month_whenever_it_is_read() -> None:
    plain = sheet()
    late = Document(name="sheet.csv", open=plain.open, received_at=datetime(2026, 11, 25, tzinfo=UTC))
    (offer,), _ = parsed(late)
    assert offer.observed_at == datetime(2026, 8, 1, tzinfo=UTC)


def test_a_date_that_a_spreadsheet_has_rewritten_is_not_guessed() -> None:
    (offer,), refused = parsed(sheet(EffectiveStartDate="8/1/2026"))
    assert (offer.observed_at, refused) == (None, [])
    (offer,), refused = parsed(sheet(EffectiveStartDate="8/15/2026"))
    assert (offer.observed_at, refused) == (datetime(2026, 8, 15, tzinfo=UTC), [])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"MeterCategory": "Storage"}, "meterCategory: Storage"),
        ({"MeterCategory": "Virtual Machines Licenses"}, "meterCategory"),
        ({"MeterSubCategory": "Dv4 Series Windows"}, "Windows"),
        ({"Product": "Virtual Machines Dv4 Series Windows - D8 v4 - EU West"}, "Windows"),
        ({"MeterName": "D8 v4 Low Priority"}, "Low Priority"),
        ({"MeterRegion": "Zone 1"}, "meterRegion: Zone 1"),
        ({"MeterRegion": ""}, "meterRegion: empty"),
        ({"UnitPrice": "0.0000"}, "unitPrice: 0"),
        ({"UnitPrice": ""}, "unitPrice: empty"),
        ({"UnitPrice": "46,00"}, "unitPrice: 46,00"),
        ({"UnitOfMeasure": "1/Month"}, "unitOfMeasure: 1/Month"),
        ({"TierMinimumUnits": "100"}, "tierMinimumUnits: 100"),
        ({"CurrencyCode": ""}, "currencyCode: empty"),
        ({"PriceType": "DevTest"}, "Dev/Test"),
        ({"PriceType": "Promotion"}, "priceType: Promotion"),
        ({"Term": "P1Y"}, "term: P1Y"),
        ({"PriceType": "ReservedInstance"}, "term: empty"),
        ({"PriceType": "SavingsPlan", "Term": "P2Y"}, "term: P2Y"),
        ({"OfferId": "MS-AZR-0148P"}, "Dev/Test"),
        ({"MeterName": ""}, "meterName: empty"),
        ({"MeterName": "Something else"}, "no size we know"),
    ],
)
def test_rows_that_are_no_offer_are_refused(changed: dict[str, str], why: str) -> None:
    assert why in reason(sheet(**changed))


@pytest.mark.parametrize("column", ["Currency", "PricingCurrency", "Pricing currency"])
def test_the_currency_stands_in_a_column_of_several_names(column: str) -> None:
    (offer,), _ = parsed(sheet(**{"CurrencyCode": "", column: "EUR"}))
    assert offer.currency == "EUR"


def test_a_meter_of_two_sizes_gives_each_its_price() -> None:
    found, refused = parsed(sheet(MeterName="D2 v3 / D2s v3", Product=""))
    assert {offer.instance_type: offer.price_per_hour for offer in found} == {
        "Standard_D2_v3": Decimal("0.46"),
        "Standard_D2s_v3": Decimal("0.46"),
    }
    assert refused == []


def test_a_meter_stands_for_the_sizes_that_retail_prices_give_it() -> None:
    items = [item(armSkuName=name, meterId=METER.upper()) for name in ("Standard_E16_v3", "Standard_E16s_v3")]
    found, refused = parsed(sheet(MeterName="odd name"), page(items))
    assert [(offer.instance_type, offer.price_per_hour) for offer in found] == [
        ("Standard_E16_v3", Decimal("0.46")),
        ("Standard_E16s_v3", Decimal("0.46")),
    ]
    assert [one.reason.partition(";")[0] for one in refused] == ["list price", "list price"]


@pytest.mark.parametrize(
    ("meter", "sub_category", "name"),
    [
        ("ND96isrH100v5", "", "Standard_ND96isr_H100_v5"),
        ("NV6adsA10v5", "", "Standard_NV6ads_A10_v5"),
        ("E4-2s v4", "", "Standard_E4-2s_v4"),
        ("DC96as_v4", "", "Standard_DC96as_v4"),
        ("NC24ads A100 v4", "", "Standard_NC24ads_A100_v4"),
        ("A1", "A Series Basic", "Basic_A1"),
        ("B1ms", "", "Standard_B1ms"),
        ("D8 v4 Spot", "", "Standard_D8_v4"),
    ],
)
def test_sizes_are_read_from_the_names_of_meters(meter: str, sub_category: str, name: str) -> None:
    (offer,), _ = parsed(sheet(MeterName=meter, MeterSubCategory=sub_category, Product=""))
    assert offer.instance_type == name


def test_a_meter_is_matched_with_resource_skus_by_letters_and_digits() -> None:
    found, _ = parsed(sheet(MeterName="PB6s X1v9", Product=""), [sku("Standard_PB6s_X1_v9", vCPUs=6)])
    assert (found[0].instance_type, found[0].vcpus) == ("Standard_PB6s_X1_v9", Decimal(6))


def test_the_consumption_apis_sheet_is_read_too() -> None:
    row = {
        "meterId": METER,
        "unitOfMeasure": "100 Hours",
        "unitPrice": 38.4,
        "currencyCode": "EUR",
        "offerId": "MS-AZR-0017P",
        "meterDetails": {
            "meterName": "D8 v4",
            "meterCategory": "Virtual Machines",
            "meterSubCategory": "Dv4 Series",
            "meterLocation": "US East",
        },
    }
    (offer,), refused = parsed({"id": "/x", "properties": {"pricesheets": [row]}})
    assert (offer.offer_id, offer.price_per_hour) == (
        "azure/eastus/Standard_D8_v4/on_demand",
        Decimal("0.384"),
    )
    assert refused == []


def test_the_list_price_gives_way_to_the_agreements() -> None:
    found, refused = parsed(sheet(), page([priced(0.5)]))
    assert [offer.price_per_hour for offer in found] == [Decimal("0.46")]
    assert refused[0].reason.startswith("list price; the price sheet has another")


def test_every_region_of_the_sheets_table_is_a_known_place() -> None:
    path = PAGES.parents[3] / "providers" / "azure" / "meter_regions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["region"] for row in rows if region("azure", row["region"]) is None] == []
