"""What stands in when a place is lost, and which offers stand in for each other then."""

from dataclasses import replace

from .problem import Elastic, Machine, Problem, RateDemand
from .survival import LossOf, domain_of


class Standby:
    """The machines that count in the rule on losses, in one problem; without the rule none does."""

    def __init__(self, problem: Problem) -> None:
        self.rule = problem.limits.survival
        rates = [load for load in problem.workloads if isinstance(load.demand, RateDemand)]
        self.serving = (
            {key for load in rates for key, units in load.units_per_hour.items() if units > 0}
            if self.rule is not None
            else set()
        )
        self.interrupted = {
            key for load in rates if load.interruptible_fraction > 0 for key in load.units_per_hour
        }

    def needs(self, machine: Machine) -> bool:
        """Whether a machine held of this kind could take over."""
        return machine.key in self.serving

    def alike(self, a: Machine, b: Machine) -> bool:
        """Whether A is lost with B, wherever B counts."""
        if self.rule is None or b.key not in self.serving:
            return True
        first, second = (domain_of(self.rule.loss_of, m.provider, m.region) for m in (a, b))
        return first == second

    def elastic(self, a: Elastic, b: Elastic) -> bool:
        """Whether A may do the work of B: what a partner is paid for takes over, what is rented does not;
        where spot works matters only if it serves a rate, and its loss allows a surge."""
        if self.rule is None or not self.needs(b.machine):
            return True
        if b.partner and not a.partner:
            return False
        idle_place = self.rule.surge_fraction == 0 or b.machine.key not in self.interrupted
        return (b.spot and idle_place) or self.alike(a.machine, b.machine)


def without_barred_surges(problem: Problem) -> Problem:
    """The problem with no surge where nothing is for rent elsewhere."""
    rule = problem.limits.survival
    if rule is None or rule.surge_fraction <= 0:
        return problem
    rule = replace(rule, barred=barred_surges(problem, rule.loss_of))
    return replace(problem, limits=replace(problem.limits, survival=rule))


def barred_surges(problem: Problem, loss_of: LossOf) -> frozenset[tuple[str, str]]:
    """Workloads and places without which nothing is offered that the workload could rent anew.

    What may be rented anew is on demand: neither spot, nor a partner's, nor sold under a plan only.
    """
    rented = [e for e in problem.elastic if not (e.spot or e.partner or e.covered_only)]
    machines = [e.machine for e in rented]
    sold = [e.machine for e in problem.elastic] + [r.machine for r in problem.reservations]
    sold += [b.machine for b in problem.blocks]
    sold += [owned.machine for owned in problem.owned if owned.machine is not None]
    places = {m.key: domain_of(loss_of, m.provider, m.region) for m in sold}
    own = {
        server.machine.key: domain_of(loss_of, server.machine.provider, server.machine.region, site.key)
        for site in problem.sites
        for server in site.servers
    }
    found = set()
    for load in problem.workloads:
        able = {key for key, units in load.units_per_hour.items() if units > 0}
        elsewhere = {places[m.key] for m in machines if m.key in able}
        lost = {place for key, place in (places | own).items() if key in able}
        found |= {(load.name, place) for place in lost if not elsewhere - {place}}
    return frozenset(found)
