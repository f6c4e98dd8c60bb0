"""What the answer saves against a simple strategy, and how much of it is proven."""

import math
from dataclasses import dataclass

from advisor.planning.result_rows import Baseline
from advisor.planning.words import money, percent

NO_DIFFERENCE = "no difference proven"
TOO_LITTLE = "less than 0.05 % saved"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingWords:
    """The same figures wherever a saving is told; both begin with "at least" where more may be saved."""

    fraction: str
    npv: str


def saving_words(row: Baseline) -> SavingWords | None:
    """What is saved, no more than is proven; None where that is less than 0.05 % of the cost."""
    proven, saved = proven_fraction(row), row.regret_fraction
    if proven < WORTH_SAYING or saved is None:
        return None
    if percent(proven) == percent(saved):
        return SavingWords(fraction=percent(saved), npv=money(row.regret_npv))
    least = (row.regret_npv or 0.0) - (row.gap or 0.0) * abs(row.npv or 0.0)
    return SavingWords(
        fraction=f"at least {percent(proven, down=True)}", npv=f"at least {money(math.floor(least))}"
    )
