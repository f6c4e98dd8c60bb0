"""What each decision costs, month by month: the one place where options become money.

`Flow` holds undiscounted payments by month (months at or after the horizon are what is still owed), the part
of them that is capital expenditure, and credits at the end of use or of the horizon.
"""

import math
from dataclasses import dataclass, field

from .index import server_begin
from .problem import HOURS_PER_MONTH, CapacityBlock, EndOfHorizon, Horizon, Reservation, ServerType, Site
from .spend import SpendPlan


@dataclass(slots=True)
class Flow:
    """Payments of one unit of a decision; month -> amount."""

    opex: dict[int, float] = field(default_factory=dict)
    capex: dict[int, float] = field(default_factory=dict)
    credit: dict[int, float] = field(default_factory=dict)

    def pay(self, month: int, amount: float) -> None:
        """Add an operating payment."""
        if amount:
            self.opex[month] = self.opex.get(month, 0.0) + amount

    def invest(self, month: int, amount: float) -> None:
        """Add a capital payment."""
        if amount:
            self.capex[month] = self.capex.get(month, 0.0) + amount

    def receive(self, month: int, amount: float) -> None:
        """Add a credit."""
        if amount:
            self.credit[month] = self.credit.get(month, 0.0) + amount

    def npv(self, horizon: Horizon) -> float:
        """Present worth of all payments less credits."""
        paid = sum(
            amount * horizon.factor(m) for flow in (self.opex, self.capex) for m, amount in flow.items()
        )
        return paid - sum(amount * horizon.factor(m) for m, amount in self.credit.items())

    def cash(self, month: int) -> float:
        """Payments of a month, without credits."""
        return self.opex.get(month, 0.0) + self.capex.get(month, 0.0)


def reservation_flow(reservation: Reservation, start: int, horizon: Horizon) -> Flow:
    """One machine reserved from `start`: upfront then, the hourly charge in every hour of the term."""
    terms = reservation.term_months, reservation.upfront, reservation.price_per_hour
    return _committed_flow(start, *terms, horizon)


def spend_flow(plan: SpendPlan, per_hour: float, start: int, horizon: Horizon) -> Flow:
    """`per_hour` of money committed from `start`: the plan's part of the term's sum then, the rest hourly."""
    upfront = plan.upfront_fraction * per_hour * HOURS_PER_MONTH * plan.term_months
    hourly = (1.0 - plan.upfront_fraction) * per_hour
    return _committed_flow(start, plan.term_months, upfront, hourly, horizon)


def _committed_flow(start: int, term_months: int, upfront: float, per_hour: float, horizon: Horizon) -> Flow:
    flow = Flow()
    flow.pay(start, upfront)
    end = start + term_months
    beyond = max(0, end - horizon.months)
    if horizon.end is EndOfHorizon.GOING_CONCERN and beyond:
        end = horizon.months
        flow.receive(horizon.months - 1, upfront * beyond / term_months)
    for month in range(start, end):
        flow.pay(month, per_hour * HOURS_PER_MONTH)
    return flow


def block_flow(block: CapacityBlock, horizon: Horizon) -> Flow:
    """One machine for the block's window, each month's hours paid at the month's start."""
    flow = Flow()
    last = horizon.months if horizon.end is EndOfHorizon.GOING_CONCERN else block.window.end
    for month in range(int(block.window.start), math.ceil(last)):
        hours = block.window.overlap(month, month + 1) * HOURS_PER_MONTH
        flow.pay(month, block.price_per_hour * hours)
    return flow


def server_flow(server: ServerType, site: Site, start: int, horizon: Horizon) -> Flow:
    """One server bought in `start`: capex, running costs while in service, and what it is worth at the end.

    Running costs stop with the horizon (nobody owes them); the book value falls in a straight line from
    capex at entry into service to `residual_fraction` of it at the end of life.
    """
    flow = Flow()
    flow.invest(start, server.capex)
    begin = server_begin(server, site, start)
    end = begin + server.life_months
    for month in range(begin, min(end, horizon.months)):
        flow.pay(month, running_cost_per_month(server, site))
    if end < horizon.months:
        flow.receive(end, server.capex * server.residual_fraction)
    else:
        used = max(0, horizon.months - begin) / server.life_months
        worth = server.capex * (1.0 - (1.0 - server.residual_fraction) * used)
        flow.receive(horizon.months - 1, worth)
    return flow


def running_cost_per_month(server: ServerType, site: Site) -> float:
    """Maintenance and the power drawn whether it works or not, for one month in service."""
    share = 1.0 if server.idle_power_fraction is None else server.idle_power_fraction
    return (
        server.maintenance_per_month
        + energy_kwh_per_hour(server, site) * share * HOURS_PER_MONTH * site.price_per_kwh
    )


def energy_kwh_per_hour(server: ServerType, site: Site) -> float:
    """Energy at the meter of one server at full power for an hour."""
    return server.power_kw * site.pue


def opening_flow(site: Site, horizon: Horizon) -> Flow:
    """Opening a site: capex at the start, the fixed fee in every month."""
    flow = Flow()
    flow.invest(0, site.opening_capex)
    for month in range(horizon.months):
        flow.pay(month, site.opening_per_month)
    return flow
