"""Scenarios of lognormal factors, the same for the same figures: a Latin hypercube with fixed permutations.

Each factor's distribution is cut into as many strata of equal probability as there are scenarios, and each
stratum stands for itself by its mean, so that factors average to exactly 1. Which stratum of one factor
meets which of another is a permutation: of some fixed ones, the one least correlated with those before it.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from math import inf
from statistics import NormalDist

from .scenarios import Scenario

TRIED = 40  # permutations looked at for each factor
_NORMAL = NormalDist()


def lognormal_strata(count: int, sigma: float) -> tuple[float, ...]:
    """Means of `count` strata of equal probability of a lognormal factor with mean 1, smallest first.

    With X = exp(sigma Z - sigma^2 / 2), the mean of X where Z lies in [a, b] is
    (Phi(b - sigma) - Phi(a - sigma)) / (Phi(b) - Phi(a)).
    """
    if sigma == 0.0 or count == 1:
        return (1.0,) * count
    edges = [-inf, *(_NORMAL.inv_cdf(k / count) for k in range(1, count)), inf]
    shares = [_phi(b - sigma) - _phi(a - sigma) for a, b in pairwise(edges)]
    return tuple(share * count for share in shares)


def _phi(x: float) -> float:
    if x in (-inf, inf):
        return float(x > 0)
    return _NORMAL.cdf(x)


def sampled(
    workloads: Sequence[str], *, count: int, demand_sigma: float, price_sigma: float
) -> tuple[Scenario, ...]:
    """`count` scenarios of equal probability: a factor of each workload's own, and one of prices.

    Where nothing is uncertain they would all be the same: then it is one.
    """
    count = count if demand_sigma > 0 or price_sigma > 0 else 1
    uncertain = list(workloads) if demand_sigma > 0 else []
    dimensions = len(uncertain) + int(price_sigma > 0)
    orders = _permutations(count, dimensions)
    demand, price = lognormal_strata(count, demand_sigma), lognormal_strata(count, price_sigma)
    return tuple(
        Scenario(
            probability=1.0 / count,
            demand_factors={name: demand[orders[d][k]] for d, name in enumerate(uncertain)},
            price_factor=price[orders[-1][k]] if price_sigma > 0 else 1.0,
        )
        for k in range(count)
    )


def _permutations(count: int, dimensions: int) -> list[tuple[int, ...]]:
    """The first factor in order of size; each other in the order least correlated with those before."""
    found = [tuple(range(count))]
    while len(found) < dimensions:
        tried = [_shuffled(count, len(found), attempt) for attempt in range(TRIED)]
        found.append(min(tried, key=lambda order: max(abs(_covariance(order, other)) for other in found)))
    return found


def _shuffled(count: int, dimension: int, attempt: int) -> tuple[int, ...]:
    """A fixed permutation: places in order of a digest, the same on every machine."""
    return tuple(sorted(range(count), key=lambda k: sha256(f"{dimension}:{attempt}:{k}".encode()).digest()))


def _covariance(one: Sequence[int], other: Sequence[int]) -> float:
    middle = (len(one) - 1) / 2.0
    return sum((a - middle) * (b - middle) for a, b in zip(one, other, strict=True))
