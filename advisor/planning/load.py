"""What capacity stands against demand: an hour of a week, the busiest hour of a month, what is held."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from advisor.demand.demand import ACCELERATORS
from advisor.demand.workload import Workload
from advisor.planning.case import Solved
from advisor.planning.machines import SECONDS_PER_HOUR, usable_accelerators
from advisor.planning.pools import Sources
from advisor.planning.result_load import Load, LoadHour, WorkloadWeek
from optimizer.problem import Machine, RateDemand
from optimizer.result import Serve
from optimizer.timegrid import CELLS, Slice

DIGITS = 6
NOTHING = 1e-9
KINDS = (
    "self_hosted",
    "owned",
    "reserved",
    "spend_commitment",
    "capacity_block",
    "partner",
    "on_demand",
    "spot",
)
Kinds = Mapping[str, float]


def load_of(solved: Solved, sources: Sources) -> Load:
    """Rows from the verified decisions; an hour shows what its load block delivers."""
    rows = _Rows(solved, sources)
    return Load.model_validate(
        {"week": rows.week(), "months": list(rows.months()), "held": list(rows.held())}
    )


class _Rows:
    def __init__(self, solved: Solved, sources: Sources) -> None:
        self._solved = solved
        self._sources = sources
        self._plan = solved.case.plan
        self._model = {w.name: w for w in solved.case.problem.workloads}
        self._pieces: dict[int, list[Slice]] = defaultdict(list)
        for piece in solved.decisions.slices:
            self._pieces[piece.month].append(piece)

    @cached_property
    def _serves(self) -> dict[tuple[str, int], list[Serve]]:
        found: dict[tuple[str, int], list[Serve]] = defaultdict(list)
        for serve in self._solved.decisions.serves:
            found[serve.workload, serve.slice].append(serve)
        return found

    def _delivered(self, workload: Workload, piece: Slice) -> dict[str, float]:
        """By kind, in the workload's unit."""
        found: dict[str, float] = defaultdict(float)
        for serve in self._serves.get((workload.name, piece.index), ()):
            amount = serve.machines * self._per_machine(workload, self._sources.machines[serve.source])
            for kind, share in self._sources.kinds(serve.source, piece):
                found[kind] += amount * share
        return found

    def _per_machine(self, workload: Workload, machine: Machine) -> float:
        """Units of a second; accelerators for that unit, and for an amount of work."""
        if not workload.demand.is_rate:
            spec = self._solved.case.translation.specs[machine.key]
            return usable_accelerators(workload, spec.accelerator_count)
        per_hour = self._model[workload.name].units_per_hour[machine.key]
        return per_hour if workload.demand.unit == ACCELERATORS else per_hour / SECONDS_PER_HOUR

    def _demand(self, workload: Workload, month: int, cells: Iterable[int]) -> float | None:
        """The largest load of some hours of a month."""
        demand = self._model[workload.name].demand
        if not isinstance(demand, RateDemand):
            return None
        if not demand.runs_in(month):
            return 0.0
        per_hour = demand.load_per_hour(month, max(demand.shape.level(cell) for cell in cells))
        return per_hour if workload.demand.unit == ACCELERATORS else per_hour / SECONDS_PER_HOUR

    def week(self) -> dict[str, object]:
        """The busiest month hour by hour."""
        month = self._busiest_month()
        return {
            "month": self._plan.month_at(month),
            "workloads": [
                WorkloadWeek(
                    workload=workload.name, unit=unit_of(workload), hours=tuple(self._hours(workload, month))
                )
                for workload in self._plan.workloads
            ],
        }

    def _hours(self, workload: Workload, month: int) -> Iterator[LoadHour]:
        """An hour that a window cuts into parts of the month shows their mean, by length."""
        if month not in self._plan.months_of(workload):
            return
        mean: list[dict[str, float]] = [defaultdict(float) for _ in CELLS]
        for piece in self._pieces[month]:
            delivered = self._delivered(workload, piece)
            for cell in piece.cells:
                for kind, amount in delivered.items():
                    mean[cell][kind] += amount * (piece.end - piece.start)
        for cell, (day, hour) in enumerate(CELLS):
            demand = self._demand(workload, month, [cell])
            yield LoadHour.model_validate(
                {"day": day, "hour": hour, "demand": _short(demand), "by_kind": _tidy(mean[cell])}
            )

    def _busiest_month(self) -> int:
        """The month with the most accelerators at work in one hour; the first of equals."""
        at_work: dict[int, float] = defaultdict(float)
        for serve in self._solved.decisions.serves:
            at_work[serve.slice] += serve.machines * self._sources.machines[serve.source].accelerators
        best, most = 0, 0.0
        for month, pieces in sorted(self._pieces.items()):
            here = max(at_work.get(piece.index, 0.0) for piece in pieces)
            if here > most * (1 + NOTHING) + NOTHING:
                best, most = month, here
        return best

    def months(self) -> Iterator[dict[str, object]]:
        """Each workload's busiest hour of each month."""
        for month, pieces in sorted(self._pieces.items()):
            for workload in self._plan.workloads:
                if month not in self._plan.months_of(workload):
                    continue
                peak = self._demand(workload, month, range(len(CELLS)))
                busiest = max(pieces, key=lambda piece: self._size(workload, piece))
                yield {
                    "month": self._plan.month_at(month),
                    "workload": workload.name,
                    "unit": unit_of(workload),
                    "peak_demand": _short(peak),
                    "capacity_at_peak_by_kind": _tidy(self._delivered(workload, busiest)),
                }

    def _size(self, workload: Workload, piece: Slice) -> tuple[float, float]:
        """By which the busiest slice is found: its load, else what is delivered in it."""
        load = self._demand(workload, piece.month, piece.cells)
        return load or 0.0, sum(self._delivered(workload, piece).values())

    def held(self) -> Iterator[dict[str, object]]:
        """Most accelerators of each kind that are there in any hour of a month."""
        for month, pieces in sorted(self._pieces.items()):
            most: dict[str, float] = {}
            for piece in pieces:
                for kind, amount in self._sources.held(piece).items():
                    most[kind] = max(most.get(kind, 0.0), amount)
            for kind, amount in _tidy(most).items():
                yield {"month": self._plan.month_at(month), "kind": kind, "accelerators": amount}


def unit_of(workload: Workload) -> str:
    """Unit in which a workload's load is told."""
    return workload.demand.unit if workload.demand.is_rate else ACCELERATORS


def _short(figure: float | None) -> float | None:
    return None if figure is None else float(f"{figure:.{DIGITS}g}")


def _tidy(kinds: Kinds) -> dict[str, float]:
    """In the order of `KINDS`, without what is nothing."""
    return {kind: float(f"{kinds[kind]:.{DIGITS}g}") for kind in KINDS if kinds.get(kind, 0.0) > NOTHING}
