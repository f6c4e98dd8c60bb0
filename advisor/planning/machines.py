"""What one machine is to a workload: the work it does in an hour, and the carbon it stands for."""

import math
from dataclasses import dataclass, replace

from advisor.demand.accelerator_names import CPU
from advisor.demand.plan import Plan
from advisor.demand.workload import Workload
from advisor.planning.interruptions import UNKNOWN_FRACTION, lost_fraction
from advisor.planning.latency import near_enough
from optimizer.problem import Machine
from providers import ACCELERATORS, Offer, Purchase, grid_intensity_g_per_kwh, region

SECONDS_PER_HOUR = 3600.0

# Assumptions where no source gives the machine's power; stated in every result.
HOST_POWER_FACTOR = 1.25  # host, memory, network on top of the accelerators' TDP
CLOUD_PUE = 1.2
UNKNOWN_ACCELERATOR_W = 700.0
WATTS_PER_VCPU = 5.0
WATTS_PER_GIB = 0.4
WORLD_GRID_G_PER_KWH = 480.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A machine in a place, as the plan's filters see it."""

    key: str
    provider: str
    region: str
    country: str
    accelerator: str | None
    accelerator_count: float | None
    interruption_fraction: float | None = None  # of machines taken in a month, where that is counted

    def for_model(self, carbon_kg_per_hour: float) -> Machine:
        """The machine as the optimizer sees it; one without accelerators weighs 1 in shares."""
        return Machine(
            key=self.key,
            provider=self.provider,
            region=self.region,
            country=self.country,
            accelerators=self.accelerator_count or 1.0,
            carbon_kg_per_hour=carbon_kg_per_hour,
        )


def spec_of(offer: Offer) -> Spec:
    """The machine of an offer; all ways of paying for it share one key."""
    place = f"{offer.region}@{offer.zone}" if offer.zone else offer.region
    count = float(offer.accelerator_count) if offer.accelerator_count is not None else None
    hardware = f"{count:g}x{offer.accelerator}" if offer.accelerator and count else CPU
    return Spec(
        key=f"{offer.provider}/{place}/{offer.instance_type}/{hardware}",
        provider=offer.provider,
        region=offer.region,
        country=offer.country,
        accelerator=offer.accelerator,
        accelerator_count=count,
    )


def spec_in(plan: Plan, offer: Offer) -> Spec:
    """The machine of an offer to a plan: a spot machine is one of its own where lost work is counted."""
    spec = spec_of(offer)
    if offer.purchase is not Purchase.SPOT or all(w.checkpoint is None for w in plan.workloads):
        return spec
    known = offer.interruption_fraction
    fraction = float(known) if known is not None else UNKNOWN_FRACTION
    return replace(spec, key=f"{spec.key}/spot", interruption_fraction=fraction)


def usable_accelerators(workload: Workload, count: float | None) -> float:
    """Accelerators of one machine that hold whole replicas."""
    have = 1.0 if count is None else count
    size = workload.accelerators_per_replica
    return float(math.floor(have / size + 1e-9) * size)


def useful_accelerators(workload: Workload, spec: Spec) -> float:
    """The same, less the share of hours that interruptions cost."""
    usable = usable_accelerators(workload, spec.accelerator_count)
    return usable * (1.0 - lost_fraction(workload, spec.interruption_fraction, spec.accelerator_count))


def units_per_hour(workload: Workload, spec: Spec) -> float:
    """Work one machine does for a workload in an hour; 0 where it may not or cannot serve it.

    Units as in `units_but_for_latency`.
    """
    if not near_enough(workload, spec.provider, spec.region, spec.country):
        return 0.0
    return units_but_for_latency(workload, spec)


def units_but_for_latency(workload: Workload, spec: Spec) -> float:
    """The same wherever the users are.

    Unit: units of the demand for a rate per second (accelerator-hours of relative speed 1 for the unit
    `accelerators`), and the fraction of all the work for an amount of work.
    """
    if not (workload.residency.admits(spec.country) and workload.regions.admits(spec.provider, spec.region)):
        return 0.0
    name = spec.accelerator or CPU
    usable = useful_accelerators(workload, spec)
    hours = workload.hours_of_work()
    if hours is not None:
        return usable / hours[name] if name in hours else 0.0
    speed = (workload.throughput or {}).get(name, 0.0)
    return usable * speed * (1.0 if workload.demand.unit == "accelerators" else SECONDS_PER_HOUR)


def cloud_carbon_kg_per_hour(offer: Offer) -> float:
    """Estimated emissions of one running machine: TDP x host factor x PUE x the grid of its region."""
    place = region(offer.provider, offer.region)
    grid = place.grid_g_per_kwh if place is not None and place.grid_g_per_kwh is not None else None
    if grid is None:
        grid = grid_intensity_g_per_kwh(offer.country)
    intensity = float(grid) if grid is not None else WORLD_GRID_G_PER_KWH
    kilowatts = (
        machine_watts(offer.accelerator, offer.accelerator_count, offer.vcpus, offer.memory_gib) / 1000.0
    )
    return kilowatts * CLOUD_PUE * intensity / 1000.0


def machine_watts(accelerator: str | None, count: object, vcpus: object, memory_gib: object) -> float:
    """Estimated power of a machine under load in watts, before PUE."""
    if accelerator is not None:
        known = ACCELERATORS.get(accelerator)
        tdp = float(known.tdp_w) if known is not None and known.tdp_w else UNKNOWN_ACCELERATOR_W
        return tdp * _number(count, 1.0) * HOST_POWER_FACTOR
    return _number(vcpus, 1.0) * WATTS_PER_VCPU + _number(memory_gib, 0.0) * WATTS_PER_GIB


def _number(value: object, default: float) -> float:
    return default if value is None else float(str(value))


def serving(plan: Plan, spec: Spec) -> dict[int, float]:
    """Workloads (by position) a machine can serve, with its units per hour."""
    amounts = {w: units_per_hour(workload, spec) for w, workload in enumerate(plan.workloads)}
    return {w: amount for w, amount in amounts.items() if amount > 0}
