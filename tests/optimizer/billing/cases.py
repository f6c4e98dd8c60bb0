"""Usage and commitments by default; a test changes only what it is about."""

from decimal import Decimal
from typing import Any

from optimizer.billing import Bill, FlexibleCommitment, Kind, Reservation, SpendPlan, Usage, make_bill
from optimizer.billing.sizes import size_of

D = Decimal


def use(
    name: str, quantity: str | tuple[str, ...], on_demand: str, instance_type: str = "", **more: Any
) -> Usage:
    """EC2 usage of account A in us-east-1; `rates` as text by kind."""
    quantities = (quantity,) if isinstance(quantity, str) else quantity
    provider = more.get("provider", "aws")
    values: dict[str, Any] = {
        "id": name,
        "provider": provider,
        "service": "ec2",
        "account": "A",
        "region": "us-east-1",
        "quantity": tuple(map(D, quantities)),
        "on_demand": D(on_demand),
        "instance_type": instance_type,
        "size": size_of(provider, instance_type) if instance_type else None,
    }
    if "rates" in more:
        more["rates"] = {Kind(kind): D(rate) for kind, rate in more["rates"].items()}
    return Usage(**(values | more))


def reserve(name: str, quantity: int, instance_type: str, per_hour: str = "1", **more: Any) -> Reservation:
    """A reservation of account A, regional in us-east-1 unless a zone is given."""
    provider = more.get("provider", "aws")
    size = None if more.get("zone") else size_of(provider, instance_type)
    values: dict[str, Any] = {
        "id": name,
        "provider": provider,
        "account": "A",
        "region": "us-east-1",
        "quantity": D(quantity),
        "per_hour": D(per_hour),
        "instance_type": instance_type,
        "size": size,
    }
    return Reservation(**(values | more))


def plan(name: str, kind: str, per_hour: str, **more: Any) -> SpendPlan:
    """A plan of account A."""
    values: dict[str, Any] = {
        "id": name,
        "provider": "azure" if kind == "savings_plan" else "aws",
        "kind": Kind(kind),
        "per_hour": D(per_hour),
        "account": "A",
    }
    return SpendPlan(**(values | more))


def flexible(name: str, per_hour_on_demand: str, discount_fraction: str, **more: Any) -> FlexibleCommitment:
    return FlexibleCommitment(
        id=name,
        provider="gcp",
        per_hour_on_demand=D(per_hour_on_demand),
        discount_fraction=D(discount_fraction),
        **more,
    )


def covered(bill: Bill, hour: int = 0) -> dict[str, dict[str, Decimal]]:
    """Row -> commitment -> quantity, of one hour; rows without cover are left out."""
    return {
        line.id: {cover.commitment: cover.quantity for cover in line.covered}
        for line in bill.lines
        if line.hour == hour and line.covered
    }


def bill_of(usages: list[Usage], commitments: list[Any], hours: int = 1) -> Bill:
    return make_bill(usages, commitments, hours=hours)
