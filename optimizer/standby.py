"""Which offers stand in for each other when a region or provider may be lost: the place then matters."""

from .problem import Elastic, Machine, Problem, RateDemand
from .survival import domain_of


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
