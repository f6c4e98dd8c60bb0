"""Bill and work of an answer: with scenarios, what is expected over all of them."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from advisor.planning.bill import Bill, make_bill
from advisor.planning.case import Solved
from advisor.planning.pools import Sources
from advisor.planning.work import Use, Work, work_of


def expected_bill(solved: Solved) -> Bill:
    """The bill; each scenario's own is compared with its account before they are averaged."""
    if not solved.futures:
        return make_bill(solved)
    bills = [(Decimal(repr(p)), make_bill(future)) for p, future in _weighed(solved)]
    months = range(solved.case.plan.months)
    by_option: dict[str, Decimal] = defaultdict(Decimal)
    for weight, bill in bills:
        for option, amount in bill.by_option.items():
            by_option[option] += weight * amount
    return Bill(
        cash=tuple(sum((w * bill.cash[month] for w, bill in bills), Decimal(0)) for month in months),
        capex=tuple(sum((w * bill.capex[month] for w, bill in bills), Decimal(0)) for month in months),
        owed=sum((w * bill.owed for w, bill in bills), Decimal(0)),
        by_option=dict(by_option),
    )


def expected_work(solved: Solved, sources: Sources) -> dict[Use, Work]:
    """Who uses what."""
    if not solved.futures:
        return work_of(solved, sources)
    found: dict[Use, Work] = defaultdict(Work)
    for weight, future in _weighed(solved):
        for use, work in work_of(future, Sources(future)).items():
            entry = found[use]
            entry.machine_hours += weight * work.machine_hours
            entry.units += weight * work.units
            entry.accelerator_hours += weight * work.accelerator_hours
    return dict(found)


def _weighed(solved: Solved) -> Iterator[tuple[float, Solved]]:
    risk = solved.case.problem.risk
    if risk is None:
        raise ValueError("futures come from scenarios")
    for scenario, future in zip(risk.scenarios, solved.futures, strict=True):
        yield scenario.probability, future
