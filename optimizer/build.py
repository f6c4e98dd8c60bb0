"""Problem to model: sets, variables, rows family by family, objective."""

from .built import Built, Scene, check_rows
from .constraints import CUTS, FAMILIES, PRICED_FAMILIES
from .index import Keep, build_index
from .ledger import entries
from .model import Model
from .objective import add_objective, set_objective
from .problem import Problem
from .risk.build import build_scenes
from .spending import add_committed, add_covered, spend_entries
from .variables import create_variables, largest_need

__all__ = ["Built", "Scene", "build"]


def build(
    problem: Problem, *, relax: bool = False, mean_blocks: int | None = None, keep: Keep | None = None
) -> Built:
    """Write the model down. With `relax`, every named limit gets a slack and the objective is left empty.

    `mean_blocks` coarsens time to a relaxation, `keep` restricts who serves whom, see `build_index`; rounding
    cuts are then left out.
    """
    if problem.risk is not None:
        return build_scenes(problem, problem.risk, relax=relax, mean_blocks=mean_blocks)
    index = build_index(problem, mean_blocks=mean_blocks, keep=keep)
    v = create_variables(index)
    add_covered(index, v)
    add_committed(index, v, largest_need(index))
    model = Model(problem.horizon, relax=relax)
    without_cuts = mean_blocks is not None or keep is not None
    families = {n: add for n, add in FAMILIES.items() if not (without_cuts and n in CUTS)}
    rows = {name: add(model, index, v) for name, add in families.items()}
    priced = [*entries(index, v), *spend_entries(index, v)]
    rows |= {name: add(model, index, v, priced) for name, add in PRICED_FAMILIES.items()}
    check_rows(index, rows)
    if sum(rows.values()) != model.rows:
        raise AssertionError(f"rows {rows} do not add up to the {model.rows} written")
    model.lp.addVariables(v.created)
    if not relax:
        add_objective(model, index, priced)
        set_objective(model)
    return Built(index, v, model, priced, rows, (Scene(1.0, index, v, priced, 0),))
