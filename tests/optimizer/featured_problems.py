"""Small problems of every feature at once: commitments to spend, gangs, losses survived, scenarios."""

from dataclasses import replace

from hypothesis import strategies as st

from optimizer.gang import Gang
from optimizer.problem import Problem, Workload
from optimizer.risk.scenarios import Risk, Scenario
from optimizer.spend import SpendPlan
from optimizer.survival import LossOf, Survival

from .losses import with_rule
from .small_problems import MACHINES, S, small_problems

POOLS = {m.key: f"{m.provider}/{m.region}" for m in (*MACHINES, S)}


@st.composite
def spend_plans(draw: st.DrawFn, key: str, problem: Problem) -> SpendPlan:
    offers = [e for e in problem.elastic if not (e.spot or e.partner)]
    named = draw(st.sampled_from([offers, offers[:1], offers[-1:]]))
    return SpendPlan(
        key=key,
        provider="acme",
        term_months=draw(st.integers(1, 4)),
        rates={e.key: e.price_per_hour * draw(st.integers(2, 9)) / 10 for e in named},
        upfront_fraction=draw(st.sampled_from([0.0, 0.5, 1.0])),
    )


@st.composite
def gangs(draw: st.DrawFn, workload: Workload) -> Workload:
    accelerators = float(draw(st.sampled_from([2, 2, 3, 4])))
    pools = {key: POOLS[key] for key in workload.units_per_hour}
    return replace(workload, gang=Gang(accelerators=accelerators, pools=pools))


@st.composite
def risks(draw: st.DrawFn, problem: Problem) -> Risk:
    probabilities = draw(st.sampled_from([(0.5, 0.5), (0.25, 0.75), (0.5, 0.25, 0.25)]))
    factors = st.sampled_from([0.5, 1.0, 1.5, 2.0])
    return Risk(
        scenarios=tuple(
            Scenario(
                probability=probability,
                demand_factors={w.name: draw(factors) for w in problem.workloads},
                price_factor=draw(factors),
            )
            for probability in probabilities
        ),
        weight_fraction=draw(st.sampled_from([0.0, 0.5, 1.0])),
        tail_fraction=draw(st.sampled_from([0.5, 0.8])),
    )


@st.composite
def featured_problems(draw: st.DrawFn, base: st.SearchStrategy[Problem] | None = None) -> Problem:
    """A problem of `base`, small ones if not told, with one to three of the features."""
    problem = draw(small_problems() if base is None else base)
    kinds = ["spend", "gang", "survival", "risk"]
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True))
    if "spend" in chosen and any(not (e.spot or e.partner) for e in problem.elastic):
        plans = tuple(draw(spend_plans(f"sp{n}", problem)) for n in range(draw(st.integers(1, 2))))
        problem = replace(problem, spend_plans=plans)
    if "gang" in chosen:
        problem = replace(problem, workloads=tuple(draw(gangs(w)) for w in problem.workloads))
    if "survival" in chosen:
        surge = draw(st.sampled_from([0.0, 0.0, 0.5, 1.0]))
        rule = Survival(loss_of=draw(st.sampled_from(LossOf)), surge_fraction=surge)
        problem = with_rule(problem, rule)
    if "risk" in chosen:
        problem = replace(problem, risk=draw(risks(problem)))
    return problem
