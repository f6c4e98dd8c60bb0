"""Volume tiers: one at a time, each within its own range, all together within what there is."""

from collections import defaultdict
from collections.abc import Iterator

from .facts import Facts


def check_tiers(facts: Facts) -> Iterator[str]:
    """Of the tiers of one offer at most one is bought in a month, bought of a window, or run in a slice."""
    taken: dict[tuple[str, str], set[str]] = defaultdict(set)
    in_force: dict[tuple[str, int], int] = defaultdict(int)
    for (key, start), count in facts.reserved.items():
        reservation = facts.reservations[key]
        if count and reservation.tier is not None:
            taken[reservation.tier.of, f"bought in month {start}"].add(key)
            if reservation.max_quantity is not None and count > reservation.max_quantity:
                most = reservation.max_quantity
                yield f"{key} bought in month {start}: {count} machines exceed max_quantity {most}"
    for key, count in facts.blocked.items():
        block = facts.blocks[key]
        if count and block.tier is not None:
            taken[block.tier.of, "bought for its window"].add(key)
    for key, offer in facts.elastic.items():
        for i, count in facts.running.get(key, {}).items() if offer.tier is not None else ():
            if count and offer.tier is not None:
                taken[offer.tier.of, f"in slice {i}"].add(key)
    for (of, when), tiers in taken.items():
        if len(tiers) > 1:
            yield f"{of} {when}: several volume tiers at once: {', '.join(sorted(tiers))}"
    most_of = {r.tier.of: r.tier.most for r in facts.reservations.values() if r.tier is not None}
    for reservation in facts.reservations.values():
        for month in range(facts.months) if reservation.tier is not None else ():
            if reservation.tier is not None:
                in_force[reservation.tier.of, month] += facts.in_force[reservation.key, month]
    for (of, month), held in in_force.items():
        limit = most_of[of]
        if limit is not None and held > limit:
            yield f"{of} in month {month}: {held} machines of all tiers exceed {limit}"
