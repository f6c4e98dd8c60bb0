"""A model written down, with the keys to read it back: one scene for each scenario."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from .index import Index
from .ledger import Entry
from .matrix import Array
from .model import Model
from .problem import WorkDemand
from .risk.tail import Tail
from .variables import Variables


@dataclass(frozen=True, slots=True)
class Scene:
    """One scenario's sets, variables and flows. What is bought is the same variables in all scenes."""

    probability: float
    index: Index
    variables: Variables
    entries: list[Entry]
    first_part: int  # its slices are the parts of time from here on


@dataclass(frozen=True, slots=True)
class Built:
    """A model ready to solve. `index` and `variables` tell what is bought; `scenes` what runs by the hour.

    Where all is certain there is one scene, with the same index and variables.
    """

    index: Index
    variables: Variables
    model: Model
    entries: list[Entry]
    rows: dict[str, int]
    scenes: tuple[Scene, ...]
    uncertain: bool = False
    tail: Tail | None = None

    def rows_of(self, families: Collection[str]) -> Array:
        """Positions of these families' rows, where all is certain: one family is written after the other."""
        ends = np.cumsum(list(self.rows.values()))
        spans = [
            np.arange(end - count, end)
            for (family, count), end in zip(self.rows.items(), ends, strict=True)
            if family in families
        ]
        return np.concatenate([np.zeros(0, np.int64), *spans])

    @property
    def parts(self) -> int:
        """Parts of time: the slices of all scenes."""
        return len(self.scenes) * len(self.index.slices)

    def when(self, part: int) -> tuple[int, int]:
        """Scene and month of a part."""
        scene, piece = divmod(part, len(self.index.slices))
        return scene, self.index.slices[piece].month


def check_rows(index: Index, rows: dict[str, int]) -> None:
    """Refuse a model in which a limit has silently vanished: what the sets ask for must have been written."""
    limits = index.problem.limits
    demands = [load.demand for load in index.problem.workloads]
    wanted = {
        "demand": sum(1 for load in index.loads.values() if load > 0),
        "work": sum(1 for demand in demands if isinstance(demand, WorkDemand)),
        "capacity": len({(q, i) for _, q, i in index.serves}),
        "capex": int(limits.capex_total is not None),
        "carbon": int(limits.carbon_kg_total is not None),
    }
    wrong = {name: rows[name] for name, count in wanted.items() if rows[name] != count}
    if wrong:
        raise AssertionError(f"rows {wrong} do not match the sets ({wanted})")
