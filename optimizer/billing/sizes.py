"""How large machine types are within the group that one reservation may cover, as the providers publish it.

Sources: AWS, EC2 User Guide, "How Reserved Instance discounts are applied" (normalisation factors, bare
metal, families without size flexibility); Azure, "Virtual machine size flexibility with Reserved VM
Instances" (ratios); Google, "Resource-based committed use discounts" (resources of one series in one region).
"""

import re
from decimal import Decimal

from .terms import Size

AWS_FACTORS = {
    "nano": "0.25", "micro": "0.5", "small": "1", "medium": "2", "large": "4", "xlarge": "8", "2xlarge": "16",
    "3xlarge": "24", "4xlarge": "32", "6xlarge": "48", "8xlarge": "64", "9xlarge": "72", "10xlarge": "80",
    "12xlarge": "96", "16xlarge": "128", "18xlarge": "144", "24xlarge": "192", "32xlarge": "256",
    "48xlarge": "384", "56xlarge": "448", "112xlarge": "896",
}  # fmt: skip
_METAL = {
    "32": "a1",
    "96": "m5zn x2iezn z1d",
    "128": "c6g c6gd i3 m6g m6gd r6g r6gd x2gd",
    "144": "c5n",
    "192": "c5 c5d i3en m5 m5d m5dn m5n r5 r5b r5d r5dn r5n",
    "256": "c6i c6id m6i m6id r6d r6id",
    "448": "u-18tb1 u-24tb1",
    "896": "u-6tb1 u-9tb1 u-12tb1",
}
AWS_METAL_FACTORS = {family: factor for factor, names in _METAL.items() for family in names.split()}
AWS_INFLEXIBLE = frozenset(
    "g4ad g4dn g5 g5g g6 g6e g6f gr6 gr6f hpc7a p5 inf1 inf2 u7i-6tb u7i-8tb".split()  # noqa: SIM905  a list is no easier to read
)
_AZURE_DSV2 = {"1": "1", "2": "2", "3": "4", "4": "8", "5": "16"}
_AZURE = re.compile(
    r"standard_(?P<family>[a-z]+?)(?P<cores>[0-9]+)(?P<rest>[a-z]*(?:_[a-z0-9]+)*)_v(?P<version>[0-9]+)\Z"
)
_GCP = re.compile(r"(?P<group>[a-z0-9]+-[a-z]+)-(?P<number>[0-9]+)[gt]?\Z")


def family_of(instance_type: str) -> str:
    """`r5` of `r5.4xlarge`; empty for a name without a size."""
    family, dot, _ = instance_type.casefold().rpartition(".")
    return family if dot else ""


def size_of(provider: str, instance_type: str) -> Size | None:
    """The published size of a machine type, or None: then a reservation covers exactly that type."""
    name = instance_type.casefold()
    if provider == "aws":
        return _aws(name)
    return _azure(name) if provider == "azure" else _gcp(name)


def _aws(name: str) -> Size | None:
    family, size = family_of(name), name.rpartition(".")[2]
    if size.startswith("metal-"):
        size = f"{size.removeprefix('metal-')}arge"  # metal-24xl is as large as 24xlarge
    factor = AWS_METAL_FACTORS.get(family) if size == "metal" else AWS_FACTORS.get(size)
    if not family or factor is None or family in AWS_INFLEXIBLE or family.startswith("ml."):
        return None
    return Size(family, Decimal(factor))


def _azure(name: str) -> Size | None:
    """Ratios follow the number of vCPUs in the series of version 3 and later; of DSv2 they are listed.

    Burstable sizes (B) have ratios of their own, which are not in their names.
    """
    found = _AZURE.match(name)
    if found is None or found["family"].startswith("b"):
        return None
    group = f"{found['family']}*{found['rest']}_v{found['version']}"
    if found["version"] == "2" and found["family"] in ("d", "ds") and not found["rest"]:
        factor = _AZURE_DSV2.get(found["cores"])
        return Size(group, Decimal(factor)) if factor else None
    modern = int(found["version"]) >= 3 and int(found["cores"]) > 0
    return Size(group, Decimal(found["cores"])) if modern else None


def _gcp(name: str) -> Size | None:
    """Types of one series and class hold vCPUs, memory and accelerators in proportion to their number."""
    found = _GCP.match(name)
    return Size(found["group"], Decimal(found["number"])) if found and int(found["number"]) else None
