"""One order for a problem's offers, so that the order they come in cannot decide between equals."""

from dataclasses import replace

from .problem import Problem


def in_order(problem: Problem) -> Problem:
    """The problem with its offers by key. Workloads and sites keep the order of the plan."""
    return replace(
        problem,
        elastic=tuple(sorted(problem.elastic, key=lambda e: e.key)),
        reservations=tuple(sorted(problem.reservations, key=lambda r: r.key)),
        blocks=tuple(sorted(problem.blocks, key=lambda b: b.key)),
        also_cut_at=tuple(
            sorted(
                problem.also_cut_at,
                key=lambda time: (time.window.start, time.window.end, sorted(time.hours or ())),
            )
        ),
    )
