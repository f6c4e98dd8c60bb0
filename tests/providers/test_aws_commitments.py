"""AWS's reservations by the EC2 API, and Savings Plans by API and price file."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.base import Document
from providers.offers import Payment, PriceState, Purchase
from tests.providers.aws_replies import (
    PUBLISHED,
    PUBLISHED_AT,
    document,
    only_offer,
    only_reason,
    parsed,
    rate,
    reservation,
)


def offerings(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"ReservedInstancesOfferings": list(rows), "NextToken": ""}


def rates(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"searchResults": list(rows), "nextToken": ""}


def test_an_offered_reservation_per_hour_and_per_unit() -> None:
    offer = only_offer(offerings(reservation(UsagePrice=0.01)))
    # usage price and hourly charge together, every hour of the term
    assert (offer.price_per_hour, offer.upfront) == (Decimal("0.04"), Decimal(250))
    assert (offer.term_months, offer.payment, offer.zone) == (12, Payment.PARTIAL, "eu-west-1b")
    assert offer.state is PriceState.LISTED


def test_a_reservation_for_a_region_is_placed_by_the_files_name() -> None:
    regional = offerings(reservation(AvailabilityZone=None, Scope="Region"))
    offer = only_offer(document(regional, "aws-reserved-eu-west-1-0001.json"))
    assert offer.offer_id == "aws/eu-west-1/m5.large/reserved/12m-partial"
    assert "name the file after it" in only_reason(regional)
    assert "AvailabilityZone: missing" in only_reason(document(regional, "eu-west-1-and-us-east-1.json"))


def test_every_payment_of_offered_reservations() -> None:
    none = reservation(OfferingType="No Upfront", FixedPrice=0.0, RecurringCharges=[
        {"Amount": 0.067, "Frequency": "Hourly"}])  # fmt: skip
    everything = reservation(
        OfferingType="All Upfront", FixedPrice=1063.0, RecurringCharges=[], Duration=94608000
    )
    offers, refused = parsed(offerings(none, everything))
    assert refused == []
    assert {(one.payment, one.term_months, one.price_per_hour, one.upfront) for one in offers} == {
        (Payment.NONE, 12, Decimal("0.067"), None),
        (Payment.ALL, 36, Decimal(0), Decimal(1063)),
    }


def test_what_was_bought_is_what_it_cost_then_and_no_list_price() -> None:
    begun = {"__class__": "datetime", "year": 2025, "month": 2, "day": 3, "hour": 4, "minute": 5, "second": 6}
    bought = reservation(
        ReservedInstancesOfferingId=None, ReservedInstancesId="r-1", State="active", Start=begun,
        InstanceCount=3, Marketplace=None,
    )  # fmt: skip
    offer = only_offer({"data": {"ReservedInstances": [bought]}})
    assert (offer.price_per_hour, offer.upfront) == (Decimal("0.03"), Decimal(250))
    assert offer.observed_at == datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert offer.state is PriceState.QUOTE
    assert "2025-02-03" in (offer.note or "")
    offers, _ = parsed({"ReservedInstances": [bought]}, offerings(reservation(FixedPrice=260.0)))
    assert [one.upfront for one in offers] == [Decimal(260)]
    assert "State: retired" in only_reason({"ReservedInstances": [{**bought, "State": "retired"}]})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ProductDescription": "Windows"}, "ProductDescription: Windows"),
        ({"InstanceTenancy": "dedicated"}, "InstanceTenancy: dedicated"),
        ({"Marketplace": True}, "sold by another customer"),
        ({"Duration": 12345}, "Duration: 12345"),
        ({"Duration": None}, "Duration: missing"),
        ({"OfferingType": "Heavy Utilization"}, "no longer sells"),
        ({"OfferingClass": "odd"}, "OfferingClass: odd"),
        ({"FixedPrice": 0.0}, "Upfront Fee: no price"),
        ({"FixedPrice": -1.0}, "FixedPrice: -1.0"),
        ({"RecurringCharges": []}, "pricePerUnit: 0: no price"),
        ({"RecurringCharges": [{"Amount": 3, "Frequency": "Monthly"}]}, "must be Hourly"),
        ({"RecurringCharges": "x"}, "RecurringCharges: must be a list"),
        ({"CurrencyCode": "??"}, "CurrencyCode"),
    ],
)
def test_reservations_that_are_no_price_are_refused(changes: dict[str, Any], reason: str) -> None:
    assert reason in only_reason(offerings(reservation(**changes)))


@pytest.mark.parametrize(
    ("offering", "family"),
    [
        ({}, "aws-compute-sp-1y-none"),
        ({"planType": "EC2Instance", "paymentOption": "Partial Upfront"}, "aws-ec2-sp-1y-partial"),
        ({"durationSeconds": 94608000, "paymentOption": "All Upfront"}, "aws-compute-sp-3y-all"),
    ],
)
def test_rates_are_of_the_family_of_their_plan(offering: dict[str, Any], family: str) -> None:
    offer = only_offer(document(rates(rate(offering=offering)), received_at=PUBLISHED_AT))
    assert (offer.purchase, offer.commitment_family) == (Purchase.SPEND_COMMITMENT, family)
    assert (offer.price_per_hour, offer.instance_type, offer.region) == (
        Decimal("0.079"),
        "m5.large",
        "eu-west-1",
    )
    assert offer.observed_at == PUBLISHED_AT
    years, payment = family.split("-")[-2:]
    assert (offer.term_months, str(offer.payment)) == (12 * int(years[0]), payment)


def test_rates_of_sagemaker_are_for_its_machines() -> None:
    offer = only_offer(rates(rate(
        serviceCode="AmazonSageMaker", usageType="EUW1-Train:ml.g5.xlarge", productType="SageMaker",
        operation="", offering={"planType": "SageMaker"}, properties={"instanceType": "ml.g5.xlarge"},
    )))  # fmt: skip
    assert offer.instance_type == "ml.g5.xlarge-Training"
    assert offer.commitment_family == "aws-sagemaker-sp-1y-none"
    assert (offer.accelerator, offer.accelerator_count) == ("A10G", Decimal(1))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"properties": {"productDescription": "Windows"}}, "productDescription: Windows"),
        ({"properties": {"tenancy": "dedicated"}}, "tenancy: dedicated"),
        ({"properties": {"region": "mars-1"}}, "no region or zone of AWS"),
        ({"serviceCode": "AWSLambda", "usageType": "EUW1-Lambda-GB-Second"}, "serviceCode: AWSLambda"),
        ({"usageType": "EUW1-DedicatedUsage:m5.large"}, "usageType: DedicatedUsage"),
        ({"usageType": "EUW1-UnusedBox:m5.large"}, "usageType: UnusedBox"),
        ({"operation": "RunInstances:0002"}, "operation: RunInstances:0002"),
        ({"unit": "Request"}, "unit: Request"),
        ({"rate": "0"}, "rate: 0: no price"),
        ({"offering": {"planType": "Database"}}, "planType: Database"),
        ({"offering": {"durationSeconds": 7}}, "durationSeconds: 7"),
        ({"offering": {"paymentOption": "Later"}}, "paymentOption: Later"),
        ({"offering": {"currency": "?"}}, "currency"),
    ],
)
def test_rates_that_are_for_no_machine_are_refused(changes: dict[str, Any], reason: str) -> None:
    assert reason in only_reason(rates(rate(**changes)))


def test_owned_and_offered_plans_hold_no_prices() -> None:
    owned = {"SavingsPlanArn": "arn:x", "SavingsPlanType": "Compute", "Commitment": "25.00"}
    assert "what is committed, not what a machine costs" in only_reason({"SavingsPlans": [owned]})
    offered = {"offeringId": "1", "planType": "Compute", "durationSeconds": 1}
    assert "DescribeSavingsPlansOfferingRates" in only_reason(rates(offered))


def _plan_file(*rows: dict[str, Any], **attributes: str) -> dict[str, Any]:
    plan = {
        "sku": "PLAN", "productFamily": "ComputeSavingsPlans", "serviceCode": "ComputeSavingsPlans",
        "attributes": {"purchaseOption": "No Upfront", "purchaseTerm": "1yr", **attributes},
    }  # fmt: skip
    terms = [{
        "sku": "PLAN", "description": "1 year No Upfront Compute Savings Plan",
        "effectiveDate": "2026-08-01T00:00:00Z", "leaseContractLength": {"duration": 1, "unit": "year"},
        "rates": list(rows),
    }]  # fmt: skip
    return {
        "version": "1", "publicationDate": PUBLISHED, "regionCode": "eu-west-1", "products": [plan],
        "terms": {"savingsPlan": terms},
    }  # fmt: skip


def _plan_rate(**changes: Any) -> dict[str, Any]:
    return {
        "discountedSku": "SKU1", "discountedUsageType": "EUW1-BoxUsage:p5.48xlarge",
        "discountedOperation": "RunInstances", "discountedServiceCode": "AmazonEC2", "rateCode": "PLAN.SKU1",
        "unit": "Hrs", "discountedRate": {"price": "31.464", "currency": "USD"},
        "discountedRegionCode": "us-east-2", "discountedInstanceType": "p5.48xlarge", **changes,
    }  # fmt: skip


def test_a_price_file_of_savings_plans() -> None:
    offer = only_offer(_plan_file(_plan_rate()))
    assert offer.offer_id == "aws/us-east-2/p5.48xlarge/spend_commitment/aws-compute-sp-1y-none"
    assert (offer.price_per_hour, offer.observed_at) == (Decimal("31.464"), PUBLISHED_AT)
    assert offer.accelerator == "H100"
    older = _plan_rate(discountedRegionCode=None, discountedInstanceType=None)
    assert only_offer(_plan_file(older)).region == "eu-west-1"
    oldest = _plan_file(older)
    del oldest["regionCode"]
    assert only_offer(oldest).region == "eu-west-1"  # by the usage type EUW1-BoxUsage
    placed = _plan_file(_plan_rate(discountedRegionCode=None, discountedUsageType="BoxUsage:p5.48xlarge"))
    del placed["regionCode"]
    assert only_offer(placed).region == "us-east-1"
    placed["products"][0]["attributes"]["location"] = "US East (Ohio)"
    assert only_offer(placed).region == "us-east-2"
    strange = _plan_file(_plan_rate(discountedRegionCode=None, discountedUsageType="QQQ1-BoxUsage:m5.large"))
    del strange["regionCode"]
    assert "of a region we do not know" in only_reason(strange)
    without_term = _plan_file(_plan_rate(), purchaseTerm="")
    assert only_offer(without_term).commitment_family == "aws-compute-sp-1y-none"


def test_a_price_file_whose_rates_cannot_be_used() -> None:
    windows = _plan_rate(discountedOperation="RunInstances:0002")
    assert "operation: RunInstances:0002" in only_reason(_plan_file(windows))
    assert "names no Savings Plan" in only_reason(_plan_file(_plan_rate(rateCode="OTHER.SKU1")))
    _, refused = parsed(_plan_file(_plan_rate(), purchaseOption="Maybe"))
    assert any("purchaseOption: Maybe" in one.reason for one in refused)


def test_a_price_file_of_savings_plans_in_csv() -> None:
    out = io.StringIO()
    sheet = csv.writer(out, quoting=csv.QUOTE_ALL)
    sheet.writerows([["FormatVersion", "v1.0"], ["Publication Date", PUBLISHED], ["Version", "1"]])
    sheet.writerow(
        ["SKU", "RateCode", "Unit", "EffectiveDate", "DiscountedRate", "Currency", "DiscountedSKU",
         "DiscountedServiceCode", "DiscountedUsageType", "DiscountedOperation", "PurchaseOption",
         "LeaseContractLength", "LeaseContractLengthUnit", "ServiceCode", "Product Family",
         "DiscountedRegionCode", "DiscountedInstanceType"]
    )  # fmt: skip
    sheet.writerow(
        ["PLAN", "PLAN.SKU1", "Hrs", PUBLISHED, "20.5", "USD", "SKU1", "AmazonEC2",
         "USE2-BoxUsage:p5.48xlarge", "RunInstances", "All Upfront", "3", "year", "ComputeSavingsPlans",
         "EC2InstanceSavingsPlans", "us-east-2", "p5.48xlarge"]
    )  # fmt: skip
    offer = only_offer(Document.of_bytes(out.getvalue().encode(), name="index.csv"))
    assert offer.commitment_family == "aws-ec2-sp-3y-all"
    assert (offer.price_per_hour, offer.region, offer.observed_at) == (
        Decimal("20.5"),
        "us-east-2",
        PUBLISHED_AT,
    )


def test_a_recorded_page_without_its_list_is_none_of_ours() -> None:
    page = json.loads(json.dumps(rates(rate())))
    assert len(parsed(page, page)[0]) == 1


def test_a_rate_without_a_tenancy_is_of_shared_machines() -> None:
    assert only_offer({"searchResults": [rate(properties={"tenancy": ""})]}).price_per_hour == Decimal(
        "0.079"
    )


def test_a_reservation_may_leave_out_its_class_and_name_its_zone_by_id() -> None:
    one = reservation(OfferingClass=None, AvailabilityZone=None, AvailabilityZoneId="euw1-az2")
    offer = only_offer({"ReservedInstancesOfferings": [one]})
    assert (offer.zone, offer.note) == ("euw1-az2", "Standard Reserved Instance")
    assert only_offer({"ReservedInstancesOfferings": [reservation(OfferingClass="Convertible")]}).note == (
        "Convertible Reserved Instance"
    )
