"""Problem to model: sets, variables, rows family by family, objective."""

from dataclasses import dataclass

import pulp

from .constraints import FAMILIES, PRICED_FAMILIES
from .index import Index, Keep, build_index
from .ledger import Entry, entries
from .model import Model
from .objective import add_objective
from .problem import Problem, WorkDemand
from .variables import Variables, create_variables


@dataclass(frozen=True, slots=True)
class Built:
    """A model ready to solve, with the keys to read it back."""

    index: Index
    variables: Variables
    model: Model
    entries: list[Entry]
    rows: dict[str, int]


def build(
    problem: Problem, *, relax: bool = False, mean_blocks: int | None = None, keep: Keep | None = None
) -> Built:
    """Write the model down. With `relax`, every named limit gets a slack and the objective is left empty.

    `mean_blocks` coarsens time to a relaxation, `keep` restricts who serves whom, see `build_index`; rounding
    cuts are then left out.
    """
    index = build_index(problem, mean_blocks=mean_blocks, keep=keep)
    v = create_variables(index)
    model = Model(problem.horizon, relax=relax)
    without_cuts = mean_blocks is not None or keep is not None
    families = {n: add for n, add in FAMILIES.items() if not (without_cuts and n == "cover")}
    rows = {name: add(model, index, v) for name, add in families.items()}
    priced = entries(index, v)
    rows |= {name: add(model, index, v, priced) for name, add in PRICED_FAMILIES.items()}
    _check_rows(index, rows, model.rows)
    model.lp.addVariables(v.created)
    if not relax:
        add_objective(model, index, priced)
        terms: dict[pulp.LpVariable, float] = {}
        for part in model.cost.values():
            for variable, money in part.items():
                terms[variable] = terms.get(variable, 0.0) + money
        model.lp.setObjective(pulp.LpAffineExpression(terms))
    return Built(index, v, model, priced, rows)


def _check_rows(index: Index, rows: dict[str, int], written: int) -> None:
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
    if wrong or sum(rows.values()) != written:
        raise AssertionError(f"rows {wrong or rows} do not match the sets ({wanted}, {written} written)")
