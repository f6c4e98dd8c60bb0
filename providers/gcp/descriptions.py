"""What a SKU's description says: which part, how it is bought, for how long; or why it is no price of ours.

The catalogue has no field for the machine family: "Spot Preemptible A2 Instance Core running in Finland" is
all there is. `usageType` alone is not enough: some spot SKUs are tagged OnDemand, and so are Calendar mode,
Flex-start and reservation SKUs at half the price or at none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from providers.offers import Purchase

UPGRADE = "memory optimized upgrade premium for "

_SOLE_TENANT = "is for sole-tenant nodes, no price of a machine"
_FLEX_START = "is DWS Flex-start: for up to seven days and when there is room, no on-demand price"
_LICENCE = "is a licence, no price of a machine"
_OTHER_SALES = (
    ("sole tenan", _SOLE_TENANT),
    ("overcommit", _SOLE_TENANT),
    ("calendar mode", "is DWS Calendar mode: reserved for dates in advance, no on-demand price"),
    ("dws", _FLEX_START),
    ("defined duration", _FLEX_START),
    ("flex start", _FLEX_START),
    ("flex-start", _FLEX_START),
    ("capacity optimized", "is another way of selling (Capacity Optimized), no on-demand price"),
    ("dollar based", "is a spend-based commitment: a share of spend, no price of a machine"),
    ("custom", "is for custom machine types, which have no fixed shape"),
    ("premium", "is a surcharge on another price"),
    ("licensing fee", _LICENCE),
    ("license", _LICENCE),
    ("suspend", "is for suspended machines"),
    ("virtual workstation", "is a licence for virtual workstations"),
)
_COMMITMENT = re.compile(r"^commitment(?: v[0-9]+)?: (.+?) for ([0-9]{1,2}) years?$")
_SPOT_BEFORE = re.compile(r"^(?:spot preemptible|spot|preemptible) (.+)$")
_SPOT_BEHIND = re.compile(r"^(.+?) attached to (?:spot(?: preemptible)?|preemptible) vms\b(.*)$")
_PLACE = re.compile(r"^(.+?)(?: running)? in .+$")
_PLAIN_WORDS = frozenset(
    {"instance", "predefined", "amd", "arm", "nvidia", "tesla", "gpu", "google", "cloud"}
)
_SLICE = re.compile(r"(?:\bv|\btpu)([0-9]+[a-z]*)-([0-9]{1,6})\b")
_TPU = re.compile(r"\btpu")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`stem` names the part (see `stem_key`); `term_months` belongs to commitments."""

    stem: str
    purchase: Purchase
    term_months: int | None = None


@lru_cache(maxsize=8192)
def stem_key(stem: str) -> str:
    """The words that tell parts apart: `N2D AMD Instance Core` and `N2D AMD Cpu` are both `n2d core`.

    >>> stem_key("Nvidia Tesla A100 80GB GPU")
    'a100 80gb'
    """
    words = re.sub(r"[^0-9a-z]+", " ", stem.lower()).split()
    return " ".join("core" if word == "cpu" else word for word in words if word not in _PLAIN_WORDS)


@lru_cache(maxsize=65536)
def meaning_of(description: str, usage_type: str) -> Meaning | str:
    """What a SKU prices, or the reason why it is not taken."""
    text = " ".join(description.lower().split())
    if reason := _other_sale(text):
        return reason
    purchase, term = Purchase.ON_DEMAND, None
    if commitment := _COMMITMENT.match(text):
        text, purchase, term = commitment[1], Purchase.RESERVED, int(commitment[2]) * 12
    elif before := _SPOT_BEFORE.match(text):
        text, purchase = before[1], Purchase.SPOT
    elif behind := _SPOT_BEHIND.match(text):
        text, purchase = behind[1] + behind[2], Purchase.SPOT
    elif text.startswith("commitment"):
        return "is a commitment that does not say for how many years"
    place = _PLACE.match(text)
    return _agreed(Meaning(stem_key(place[1] if place else text), purchase, term), usage_type)


def _other_sale(text: str) -> str:
    if text.startswith("reserved "):
        # "Reserved … in Calendar Mode" is for dates in advance; the others are paid by whoever reserved
        words = "calendar mode" if "calendar mode" in text else ""
        return dict(_OTHER_SALES).get(words, "is the use of a reservation paid elsewhere, often at price 0")
    checked = text.replace(UPGRADE, "")
    return next((reason for words, reason in _OTHER_SALES if words in checked), "")


def _agreed(said: Meaning, usage_type: str) -> Meaning | str:
    """The description's purchase, which `usageType` must not contradict; it decides where that says less."""
    usage = usage_type.strip().lower()
    tagged = {"commit1yr": 12, "commit3yr": 36}.get(usage)
    if said.purchase is Purchase.RESERVED:
        if usage in {"", "commit"} or tagged == said.term_months:
            return said
        return f"says {said.term_months} months in its description and usage type {usage_type}"
    if said.purchase is Purchase.SPOT:  # Google tags some of them OnDemand
        return (
            said if usage in {"", "ondemand", "preemptible"} else f"is spot, but of usage type {usage_type}"
        )
    if usage in {"", "ondemand"}:
        return said
    if usage == "preemptible":
        return Meaning(said.stem, Purchase.SPOT)
    if tagged is not None:
        return Meaning(said.stem, Purchase.RESERVED, tagged)
    return f"has usage type {usage_type}, which is none of OnDemand, Preemptible, Commit1Yr and Commit3Yr"


def tpu_chips(description: str) -> int | str:
    """Chips of the TPU slice a legacy SKU prices; the reason when its description does not state a size.

    The number in `v2-8`, `v3-32`, `v4-64`, `v5p-8` and `tpu7x-8` counts TensorCores, two per chip; in
    `v5e-8`, `v5litepod-8` and `v6e-8` it counts chips.
    """
    found = _SLICE.search(description.lower())
    if found is None:
        return "prices a TPU device or pod slice, and does not state of how many chips"
    generation, number = found[1], int(found[2])
    per_chip = 1 if generation in {"5e", "5litepod", "6e"} else 2
    if number < per_chip or number % per_chip:
        return f"prices a TPU slice of a size that cannot be: v{generation}-{number}"
    return number // per_chip


def tpu_generation(description: str) -> str:
    """`v3` of a description that states a slice such as v3-8; empty where it states none."""
    found = _SLICE.search(description.lower())
    if found is None:
        return ""
    return "v5e" if found[1] == "5litepod" else f"v{found[1].removesuffix('x')}"


def is_tpu(description: str) -> bool:
    """Whether a description speaks of a TPU."""
    return _TPU.search(description.lower()) is not None
