"""Offers that cannot matter are left out before the model is built. MODEL.md proves each rule.

One idea: if k machines of A do at least the work of one machine of B for every workload that B can serve,
wherever and whenever B can, and cost and burden every limit no more than B, then any plan that uses B can use
k of A instead.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from .cashflow import reservation_flow
from .gang_pools import dominated_machines, keeps_gangs, machines_beside_blocks, wide_pools
from .problem import HOURS_PER_MONTH, Elastic, Horizon, Limits, Machine, Problem, RateDemand, Reservation
from .reduce_spend import rates_allow, useful_plans
from .risk.futures import price_factors, priced
from .standby import Standby
from .tiers import bound_tiers

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Reduction:
    """The smaller problem, and how many offers each rule left out."""

    problem: Problem
    useless: int  # offers that no workload can use
    dominated: int  # offers that another can replace at no loss


def reduce(problem: Problem) -> Reduction:
    """Drop useless and dominated offers. The optimum stays the same; the plan never names a dropped offer."""
    useful = only_useful(problem)
    count = len(useful.elastic) + len(useful.reservations) + len(useful.blocks)
    cuts = useful.availabilities()
    useful = _without_dominated_pools(useful)
    useful = replace(useful, spend_plans=useful_plans(useful))
    judge = _Judge(useful)
    elastic = _undominated(useful.elastic, judge.elastic_replaces, judge.elastic_rank)
    kept = [e for e in elastic if judge.is_free(e)]
    pinned = {pin.offer for pin in problem.pins}
    reservations = [r for r in useful.reservations if not any(judge.elastic_beats(e, r) for e in kept)]
    firm = _undominated(reservations, judge.reservation_replaces, judge.reservation_rank)
    if pinned:  # what must be bought stays, whatever could replace it
        keys = pinned | {e.key for e in elastic} | {r.key for r in firm}
        elastic = [e for e in useful.elastic if e.key in keys]
        firm = [r for r in useful.reservations if r.key in keys]
    before = len(problem.elastic) + len(problem.reservations) + len(problem.blocks)
    smaller = replace(useful, elastic=tuple(elastic), reservations=tuple(firm), also_cut_at=cuts)
    smaller = replace(smaller, spend_plans=useful_plans(smaller))
    after = len(smaller.elastic) + len(smaller.reservations) + len(smaller.blocks)
    return Reduction(smaller, before - count, count - after)


def _without_dominated_pools(problem: Problem) -> Problem:
    """Leave out pools of gangs that other pools can stand in for as a whole."""
    if all(load.gang is None for load in problem.workloads):
        return problem
    judge = _Judge(problem, across_pools=True)
    dropped = dominated_machines(problem, judge.rank, judge.replaces)
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if e.machine.key not in dropped),
        reservations=tuple(r for r in problem.reservations if r.machine.key not in dropped),
    )


def only_useful(problem: Problem) -> Problem:
    """Only offers whose machine some workload can use; spot only where something may be interrupted."""
    users: dict[str, float] = {}
    for load in problem.workloads:
        for key, units in load.units_per_hour.items():
            if units > 0 and not _idle(load.demand):
                users[key] = max(users.get(key, 0.0), load.interruptible_fraction)
    limits = problem.limits
    return replace(
        problem,
        elastic=tuple(
            e
            for e in problem.elastic
            if e.machine.key in users
            and not (e.spot and (users[e.machine.key] <= 0 or limits.spot_share_max == 0))
            and not (e.partner and limits.partner_share_max == 0 and limits.survival is None)
            and e.max_quantity != 0
        ),
        reservations=tuple(r for r in problem.reservations if r.machine.key in users and r.max_quantity != 0),
        blocks=tuple(b for b in problem.blocks if b.machine.key in users and b.max_quantity != 0),
    )


def _idle(demand: object) -> bool:
    return isinstance(demand, RateDemand) and demand.peak_per_hour <= 0


Option = TypeVar("Option", Elastic, Reservation)


def _undominated(
    options: Sequence[Option],
    replaces: Callable[[Option, Option], bool],
    rank: Callable[[Option], tuple[float, str]],
) -> list[Option]:
    """Options that no better-ranked kept option replaces, in their original order."""
    kept: list[Option] = []
    able: list[Option] = []  # those that may replace another at all
    for option in sorted(options, key=rank):
        if not any(replaces(other, option) for other in able):
            kept.append(option)
            if option.max_quantity is None:
                able.append(option)
    chosen = {id(option) for option in kept}
    return [option for option in options if id(option) in chosen]


def _price(e: Elastic, factor: float = 1.0) -> float:
    """What an hour costs without any plan, list prices times `factor`; what runs under plans only cannot be
    had so."""
    return math.inf if e.covered_only else priced(e, factor)


class _Judge:
    """Who can replace whom, in one problem."""

    def __init__(self, problem: Problem, *, across_pools: bool = False) -> None:
        self.problem = problem
        self.across_pools = across_pools
        self.npvs: dict[tuple[str, int], float] = {}  # of one machine: offer, start
        self.wide = wide_pools(problem)
        self.beside_blocks = machines_beside_blocks(problem)
        self.limits: Limits = problem.limits
        self.horizon: Horizon = problem.horizon
        self.price_factors = price_factors(problem)
        self.units = {
            machine.key: {
                w: load.units_per_hour[machine.key]
                for w, load in enumerate(problem.workloads)
                if load.units_per_hour.get(machine.key, 0.0) > 0
            }
            for machine in [e.machine for e in problem.elastic] + [r.machine for r in problem.reservations]
        }
        fastest: dict[int, float] = {}
        for units in self.units.values():
            for w, amount in units.items():
                fastest[w] = max(fastest.get(w, 0.0), amount)
        self.fastest = fastest
        self.standby = Standby(problem)
        self.bound_tiers = bound_tiers(problem)
        self.copies = lru_cache(maxsize=None)(self._copies)

    def _copies(self, a: Machine, b: Machine) -> int | None:
        """How many machines of A do the work of one B for every workload of B; None when none do, or when
        a limit on shares or carbon could tell them apart."""
        units_a, units_b = self.units[a.key], self.units[b.key]
        if not units_b.keys() <= units_a.keys():
            return None
        ratios = [units_b[w] / units_a[w] for w in units_b]
        copies = math.ceil(max(ratios) - TOLERANCE)
        limits = self.limits
        shares = (
            limits.provider_share_max,
            limits.country_share_max,
            limits.spot_share_max,
            limits.partner_share_max,
        )
        if any(most is not None for most in shares):
            same_work = all(abs(r * a.accelerators / b.accelerators - 1.0) < TOLERANCE for r in ratios)
            same_place = a.provider == b.provider and a.country == b.country
            if not (same_work and same_place):
                return None
        if limits.carbon_kg_total is not None and copies * a.carbon_kg_per_hour > b.carbon_kg_per_hour:
            return None
        loads = self.problem.workloads
        return copies if keeps_gangs(loads, self.wide, a, b, copies, across_pools=self.across_pools) else None

    def rank(self, option: Elastic | Reservation) -> tuple[float, str]:
        """Cheapest work first."""
        return self.elastic_rank(option) if isinstance(option, Elastic) else self.reservation_rank(option)

    def replaces(self, a: Elastic | Reservation, b: Elastic | Reservation) -> bool:
        """A for B, whatever they are."""
        if isinstance(a, Reservation):
            return isinstance(b, Reservation) and self.reservation_replaces(a, b)
        if isinstance(b, Elastic):
            return self.elastic_replaces(a, b)
        return self.is_free(a) and self.elastic_beats(a, b)

    def _hourly(self, price: float, machine: Machine) -> float:
        """Price of an hour with the charge on its carbon."""
        return price + machine.carbon_kg_per_hour * self.limits.carbon_price_per_kg

    def is_free(self, e: Elastic) -> bool:
        """Whether any number of machines can be had at any time for the hourly price alone."""
        unbound = (
            not e.covered_only and e.max_quantity is None and e.min_quantity <= 1 and not e.fixed_per_month
        )
        return unbound and not e.spot and not e.partner and e.hours is None and e.key not in self.bound_tiers

    def elastic_rank(self, e: Elastic) -> tuple[float, str]:
        """Cheapest work first: no option is replaced by one that ranks behind it."""
        return self._rank(self._hourly(_price(e), e.machine), e.machine, e.key)

    def _rank(self, money: float, machine: Machine, key: str) -> tuple[float, str]:
        best = max(amount / self.fastest[w] for w, amount in self.units[machine.key].items())
        return (money / best, key)

    def elastic_replaces(self, a: Elastic, b: Elastic) -> bool:
        """A for B, both by the hour."""
        if (a.spot and not b.spot) or (a.partner and not b.partner) or a.fixed_per_month:
            return False
        if a.key in self.bound_tiers or not self.standby.elastic(a, b):
            return False
        if a.max_quantity is not None or a.min_quantity > (0 if a.partner else 1):
            return False
        hours = a.hours is None or (b.hours is not None and b.hours <= a.hours)
        if not hours or a.window.start > b.window.start or a.window.end < b.window.end:
            return False
        copies = self.copies(a.machine, b.machine)
        if copies is None or not rates_allow(self.problem, a, b, copies):
            return False
        prices = [(_price(a, factor), _price(b, factor)) for factor in self.price_factors]
        return all(
            copies * mine <= other
            and copies * self._hourly(mine, a.machine) <= self._hourly(other, b.machine)
            for mine, other in prices
        )

    def elastic_beats(self, e: Elastic, r: Reservation) -> bool:
        """Running A in every hour of the term that the plan sees costs no more than committing to B."""
        copies = self.copies(e.machine, r.machine) if not self.standby.needs(r.machine) else None
        if copies is None or copies * e.machine.carbon_kg_per_hour > r.machine.carbon_kg_per_hour:
            return False
        if e.window.start > 0 or e.window.end < self.horizon.months or r.machine.key in self.beside_blocks:
            return False
        monthly = copies * priced(e, max(self.price_factors)) * HOURS_PER_MONTH
        if monthly > r.price_per_hour * HOURS_PER_MONTH and self.limits.cash_per_month is not None:
            return False
        return all(self._beats_at(monthly, r, start) for start in range(self.horizon.months))

    def _beats_at(self, monthly: float, r: Reservation, start: int) -> bool:
        months = range(start, min(start + r.term_months, self.horizon.months))
        running = sum(monthly * self.horizon.factor(month) for month in months)
        return running <= self.reservation_npv(r, start)

    def reservation_npv(self, r: Reservation, start: int) -> float:
        """Present worth of one machine committed from `start`."""
        if (r.key, start) not in self.npvs:
            self.npvs[r.key, start] = reservation_flow(r, start, self.horizon).npv(self.horizon)
        return self.npvs[r.key, start]

    def reservation_rank(self, r: Reservation) -> tuple[float, str]:
        """Cheapest work of the term first."""
        return self._rank(
            self.reservation_npv(r, 0) / min(r.term_months, self.horizon.months), r.machine, r.key
        )

    def reservation_replaces(self, a: Reservation, b: Reservation) -> bool:
        """A for B, both committed, whenever B could be bought."""
        if a.max_quantity is not None or a.min_quantity > 1 or a.key in self.bound_tiers:
            return False
        longer = a.term_months > b.term_months and not self.limits.counts_carbon
        if not (a.term_months == b.term_months or longer):
            return False
        if a.window.start > b.window.start or a.window.end < b.window.end:
            return False
        copies = self.copies(a.machine, b.machine)
        if copies is None or not self.standby.alike(a.machine, b.machine):
            return False
        if (
            self.limits.carbon_price_per_kg
            and copies * a.machine.carbon_kg_per_hour > b.machine.carbon_kg_per_hour
        ):
            return False
        return all(self._cheaper_at(copies, a, b, start) for start in range(self.horizon.months))

    def _cheaper_at(self, copies: int, a: Reservation, b: Reservation, start: int) -> bool:
        if self.limits.cash_per_month is not None:
            flow_a, flow_b = (reservation_flow(r, start, self.horizon) for r in (a, b))
            months = flow_a.opex.keys() | flow_b.opex.keys()
            if any(copies * flow_a.cash(m) > flow_b.cash(m) for m in months if m < self.horizon.months):
                return False
        return copies * self.reservation_npv(a, start) <= self.reservation_npv(b, start)
