"""What is decided once: purchases, sites, commitments to spend; what they cost and what they give."""

from collections.abc import Iterator

import pulp
from pulp import LpAffineExpression as Sum

from optimizer.problem import EndOfHorizon, Problem, ServerType, Site
from optimizer.spend import SpendPlan

from ..oracle.grid import HOURS, Piece, d
from ..oracle.held import Unit, units


class Bought:
    """Columns for all that is bought, with sums of their money by month."""

    def __init__(self, lp: pulp.LpProblem, problem: Problem, widest: Problem, time: list[Piece]) -> None:
        self.lp, self.problem = lp, problem
        self.months = range(problem.horizon.months)
        self.npv, self.capex, self.carbon_kg = Sum(), Sum(), Sum()
        self.cash = [Sum() for _ in self.months]
        self.made: list[tuple[Unit, pulp.LpVariable]] = []
        self.committed: dict[tuple[int, int], pulp.LpVariable] = {}
        for unit in units(widest, time):
            self._buy(unit)
        for site in problem.sites:
            self._open(site)
        for p, plan in enumerate(problem.spend_plans):
            for start in self.months:
                if plan.window.start <= start < plan.window.end:
                    self._commit(p, plan, start)
        self._bound()

    def firm(self, piece: Piece) -> Iterator[tuple[str, Sum]]:
        """Committed machines by the key of their kind."""
        found: dict[str, Sum] = {}
        kinds = {r.key: r.machine.key for r in self.problem.reservations}
        blocks = {b.key: b for b in self.problem.blocks}
        for unit, n in self.made:
            if unit.kind == "reservation" and piece.month in unit.months:
                found.setdefault(kinds[unit.key], Sum()).addInPlace(n)
            if unit.kind == "block":
                block = blocks[unit.key]
                if block.window.start <= piece.start and piece.end <= block.window.end:
                    found.setdefault(block.machine.key, Sum()).addInPlace(n)
        for owned in self.problem.owned:
            last = piece.month if owned.last_month is None else owned.last_month
            if owned.machine is not None and owned.first_month <= piece.month <= last:
                found.setdefault(owned.machine.key, Sum()).addInPlace(owned.quantity)
        yield from found.items()

    def serving(self, server: ServerType, month: int) -> Sum:
        """Servers of a type in service."""
        mine = {o.key for o in self.problem.owned if o.server is not None and o.server.key == server.key}
        found = Sum()
        for unit, n in self.made:
            is_it = (unit.kind == "server" and unit.key == server.key) or (
                unit.kind == "kept" and unit.key in mine
            )
            if is_it and month in unit.months:
                found += n
        return found

    def in_force(self, p: int, month: int) -> Sum:
        """Money an hour committed to a plan."""
        term = self.problem.spend_plans[p].term_months
        return pulp.lpSum(x for (q, s), x in self.committed.items() if q == p and s <= month < s + term)

    def _buy(self, unit: Unit) -> None:
        n = pulp.LpVariable(f"n{len(self.made)}", 0, unit.quantities[-1], pulp.LpInteger)
        self.made.append((unit, n))
        least = unit.quantities[1]
        if least > 1:
            some = pulp.LpVariable(f"some{len(self.made)}", cat=pulp.LpBinary)
            self.lp += n >= least * some
            self.lp += n <= unit.quantities[-1] * some
        self._pay(n, unit.pays, unit.gets)
        self.capex += unit.capex * n
        price = self.problem.limits.carbon_price_per_kg
        for month, kilograms in unit.carbon_kg.items():
            self.carbon_kg += kilograms * n
            self.npv += kilograms * price * d(self.problem, month) * n

    def _pay(self, n: pulp.LpVariable, pays: dict[int, float], gets: dict[int, float]) -> None:
        for month, money in pays.items():
            self.npv += money * d(self.problem, month) * n
            if month in self.months:
                self.cash[month] += money * n
        for month, money in gets.items():
            self.npv -= money * d(self.problem, month) * n

    def _open(self, site: Site) -> None:
        opened = pulp.LpVariable(f"open_{len(self.made)}_{site.key}", cat=pulp.LpBinary)
        self._pay(opened, dict.fromkeys(self.months, site.opening_per_month), {})
        self._pay(opened, {0: site.opening_capex}, {})
        self.capex += site.opening_capex * opened
        keys = {server.key for server in site.servers}
        keys |= {o.key for o in self.problem.owned if o.server is not None and o.server.key in keys}
        for unit, n in self.made:
            if unit.kind in ("server", "kept") and unit.key in keys:
                self.lp += n <= unit.quantities[-1] * opened
        for month in self.months:
            counts = {server.key: self.serving(server, month) for server in site.servers}
            self._house(site, counts)
            if site.servers_per_person is not None:
                people = pulp.LpVariable(f"people_{site.key}_{month}", 0, None, pulp.LpInteger)
                self.lp += people * site.servers_per_person >= pulp.lpSum(counts.values())
                self._pay(people, {month: site.staff_per_month}, {})

    def _house(self, site: Site, counts: dict[str, Sum]) -> None:
        if site.limit_kw is not None:
            self.lp += pulp.lpSum(s.power_kw * counts[s.key] for s in site.servers) <= site.limit_kw
        if site.limit_racks is not None:
            self.lp += pulp.lpSum(s.racks * counts[s.key] for s in site.servers) <= site.limit_racks
        for server in site.servers:
            if server.max_quantity is not None:
                self.lp += counts[server.key] <= server.max_quantity

    def _commit(self, p: int, plan: SpendPlan, start: int) -> None:
        x = self.committed[p, start] = pulp.LpVariable(f"committed_{p}_{start}", 0)
        upfront = plan.upfront_fraction * plan.term_months * HOURS
        runs_off = self.problem.horizon.end is EndOfHorizon.RUN_OFF
        end = start + plan.term_months
        last = end if runs_off else min(end, len(self.months))
        pays = dict.fromkeys(range(start, last), (1 - plan.upfront_fraction) * HOURS)
        pays[start] += upfront
        beyond = max(0, end - len(self.months))
        gets = {} if runs_off else {len(self.months) - 1: upfront * beyond / plan.term_months}
        self._pay(x, pays, gets)

    def _bound(self) -> None:
        limits = self.problem.limits
        if limits.capex_total is not None:
            self.lp += self.capex <= limits.capex_total
        self._tiers()
        for r in self.problem.reservations:
            if r.max_quantity is not None and r.tier is None:
                for month in self.months:
                    mine = (
                        n
                        for u, n in self.made
                        if (u.kind, u.key) == ("reservation", r.key) and month in u.months
                    )
                    self.lp += pulp.lpSum(mine) <= r.max_quantity

    def _tiers(self) -> None:
        """One volume tier of an offer at a time, and of all together no more than there are."""
        sold = {r.key: r for r in self.problem.reservations} | {b.key: b for b in self.problem.blocks}
        at: dict[tuple[str, int], list[pulp.LpVariable]] = {}
        for unit, n in self.made:
            tier = sold[unit.key].tier if unit.key in sold else None
            if tier is None:
                continue
            some = pulp.LpVariable(f"tier_{len(at)}_{n.name}", cat=pulp.LpBinary)
            self.lp += n <= unit.quantities[-1] * some
            at.setdefault((tier.of, unit.start), []).append(some)
        for several in at.values():
            self.lp += pulp.lpSum(several) <= 1
        for of, most in {(r.tier.of, r.tier.most) for r in self.problem.reservations if r.tier is not None}:
            for month in self.months if most is not None else ():
                mine = (n for u, n in self.made if self._is_tier(u, of) and month in u.months)
                self.lp += pulp.lpSum(mine) <= most

    def _is_tier(self, unit: Unit, of: str) -> bool:
        tiers = {r.key for r in self.problem.reservations if r.tier is not None and r.tier.of == of}
        return unit.kind == "reservation" and unit.key in tiers
