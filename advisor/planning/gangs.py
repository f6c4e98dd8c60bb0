"""Gangs: accelerators of one type in one region (one site, one partner) that a job holds together."""

from collections.abc import Iterable

from advisor.demand.accelerator_names import CPU
from advisor.demand.workload import Workload
from advisor.planning.machines import Spec
from optimizer.gang import Gang


def gang_of(workload: Workload, machines: Iterable[Spec]) -> Gang | None:
    """The gang of a workload over the machines that can serve it; None where each holds it alone."""
    pools = {spec.key: pool_of(spec) for spec in machines if workload.gang > 1}
    sizes = (spec.accelerator_count or 1.0 for spec in machines)
    if all(size >= workload.gang for size in sizes):
        return None
    return Gang(accelerators=float(workload.gang), pools=pools)


def pool_of(spec: Spec) -> str:
    """Where accelerators count as together: `aws/us-east-1/H100`, `own/colo/H100`, `partner/uni/H100`."""
    return f"{spec.provider}/{spec.region}/{spec.accelerator or CPU}"
