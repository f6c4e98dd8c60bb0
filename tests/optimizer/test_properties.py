"""What must hold of every plan, whatever its numbers."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.problem import Elastic, Limits, Problem, RateDemand, Site, Workload
from optimizer.reduce import reduce
from optimizer.result import Outcome, Status
from optimizer.solve import solve
from optimizer.verify import verify

from .factories import make_elastic
from .small_problems import MACHINES, crowded_problems, small_problems
from .test_oracle import ALL, searched

FEW = settings(ALL, max_examples=100)


def answer(problem: Problem) -> Outcome:
    outcome = solve(problem, gap=1e-9, time_limit_seconds=60)
    assert outcome.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return outcome


def cost(problem: Problem) -> float:
    """The proven optimum; infinite when there is no plan."""
    found = answer(problem).objective_npv
    return inf if found is None else found


def same(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, rel=1e-6, abs=1e-6)


extra_offers = st.builds(
    make_elastic,
    st.just("extra"),
    st.integers(1, 4).map(float),
    machine=st.sampled_from(MACHINES),
    max_quantity=st.sampled_from([None, 1]),
)


@FEW
@given(small_problems(), extra_offers)
def test_one_more_offer_never_costs_more(problem: Problem, offer: Elastic) -> None:
    more = replace(problem, elastic=(*problem.elastic, offer))
    before, after = cost(problem), cost(more)
    assert after <= before or same(after, before)


@FEW
@given(small_problems(), st.sampled_from([0.0, 0.25, 0.5]))
def test_one_more_limit_never_costs_less(problem: Problem, share: float) -> None:
    free = replace(problem, limits=Limits())
    tighter = replace(problem, limits=replace(problem.limits, partner_share_max=share))
    cheapest, before, after = cost(free), cost(problem), cost(tighter)
    assert before >= cheapest or same(before, cheapest)
    looser = problem.limits.partner_share_max
    if looser is None or looser >= share:
        assert after >= before or same(after, before)


def scaled_site(site: Site, k: float) -> Site:
    servers = tuple(
        replace(s, capex=s.capex * k, maintenance_per_month=s.maintenance_per_month * k) for s in site.servers
    )
    return replace(
        site,
        servers=servers,
        opening_capex=site.opening_capex * k,
        opening_per_month=site.opening_per_month * k,
        price_per_kwh=site.price_per_kwh * k,
        staff_per_month=site.staff_per_month * k,
    )


def scaled(problem: Problem, k: float) -> Problem:
    """The same problem in a currency of which one unit is worth 1/k of the old."""
    x = problem.limits
    sites = tuple(scaled_site(site, k) for site in problem.sites)
    servers = {s.key: s for site in sites for s in site.servers}
    cash = None if x.cash_per_month is None else tuple(most * k for most in x.cash_per_month)
    capex = None if x.capex_total is None else x.capex_total * k
    return replace(
        problem,
        elastic=tuple(
            replace(e, price_per_hour=e.price_per_hour * k, fixed_per_month=e.fixed_per_month * k)
            for e in problem.elastic
        ),
        reservations=tuple(
            replace(r, price_per_hour=r.price_per_hour * k, upfront=r.upfront * k)
            for r in problem.reservations
        ),
        blocks=tuple(replace(b, price_per_hour=b.price_per_hour * k) for b in problem.blocks),
        sites=sites,
        owned=tuple(replace(o, server=servers[o.server.key]) if o.server else o for o in problem.owned),
        limits=replace(
            x, capex_total=capex, cash_per_month=cash, carbon_price_per_kg=x.carbon_price_per_kg * k
        ),
    )


@FEW
@given(small_problems(), st.sampled_from([0.25, 3.0, 64.0]))
def test_prices_times_k_cost_k_times_as_much(problem: Problem, k: float) -> None:
    assert same(cost(scaled(problem, k)), cost(problem) * k)


def halved(workload: Workload) -> tuple[Workload, Workload]:
    demand = workload.demand
    half = (
        replace(demand, peak_per_hour=demand.peak_per_hour / 2)
        if isinstance(demand, RateDemand)
        else replace(demand, total=demand.total / 2)
    )
    return (
        replace(workload, demand=half),
        replace(workload, name=f"{workload.name} too", demand=half),
    )


@FEW
@given(small_problems())
def test_a_workload_in_two_equal_halves_costs_the_same(problem: Problem) -> None:
    # every plan is divisible: machines are shared by the workloads of an hour
    split = replace(problem, workloads=(*halved(problem.workloads[0]), *problem.workloads[1:]))
    assert same(cost(split), cost(problem))


@settings(ALL, max_examples=200)
@given(small_problems())
def test_the_verifier_accepts_every_answer(problem: Problem) -> None:
    outcome = answer(problem)
    if outcome.plan is not None:
        account = verify(problem, outcome.plan, objective_npv=outcome.objective_npv)
        assert sum(line.cash for line in account.lines) == pytest.approx(sum(account.cash))


@FEW
@given(small_problems())
def test_a_loose_gap_is_kept(problem: Problem) -> None:
    outcome = solve(problem, gap=0.1, time_limit_seconds=60)
    best = searched(problem).npv
    if best is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.objective_npv is not None
    assert outcome.plan is not None
    assert outcome.gap is not None
    assert outcome.gap <= 0.1 + 1e-9
    assert outcome.record.bound <= best + 1e-6 * max(1.0, best)
    assert best * (1 - 1e-6) - 1e-6 <= outcome.objective_npv <= best / 0.9 + 1e-6
    verify(problem, outcome.plan, objective_npv=outcome.objective_npv)


@settings(ALL, max_examples=150)
@given(crowded_problems())
def test_offers_left_out_do_not_matter(problem: Problem) -> None:
    kept = reduce(problem).problem
    assert {e.key for e in kept.elastic} <= {e.key for e in problem.elastic}
    before = searched(problem).npv
    after = searched(kept, time_of=problem).npv
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert same(after, before)
