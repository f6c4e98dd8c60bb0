"""What each rule of the plan costs, and what each ceiling would save if it were a little wider."""

from collections.abc import Sequence

from advisor.demand.problems import PlanError
from advisor.planning.case import Case
from advisor.planning.explain.trials import closer, compared, is_decided, translated
from advisor.planning.explain.variations import Variation, wider, without_rules
from advisor.planning.result_explain import RulePrice
from advisor.planning.result_rows import Binding
from optimizer.explain.again import Again

STEPS = (1, 5, 10)  # by which a ceiling is widened, one after the other, until it saves something


def rule_prices(case: Case, again: Again, known: Sequence[RulePrice] = ()) -> tuple[RulePrice, ...]:
    """One row for each rule: the least cost without it. Of those known already, the undecided again."""
    rules = rules_of(case)
    if not known:
        return tuple(_price(case, again, varied) for varied in rules)
    return tuple(
        row if is_decided(row) else closer(row, _price(case, again, varied, close=True))
        for varied, row in zip(rules, known, strict=True)
    )


def rules_of(case: Case) -> list[Variation]:
    """The plan's rules; shares of spot only where spot is on offer."""
    spot = {elastic.machine.key for elastic in case.problem.elastic if elastic.spot}
    can = {w.name for w in case.problem.workloads if any(w.units_per_hour.get(key, 0.0) > 0 for key in spot)}
    return [
        varied
        for varied in without_rules(case.plan)
        if varied.path[-1] != "interruptible_fraction" or varied.where in can
    ]


def _price(case: Case, again: Again, varied: Variation, *, close: bool = False) -> RulePrice:
    names = {"limit": varied.limit, "where": varied.where, "rule": varied.rule}
    if again.deadline.passed():
        return RulePrice.model_validate(names | compared(again, None))
    try:
        problem, note = translated(case, varied)
    except PlanError as error:
        words = "; ".join(f"{fault.path} {fault.message}" for fault in error.problems)
        return RulePrice.model_validate(names | {"status": "not_defined", "note": words})
    row = compared(again, again.relaxed(problem, close=close))
    row["note"] = "; ".join(filter(None, (row["note"], note)))
    return RulePrice.model_validate(names | row)


def bindings(case: Case, again: Again, rules: tuple[RulePrice, ...]) -> tuple[Binding, ...] | None:
    """Ceilings whose widening saves for sure, by how much per unit; none in a plan without ceilings; None
    when none was reached in time.

    A ceiling without which the plan costs no less is not looked at again; one that costs something is widened
    further where one step is too little for a machine more.
    """
    costly = {(rule.limit, rule.where) for rule in rules if rule.status != "no_difference"}
    found: list[Binding] = []
    ceilings = list(wider(case.plan))
    limits = {varied.limit for varied in ceilings}
    reached = all(rule.status != "not_computed" for rule in rules if rule.limit in limits)
    proven = {rule.limit for rule in rules if rule.status == "proven"}
    for position, varied in enumerate(ceilings):
        if not any(limit == varied.limit for limit, _ in costly):
            continue
        for steps in STEPS if varied.limit in proven else STEPS[:1]:
            further = list(wider(case.plan, steps))[position]
            row = _price(case, again, further)
            if row.status == "proven" and row.difference_npv is not None and further.step:
                found.append(_binding(further, -row.difference_npv / further.step))
            if row.status in ("proven", "not_computed"):
                break
        reached = reached and row.status != "not_computed"
    return tuple(found) if found or reached else None


def _binding(varied: Variation, saving_per_unit: float) -> Binding:
    return Binding(
        limit=varied.limit,
        where=varied.where,
        saving_per_unit_relaxed=saving_per_unit,
        unit=varied.unit,
        step=varied.step,
    )
