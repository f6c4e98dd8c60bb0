"""What a refresh must keep to before it is published, by source. Figures are judgements (docs/prices.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one source.

    The whole refresh is held back when a provider has fewer offers than `fewest_fraction` or more than
    `most_factor` times those we have from this source; when a region with `region_matters_from` offers or
    more has none left; when one of `regions` or `types` is missing; when more than `most_moved_fraction` of
    the offers we have moved by more than `moved_fraction` (0.25 is 25 %, up or down), counted for spot and
    all else apart; when more than `most_quarantined_fraction` are doubtful; or when the share of refused
    rows rose by more than `refused_rise_fraction` since the last success. Counts below `few` are not judged.

    A single offer waits for a person when its price moved by more than `move_factor`, is more than
    `outlier_factor` from the median of its machine over `outlier_places` or more places (for spot, which
    differs far more between places, the factor is `spot_outlier_factor`), is one of `placeholders`, is
    below the floors (USD per hour of one accelerator or one vCPU), or is the very same for `same_price_sizes`
    or more sizes of one machine family of which the largest is four times the smallest.
    """

    fewest_fraction: float = 0.7
    most_factor: float = 3.0
    few: int = 20
    region_matters_from: int = 20
    regions: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    moved_fraction: float = 0.25
    most_moved_fraction: float = 0.2
    spot_moved_fraction: float = 1.0
    spot_most_moved_fraction: float = 0.5
    most_quarantined_fraction: float = 0.1
    refused_rise_fraction: float = 0.3
    move_factor: float = 4.0
    outlier_factor: float = 4.0
    spot_outlier_factor: float = 10.0
    outlier_places: int = 4
    placeholders: frozenset[Decimal] = field(
        default_factory=lambda: frozenset(map(Decimal, (9999, 99999, 999999, 9999999)))
    )
    least_usd_per_accelerator_hour: float = 0.01
    least_usd_per_vcpu_hour: float = 0.0003
    same_price_sizes: int = 3
    deadline_seconds: int = 3600
    interval_hours: int = 6
    most_tries: int = 3


_DEFAULT = Limits()
LIMITS: Mapping[str, Limits] = {
    "aws": replace(_DEFAULT, regions=frozenset({"us-east-1"}), deadline_seconds=7200),
    "azure": replace(_DEFAULT, deadline_seconds=7200),
    "gcp": replace(
        _DEFAULT,
        regions=frozenset({"us-central1"}),
        placeholders=_DEFAULT.placeholders | {Decimal(700)},  # TPUs without a published price
    ),
    "baidu": replace(_DEFAULT, few=5),
    # marketplaces and small lists: a provider's list halves or doubles within a week
    "gpuhunt": replace(_DEFAULT, fewest_fraction=0.5, most_factor=5.0, interval_hours=12),
}
"""By name of the source; one that is not here has the defaults."""


def limits_of(source: str) -> Limits:
    return LIMITS.get(source, _DEFAULT)
