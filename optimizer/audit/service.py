"""Every load is served, by machines that are there, and by spot only as far as it may be."""

from collections import defaultdict
from collections.abc import Iterator

from ..problem import WorkDemand
from .facts import Facts, load, number, wanted


def check_serving(facts: Facts, tolerance: float) -> Iterator[str]:
    """All rules on who works for whom."""
    yield from _check_ability(facts)
    yield from _check_loads(facts, tolerance)
    yield from _check_capacity(facts, tolerance)
    yield from _check_presence(facts)
    yield from _check_spot(facts, tolerance)


def units(facts: Facts, workload: str, source: str) -> float:
    """Work one machine of a source does for a workload in an hour; 0 if it cannot."""
    return facts.workloads[workload].units_per_hour.get(facts.sources[source].machine.key, 0.0)


def _check_ability(facts: Facts) -> Iterator[str]:
    for serve in facts.plan.serves:
        where = f"{serve.source} serving {serve.workload!r} in slice {serve.slice}"
        if serve.machines > 0 and units(facts, serve.workload, serve.source) <= 0:
            yield f"{where}: it cannot serve this workload"
        workload, piece = facts.workloads[serve.workload], facts.slices[serve.slice]
        if isinstance(workload.demand, WorkDemand) and serve.machines > 0 and not wanted(workload, piece):
            yield f"{where}: month {piece.month} is outside the workload's months"


def _fastest(facts: Facts) -> dict[str, float]:
    """Work in an hour of the fastest machine there is for each workload."""
    machines = {source.machine.key for source in facts.sources.values()}
    return {
        name: max((units for key, units in w.units_per_hour.items() if key in machines), default=0.0)
        for name, w in facts.workloads.items()
    }


def _check_loads(facts: Facts, tolerance: float) -> Iterator[str]:
    """Served exactly, within `tolerance` of the load plus one machine of the fastest kind."""
    served: dict[tuple[str, int], float] = defaultdict(float)
    work: dict[str, float] = defaultdict(float)
    for serve in facts.plan.serves:
        done = serve.machines * units(facts, serve.workload, serve.source)
        served[serve.workload, serve.slice] += done
        work[serve.workload] += done * facts.slices[serve.slice].hours
    fastest = _fastest(facts)
    for name, workload in facts.workloads.items():
        machine = fastest[name]
        if isinstance(workload.demand, WorkDemand):
            total = workload.demand.total
            if not abs(work[name] - total) <= tolerance * (total + machine):
                yield f"workload {name!r}: {number(work[name])} units of work done, {number(total)} wanted"
            continue
        for i, piece in facts.slices.items():
            need, have = load(workload, piece), served[name, i]
            if not abs(have - need) <= tolerance * (need + machine):
                yield (
                    f"workload {name!r} in slice {i} (month {piece.month}): "
                    f"{number(have)} units per hour served, {number(need)} wanted"
                )


def _check_capacity(facts: Facts, tolerance: float) -> Iterator[str]:
    """Machines at work are at most those that are there."""
    at_work: dict[tuple[str, int], float] = defaultdict(float)
    for serve in facts.plan.serves:
        at_work[serve.source, serve.slice] += serve.machines
    for (key, i), machines in at_work.items():
        usable = _usable(facts, key, i)
        if not machines <= usable + tolerance * (1.0 + usable):
            yield f"{key} in slice {i}: {number(machines)} machines at work, {number(usable)} usable"


def _check_presence(facts: Facts) -> Iterator[str]:
    """Some machine is there for every load, however small: the other rules hold within a tolerance only."""
    for name, workload in facts.workloads.items():
        able = [key for key in facts.sources if units(facts, name, key) > 0]
        slices = [i for i, piece in facts.slices.items() if wanted(workload, piece)]
        without = [i for i in slices if not any(_usable(facts, key, i) > 0 for key in able)]
        is_work = isinstance(workload.demand, WorkDemand)
        if without and (len(without) == len(slices) or not is_work):
            where = "its months" if is_work else f"slice {without[0]}"
            yield f"workload {name!r}: no machine that could serve it is there in {where}"


def _usable(facts: Facts, key: str, i: int) -> float:
    """Machines of a source that can work in a slice."""
    source, piece = facts.sources[key], facts.slices[i]
    if source.elastic is not None:
        return float(facts.running.get(key, {}).get(i, 0))
    if source.server is None:
        return float(facts.firm_in(source.machine.key, piece))
    share = source.server.utilisation_cap_fraction
    if source.server.idle_power_fraction is not None:
        return share * facts.running.get(key, {}).get(i, 0)
    return share * facts.serving[key, piece.month]


def _check_spot(facts: Facts, tolerance: float) -> Iterator[str]:
    """Spot does at most the interruptible fraction of a workload's load, or of its work, in each slice."""
    spot: dict[tuple[str, int], float] = defaultdict(float)
    every: dict[tuple[str, int], float] = defaultdict(float)
    for serve in facts.plan.serves:
        done = serve.machines * units(facts, serve.workload, serve.source)
        every[serve.workload, serve.slice] += done
        offer = facts.sources[serve.source].elastic
        if offer is not None and offer.spot:
            spot[serve.workload, serve.slice] += done
    fastest = _fastest(facts)
    for (name, i), done in spot.items():
        workload = facts.workloads[name]
        whole = every[name, i] if isinstance(workload.demand, WorkDemand) else load(workload, facts.slices[i])
        most = workload.interruptible_fraction * whole
        if not done <= most + tolerance * (whole + fastest[name]):
            yield (
                f"workload {name!r} in slice {i}: spot serves {number(done)} units per hour, "
                f"at most {number(most)} may be interrupted"
            )
