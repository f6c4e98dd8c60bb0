"""AWS's bulk offer files in CSV."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import pytest

from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Payment
from tests.providers.aws_replies import ATTRIBUTES, PUBLISHED, PUBLISHED_AT, only_offer, only_reason, parsed

COLUMNS = {
    "SKU": "SKU1", "OfferTermCode": "JRT", "RateCode": "SKU1.JRT.6YS", "TermType": "OnDemand",
    "PriceDescription": "a price", "EffectiveDate": "2026-08-01", "StartingRange": "0", "EndingRange": "Inf",
    "Unit": "Hrs", "PricePerUnit": "0.107", "Currency": "USD", "RelatedTo": "", "LeaseContractLength": "",
    "PurchaseOption": "", "OfferingClass": "", "Product Family": "Compute Instance",
    "serviceCode": ATTRIBUTES["servicecode"], "Location": ATTRIBUTES["location"],
    "Location Type": ATTRIBUTES["locationType"], "Instance Type": ATTRIBUTES["instanceType"], "vCPU": "2",
    "Memory": "8 GiB", "Storage": "EBS only", "Network Performance": "Up to 10 Gigabit", "Tenancy": "Shared",
    "Operating System": "Linux", "License Model": "No License required",
    "usageType": "EUW1-BoxUsage:m5.large", "operation": "RunInstances", "CapacityStatus": "Used", "GPU": "",
    "Pre Installed S/W": "NA", "MarketOption": "OnDemand", "Region Code": "eu-west-1",
    "serviceName": "Amazon Elastic Compute Cloud",
}  # fmt: skip


def row(**changes: str) -> dict[str, str]:
    named = {name.replace("_", " "): value for name, value in changes.items()}
    return {**COLUMNS, **named}


def upfront(option: str, amount: str, *, unit: str) -> dict[str, str]:
    return row(
        TermType="Reserved", OfferTermCode="HU7", LeaseContractLength="1yr", OfferingClass="standard",
        PurchaseOption=option, PricePerUnit=amount, Unit=unit,
    )  # fmt: skip


def sheet(*rows: dict[str, str], columns: Sequence[str] = tuple(COLUMNS), end: str = "\r\n") -> Document:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows(
        [["FormatVersion", "v1.0"], ["Disclaimer", "as is, \"really\""], ["Publication Date", PUBLISHED],
         ["Version", "20260803"], ["OfferCode", "AmazonEC2"], list(columns)]
    )  # fmt: skip
    writer.writerows([[one[name] for name in columns] for one in rows])
    return Document.of_bytes(out.getvalue().encode(), name="index.csv")


def test_a_price_on_demand() -> None:
    offer = only_offer(sheet(row()))
    assert offer.offer_id == "aws/eu-west-1/m5.large/on_demand"
    assert (offer.price_per_hour, offer.vcpus, offer.memory_gib) == (Decimal("0.107"), Decimal(2), Decimal(8))
    assert offer.observed_at == PUBLISHED_AT


def test_a_price_file_that_a_spreadsheet_saved_as_utf_16_reads_the_same() -> None:
    plain = sheet(row()).open().read().decode()
    wide = Document.of_bytes(plain.encode("utf-16"), name="index.csv")
    assert only_offer(wide) == only_offer(sheet(row()))


def test_both_rows_of_a_reservation_in_any_order_and_apart() -> None:
    fee = upfront("Partial Upfront", "280", unit="Quantity")
    hourly = upfront("Partial Upfront", "0.032", unit="Hrs")
    for rows in ((fee, hourly), (hourly, fee), (fee, row(), hourly)):
        offers, refused = parsed(sheet(*rows))
        (found,) = (one for one in offers if one.term_months)
        assert (found.price_per_hour, found.upfront) == (Decimal("0.032"), Decimal(280))
        assert (found.term_months, found.payment) == (12, Payment.PARTIAL)
        assert refused == []


def test_half_a_reservation_is_none() -> None:
    assert "no hourly price" in only_reason(sheet(upfront("Partial Upfront", "280", unit="Quantity")))
    assert "Upfront Fee" in only_reason(sheet(upfront("Partial Upfront", "0.03", unit="Hrs")))
    paid_at_once = only_offer(sheet(upfront("All Upfront", "549", unit="Quantity")))
    assert (paid_at_once.price_per_hour, paid_at_once.upfront) == (Decimal(0), Decimal(549))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Operating_System": "Windows"}, "operatingSystem: Windows"),
        ({"Product_Family": "Storage"}, "productFamily: Storage"),
        ({"PricePerUnit": "0.0000000000"}, "pricePerUnit: 0: no price"),
        ({"PricePerUnit": ""}, "PricePerUnit: missing"),
        ({"PricePerUnit": "N/A*"}, "must be a plain number"),
        ({"Unit": "Quantity"}, "an upfront fee on demand"),
        ({"Unit": "GB-Mo"}, "Unit: GB-Mo"),
        ({"Currency": ""}, "Currency: missing"),
        ({"TermType": "Flex"}, "TermType: Flex"),
        ({"StartingRange": "100"}, "a tier"),
        ({"Region_Code": "mars-1"}, "no region or zone of AWS"),
        ({"EffectiveDate": "soon"}, "EffectiveDate: soon"),
    ],
)
def test_rows_that_are_no_price_are_refused(changes: dict[str, str], reason: str) -> None:
    assert reason in only_reason(sheet(row(**changes)))


def test_old_files_without_a_region_code_are_placed_by_location() -> None:
    older = [name for name in COLUMNS if name not in ("Region Code", "MarketOption")]
    assert only_offer(sheet(row(), columns=older, end="\n")).region == "eu-west-1"


def test_a_product_refused_is_told_once() -> None:
    other = row(Operating_System="Windows")
    _, refused = parsed(sheet(other, other, row()))
    assert len(refused) == 1


def test_a_row_cut_off_is_refused_and_the_rest_taken() -> None:
    whole = sheet(row(), row(SKU="SKU2", Instance_Type="m5.xlarge")).open().read()
    offers, refused = parsed(Document.of_bytes(whole[:-40], name="cut.csv"))
    assert [one.instance_type for one in offers] == ["m5.large"]
    assert len(refused) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"a,b,c\n1,2,3\n", b"just text", b"\xff\xfe\x00", b"SKU,Price\n1,2\n",
        sheet().open().read().replace(b'"RateCode"', b'"SKU"'),
        sheet().open().read().replace(PUBLISHED.encode(), b"never"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_of_aws_is_said(data: bytes) -> None:
    with pytest.raises(SourceFormatChanged):
        parsed(Document.of_bytes(data, name="odd.csv"))
