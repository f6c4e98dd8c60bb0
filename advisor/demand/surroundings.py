"""What one part of a plan must know of the rest of it, gathered before anything is validated.

Validators ask these surroundings instead of the finished plan, so that a mistake in one place does not hide
the mistakes in another: every problem is found in one pass. What the file says wrongly is None here, and
reported where it stands.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import TypeGuard

from pydantic import ValidationInfo

from advisor.demand.months import is_month, month_number

ReadFile = Callable[[str], bytes]
RateInForce = Callable[[str, str], str | None]
"""The line a plan could have for a currency it has no rate for, by that currency and the plan's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Facts of the whole plan. `first_month` is a month number; `months` the length of the horizon."""

    first_month: int | None = None
    months: int | None = None
    currency: str | None = None
    rated_currencies: frozenset[str] | None = None
    known_accelerators: frozenset[str] = frozenset()
    own_servers: frozenset[tuple[str, str]] | None = None
    read_file: ReadFile | None = None
    rate_in_force: RateInForce | None = None


def surroundings_of(info: ValidationInfo) -> Surroundings:
    """The surroundings handed to this validation, or empty ones, which check nothing across parts."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


def gather(
    data: object,
    *,
    known_accelerators: Collection[str],
    read_file: ReadFile | None,
    rate_in_force: RateInForce | None = None,
) -> Surroundings:
    """Read what can be read of an unvalidated plan; never raises.

    Rates that are not the plan's own are known only when it is worked out: then `rated_currencies` is None.
    """
    plan = data if isinstance(data, dict) else {}
    start, months, rates = plan.get("start"), plan.get("months"), plan.get("exchange_rates")
    currency = plan.get("currency", "USD")
    capacity = _map(plan.get("capacity"))
    servers = list(_servers(capacity))
    machines = [server for _, server in servers] + list(_maps(capacity.get("partners")))
    own = {str(m["accelerator"]) for m in machines if isinstance(m.get("accelerator"), str)}
    return Surroundings(
        first_month=month_number(start) if isinstance(start, str) and is_month(start) else None,
        months=int(months) if _is_number(months) and 1 <= months <= 120 and months % 1 == 0 else None,
        currency=currency if isinstance(currency, str) else None,
        rated_currencies=None
        if plan.get("exchange_rates_from") == "reference"
        else frozenset(rates if isinstance(rates, dict) else ()),
        known_accelerators=frozenset(known_accelerators) | own,
        own_servers=frozenset((str(site), str(server.get("instance_type"))) for site, server in servers),
        read_file=read_file,
        rate_in_force=rate_in_force,
    )


def _servers(capacity: dict[str, object]) -> Iterator[tuple[object, dict[str, object]]]:
    for site in _maps(capacity.get("sites")):
        for server in _maps(site.get("servers")):
            yield site.get("name"), server


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and isfinite(value)


def _map(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, (list, tuple)):
        yield from (item for item in value if isinstance(item, dict))
