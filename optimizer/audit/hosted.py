"""The bill for own data centres: servers bought and kept, their power, the sites and their people."""

import math
from collections.abc import Iterator

from ..problem import Owned, ServerType, Site
from ..result import Purchase
from .facts import HOURS, Facts, first_service_month
from .tally import Tally


def bill_hosted(facts: Facts) -> Iterator[Tally]:
    """One tally per server purchase, per owned server entry, per opened site and per site with staff."""
    for purchase in facts.plan.servers:
        yield _bought(facts, purchase)
    for owned in facts.problem.owned:
        if owned.server is not None:
            yield _kept(facts, owned, owned.server)
    for site in facts.problem.sites:
        if site.key in facts.plan.opened:
            yield _opened(facts, site)
        staff = _staff(facts, site)
        if staff is not None:
            yield staff


def _serve(facts: Facts, tally: Tally, key: str, month: int, count: int) -> None:
    """A month in service of `count` servers: maintenance, energy, carbon, and their part of the work done.

    Servers of a type share its work evenly, so a purchase bears its part of the power drawn by working.
    """
    if count == 0:
        return
    server, site = facts.servers[key]
    full_kw = server.power_kw * site.pue
    idle = server.idle_power_fraction
    energy_kwh = count * full_kw * HOURS * (1.0 if idle is None else idle)
    if idle is not None:
        part = count / facts.serving[key, month]
        energy_kwh += part * full_kw * (1.0 - idle) * _hours_at_work(facts, key, month)
    tally.instance_hours += count * HOURS
    tally.opex[month] += count * server.maintenance_per_month + energy_kwh * site.price_per_kwh
    tally.carbon_kg[month] += energy_kwh * site.carbon_kg_per_kwh


def _hours_at_work(facts: Facts, key: str, month: int) -> float:
    """Server-hours at work of a type in a month."""
    return sum(
        count * facts.slices[i].hours
        for i, count in facts.running.get(key, {}).items()
        if facts.slices[i].month == month
    )


def _bought(facts: Facts, purchase: Purchase) -> Tally:
    server, site = facts.servers[purchase.option]
    count, horizon = purchase.quantity, facts.months
    begin = first_service_month(server, site, purchase.start)
    end = begin + server.life_months
    tally = Tally(
        kind="self_hosted",
        option=server.key,
        start=purchase.start,
        months=server.life_months,
        quantity=count,
    )
    tally.capex[purchase.start] += count * server.capex
    for month in range(begin, min(end, horizon)):
        _serve(facts, tally, server.key, month, count)
    if end < horizon:
        tally.credit[end] += count * server.capex * server.residual_fraction
    else:
        lost = (1.0 - server.residual_fraction) * max(0, horizon - begin) / server.life_months
        tally.credit[horizon - 1] += count * server.capex * (1.0 - lost)
    return tally


def _kept(facts: Facts, owned: Owned, server: ServerType) -> Tally:
    on = {m: count for (key, m), count in sorted(facts.plan.kept.items()) if key == owned.key and count}
    tally = Tally(
        kind="owned",
        option=owned.key,
        start=min(on, default=owned.first_month),
        months=len(on),
        quantity=max(on.values(), default=0),
    )
    for month, count in on.items():
        _serve(facts, tally, server.key, month, count)
    return tally


def _opened(facts: Facts, site: Site) -> Tally:
    tally = Tally(kind="site", option=site.key, months=facts.months, quantity=1)
    tally.capex[0] += site.opening_capex
    for month in range(facts.months):
        tally.opex[month] += site.opening_per_month
    return tally


def _staff(facts: Facts, site: Site) -> Tally | None:
    """People by month: servers in service over servers per person, rounded up."""
    if site.servers_per_person is None or site.staff_per_month <= 0:
        return None
    people = []
    for month in range(facts.months):
        serving = sum(facts.serving[server.key, month] for server in site.servers)
        people.append(math.ceil(serving / site.servers_per_person - 1e-9))
    busy = [month for month, count in enumerate(people) if count]
    if not busy:
        return None
    tally = Tally(
        kind="staff",
        option=site.key,
        start=busy[0],
        months=busy[-1] - busy[0] + 1,
        quantity=max(people),
    )
    for month, count in enumerate(people):
        tally.opex[month] += count * site.staff_per_month
    return tally
