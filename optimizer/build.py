"""Problem to model: sets, variables, rows family by family, objective."""

from dataclasses import dataclass

import pulp

from .constraints import FAMILIES, PRICED_FAMILIES
from .index import Index, build_index
from .ledger import Entry, entries
from .model import Model
from .objective import add_objective
from .problem import Problem
from .variables import Variables, create_variables


@dataclass(frozen=True, slots=True)
class Built:
    """A model ready to solve, with the keys to read it back."""

    index: Index
    variables: Variables
    model: Model
    entries: list[Entry]
    rows: dict[str, int]


def build(problem: Problem, *, relax: bool = False, mean_blocks: int | None = None) -> Built:
    """Write the model down. With `relax`, every named limit gets a slack and the objective is left empty.

    `mean_blocks` coarsens time to a relaxation, see `build_index`; rounding cuts are then left out.
    """
    index = build_index(problem, mean_blocks=mean_blocks)
    v = create_variables(index)
    model = Model(problem.horizon, relax=relax)
    families = {n: add for n, add in FAMILIES.items() if not (mean_blocks is not None and n == "cover")}
    rows = {name: add(model, index, v) for name, add in families.items()}
    priced = entries(index, v)
    rows |= {name: add(model, index, v, priced) for name, add in PRICED_FAMILIES.items()}
    if sum(rows.values()) != model.rows:
        raise AssertionError(f"rows written ({model.rows}) and rows reported ({rows}) differ")
    model.lp.addVariables(v.created)
    if not relax:
        add_objective(model, index, priced)
        terms: dict[pulp.LpVariable, float] = {}
        for part in model.cost.values():
            for variable, money in part.items():
                terms[variable] = terms.get(variable, 0.0) + money
        model.lp.setObjective(pulp.LpAffineExpression(terms))
    return Built(index, v, model, priced, rows)
