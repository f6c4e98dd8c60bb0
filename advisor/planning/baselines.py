"""Simple strategies beside the answer, and own servers against the cloud."""

from collections.abc import Sequence

from advisor.demand.plan import Plan
from advisor.planning.result_rows import Baseline, BuildVsBuy
from optimizer.baselines import BaselineOutcome
from optimizer.explain.break_even import BreakEven

NOT_ASKED = "explanations, of which it is a part, were not asked for"
FARTHEST_GAP = 0.1  # relative; with a larger one a comparison would mislead


def baseline_rows(
    outcomes: Sequence[BaselineOutcome], npv: float | None, *, gap_asked: float
) -> tuple[Baseline, ...]:
    """One row each; `npv` is the answer's, None for an impossible plan, `gap_asked` what was asked for it.

    A strategy is solved to a wider gap than the answer; it is `optimal` by the answer's measure only.
    """
    return tuple(_row(outcome, npv, gap_asked) for outcome in outcomes)


def _row(outcome: BaselineOutcome, npv: float | None, gap_asked: float) -> Baseline:
    """A cost that may be far too high says nothing about the strategy, so it is told as not solved."""
    if outcome.npv is not None and (outcome.gap is None or outcome.gap > FARTHEST_GAP):
        return Baseline(
            name=outcome.name,
            status="not_solved",
            npv=None,
            regret_npv=None,
            regret_fraction=None,
            note="no plan near the best was found in the time allowed",
        )
    own, status = outcome.npv, str(outcome.status)
    if own is not None and outcome.gap is not None:
        status = "optimal" if outcome.gap <= gap_asked else "feasible"
    regret = own - npv if own is not None and npv is not None else None
    return Baseline.model_validate(
        {
            "name": outcome.name,
            "status": status,
            "npv": own,
            "gap": outcome.gap,
            "regret_npv": regret,
            "regret_fraction": regret / own if regret is not None and own else None,
            "note": outcome.note,
        }
    )


def build_vs_buy(rows: Sequence[Baseline], plan: Plan, even: BreakEven | None) -> BuildVsBuy:
    """Own servers alone against the cloud alone: as the baselines of these names found them, and the
    break-evens, where those were worked out."""
    own, cloud = (
        next((row for row in rows if row.name == name), None) for name in ("all_self_hosted", "all_cloud")
    )
    reasons = [
        f"{what}: {row.note or row.status.replace('_', ' ')}."
        if row is not None
        else f"{what}: not asked for."
        for what, row in (("Own servers only", own), ("Cloud only", cloud))
        if row is None or row.npv is None
    ]
    found = even or BreakEven(utilisation_reason=NOT_ASKED, month_reason=NOT_ASKED)
    reasons += _break_even_reasons(found)
    compared = found.utilisation is not None or found.month is not None
    return BuildVsBuy(
        break_even_utilisation=found.utilisation,
        break_even_month=plan.month_at(found.month) if found.month is not None else None,
        self_hosted_npv=own.npv if own is not None else None,
        cloud_npv=cloud.npv if cloud is not None else None,
        reason=" ".join(reasons).replace("..", ".") or None,
        compared_from=plan.month_at(found.from_month) if compared else None,
        utilisation=found.use,
        break_even_tolerance=found.tolerance,
    )


def _break_even_reasons(found: BreakEven) -> list[str]:
    """Why there is no break-even, once where both have the same reason."""
    if found.utilisation_reason and found.utilisation_reason == found.month_reason:
        return [f"Break-even: {found.month_reason}."]
    parts = (("utilisation", found.utilisation_reason), ("month", found.month_reason))
    return [f"Break-even {what}: {why}." for what, why in parts if why]
