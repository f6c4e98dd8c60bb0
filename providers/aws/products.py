"""Which products of a price list are machines for rent, and which they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.aws.fields import Unusable, machine, text
from providers.aws.places import Place, place_of, place_of_location
from providers.text import shown

EC2, SAGEMAKER, EMR = "AmazonEC2", "AmazonSageMaker", "ElasticMapReduce"
SERVICES = (EC2, SAGEMAKER, EMR)
_FAMILIES = {
    EC2: {"Compute Instance", "Compute Instance (bare metal)"},
    SAGEMAKER: {"ML Instance"},
    EMR: {"Elastic Map Reduce Instance"},
}
# Attribute -> the values of a plain Linux machine; where one is missing, the others tell.
_PLAIN: Mapping[str, frozenset[str]] = {
    "tenancy": frozenset({"Shared"}),
    "operatingSystem": frozenset({"Linux"}),
    "preInstalledSw": frozenset({"NA"}),
    "licenseModel": frozenset({"No License required", "NA"}),
    "capacitystatus": frozenset({"Used"}),
    "marketoption": frozenset({"OnDemand"}),
    "operation": frozenset({"RunInstances"}),
}
_NEEDED = ("tenancy", "operatingSystem")
_WHY = {
    "marketoption": "Capacity Blocks are priced by their offerings, not by the list",
    "capacitystatus": "capacity that is reserved or not used, not a machine's price",
}
COMPONENTS = {
    "training": "Training",
    "train": "Training",
    "hosting": "Hosting",
    "host": "Hosting",
    "cluster": "Cluster",
}
"""Components of SageMaker that are capacity for workloads, as price list and usage types name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A machine of a price list: `instance_type` as offered, `base` as a machine of EC2."""

    sku: str
    instance_type: str
    base: str
    place: Place
    surcharge: bool = False
    note: str = ""

    @property
    def is_ec2(self) -> bool:
        return self.instance_type == self.base and not self.surcharge


def product_of(sku: str, fields: Mapping[str, Any], attributes: Mapping[str, Any], service: str) -> Product:
    """The machine a product is. Raises Unusable with why it is none that we take."""
    service = text(attributes, "servicecode") or service
    if service not in SERVICES:
        raise Unusable(f"serviceCode: {shown(service) or 'missing'}: only {', '.join(SERVICES)} are read")
    family = text(fields, "productFamily")
    if family and family not in _FAMILIES[service]:
        raise Unusable(f"productFamily: {shown(family)}: not a machine by the hour")
    if service == SAGEMAKER:
        return _of_sagemaker(sku, attributes)
    if service == EMR:
        return _of_emr(sku, attributes)
    for name, plain in _PLAIN.items():
        stated = text(attributes, name)
        if (stated and stated not in plain) or (not stated and name in _NEEDED):
            why = _WHY.get(name, f"only {' or '.join(sorted(plain))} is taken")
            raise Unusable(f"{name}: {shown(stated) or 'missing'}: {why}")
    name = machine(text(attributes, "instanceType"))
    return Product(sku=sku, instance_type=name, base=name, place=_place(attributes))


def _place(attributes: Mapping[str, Any]) -> Place:
    kind = text(attributes, "locationType")
    if kind == "AWS Outposts":
        raise Unusable("locationType: AWS Outposts: hardware of AWS at the customer's, not capacity for rent")
    code = text(attributes, "regionCode")
    if code:
        return place_of(code, field="regionCode")
    return place_of_location(text(attributes, "location"))


def _of_sagemaker(sku: str, attributes: Mapping[str, Any]) -> Product:
    """`ml.p5.48xlarge-Training`: as its price list writes machine and component."""
    usage = text(attributes, "usagetype")
    stated = text(attributes, "component")
    component = COMPONENTS.get(stated.casefold()) if stated else sagemaker_component(usage)
    if component is None:
        raise Unusable(
            f"component: {shown(stated or usage) or 'missing'}: only training, hosting and clusters are taken"
        )
    name = text(attributes, "instanceName") or text(attributes, "instanceType") or usage.rpartition(":")[2]
    offered, base = sagemaker_names(name, component)
    return Product(
        sku=sku, instance_type=offered, base=base, place=_place(attributes), note=sagemaker_note(component)
    )


def sagemaker_component(usage: str) -> str | None:
    """The component in a usage type such as `USE1-Train:ml.p3.2xlarge`; None when it is not one we take."""
    head = usage.partition(":")[0].rpartition("-")[2]
    return COMPONENTS.get(head.casefold())


def sagemaker_names(name: str, component: str) -> tuple[str, str]:
    """What we call a machine of SageMaker, and the machine of EC2 it is. Raises Unusable."""
    plain = name.strip().lower()
    for ending in COMPONENTS:
        plain = plain.removesuffix(f"-{ending}")
    if not plain.startswith("ml."):
        raise Unusable(f"instanceName: {shown(name) or 'missing'}: not a machine of SageMaker (ml.…)")
    base = machine(plain.removeprefix("ml."), field="instanceName")
    return f"ml.{base}-{component}", base


def sagemaker_note(component: str) -> str:
    """What a reader must know of such a price."""
    return f"Amazon SageMaker {component}, not a machine of EC2"


def _of_emr(sku: str, attributes: Mapping[str, Any]) -> Product:
    name = machine(text(attributes, "instanceType"))
    kind = text(attributes, "softwareType")
    if kind and kind != "EMR":
        raise Unusable(f"softwareType: {shown(kind)}: only EMR is taken")
    return Product(sku=sku, instance_type=name, base=name, place=_place(attributes), surcharge=True)
