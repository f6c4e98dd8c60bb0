"""All that can be held, with the best months for each: the cheapest of everything."""

from dataclasses import dataclass
from itertools import chain

from optimizer.problem import Problem, WorkDemand

from .dispatch import Way, best_ways, combine, month_ways
from .grid import HOURS, Piece, d, pieces
from .held import Held, everything_held, in_service, reserved


@dataclass(frozen=True, slots=True)
class Best:
    """The optimum, or None when no plan can hold; and how many choices of what to hold there were."""

    npv: float | None
    choices: int


def cheapest_by_enumeration(problem: Problem, time_of: Problem | None = None) -> Best:
    """Least present worth over every plan. At most one workload may be an amount of work.

    Time is cut as the problem asks, or as `time_of` does: whole machines run through a whole piece of time.
    """
    totals = [w.demand.total for w in problem.workloads if isinstance(w.demand, WorkDemand)]
    assert len(totals) <= 1
    total = sum(totals) / HOURS
    grids = [pieces(time_of or problem, month) for month in range(problem.horizon.months)]
    held = sorted(everything_held(problem, list(chain(*grids))), key=lambda h: h.npv)
    cache: dict[object, list[Way]] = {}
    best: float | None = None
    for choice in held:
        if best is not None and choice.npv >= best:
            break  # what runs by the hour only adds to it
        rest = _rest(problem, choice, grids, total, cache)
        if rest is not None and (best is None or choice.npv + rest < best):
            best = choice.npv + rest
    return Best(best, len(held))


def _rest(
    problem: Problem, held: Held, grids: list[list[Piece]], total: float, cache: dict[object, list[Way]]
) -> float | None:
    """Least cost of all that runs by the hour beside what is held."""
    limits = problem.limits
    so_far = [Way(0.0, held.carbon_kg)]
    for month, grid in enumerate(grids):
        ways = _month(problem, held, month, grid, cache)
        if limits.cash_per_month is not None:
            room = limits.cash_per_month[month] - held.cash[month] + 1e-6
            ways = [way for way in ways if way.cash <= room]
        # from here on `cash` holds present worth, with the charge on carbon
        price, worth = limits.carbon_price_per_kg, d(problem, month)
        valued = [Way((w.cash + price * w.carbon_kg) * worth, w.carbon_kg, w.least, w.most) for w in ways]
        so_far = combine(problem, so_far, best_ways(problem, valued))
    fits = [
        way.cash
        for way in so_far
        if way.least - 1e-9 <= total <= way.most + 1e-9
        and (limits.carbon_kg_total is None or way.carbon_kg <= limits.carbon_kg_total + 1e-6)
    ]
    return min(fits, default=None)


def _month(
    problem: Problem, held: Held, month: int, grid: list[Piece], cache: dict[object, list[Way]]
) -> list[Way]:
    firm = [_firm(problem, held, piece) for piece in grid]
    serving = {
        server.key: in_service(problem, held, site, server, month)
        for site in problem.sites
        for server in site.servers
    }
    key = (month, tuple(tuple(sorted(f.items())) for f in firm), tuple(serving.items()))
    if key not in cache:
        cache[key] = month_ways(problem, grid, firm, serving)
    return cache[key]


def _firm(problem: Problem, held: Held, piece: Piece) -> dict[str, int]:
    """Committed machines by kind in a piece of a month."""
    found: dict[str, int] = {}
    for r in problem.reservations:
        found[r.machine.key] = found.get(r.machine.key, 0) + reserved(held, r, piece.month)
    for block in problem.blocks:
        if block.window.start <= piece.start and piece.end <= block.window.end:
            count = held.counts.get(("block", block.key, 0), 0)
            found[block.machine.key] = found.get(block.machine.key, 0) + count
    for owned in problem.owned:
        last = piece.month if owned.last_month is None else owned.last_month
        if owned.machine is not None and owned.first_month <= piece.month <= last:
            found[owned.machine.key] = found.get(owned.machine.key, 0) + owned.quantity
    return found
