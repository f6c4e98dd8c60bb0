"""Who uses what: the machine-hours of every source given to workloads, month by month."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.planning.case import Case, Solved
from advisor.planning.machines import useful_accelerators
from advisor.planning.pools import Sources
from optimizer.problem import Machine
from optimizer.timegrid import Slice

Amounts = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Use:
    """One workload on one offer in one month. `offer` is the name in results, `source` the optimizer's:
    all commitments of a machine are one source. `commitment`: the spend commitment that pays, if any."""

    workload: str
    offer: str
    source: str
    month: int
    commitment: str | None = None


@dataclass(slots=True)
class Work:
    """What one use amounts to.

    `machine_hours`: of offers billed by the hour all that are paid for, of what is held those at work.
    `units`: see `Usage.delivered_units`. `accelerator_hours`: those at work, by which shared costs are split.
    """

    machine_hours: float = 0.0
    units: float = 0.0
    accelerator_hours: float = 0.0


def work_of(solved: Solved, sources: Sources) -> dict[Use, Work]:
    """All work of an answer, and every hour billed by use given to someone."""
    pieces = {piece.index: piece for piece in solved.decisions.slices}
    units_of = _Units(solved.case)
    found: dict[Use, Work] = defaultdict(Work)
    for serve in solved.decisions.serves:
        piece = pieces[serve.slice]
        machine = sources.machines[serve.source]
        hours = serve.machines * piece.hours
        units = hours * units_of.per_machine_hour(serve.workload, machine)
        for offer, held in sources.holders(serve.source, piece):
            for commitment, paid in sources.paid_by(serve.source, piece):
                share = held * paid
                entry = found[Use(serve.workload, offer, serve.source, piece.month, commitment)]
                entry.machine_hours += hours * share
                entry.units += units * share
                entry.accelerator_hours += hours * share * machine.accelerators
    _give_idle_hours(solved, sources, pieces, found)
    return dict(found)


class _Units:
    """Units of `Usage.delivered_units` that a machine delivers in an hour."""

    def __init__(self, case: Case) -> None:
        self._specs = case.translation.specs
        self._plan = {workload.name: workload for workload in case.plan.workloads}
        self._model = {workload.name: workload for workload in case.problem.workloads}

    def per_machine_hour(self, name: str, machine: Machine) -> float:
        """Units of the demand; for work given in hours of each type, accelerator-hours of this type."""
        workload = self._plan[name]
        total = workload.demand.total
        if isinstance(total, dict):
            return useful_accelerators(workload, self._specs[machine.key])
        return self._model[name].units_per_hour[machine.key] * (1.0 if total is None else total)


def _give_idle_hours(
    solved: Solved, sources: Sources, pieces: Mapping[int, Slice], found: dict[Use, Work]
) -> None:
    """Raise `machine_hours` of what is billed by the hour to all that is paid.

    Hours beyond those at work go to the workloads on the same machines in the same slice, in proportion;
    where none is (a partner's minimum take) to those of the month, else to all that could use the machine.
    """
    elastic = {option.key: option for option in solved.case.problem.elastic}
    in_slice: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    in_month: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for serve in solved.decisions.serves:
        piece = pieces[serve.slice]
        in_slice[serve.source, piece.index][serve.workload] += serve.machines * piece.hours
        in_month[serve.source, piece.month][serve.workload] += serve.machines * piece.hours
    for run in solved.decisions.runs:
        if run.option not in elastic:
            continue
        piece = pieces[run.slice]
        at_work: Amounts = in_slice.get((run.option, piece.index), {})
        idle = run.quantity * piece.hours - sum(at_work.values())
        machine = elastic[run.option].machine.key
        takers = at_work or in_month.get((run.option, piece.month)) or _could_use(solved.case, machine)
        for workload, part in takers.items():
            hours = idle * part / sum(takers.values())
            for commitment, share in sources.paid_by(run.option, piece):
                entry = found[Use(workload, run.option, run.option, piece.month, commitment)]
                entry.machine_hours += hours * share


def _could_use(case: Case, machine: str) -> Amounts:
    return {w.name: 1.0 for w in case.problem.workloads if w.units_per_hour.get(machine, 0.0) > 0}
