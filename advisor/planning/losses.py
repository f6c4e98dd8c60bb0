"""Surviving the loss of a region or provider, in words: what cannot be met without it, what is assumed."""

from collections.abc import Iterator

from advisor.demand.demand import ACCELERATORS
from advisor.planning.case import Case
from advisor.planning.machines import SECONDS_PER_HOUR
from advisor.planning.words import amount, percent
from optimizer.conflicts import Clash
from optimizer.survival import ELSEWHERE

PATH = "limits.survive_loss_of"


def loss_figures(case: Case, clash: Clash) -> tuple[float | None, float | None, str]:
    """Needed without the lost place and available there, with their unit: of one workload in its own unit,
    of several as a share of their loads."""
    if len(clash.loads) != 1 or clash.available is None:
        return clash.needed, clash.available, clash.unit
    name, per_hour = clash.loads[0]
    unit = next(w for w in case.plan.workloads if w.name == name).demand.unit
    load = per_hour / (1.0 if unit == ACCELERATORS else SECONDS_PER_HOUR)
    return load, load * clash.available, unit


def loss_words(case: Case, clash: Clash) -> str:
    """`limits.survive_loss_of: without aws/eu-west-1, chat needs 1,150 tokens per second in 2027-03; …`."""
    lost = "spot machines" if clash.where == ELSEWHERE else clash.where
    month = f" in {case.plan.month_at(clash.month)}" if clash.month is not None else ""
    needed, available, unit = loss_figures(case, clash)
    there = f"what is held elsewhere{_besides(case)} can meet"
    if available is None or needed is None or not clash.loads:
        return f"{PATH}: without {lost}, the load is not met{month}"
    if len(clash.loads) > 1:
        names = " and ".join(name for name, _ in clash.loads)
        served = percent(available, down=True)
        return f"{PATH}: without {lost}, {there} at most {served} of {names}{month}"
    words = unit.replace("_", " ")
    return (
        f"{PATH}: without {lost}, {clash.loads[0][0]} needs {amount(needed)} {words}{month}; "
        f"{there} at most {amount(available)}"
    )


def _besides(case: Case) -> str:
    surge = case.plan.limits.on_demand_surge_fraction
    return f" and a surge of {percent(surge)} of what is lost" if surge else ""


def loss_assumptions(case: Case) -> Iterator[str]:
    """What the rule takes for granted, where the plan has it."""
    lost = case.plan.limits.survive_loss_of
    if lost == "none":
        return
    yield (
        f"One {lost} is lost at a time, all of it; each own site and partner counts as one. Held machines "
        "elsewhere take over at once: training on them waits, and spot machines are lost with the rest."
    )
