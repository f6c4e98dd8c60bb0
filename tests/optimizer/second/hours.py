"""What runs hour by hour in one future: machines, the work they do, and the limits that hold each month."""

from collections import defaultdict
from dataclasses import dataclass

import pulp
from pulp import LpAffineExpression as Sum

from optimizer.problem import Elastic, Machine, Problem, RateDemand, WorkDemand

from ..oracle.grid import HOURS, Piece, able, can_be_had, d, load, need
from .bought import Bought

Joined = dict[tuple[str, int], pulp.LpVariable]  # partners joined in a month


@dataclass(frozen=True, slots=True)
class There:
    """Machines there in a piece: those that can work, and (own servers) those in service."""

    machine: Machine
    kind: str  # firm, server, on_demand, spot, partner
    working: Sum
    standing: Sum
    offer: Elastic | None = None


class Hours:
    """Columns of one future. `cost` is present worth with the charge on carbon."""

    def __init__(self, lp: pulp.LpProblem, name: str, problem: Problem, bought: Bought) -> None:
        self.lp, self.name, self.problem, self.bought = lp, name, problem, bought
        self.cost, self.carbon_kg = Sum(), Sum()
        self.cash = [Sum() for _ in bought.months]
        self.made = 0
        self.there: dict[Piece, list[There]] = {}
        self.serve: dict[tuple[int, Piece, int], pulp.LpVariable] = {}  # workload, piece, position in there

    def column(self, **bounds: object) -> pulp.LpVariable:
        self.made += 1
        return pulp.LpVariable(f"{self.name}_{self.made}", **{"lowBound": 0, **bounds})

    def write(self, grid: list[Piece]) -> None:
        """All rows; `grid` are the pieces of all months."""
        joined: Joined = {}
        for piece in grid:
            self.there[piece] = [*self._firm(piece), *self._servers(piece), *self._elastic(piece, joined)]
            for p, pool in enumerate(self.there[piece]):
                mine = []
                for w in able(self.problem, pool.machine, piece):
                    x = self.serve[w, piece, p] = self.column()
                    mine.append(x)
                self.lp += pulp.lpSum(mine) <= pool.working
            for w, workload in enumerate(self.problem.workloads):
                if isinstance(workload.demand, RateDemand):
                    self.lp += self._done(w, piece) == load(workload, piece)
                spot = self._done(w, piece, "spot")
                self.lp += spot <= workload.interruptible_fraction * self._done(w, piece)
        for w, workload in enumerate(self.problem.workloads):
            if isinstance(workload.demand, WorkDemand):
                done = pulp.lpSum(self._done(w, piece) * (piece.hours / HOURS) for piece in grid)
                self.lp += done == workload.demand.total / HOURS

    def pay(self, month: int, money: Sum, kilograms: Sum | float = 0.0) -> None:
        self.cash[month] += money
        self.carbon_kg += kilograms
        worth = d(self.problem, month)
        self.cost += worth * money + worth * self.problem.limits.carbon_price_per_kg * kilograms

    def _done(self, w: int, piece: Piece, kind: str = "") -> Sum:
        units = self.problem.workloads[w].units_per_hour
        return pulp.lpSum(
            units[pool.machine.key] * self.serve[w, piece, p]
            for p, pool in enumerate(self.there[piece])
            if (w, piece, p) in self.serve and kind in ("", pool.kind)
        )

    def _firm(self, piece: Piece) -> list[There]:
        x = self.problem
        machines = [r.machine for r in x.reservations] + [b.machine for b in x.blocks]
        machines += [owned.machine for owned in x.owned if owned.machine is not None]
        by_key = {machine.key: machine for machine in machines}
        return [There(by_key[key], "firm", n, n) for key, n in self.bought.firm(piece)]

    def _servers(self, piece: Piece) -> list[There]:
        found = []
        for site in self.problem.sites:
            for server in site.servers:
                standing = self.bought.serving(server, piece.month)
                running = standing
                if server.idle_power_fraction is not None:
                    running = self._running(standing)
                    kwh = server.power_kw * site.pue * (1 - server.idle_power_fraction) * piece.hours
                    self.pay(
                        piece.month,
                        kwh * site.price_per_kwh * running,
                        kwh * site.carbon_kg_per_kwh * running,
                    )
                cap = server.utilisation_cap_fraction
                found.append(There(server.machine, "server", cap * running, standing))
        return found

    def _running(self, standing: Sum) -> Sum:
        running = self.column(cat=pulp.LpInteger)
        self.lp += running <= standing
        return Sum(running)

    def _elastic(self, piece: Piece, joined: Joined) -> list[There]:
        found = []
        taken: dict[str, list[pulp.LpVariable]] = defaultdict(list)
        for e in self.problem.elastic:
            if not (can_be_had(e, piece) and able(self.problem, e.machine, piece)):
                continue
            top = max(need(self.problem, e.machine, piece), e.min_quantity)
            top = top if e.max_quantity is None else min(top, e.max_quantity)
            n = self.column(upBound=top, cat=pulp.LpInteger)
            self._least(e, piece.month, n, top, joined)
            if e.tier is not None:
                some = self.column(cat=pulp.LpBinary, upBound=1)
                self.lp += n <= top * some
                taken[e.tier.of].append(some)
            kind = "spot" if e.spot else "partner" if e.partner else "on_demand"
            price = 0.0 if e.covered_only else e.price_per_hour
            self.pay(piece.month, price * piece.hours * n, e.machine.carbon_kg_per_hour * piece.hours * n)
            found.append(There(e.machine, kind, Sum(n), Sum(n), e))
        for several in taken.values():
            self.lp += pulp.lpSum(several) <= 1
        return found

    def _least(
        self,
        e: Elastic,
        month: int,
        n: pulp.LpVariable,
        top: int,
        joined: dict[tuple[str, int], pulp.LpVariable],
    ) -> None:
        if e.partner and (e.fixed_per_month or e.min_quantity):
            if (e.key, month) not in joined:
                joined[e.key, month] = self.column(cat=pulp.LpBinary, upBound=1)
                self.pay(month, e.fixed_per_month * joined[e.key, month])
            some = joined[e.key, month]
        elif e.min_quantity > 1:
            some = self.column(cat=pulp.LpBinary, upBound=1)
        else:
            return
        self.lp += n <= top * some
        self.lp += n >= e.min_quantity * some

    def bound(self, grid: list[Piece]) -> None:
        """Limits of each month, when all that is paid in it is written."""
        limits = self.problem.limits
        for month in self.bought.months:
            if limits.cash_per_month is not None:
                self.lp += self.cash[month] + self.bought.cash[month] <= limits.cash_per_month[month]
            self._shares([piece for piece in grid if piece.month == month])
        if limits.carbon_kg_total is not None:
            self.lp += self.carbon_kg + self.bought.carbon_kg <= limits.carbon_kg_total

    def _shares(self, grid: list[Piece]) -> None:
        x = self.problem.limits
        hours = Sum()
        part: dict[tuple[str, str], Sum] = defaultdict(Sum)
        for (_, piece, p), column in self.serve.items():
            if piece not in grid:
                continue
            pool = self.there[piece][p]
            amount = piece.hours / HOURS * pool.machine.accelerators * column
            hours += amount
            part[pool.kind, ""] += amount
            part["country", pool.machine.country] += amount
            if pool.kind != "server":
                part["provider", pool.machine.provider] += amount
        bounds = {"country": x.country_share_max, "provider": x.provider_share_max}
        bounds |= {"spot": x.spot_share_max, "partner": x.partner_share_max}
        for (what, _), amount in part.items():
            most = bounds.get(what)
            if most is not None:
                self.lp += amount <= most * hours
