"""What the answer saves against a simple strategy, and how much of it is proven."""

from advisor.planning.result_rows import Baseline

NO_DIFFERENCE = "no difference proven"
WORTH_SAYING = 0.0005  # a smaller part of the cost is not called a saving


def is_proven(row: Baseline) -> bool:
    """Whether the strategy costs more for sure: its cost may be too high by its gap, and no more."""
    return proven_fraction(row) > 0


def proven_fraction(row: Baseline) -> float:
    """Part of the strategy's cost that is saved at least: what it costs at least, less the answer's cost.

    0 where nothing is proven, also where its gap is not known.
    """
    if row.npv is None or row.regret_npv is None or row.gap is None:
        return 0.0
    least = row.npv - row.gap * abs(row.npv)
    proven = row.regret_npv - row.gap * abs(row.npv)
    return proven / least if proven > 0 and least > 0 else 0.0
