"""Purchases that the plan had to make."""

from collections.abc import Iterator

from ..problem import Elastic
from ..timegrid import Slice
from .facts import HOURS, Facts, available, number, wanted

TRACE = 1e-6  # machine-months


def check_pins(facts: Facts) -> Iterator[str]:
    """At least, or exactly, as many as asked for."""
    for pin in facts.problem.pins:
        elastic = facts.elastic.get(pin.offer)
        if elastic is not None:
            runs = (run for run in facts.plan.runs if run.option == pin.offer)
            have = sum(run.quantity * facts.slices[run.slice].hours for run in runs) / HOURS
            there = [piece for piece in facts.slices.values() if _could_run(facts, elastic, piece)]
            asked = pin.quantity * min(1.0, sum(piece.hours for piece in there) / HOURS)
        else:
            rooms = (facts.plan.reserved, facts.plan.servers, facts.plan.blocks)
            bought = [p for room in rooms for p in room if p.option == pin.offer]
            have = float(sum(p.quantity for p in bought if pin.start in (None, p.start)))
            asked = float(pin.quantity)
        if have < asked - TRACE or (pin.exact and have > asked + TRACE):
            least = "exactly" if pin.exact else "at least"
            yield f"{pin.offer}: {number(have)} bought, {least} {number(asked)} asked"


def _could_run(facts: Facts, elastic: Elastic, piece: Slice) -> bool:
    return available(elastic, piece) and any(
        load.units_per_hour.get(elastic.machine.key, 0.0) > 0
        and (load.interruptible_fraction > 0 or not elastic.spot)
        and wanted(load, piece)
        for load in facts.workloads.values()
    )
