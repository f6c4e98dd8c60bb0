"""Machines that count when a region or provider is lost: offers in different places are then not alike."""

from .problem import Problem, RateDemand
from .survival import domain_of


def standby_domains(problem: Problem) -> dict[str, str]:
    """The domain of each rented machine that can serve a rate demand; empty without `survival`."""
    rule = problem.limits.survival
    if rule is None:
        return {}
    rates = [load for load in problem.workloads if isinstance(load.demand, RateDemand)]
    serving = {key for load in rates for key, units in load.units_per_hour.items() if units > 0}
    machines = [e.machine for e in problem.elastic] + [r.machine for r in problem.reservations]
    machines += [b.machine for b in problem.blocks]
    return {m.key: domain_of(rule.loss_of, m.provider, m.region) for m in machines if m.key in serving}
