"""The limits of a plan: money, carbon, and shares of the capacity at work."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .facts import Facts, number
from .tally import Tally

# amounts below a thousand are compared as if they were a thousand: to a tenth of a cent, or a gram
LEAST_SCALE = 1000.0
ONE_MACHINE_MONTH = 730.0  # accelerator-hours: the least scale on which shares are compared


def check_limits(facts: Facts, tallies: Sequence[Tally], tolerance: float) -> Iterator[str]:
    """All limits, with what was reached."""
    limits = facts.problem.limits

    def over(have: float, most: float) -> bool:
        return not have <= most + tolerance * max(LEAST_SCALE, abs(most))

    capex = sum(sum(tally.capex.values()) for tally in tallies)
    if limits.capex_total is not None and over(capex, limits.capex_total):
        yield f"capex_total: {number(capex)} exceeds {number(limits.capex_total)}"
    for month, most in enumerate(limits.cash_per_month or ()):
        cash = sum(tally.paid(month) for tally in tallies)
        if month < facts.months and over(cash, most):
            yield f"cash_per_month in month {month}: {number(cash)} exceeds {number(most)}"
    carbon = sum(sum(tally.carbon_kg.values()) for tally in tallies)
    if limits.carbon_kg_total is not None and over(carbon, limits.carbon_kg_total):
        yield f"carbon_kg_total: {number(carbon)} exceeds {number(limits.carbon_kg_total)}"
    yield from _check_shares(facts, tolerance)


def _check_shares(facts: Facts, tolerance: float) -> Iterator[str]:
    limits = facts.problem.limits
    bounds = {
        "provider": limits.provider_share_max,
        "country": limits.country_share_max,
        "spot": limits.spot_share_max,
        "partner": limits.partner_share_max,
    }
    total: dict[int, float] = defaultdict(float)
    parts: dict[tuple[str, str, int], float] = defaultdict(float)
    for serve in facts.plan.serves:
        source, piece = facts.sources[serve.source], facts.slices[serve.slice]
        hours = serve.machines * piece.hours * source.machine.accelerators
        total[piece.month] += hours
        parts["country", source.machine.country, piece.month] += hours
        if source.server is None:
            parts["provider", source.machine.provider, piece.month] += hours
        if source.elastic is not None and source.elastic.spot:
            parts["spot", "spot", piece.month] += hours
        if source.elastic is not None and source.elastic.partner:
            parts["partner", "partners", piece.month] += hours
    for (kind, who, month), hours in parts.items():
        most = bounds[kind]
        every = total[month]
        if most is not None and not hours <= most * every + tolerance * (every + ONE_MACHINE_MONTH):
            share = number(hours / every)
            yield f"{kind}_share_max in month {month}: {who} has {share} of the hours, at most {number(most)}"
