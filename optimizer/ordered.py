"""One order for what a problem is made of, so that the order it comes in cannot decide between equals."""

from dataclasses import replace

from .problem import Problem


def in_order(problem: Problem) -> Problem:
    """The problem with its offers and sites by key, and its workloads by name."""
    return replace(
        problem,
        workloads=tuple(sorted(problem.workloads, key=lambda load: load.name)),
        sites=tuple(sorted(problem.sites, key=lambda site: site.key)),
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
