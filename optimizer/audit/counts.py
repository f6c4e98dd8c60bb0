"""Purchases and machines running: known, whole, bought when they can be, neither too few nor too many."""

import math
from collections.abc import Container, Iterator

from ..problem import Elastic
from ..result import Purchase
from .facts import Facts, available, covers, number, owned_in, wanted


def unknown_keys(facts: Facts) -> Iterator[str]:
    """Names that the problem, or the plan's own list of slices, does not have."""
    plan = facts.plan
    rooms: tuple[tuple[str, tuple[Purchase, ...], Container[str]], ...] = (
        ("reservation", plan.reserved, facts.reservations),
        ("capacity block", plan.blocks, facts.blocks),
        ("server type", plan.servers, facts.servers),
    )
    for kind, purchases, known in rooms:
        yield from (f"unknown {kind} {p.option!r}" for p in purchases if p.option not in known)
    sites = {site.key for site in facts.problem.sites}
    yield from (f"unknown site {key!r} opened" for key in plan.opened if key not in sites)
    yield from (f"unknown owned capacity {key!r} kept" for key, _ in plan.kept if key not in facts.owned)
    runnable = facts.elastic.keys() | {
        key for key, (server, _) in facts.servers.items() if server.idle_power_fraction is not None
    }
    for run in plan.runs:
        if run.option not in runnable:
            yield f"run in slice {run.slice}: unknown offer {run.option!r}"
    for serve in plan.serves:
        if serve.workload not in facts.workloads:
            yield f"serve in slice {serve.slice}: unknown workload {serve.workload!r}"
        if serve.source not in facts.sources:
            yield f"serve in slice {serve.slice}: unknown source {serve.source!r}"
    used = [("run", run.slice) for run in plan.runs] + [("serve", serve.slice) for serve in plan.serves]
    yield from (f"{kind}: unknown slice {i}" for kind, i in used if i not in facts.slices)


def not_counts(facts: Facts) -> Iterator[str]:
    """Quantities that are not whole numbers from 0, and shares of machines that are not numbers from 0."""
    plan = facts.plan
    counts = [
        *((f"{p.option} bought in month {p.start}", p.quantity) for p in plan.reserved),
        *((f"{p.option} bought in month {p.start}", p.quantity) for p in plan.blocks),
        *((f"{p.option} bought in month {p.start}", p.quantity) for p in plan.servers),
        *((f"{key} kept in month {month}", count) for (key, month), count in plan.kept.items()),
        *((f"{run.option} running in slice {run.slice}", run.quantity) for run in plan.runs),
    ]
    for what, count in counts:
        if not isinstance(count, int) or isinstance(count, bool):
            yield f"{what}: quantity {count!r} is not a whole number"
        elif count < 0:
            yield f"{what}: quantity {count} is negative"
    for serve in plan.serves:
        if not (math.isfinite(serve.machines) and serve.machines >= 0):
            what = f"{serve.source} serving {serve.workload!r} in slice {serve.slice}"
            yield f"{what}: {serve.machines} machines is not a number from 0"


def check_reservations(facts: Facts) -> Iterator[str]:
    """Bought while on sale, at least the minimum at once, at most the maximum in force at any time."""
    for (key, start), count in facts.reserved.items():
        offer = facts.reservations[key]
        where = f"{key} bought in month {start}"
        if not 0 <= start < facts.months:
            yield f"{where}: not one of the plan's {facts.months} months"
        if not offer.window.start <= start < offer.window.end:
            yield f"{where}: on sale only from {number(offer.window.start)} to {number(offer.window.end)}"
        if 0 < count < offer.min_quantity:
            yield f"{where}: {count} machines are fewer than min_quantity {offer.min_quantity}"
    for offer in facts.reservations.values():
        for month in range(facts.months):
            held = facts.in_force[offer.key, month]
            most = offer.max_quantity
            if most is not None and held > most and offer.tier is None:
                yield f"{offer.key} in month {month}: {held} machines exceed max_quantity {most}"


def check_blocks(facts: Facts) -> Iterator[str]:
    """Bought for their own window, none or from the minimum to the maximum."""
    for purchase in facts.plan.blocks:
        begin = max(0, math.floor(facts.blocks[purchase.option].window.start + 1e-9))
        if purchase.start != begin:
            yield f"{purchase.option}: bought in month {purchase.start}, its window begins in month {begin}"
    for key, count in facts.blocked.items():
        block = facts.blocks[key]
        if 0 < count < block.min_quantity:
            yield f"{key}: {count} machines are fewer than min_quantity {block.min_quantity}"
        if block.max_quantity is not None and count > block.max_quantity:
            yield f"{key}: {count} machines exceed max_quantity {block.max_quantity}"


def check_running(facts: Facts) -> Iterator[str]:
    """By the hour: only where it can be had, none or from the minimum to the maximum."""
    for key, counts in facts.running.items():
        if key in facts.elastic:
            for i, count in counts.items():
                if count:
                    yield from _check_run(facts, facts.elastic[key], i, count)
    for offer in facts.elastic.values():
        if offer.partner and offer.min_quantity > 0:
            yield from _partner_minimum(facts, offer)


def _check_run(facts: Facts, offer: Elastic, i: int, count: int) -> Iterator[str]:
    where = f"{offer.key} in slice {i}"
    piece = facts.slices[i]
    if not covers(offer.window, piece.start, piece.end):
        yield f"{where}: available only from {number(offer.window.start)} to {number(offer.window.end)}"
    elif not available(offer, piece):
        yield f"{where}: the slice has hours of the day in which it is not available"
    if offer.max_quantity is not None and count > offer.max_quantity:
        yield f"{where}: {count} machines exceed max_quantity {offer.max_quantity}"
    if not offer.partner and count < offer.min_quantity:
        yield f"{where}: {count} machines are fewer than min_quantity {offer.min_quantity}"


def used_months(facts: Facts, offer: Elastic) -> list[int]:
    """Months in which any machine of an offer runs."""
    counts = facts.running.get(offer.key, {})
    return sorted({facts.slices[i].month for i, count in counts.items() if count})


def _partner_minimum(facts: Facts, offer: Elastic) -> Iterator[str]:
    """In a month that is used, the minimum runs wherever there is something to run."""
    used = set(used_months(facts, offer))
    if not used:
        return
    able = [
        workload
        for workload in facts.workloads.values()
        if workload.units_per_hour.get(offer.machine.key, 0.0) > 0
        and (workload.interruptible_fraction > 0 or not offer.spot)
    ]
    counts = facts.running[offer.key]
    for i, piece in facts.slices.items():
        if piece.month not in used or not available(offer, piece):
            continue
        count, least = counts.get(i, 0), offer.min_quantity
        if count < least and any(wanted(workload, piece) for workload in able):
            where = f"{offer.key} in slice {i}"
            used_in = f"used in month {piece.month}"
            yield f"{where}: {used_in}, {count} machines are fewer than min_quantity {least}"


def check_servers(facts: Facts) -> Iterator[str]:
    """At opened sites, within power, racks and maxima; owned ones only as long as they exist."""
    for (key, start), count in facts.bought.items():
        site = facts.servers[key][1]
        if not 0 <= start < facts.months:
            yield f"{key} bought in month {start}: not one of the plan's {facts.months} months"
        if count and site.key not in facts.plan.opened:
            yield f"{key} bought in month {start}: site {site.key!r} is not opened"
    if len(set(facts.plan.opened)) != len(facts.plan.opened):
        yield f"a site is opened twice: {', '.join(facts.plan.opened)}"
    yield from _check_kept(facts)
    for month in range(facts.months):
        yield from _check_sites(facts, month)
    for key in facts.servers:
        for i, count in facts.running.get(key, {}).items():
            serving = facts.serving[key, facts.slices[i].month]
            if count > serving:
                yield f"{key} in slice {i}: {count} servers at work exceed the {serving} in service"


def _check_kept(facts: Facts) -> Iterator[str]:
    for (key, month), count in facts.plan.kept.items():
        owned = facts.owned[key]
        where = f"{key} kept in month {month}"
        if owned.server is None or owned.server.key not in facts.servers:
            yield f"{where}: it is no server of a site"
            continue
        if not (0 <= month < facts.months and owned_in(owned, month)):
            yield f"{where}: it is owned only from month {owned.first_month} to {owned.last_month}"
        if count > owned.quantity:
            yield f"{where}: {count} servers exceed the {owned.quantity} owned"
        site = facts.servers[owned.server.key][1]
        if count and site.key not in facts.plan.opened:
            yield f"{where}: site {site.key!r} is not opened"


def _check_sites(facts: Facts, month: int) -> Iterator[str]:
    for site in facts.problem.sites:
        power_kw = racks = 0.0
        for server in site.servers:
            count = facts.serving[server.key, month]
            power_kw += count * server.power_kw
            racks += count * server.racks
            bound = server.max_quantity
            if bound is not None and count > bound:
                yield f"{server.key} in month {month}: {count} servers exceed max_quantity {bound}"
        for what, have, most in (("kW", power_kw, site.limit_kw), ("racks", racks, site.limit_racks)):
            if most is not None and have > most * (1.0 + 1e-6):
                yield f"site {site.key!r} in month {month}: {number(have)} {what} exceed {number(most)}"
