"""Gangs: accelerators held together, which must fit one machine."""

from collections.abc import Iterable, Sequence

from advisor.demand.accelerator_names import CPU
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.workload import Workload
from advisor.planning.machines import Spec, spec_of
from providers import Offer


def refuse_wide_gangs(plan: Plan, machines: Iterable[Spec]) -> None:
    """Gangs over several machines come with a later version.

    `machines` are all there are, also those too small for the gang. Where none has an accelerator of the
    workload at all, its gang is not at fault: the plan is impossible for want of machines.
    """
    if all(workload.gang == 1 for workload in plan.workloads):
        return
    largest: dict[str, float] = {}
    for spec in machines:
        name = spec.accelerator or CPU
        largest[name] = max(largest.get(name, 0.0), spec.accelerator_count or 1.0)
    problems = []
    for w, workload in enumerate(plan.workloads):
        widest = max((largest.get(name, 0.0) for name in workload.accelerators()), default=0.0)
        if workload.gang > 1 and 0 < widest < workload.gang:
            message = (
                f"is not supported yet: a gang above one instance (the largest here has {widest:g} "
                "accelerators); write the accelerators of one instance or less"
            )
            path = f"workloads[{w}].gang"
            problems.append(PlanProblem(path=path, value=str(workload.gang), message=message))
    if problems:
        raise PlanError(problems)


def too_small(plan: Plan, workload: Workload, offers: Sequence[Offer]) -> int:
    """How many offers a workload could use, did they not have fewer accelerators than its gang."""
    if workload.gang == 1:
        return 0
    names = workload.accelerators()
    return sum(
        (spec.accelerator or CPU) in names
        and (spec.accelerator_count or 1.0) < workload.gang
        and plan.capacity.admits(offer)
        and workload.residency.admits(spec.country)
        and workload.regions.admits(spec.provider, spec.region)
        for offer, spec in ((offer, spec_of(offer)) for offer in offers)
    )
