"""The part of the bill that own sites cause: opening, servers, energy, maintenance, people."""

import math
from collections import defaultdict
from decimal import Decimal

from advisor.demand.sites import Server, Site
from advisor.planning.case import Case
from advisor.planning.hours import HOURS_PER_MONTH, exact, slice_hours
from advisor.planning.ledger import Ledger
from optimizer.result import Plan as Decisions


def bill_sites(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """Add all payments for sites to the ledger."""
    for key in decisions.opened:
        _opening(case, case.site(key), ledger)
    in_service: dict[tuple[str, int], int] = defaultdict(int)
    for bought in decisions.servers:
        site, server = case.translation.servers[bought.option]
        capex = server.capex * case.rate(site.currency) * bought.quantity
        ledger.pay(bought.option, bought.start, capex, capex=True)
        for month in months_in_service(site, server, bought.start, case.plan.months):
            _running(case, site, server, bought.option, month, bought.quantity, ledger)
            in_service[site.name, month] += bought.quantity
    for (key, month), count in decisions.kept.items():
        option = case.owned_name(key)
        site, server = case.translation.servers[option]
        _running(case, site, server, option, month, count, ledger)
        in_service[site.name, month] += count
    _working(case, decisions, ledger)
    for (name, month), count in in_service.items():
        _people(case, case.site(name), month, count, ledger)


def months_in_service(site: Site, server: Server, start: int, months: int) -> range:
    """Months of the plan in which a server bought in `start` serves."""
    begin = max(start + server.lead_months, site.opening.lead_months)
    return range(min(begin, months), min(begin + server.life_months, months))


def _opening(case: Case, site: Site, ledger: Ledger) -> None:
    rate = case.rate(site.currency)
    ledger.pay(site.name, 0, site.opening.capex * rate, capex=True)
    for month in range(case.plan.months):
        ledger.pay(site.name, month, site.opening.monthly * rate)


def _running(
    case: Case, site: Site, server: Server, option: str, month: int, count: int, ledger: Ledger
) -> None:
    """Maintenance, and the power drawn whether it works or not."""
    share = 1.0 if server.idle_power_fraction is None else server.idle_power_fraction
    energy = _price_of_an_hour(site, server) * exact(share) * HOURS_PER_MONTH
    ledger.pay(option, month, (server.maintenance_per_month + energy) * case.rate(site.currency) * count)


def _working(case: Case, decisions: Decisions, ledger: Ledger) -> None:
    """Power drawn on top of idling by servers at work, where the plan tells idle power apart."""
    pieces = {piece.index: piece for piece in decisions.slices}
    for run in decisions.runs:
        if run.option not in case.translation.servers:
            continue
        site, server = case.translation.servers[run.option]
        if server.idle_power_fraction is None:
            continue
        piece = pieces[run.slice]
        energy = _price_of_an_hour(site, server) * (1 - exact(server.idle_power_fraction))
        amount = energy * slice_hours(piece) * run.quantity * case.rate(site.currency)
        ledger.pay(run.option, piece.month, amount)


def _price_of_an_hour(site: Site, server: Server) -> Decimal:
    """Cost of the energy of one server at full power for an hour, in the site's currency."""
    if site.power is None:
        return Decimal(0)
    return exact(server.power_kw or 0.0) * exact(site.power.pue) * site.power.price_per_kwh


def _people(case: Case, site: Site, month: int, servers: int, ledger: Ledger) -> None:
    if site.staff is None:
        return
    people = math.ceil(Decimal(servers) / exact(site.staff.servers_per_person))
    ledger.pay(site.name, month, site.staff.per_month * case.rate(site.currency) * people)
