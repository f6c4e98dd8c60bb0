"""What it costs to force one unit of an offer into the plan."""

from dataclasses import replace

from ..pins import Pin
from ..problem import Problem


def forced(problem: Problem, offer: str, quantity: int = 1) -> Problem:
    """The problem in which at least `quantity` of an offer is bought; see `Pin` for what that means."""
    return replace(problem, pins=(*problem.pins, Pin(offer=offer, quantity=quantity)))


def without(problem: Problem, offer: str) -> Problem:
    """The problem in which an offer or server type cannot be bought; what is owned of it stays."""
    late = problem.horizon.months
    owned = {o.server.key for o in problem.owned if o.server is not None}
    sites = tuple(
        replace(
            site,
            servers=tuple(
                replace(s, lead_months=late) if s.key == offer else s
                for s in site.servers
                if s.key != offer or s.key in owned
            ),
        )
        for site in problem.sites
    )
    return replace(
        problem,
        elastic=tuple(e for e in problem.elastic if e.key != offer),
        reservations=tuple(r for r in problem.reservations if r.key != offer),
        blocks=tuple(b for b in problem.blocks if b.key != offer),
        sites=sites,
        also_cut_at=problem.availabilities(),
    )
