"""Everything that is bought ahead, in every quantity that could be of use: its costs and what it gives."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from optimizer.problem import (
    CapacityBlock,
    EndOfHorizon,
    Machine,
    Owned,
    Problem,
    Reservation,
    ServerType,
    Site,
)

from .grid import HOURS, Piece, d, need


@dataclass(slots=True)
class Unit:
    """One machine of a decision: payments by month (after the horizon too), and what comes back."""

    kind: str
    key: str
    start: int
    quantities: list[int]
    months: range  # in which it serves
    pays: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    gets: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    capex: float = 0.0
    carbon_kg: dict[int, float] = field(default_factory=lambda: defaultdict(float))


@dataclass(slots=True)
class Held:
    """One choice of all that is bought ahead."""

    npv: float
    cash: list[float]
    capex: float
    carbon_kg: float
    counts: dict[tuple[str, str, int], int]  # (kind, key, start) -> machines


def _most(problem: Problem, time: Sequence[Piece], machine: Machine, usable: float = 1.0) -> int:
    return max(need(problem, machine, piece, usable) for piece in time)


def _range(least: int, most: int | None, use: int) -> list[int]:
    top = max(use, least) if most is None else min(max(use, least), most)
    return [0, *range(max(1, least), top + 1)]


def units(problem: Problem, time: Sequence[Piece]) -> list[Unit]:
    """All single decisions that bind ahead."""
    found = [
        _reservation(problem, time, r, s)
        for r in problem.reservations
        for s in range(problem.horizon.months)
        if r.window.start <= s < r.window.end
    ]
    found += [_block(problem, time, b) for b in problem.blocks]
    for site in problem.sites:
        for server in site.servers:
            found += [_server(problem, time, site, server, s) for s in range(problem.horizon.months)]
            for owned in problem.owned:
                if owned.server is not None and owned.server.key == server.key:
                    found += [_kept(problem, site, server, owned, m) for m in range(problem.horizon.months)]
    return [unit for unit in found if len(unit.quantities) > 1]


def _reservation(problem: Problem, time: Sequence[Piece], r: Reservation, start: int) -> Unit:
    last = problem.horizon.months
    quantities = _range(r.min_quantity, r.max_quantity, _most(problem, time, r.machine))
    unit = Unit("reservation", r.key, start, quantities, range(start, start + r.term_months))
    unit.pays[start] += r.upfront
    for month in unit.months:
        if month < last:
            unit.carbon_kg[month] += r.machine.carbon_kg_per_hour * HOURS
        if month < last or problem.horizon.end is EndOfHorizon.RUN_OFF:
            unit.pays[month] += r.price_per_hour * HOURS
    beyond = max(0, start + r.term_months - last)
    if problem.horizon.end is EndOfHorizon.GOING_CONCERN:
        unit.gets[last - 1] += r.upfront * beyond / r.term_months
    return unit


def _block(problem: Problem, time: Sequence[Piece], block: CapacityBlock) -> Unit:
    last = problem.horizon.months
    quantities = _range(block.min_quantity, block.max_quantity, _most(problem, time, block.machine))
    unit = Unit("block", block.key, 0, quantities, range(0))
    for month in range(int(block.window.start), math.ceil(block.window.end)):
        hours = HOURS * (min(block.window.end, month + 1) - max(block.window.start, month))
        if month < last:
            unit.carbon_kg[month] += block.machine.carbon_kg_per_hour * hours
        if month < last or problem.horizon.end is EndOfHorizon.RUN_OFF:
            unit.pays[month] += block.price_per_hour * hours
    return unit


def _month_of_service(unit: Unit, site: Site, server: ServerType, month: int) -> None:
    """Upkeep and the power that is drawn whatever the server does."""
    share = 1.0 if server.idle_power_fraction is None else server.idle_power_fraction
    energy_kwh = server.power_kw * site.pue * HOURS * share
    unit.pays[month] += server.maintenance_per_month + energy_kwh * site.price_per_kwh
    unit.carbon_kg[month] += energy_kwh * site.carbon_kg_per_kwh


def _server(problem: Problem, time: Sequence[Piece], site: Site, server: ServerType, start: int) -> Unit:
    last = problem.horizon.months
    begin = max(start + server.lead_months, site.opening_lead_months)
    end = begin + server.life_months
    use = _most(problem, time, server.machine, server.utilisation_cap_fraction)
    unit = Unit("server", server.key, start, _range(0, server.max_quantity, use), range(begin, end))
    unit.pays[start] += server.capex
    unit.capex = server.capex
    for month in range(begin, min(end, last)):
        _month_of_service(unit, site, server, month)
    if end < last:
        unit.gets[end] += server.capex * server.residual_fraction
    else:
        age = max(0, last - begin)
        unit.gets[last - 1] += server.capex * (1 - (1 - server.residual_fraction) * age / server.life_months)
    return unit


def _kept(problem: Problem, site: Site, server: ServerType, owned: Owned, month: int) -> Unit:
    exists = owned.first_month <= month <= (month if owned.last_month is None else owned.last_month)
    quantities = list(range(owned.quantity + 1)) if exists else [0]
    unit = Unit("kept", owned.key, month, quantities, range(month, month + 1))
    _month_of_service(unit, site, server, month)
    return unit


def everything_held(problem: Problem, time: Sequence[Piece]) -> Iterator[Held]:
    """Every choice that the rules on purchases allow."""
    single = units(problem, time)
    site_of = {s.key: site.key for site in problem.sites for s in site.servers}
    server_of = {o.key: o.server.key for o in problem.owned if o.server is not None}
    for opened in product((False, True), repeat=len(problem.sites)):
        open_keys = {site.key for site, yes in zip(problem.sites, opened, strict=True) if yes}
        ranges = []
        for unit in single:
            server = unit.key if unit.kind == "server" else server_of.get(unit.key)
            shut = unit.kind in ("server", "kept") and site_of[str(server)] not in open_keys
            ranges.append([0] if shut else unit.quantities)
        for amounts in product(*ranges):
            held = _sum(problem, open_keys, single, amounts)
            if held is not None:
                yield held


def _sum(problem: Problem, opened: set[str], single: list[Unit], amounts: tuple[int, ...]) -> Held | None:
    last, limits = problem.horizon.months, problem.limits
    held = Held(0.0, [0.0] * last, 0.0, 0.0, {})
    for unit, amount in zip(single, amounts, strict=True):
        if amount:
            held.counts[unit.kind, unit.key, unit.start] = amount
            _add(problem, held, unit, amount)
    for site in problem.sites:
        if site.key in opened:
            held.capex += site.opening_capex
            held.cash[0] += site.opening_capex
            held.npv += site.opening_capex
            for month in range(last):
                held.cash[month] += site.opening_per_month
                held.npv += site.opening_per_month * d(problem, month)
        if not _run_site(problem, held, site):
            return None
    if not _tiers_hold(problem, held):
        return None
    for r in problem.reservations:
        for month in range(last):
            if r.tier is None and r.max_quantity is not None and reserved(held, r, month) > r.max_quantity:
                return None
    if limits.capex_total is not None and held.capex > limits.capex_total + 1e-6:
        return None
    return held


def _tiers_hold(problem: Problem, held: Held) -> bool:
    """One volume tier of an offer at a time, and of all together no more than there are."""
    sold = {r.key: r.tier for r in problem.reservations} | {b.key: b.tier for b in problem.blocks}
    taken = [(tier.of, start) for _, key, start in held.counts if (tier := sold.get(key)) is not None]
    if len(set(taken)) < len(taken):
        return False
    for one in {(tier.of, tier.most) for tier in sold.values() if tier is not None and tier.most is not None}:
        mine = [r for r in problem.reservations if r.tier is not None and (r.tier.of, r.tier.most) == one]
        for month in range(problem.horizon.months):
            if sum(reserved(held, r, month) for r in mine) > one[1]:
                return False
    return True


def _add(problem: Problem, held: Held, unit: Unit, amount: int) -> None:
    for month, money in unit.pays.items():
        held.npv += amount * money * d(problem, month)
        if month < problem.horizon.months:
            held.cash[month] += amount * money
    for month, money in unit.gets.items():
        held.npv -= amount * money * d(problem, month)
    for month, kilograms in unit.carbon_kg.items():
        held.carbon_kg += amount * kilograms
        held.npv += amount * kilograms * problem.limits.carbon_price_per_kg * d(problem, month)
    held.capex += amount * unit.capex


def _run_site(problem: Problem, held: Held, site: Site) -> bool:
    """Pay the people of a site; whether its servers fit."""
    for month in range(problem.horizon.months):
        counts = {s.key: in_service(problem, held, site, s, month) for s in site.servers}
        power_kw = sum(s.power_kw * counts[s.key] for s in site.servers)
        racks = sum(s.racks * counts[s.key] for s in site.servers)
        if site.limit_kw is not None and power_kw > site.limit_kw + 1e-9:
            return False
        if site.limit_racks is not None and racks > site.limit_racks + 1e-9:
            return False
        if any(s.max_quantity is not None and counts[s.key] > s.max_quantity for s in site.servers):
            return False
        if site.servers_per_person is not None:
            people = math.ceil(sum(counts.values()) / site.servers_per_person - 1e-9)
            held.cash[month] += people * site.staff_per_month
            held.npv += people * site.staff_per_month * d(problem, month)
    return True


def reserved(held: Held, r: Reservation, month: int) -> int:
    """Machines of a reservation in force."""
    starts = range(month - r.term_months + 1, month + 1)
    return sum(held.counts.get(("reservation", r.key, s), 0) for s in starts)


def in_service(problem: Problem, held: Held, site: Site, server: ServerType, month: int) -> int:
    """Servers bought and in life, and owned ones that are on."""
    bought = 0
    for start in range(problem.horizon.months):
        begin = max(start + server.lead_months, site.opening_lead_months)
        if begin <= month < begin + server.life_months:
            bought += held.counts.get(("server", server.key, start), 0)
    mine = [o.key for o in problem.owned if o.server is not None and o.server.key == server.key]
    return bought + sum(held.counts.get(("kept", key, month), 0) for key in mine)
