"""What a refresh as a whole must satisfy. A breach in words holds it back; the last good prices stay."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from advisor.refresh.known import KnownPrice
from advisor.refresh.limits import Limits
from advisor.refresh.staging import Staged
from advisor.refresh.suspects import moved_by
from providers.offers import Purchase
from providers.rates import ReferenceRates


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Rows of the last success."""

    seen: int
    refused: int


def breaches(
    staged: Staged,
    doubtful: Collection[str],
    before: Mapping[int, KnownPrice],
    *,
    limits: Limits,
    past: Past | None,
    rates: ReferenceRates,
) -> list[str]:
    """Every reason not to publish; empty when there is none. `doubtful` are keys of offers that wait."""
    if not staged.taken:
        return [f"It holds no usable offer ({staged.seen:,} rows, {staged.refused:,} refused)."]
    return [
        *row_counts(staged, limits),
        *missing_places(staged, limits),
        *refusals(staged, limits, past),
        *doubts(staged, doubtful, limits),
        *moves(staged, before, limits, rates),
    ]


def row_counts(staged: Staged, limits: Limits) -> Iterator[str]:
    """Each provider's offers against those we have from this source."""
    taken = staged.counts
    for provider, had in sorted(staged.known.counts.items()):
        if had < limits.few:
            continue
        has = taken.get(provider, 0)
        if has < limits.fewest_fraction * had:
            yield f"{provider}: {has:,} offers, there were {had:,} (at least {limits.fewest_fraction:.0%})."
        elif has > limits.most_factor * had:
            yield f"{provider}: {has:,} offers, there were {had:,} (at most {limits.most_factor:g} times)."


def missing_places(staged: Staged, limits: Limits) -> Iterator[str]:
    """Regions and machines that must be there, and regions we have that have gone."""
    regions = {(one.group.provider, one.region) for one in staged.taken.values()}
    for name in sorted(limits.regions - {region for _, region in regions}):
        yield f"region {name} is missing."
    for name in sorted(limits.types - {one.group.instance_type for one in staged.taken.values()}):
        yield f"machine {name} is missing."
    for place, had in sorted(staged.known.regions.items()):
        if had >= limits.region_matters_from and place not in regions and place[1] not in limits.regions:
            yield f"{place[0]}: region {place[1]} is gone; there were {had:,} offers."


def refusals(staged: Staged, limits: Limits, past: Past | None) -> Iterator[str]:
    if past is None or not past.seen or staged.seen < limits.few:
        return
    was, now = past.refused / past.seen, staged.refused / staged.seen
    if now - was > limits.refused_rise_fraction:
        yield f"{now:.0%} of its rows are refused; it was {was:.0%}."


def doubts(staged: Staged, doubtful: Collection[str], limits: Limits) -> Iterator[str]:
    most = limits.most_quarantined_fraction * len(staged.taken)
    if len(doubtful) >= limits.few and len(doubtful) > most:
        yield (
            f"{len(doubtful):,} of {len(staged.taken):,} offers are doubtful "
            f"(at most {limits.most_quarantined_fraction:.0%}): a change of format or unit is likelier."
        )


def moves(
    staged: Staged, before: Mapping[int, KnownPrice], limits: Limits, rates: ReferenceRates
) -> Iterator[str]:
    """How many of the prices we have from this source moved much; spot and all else apart."""
    compared: Counter[bool] = Counter()
    moved: Counter[bool] = Counter()
    for one in staged.taken.values():
        if one.known is None or not one.known.is_ours:
            continue
        spot = one.group.purchase == Purchase.SPOT
        compared[spot] += 1
        if one.offer is not None:
            factor = moved_by(one.offer, before.get(one.known.id), rates) or 1.0
            by = limits.spot_moved_fraction if spot else limits.moved_fraction
            moved[spot] += max(factor, 1 / factor) > 1 + by
    for spot, most in ((False, limits.most_moved_fraction), (True, limits.spot_most_moved_fraction)):
        if compared[spot] >= limits.few and moved[spot] > most * compared[spot]:
            what = "spot prices" if spot else "prices"
            by = limits.spot_moved_fraction if spot else limits.moved_fraction
            yield (
                f"{moved[spot]:,} of {compared[spot]:,} {what} moved by more than {by:.0%} "
                f"(at most {most:.0%} may)."
            )
