"""Purchases that a plan must contain: what explanations force, to see what it costs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """At least (or, if `exact`, exactly) `quantity` of an offer or server type.

    Machines, bought in month `start` or (None) over all months together. For an elastic offer months of one
    machine, 730 hours each, in whatever slices; of one that can be had for fewer hours, all of them.
    """

    offer: str
    quantity: int = 1
    start: int | None = None
    exact: bool = False
