"""One model over all scenarios: what is bought stands once, what runs by the hour once for each scenario."""

from collections.abc import Iterable
from dataclasses import replace

from ..built import Built, Scene, check_rows
from ..constraints import CUTS, FAMILIES, PRICED_FAMILIES
from ..index import Index, build_index
from ..ledger import Entry, entries
from ..model import MONEY, Model, Terms, add_term
from ..objective import add_objective, set_objective
from ..problem import Problem
from ..spending import add_committed, add_covered, spend_entries
from ..variables import Variables, create_bought, create_hourly, largest_need
from .futures import futures, widest
from .scenarios import Risk
from .tail import Tail

# Variables of what is decided before it is known which scenario comes; all others are each scenario's own.
BOUGHT = ("reserved", "held", "blocks", "servers", "opened", "kept", "staff", "chosen", "committed")
BY_THE_HOUR = (
    "serve",
    "running",
    "joined",
    "used",
    "month_sums",
    "covered",
    "together",
    "in_blocks",
    "relief",
)
# Families about purchases alone, written once; `quantity` also has rows of each scenario.
ONCE = ("held", "quantity", "sites", "staff")


def build_scenes(problem: Problem, risk: Risk, *, relax: bool, mean_blocks: int | None) -> Built:
    """The model of all scenarios, see `build.build`."""
    model = Model(problem.horizon, relax=relax)
    wide = build_index(widest(problem), mean_blocks=mean_blocks)
    shared = Variables()
    create_bought(shared, wide, largest_need(wide))
    add_committed(wide, shared, largest_need(wide))
    once = {name: FAMILIES[name](model, wide, shared) for name in ONCE}
    bought = [*entries(wide, shared), *spend_entries(wide, shared)]
    once["capex"] = PRICED_FAMILIES["capex"](model, wide, shared, bought)
    first = {id(variable) for variable in shared.created}
    scenes: list[Scene] = []
    rows: dict[str, int] = dict(once)
    for scenario, certain in zip(risk.scenarios, futures(problem), strict=True):
        index = build_index(certain, mean_blocks=mean_blocks)
        v = _sharing(shared)
        create_hourly(v, index, largest_need(index))
        add_covered(index, v)
        own, priced = _rows(model, index, v, coarse=mean_blocks is not None)
        check_rows(index, once | own)
        for name, count in own.items():
            rows[name] = rows.get(name, 0) + count
        scenes.append(Scene(scenario.probability, index, v, priced, len(scenes) * len(index.slices)))
    tail = None
    if not relax:
        add_objective(model, wide, bought)
        tail = _add_scenarios(model, risk, scenes, first)
        set_objective(model)
    if sum(rows.values()) + (len(tail.rows) if tail else 0) != model.rows:
        raise AssertionError(f"rows {rows} do not add up to the {model.rows} written")
    model.lp.addVariables(shared.created)
    return Built(wide, shared, model, bought, rows, tuple(scenes), uncertain=True, tail=tail)


def _sharing(shared: Variables) -> Variables:
    """Variables of one scenario: those of what is bought are everyone's."""
    same = {name: getattr(shared, name) for name in BOUGHT}
    return Variables(created=shared.created, **same)


def _rows(model: Model, index: Index, v: Variables, *, coarse: bool) -> tuple[dict[str, int], list[Entry]]:
    """All rows of one scenario, counted by family, and its flows."""
    rows = {
        name: add(model, index, v)
        for name, add in FAMILIES.items()
        if name not in ONCE and not (coarse and name in CUTS)
    }
    by_the_hour = replace(v, reserved={}, blocks={}, chosen={})
    rows["quantity"] = FAMILIES["quantity"](model, index, by_the_hour)
    priced = [*entries(index, v), *spend_entries(index, v)]
    rows |= {n: add(model, index, v, priced) for n, add in PRICED_FAMILIES.items() if n != "capex"}
    return rows, priced


def _add_scenarios(model: Model, risk: Risk, scenes: list[Scene], first: set[int]) -> Tail | None:
    """Costs of what runs by the hour: their expectation, and with a weight their tail.

    What is bought costs the same in all scenarios, so it moves expectation and CVaR alike and is left out of
    both: cost[xi] - zeta <= eta[xi] is written for the hourly costs alone.
    """
    costs: list[Terms] = []
    for scene in scenes:
        own = [entry for entry in scene.entries if id(entry.variable) not in first]
        mean = (1.0 - risk.weight_fraction) * scene.probability
        add_objective(model, scene.index, own, weight=mean)
        if risk.weight_fraction:
            costs.append(_cost(scene.index, own))
    if not risk.weight_fraction:
        return None
    v = scenes[0].variables
    most = max(sum(money * (x.upBound or 0.0) for x, money in terms.items()) for terms in costs)
    at, beyond = v.real(most), tuple(v.real(most) for _ in scenes)
    model.pay("risk", at, risk.weight_fraction / MONEY)
    begin = model.rows
    for scene, eta, cost in zip(scenes, beyond, costs, strict=True):
        share = scene.probability / (1.0 - risk.tail_fraction)
        model.pay("risk", eta, risk.weight_fraction * share / MONEY)
        model.at_most({**cost, at: -1.0, eta: -1.0}, 0.0)
    return Tail(risk, at, beyond, tuple(costs), tuple(range(begin, model.rows)))


def _cost(index: Index, own: Iterable[Entry]) -> Terms:
    """Present worth of the hourly decisions of a scenario, in thousands of the plan's currency."""
    horizon, price = index.problem.horizon, index.problem.limits.carbon_price_per_kg
    terms: Terms = {}
    for entry in own:
        charge = sum(kg * price * horizon.factor(month) for month, kg in entry.carbon_kg.items())
        add_term(terms, entry.variable, (entry.flow.npv(horizon) + charge) * MONEY)
    return terms
