"""What retail prices and price sheets are both brought to, before machines and duplicates are looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.azure.fields import Unusable, text
from providers.offers import Purchase
from providers.text import shown

_SIZE = re.compile(r"(?:Standard|Basic)_[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*", re.IGNORECASE)
_HOST = re.compile(r"dedicated host|(?:^|[\s_-])type ?[0-9]+$", re.IGNORECASE)
_NOT_LINUX = {
    "Windows licence included": re.compile(r"\bwindows\b", re.IGNORECASE),
    "Cloud Services, no virtual machine": re.compile(r"\bcloud ?services?\b", re.IGNORECASE),
    "Dev/Test price, for Visual Studio subscribers only": re.compile(r"\bdev ?/? ?test", re.IGNORECASE),
    "licence of other software included": re.compile(
        r"\b(?:rhel|red hat|sles|suse|sql|biztalk|ubuntu pro|licen[cs]es?)\b", re.IGNORECASE
    ),
    "expired meter": re.compile(r"\bexpired\b", re.IGNORECASE),
    "Low Priority, which Spot has replaced": re.compile(r"\blow ?priority\b", re.IGNORECASE),
}
_SPOT = re.compile(r"\bspot\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price of one size in one region, per instance-hour in `currency`.

    `since` is when the price came into force, `until` when it ends, if stated. `agreed` marks a price of a
    customer's own price sheet.
    """

    where: str
    instance_type: str
    region: str
    purchase: Purchase
    per_hour: Decimal
    currency: str
    received_at: datetime | None
    term_years: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    meter_id: str = ""
    primary: bool = True
    agreed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes two prices compete for one offer: Azure spells names with varying case."""
        return (self.region, self.instance_type.casefold(), self.purchase.value, self.term_years or 0)


def refuse_other_products(fields: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Refuse what is not a plain Linux virtual machine, by the words of product, SKU and meter."""
    said = [text(fields, name) for name in names]
    if any(_HOST.search(words) for words in said):
        raise Unusable("a dedicated host, not a virtual machine")
    for reason, pattern in _NOT_LINUX.items():
        if any(pattern.search(words) for words in said):
            raise Unusable(reason)


def is_spot(*words: str) -> bool:
    """Whether the names of SKU or meter say Spot."""
    return any(_SPOT.search(word) for word in words)


def vm_size(name: str) -> str:
    """The name of a VM size; refuses what is none."""
    if not name:
        raise Unusable("armSkuName: empty: names no machine")
    if not _SIZE.fullmatch(name):
        raise Unusable(f"armSkuName: {shown(name)}: not a virtual machine size such as Standard_D8_v4")
    return name
