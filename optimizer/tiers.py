"""Volume tiers: options that are one offer at several prices, of which one is taken at a time."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from .problem import CapacityBlock, Elastic, Problem, Reservation

Option = TypeVar("Option", Elastic, Reservation, CapacityBlock)


def families(options: Iterable[Option]) -> list[list[Option]]:
    """Options that are tiers of one offer together, every other one alone."""
    found: dict[tuple[str, bool], list[Option]] = defaultdict(list)
    for option in options:
        found[(option.key, False) if option.tier is None else (option.tier.of, True)].append(option)
    return list(found.values())


def most_in_force(r: Reservation) -> int | None:
    """The most machines of a reservation, all tiers together, in force at one time."""
    return r.max_quantity if r.tier is None else r.tier.most


def bound_tiers(problem: Problem) -> frozenset[str]:
    """Tiers that cannot be added to whatever else a plan takes, so that they replace no other offer.

    Where no tier has a maximum or costs more than a certain one, any number can be added to the tier that a
    plan takes, for no more than at the price of that certain one: it is not bound.
    """
    rated = {key for plan in problem.spend_plans for key in plan.rates}
    found: set[str] = set()
    groups: list[list[Elastic] | list[Reservation]] = [
        *families(problem.elastic),
        *families(problem.reservations),
    ]
    for tiers in groups:
        open_ended = all(t.max_quantity is None and t.tier is not None and t.tier.most is None for t in tiers)
        alike = open_ended and not any(t.key in rated for t in tiers) and len({_times(t) for t in tiers}) == 1
        for tier in tiers:
            dearest = all(_costs_no_more(other, tier) for other in tiers)
            if tier.tier is not None and not (alike and dearest):
                found.add(tier.key)
    return frozenset(found)


def _times(tier: Elastic | Reservation) -> object:
    return tier.window, tier.hours if isinstance(tier, Elastic) else tier.term_months


def _costs_no_more(tier: Elastic | Reservation, than: Elastic | Reservation) -> bool:
    return tier.price_per_hour <= than.price_per_hour and _fixed(tier) <= _fixed(than)


def _fixed(tier: Elastic | Reservation) -> float:
    return tier.fixed_per_month if isinstance(tier, Elastic) else tier.upfront
