"""Savings Plans: the rate of a machine under a plan, as DescribeSavingsPlansOfferingRates states it."""

from collections.abc import Mapping

from providers.aws.fields import (
    Unusable,
    currency,
    hourly,
    inner,
    machine,
    months_of_seconds,
    number,
    price,
    rows,
    text,
)
from providers.aws.places import place_of
from providers.aws.prices import Price
from providers.aws.products import (
    EC2,
    SAGEMAKER,
    sagemaker_component,
    sagemaker_names,
    sagemaker_note,
)
from providers.aws.reading import Record
from providers.aws.spot import LINUX
from providers.aws.terms import payment_of
from providers.offers import Payment, Purchase
from providers.text import shown

PLANS: Mapping[str, str] = {
    "compute": "aws-compute-sp",
    "computesavingsplans": "aws-compute-sp",
    "ec2instance": "aws-ec2-sp",
    "ec2instancesavingsplans": "aws-ec2-sp",
    "sagemaker": "aws-sagemaker-sp",
    "machinelearningsavingsplans": "aws-sagemaker-sp",
    "sagemakersavingsplans": "aws-sagemaker-sp",
}
"""Plan type of the API, or product family of the price file -> how the families of our rates begin."""

_NOTES = {
    "aws-compute-sp": "Compute Savings Plan, any machine and region",
    "aws-ec2-sp": "EC2 Instance Savings Plan, for one family of machines in one region",
    "aws-sagemaker-sp": "SageMaker Savings Plan",
}


def family_of(plan: str, months: int, payment: Payment, *, name: str) -> tuple[str, str]:
    """The commitment family, such as `aws-compute-sp-1y-none`, and what to say of it. Raises Unusable."""
    begins = PLANS.get(plan.strip().casefold())
    if begins is None:
        raise Unusable(f"{name}: {shown(plan) or 'missing'}: not a plan for machines")
    return f"{begins}-{months // 12}y-{payment.value}", _NOTES[begins]


def used_machine(service: str, usage: str, operation: str, stated: str) -> tuple[str, str, str]:
    """What we call the machine a rate is for, the machine of EC2 it is, and a note. Raises Unusable.

    `usage` is a usage type such as `EUW1-BoxUsage:m5.large`, where shared Linux machines are BoxUsage.
    """
    head, _, tail = usage.partition(":")
    kind = head.rpartition("-")[2]
    if service == SAGEMAKER:
        component = sagemaker_component(usage)
        if component is None:
            raise Unusable(f"usageType: {shown(kind)}: only training, hosting and clusters are taken")
        offered, base = sagemaker_names(stated or tail, component)
        return offered, base, sagemaker_note(component)
    if service != EC2:
        raise Unusable(f"serviceCode: {shown(service) or 'missing'}: only {EC2} and {SAGEMAKER} are read")
    if kind != "BoxUsage":
        raise Unusable(f"usageType: {shown(kind) or 'missing'}: only BoxUsage, a shared machine, is taken")
    if operation not in ("", "RunInstances"):
        raise Unusable(f"operation: {shown(operation)}: only RunInstances, which is Linux, is taken")
    name = machine(stated or tail or "m1.small")  # BoxUsage alone is the first machine there was
    return name, name, ""


def savings_rate(record: Record) -> Price:
    """The rate of one machine under one plan. Raises Unusable."""
    fields = record.fields
    offering = inner(fields, "savingsPlanOffering")
    said = {text(one, "name"): text(one, "value") for one in rows(fields, "properties")}
    product, tenancy = said.get("productDescription", ""), said.get("tenancy", "")
    if product and product.casefold() not in LINUX:
        raise Unusable(f"productDescription: {shown(product)}: only Linux/UNIX is taken")
    if tenancy and tenancy.casefold() not in ("shared", "default"):
        raise Unusable(f"tenancy: {shown(tenancy)}: only shared is taken")
    hourly(text(fields, "unit"))
    months = months_of_seconds(number(offering, "durationSeconds"), "durationSeconds")
    payment = payment_of(text(offering, "paymentOption"), "paymentOption")
    family, note = family_of(text(offering, "planType"), months, payment, name="planType")
    name, base, about = used_machine(
        text(fields, "serviceCode"),
        text(fields, "usageType"),
        text(fields, "operation"),
        said.get("instanceType", ""),
    )
    return Price(
        document=record.document,
        where=record.place,
        instance_type=name,
        base=base,
        place=place_of(said.get("region", "") or record.region, field="region"),
        purchase=Purchase.SPEND_COMMITMENT,
        per_hour=price(fields, "rate"),
        currency=currency(text(offering, "currency"), name="currency"),
        observed_at=record.replied_at,
        term_months=months,
        payment=payment,
        family=family,
        note="; ".join(filter(None, (note, about))),
    )
