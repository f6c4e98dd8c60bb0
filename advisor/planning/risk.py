"""An answer over scenarios: each scenario's answer as one of its own, and the record of them all."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from advisor.planning.case import Case, Solved
from advisor.planning.result_risk import RiskRecord, RiskScenario
from optimizer.account import Account
from optimizer.result import Outcome
from optimizer.risk.futures import as_in
from optimizer.risk.measure import cvar
from optimizer.risk.scenarios import Risk, Scenario
from optimizer.risk.value import Unplanned
from providers import Offer, Purchase

LISTED_BY_THE_HOUR = (Purchase.ON_DEMAND, Purchase.SPOT)


def solved_case(case: Case, outcome: Outcome, account: Account) -> Solved:
    """The verified answer, and with scenarios the answer in each of them."""
    if outcome.plan is None:
        raise ValueError("an answer has a plan")
    risk = case.problem.risk
    if risk is None:
        return Solved(case=case, outcome=outcome, decisions=outcome.plan, account=account)
    futures = tuple(
        _future(case, outcome, scenario, position, account.scenarios[position])
        for position, scenario in enumerate(risk.scenarios)
    )
    nearest = nearest_scenario(risk)
    decisions = futures[nearest].decisions
    return Solved(
        case=case,
        outcome=outcome,
        decisions=decisions,
        account=account,
        futures=futures,
        nearest=nearest,
    )


def nearest_scenario(risk: Risk) -> int:
    """Position of the scenario whose factors are nearest to 1; the first of equals."""

    def distance(scenario: Scenario) -> float:
        factors = [*scenario.demand_factors.values(), scenario.price_factor]
        return sum(math.log(factor) ** 2 for factor in factors)

    return min(range(len(risk.scenarios)), key=lambda position: distance(risk.scenarios[position]))


def _future(case: Case, outcome: Outcome, scenario: Scenario, position: int, account: Account) -> Solved:
    if outcome.plan is None:
        raise ValueError("an answer has a plan")
    decisions = outcome.plan.in_scenario(position)
    translation = replace(
        case.translation,
        problem=as_in(case.problem, scenario),
        offers=_Priced(case.translation.offers, Decimal(repr(scenario.price_factor))),
    )
    return Solved(
        case=replace(case, translation=translation),
        outcome=replace(outcome, plan=decisions),
        decisions=decisions,
        account=account,
    )


def risk_record(solved: Solved, compared: Unplanned) -> RiskRecord | None:
    """The record of an answer; None where nothing is uncertain."""
    risk, wanted = solved.case.problem.risk, solved.case.plan.risk
    if risk is None or wanted is None:
        return None
    accounts = solved.account.scenarios
    costs = [account.npv for account in accounts]
    probabilities = [scenario.probability for scenario in risk.scenarios]
    rows = tuple(
        RiskScenario(
            probability=scenario.probability,
            demand_factors=dict(scenario.demand_factors),
            price_factor=scenario.price_factor,
            npv=account.npv,
            cash=sum(account.cash),
            most_cash_in_a_month=max(account.cash),
        )
        for scenario, account in zip(risk.scenarios, accounts, strict=True)
    )
    saved = None if compared.npv is None else compared.npv - solved.account.npv
    return RiskRecord(
        weight=risk.weight_fraction,
        tail=risk.tail_fraction,
        demand_sigma=wanted.demand_sigma,
        price_sigma=wanted.price_sigma,
        expected_npv=solved.account.npv - solved.account.risk_charge,
        cvar_npv=cvar(costs, probabilities, risk.tail_fraction),
        best_npv=min(costs),
        worst_npv=max(costs),
        nearest=solved.nearest,
        unplanned_npv=compared.npv,
        value_of_planning_npv=saved,
        value_note=compared.note,
        scenarios=rows,
    )


class _Priced(Mapping[str, Offer]):
    """Offers with list prices by the hour multiplied by a factor, each when it is asked for."""

    def __init__(self, offers: Mapping[str, Offer], factor: Decimal) -> None:
        self._offers, self._factor = offers, factor
        self._known: dict[str, Offer] = {}

    def __getitem__(self, name: str) -> Offer:
        if name not in self._known:
            offer = self._offers[name]
            if self._factor != 1 and offer.purchase in LISTED_BY_THE_HOUR:
                offer = replace(offer, price_per_hour=offer.price_per_hour * self._factor)
            self._known[name] = offer
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._offers)

    def __len__(self) -> int:
        return len(self._offers)
