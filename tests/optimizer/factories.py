"""Small problems for tests: one machine does one unit of work an hour unless a test says otherwise."""

from typing import Any

from optimizer.problem import (
    Elastic,
    Horizon,
    Machine,
    Problem,
    RateDemand,
    Reservation,
    ServerType,
    Site,
    WorkDemand,
    Workload,
)
from optimizer.spend import SpendPlan
from optimizer.timegrid import DayShape, Slice

HOURS = 730.0


def make_machine(key: str = "m", **changes: Any) -> Machine:
    """A machine of provider acme in Germany."""
    values: dict[str, Any] = {"key": key, "provider": "acme", "region": "r1", "country": "DE"}
    return Machine(**(values | changes))


def make_rate(peak: float, units: dict[str, float] | None = None, **changes: Any) -> Workload:
    """A load that must be served as it comes."""
    name, fraction = changes.pop("name", "chat"), changes.pop("interruptible_fraction", 0.0)
    return Workload(
        name=name,
        demand=RateDemand(peak_per_hour=peak, **changes),
        units_per_hour=units or {"m": 1.0},
        interruptible_fraction=fraction,
    )


def make_work(total: float, units: dict[str, float] | None = None, **changes: Any) -> Workload:
    """An amount of work to be done."""
    name, fraction = changes.pop("name", "train"), changes.pop("interruptible_fraction", 0.0)
    return Workload(
        name=name,
        demand=WorkDemand(total=total, **changes),
        units_per_hour=units or {"m": 1.0},
        interruptible_fraction=fraction,
    )


def make_elastic(key: str = "od", price: float = 2.0, **changes: Any) -> Elastic:
    """An on-demand offer of machine m."""
    values: dict[str, Any] = {"key": key, "machine": make_machine(), "price_per_hour": price}
    return Elastic(**(values | changes))


def make_reservation(key: str = "r", price: float = 1.0, term: int = 2, **changes: Any) -> Reservation:
    """A reservation of machine m."""
    values: dict[str, Any] = {
        "key": key,
        "machine": make_machine(),
        "price_per_hour": price,
        "term_months": term,
    }
    return Reservation(**(values | changes))


def make_plan(rates: dict[str, float], key: str = "sp", term: int = 2, **changes: Any) -> SpendPlan:
    """A plan to spend under, at rates by key of on demand offers."""
    values: dict[str, Any] = {"key": key, "provider": "acme", "term_months": term, "rates": rates}
    return SpendPlan(**(values | changes))


def make_server(key: str = "s", **changes: Any) -> ServerType:
    """A server that costs nothing but its price."""
    values: dict[str, Any] = {
        "machine": make_machine(f"m-{key}", provider="own", region="site"),
        "capex": 1000.0,
        "power_kw": 1.0,
        "life_months": 4,
    }
    return ServerType(**({"key": key} | values | changes))


def make_site(*servers: ServerType, key: str = "x", **changes: Any) -> Site:
    """A site that costs nothing to open."""
    return Site(**({"key": key, "servers": servers or (make_server(),)} | changes))


def make_problem(*workloads: Workload, months: int = 1, **changes: Any) -> Problem:
    """A problem without discounting, unless `horizon` is given."""
    horizon = changes.pop("horizon", Horizon(months=months))
    return Problem(horizon=horizon, workloads=workloads, **changes)


def two_levels(low: float, high: float = 1.0, high_hours: int = 12) -> DayShape:
    """Every day alike: `high` in the first hours, `low` in the rest."""
    day = (high,) * high_hours + (low,) * (24 - high_hours)
    return DayShape(day, day)


def whole_slice(index: int, month: int, start: float = 0.0, end: float = 1.0) -> Slice:
    """All hours of a part of a month."""
    return Slice(index, month, month + start, month + end, HOURS * (end - start), tuple(range(48)))
