"""Re-check a plan against its problem, and add up its cost, by plain arithmetic and without the solver."""

from .account import Account
from .audit.bounds import check_limits
from .audit.counts import (
    check_blocks,
    check_reservations,
    check_running,
    check_servers,
    not_counts,
    unknown_keys,
)
from .audit.facts import Facts, count_held, gather, number
from .audit.gangs import check_gangs
from .audit.grid import check_slices
from .audit.hosted import bill_hosted
from .audit.pins import check_pins
from .audit.rented import bill_rented
from .audit.scenarios import blended, check_scenarios, in_scenario
from .audit.service import check_serving
from .audit.spend import bill_spend, check_spend, spend_faults
from .audit.survival import check_survival
from .audit.tally import Tally
from .audit.tiers import check_tiers
from .problem import Problem
from .result import Plan


class PlanRefused(RuntimeError):
    """A plan that breaks its own problem's rules, or does not cost what was claimed. Never shown."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(f"the plan breaks {len(problems)} rule(s): " + "; ".join(problems[:5]))


def verify(
    problem: Problem, plan: Plan, *, objective_npv: float | None = None, tolerance: float = 1e-6
) -> Account:
    """Check every rule of MODEL.md and return the plan's costs and emissions.

    `tolerance` is relative: to a load plus one machine, to a limit or a thousand, to the present worth
    `objective_npv` that the solver claims. Raises `PlanRefused` with every broken rule, place and numbers.
    """
    account, found = _judged(problem, plan, tolerance)
    if objective_npv is not None:
        gap = abs(account.npv - objective_npv)
        if not gap <= tolerance * max(1.0, abs(account.npv)):
            found.append(f"cost: {number(objective_npv)} claimed, {number(account.npv)} added up")
    _refuse(found)
    return account


def _judged(problem: Problem, plan: Plan, tolerance: float) -> tuple[Account, list[str]]:
    """The account of a plan, and the rules it breaks; with scenarios, those it breaks in any of them."""
    if problem.risk is None:
        return _certain(problem, plan, tolerance)
    _refuse([*check_scenarios(problem.risk, plan)])
    accounts: list[Account] = []
    broken: list[str] = []
    for position, scenario in enumerate(problem.risk.scenarios):
        future = in_scenario(problem, scenario)
        account, found = _certain(future, plan.in_scenario(position), tolerance)
        accounts.append(account)
        broken += [f"scenario {position}: {rule}" for rule in found]
    return blended(problem.risk, accounts), broken


def _certain(problem: Problem, plan: Plan, tolerance: float) -> tuple[Account, list[str]]:
    """The same where nothing is uncertain."""
    facts = gather(problem, plan)
    # what cannot be looked up cannot be judged: names, counts and time come first
    faults = [*unknown_keys(facts), *not_counts(facts), *spend_faults(facts)]
    _refuse([*faults, *check_slices(problem, plan.slices)])
    count_held(facts)
    tallies = [*bill_rented(facts), *bill_spend(facts), *bill_hosted(facts)]
    found = [
        *check_reservations(facts),
        *check_blocks(facts),
        *check_tiers(facts),
        *check_running(facts),
        *check_servers(facts),
        *check_serving(facts, tolerance),
        *check_gangs(facts, tolerance),
        *check_survival(facts, tolerance),
        *check_spend(facts, tolerance),
        *check_pins(facts),
        *check_limits(facts, tallies, tolerance),
    ]
    return _account(facts, tallies), found


def _refuse(problems: list[str]) -> None:
    if problems:
        raise PlanRefused(tuple(problems))


def _account(facts: Facts, tallies: list[Tally]) -> Account:
    months = range(facts.months)
    lines = tuple(tally.line(facts) for tally in tallies)
    capex = tuple(sum(tally.capex[month] for tally in tallies) for month in months)
    opex = tuple(sum(tally.opex[month] for tally in tallies) for month in months)
    carbon = tuple(sum(tally.carbon_kg[month] for tally in tallies) for month in months)
    charge = tuple(kilograms * facts.problem.limits.carbon_price_per_kg for kilograms in carbon)
    owed = [(month, amount) for tally in tallies for month, amount in tally.owed(facts).items()]
    returned = [(month, amount) for tally in tallies for month, amount in tally.credit.items()]
    return Account(
        npv=sum(line.npv for line in lines) + sum(charge[m] * facts.factor(m) for m in months),
        cash=tuple(c + o for c, o in zip(capex, opex, strict=True)),
        capex=capex,
        opex=opex,
        carbon_kg=carbon,
        carbon_charge=charge,
        credit=sum(amount for _, amount in returned),
        credit_npv=sum(amount * facts.factor(month) for month, amount in returned),
        owed=sum(amount for _, amount in owed),
        owed_npv=sum(amount * facts.factor(month) for month, amount in owed),
        lines=lines,
    )
