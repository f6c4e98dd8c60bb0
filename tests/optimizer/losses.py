"""The rule on losses, and machines in three regions of two providers, for tests."""

from dataclasses import replace

from hypothesis import strategies as st

from optimizer.problem import Limits, Machine, Problem, Reservation
from optimizer.standby import without_barred_surges
from optimizer.survival import LossOf, Survival

from .factories import make_machine, make_reservation

A = make_machine("a", region="r1")
B = make_machine("b", region="r2")
C = make_machine("c", provider="rival", region="r1")
ALL = {"a": 1.0, "b": 1.0, "c": 1.0}


def surviving(loss_of: LossOf = LossOf.REGION, surge: float = 0.0) -> Limits:
    """No limit but the rule."""
    return Limits(survival=Survival(loss_of=loss_of, surge_fraction=surge))


def by_month(machine: Machine, price: float = 1.0, most: int | None = None) -> Reservation:
    """Reserved for a month."""
    return make_reservation(f"r-{machine.key}", price, 1, machine=machine, max_quantity=most)


def survivals() -> st.SearchStrategy[Survival]:
    """Any rule."""
    return st.builds(
        Survival, loss_of=st.sampled_from(LossOf), surge_fraction=st.sampled_from([0.0, 0.0, 0.5, 1.0])
    )


def with_rule(problem: Problem, rule: Survival) -> Problem:
    """The rule beside the limits, with no surge where nothing is for rent elsewhere."""
    return without_barred_surges(replace(problem, limits=replace(problem.limits, survival=rule)))
