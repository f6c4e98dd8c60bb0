"""Simple strategies beside the answer, and own servers against the cloud."""

from collections.abc import Sequence

from advisor.planning.result_rows import Baseline, BuildVsBuy
from optimizer.baselines import BaselineOutcome

NO_BREAK_EVEN = "The break-even figures are worked out by the breakeven command in a later version."
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


def build_vs_buy(rows: Sequence[Baseline]) -> BuildVsBuy:
    """Own servers alone against the cloud alone, as the baselines of these names found them."""
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
    return BuildVsBuy(
        break_even_utilisation=None,
        break_even_month=None,
        self_hosted_npv=own.npv if own is not None else None,
        cloud_npv=cloud.npv if cloud is not None else None,
        reason=" ".join([*reasons, NO_BREAK_EVEN]).replace("..", "."),
    )
