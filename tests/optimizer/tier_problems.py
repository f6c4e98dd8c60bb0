"""Small problems in which offers have volume tiers, at prices that fall or rise with the quantity."""

from dataclasses import replace

from hypothesis import strategies as st

from optimizer.problem import Elastic, Limits, Problem, Reservation, Tier

from .small_problems import elastics, horizons, limits, reservations, workloads

PRICES = (0.5, 0.75, 1.0, 1.25)


@st.composite
def ranges(draw: st.DrawFn) -> list[tuple[int, int | None]]:
    """Two or three ranges of quantities that do not overlap, at times with gaps between them."""
    first = draw(st.integers(1, 2))
    second = first + draw(st.sampled_from([1, 1, 2]))
    top = draw(st.sampled_from([None, None, second, second + 1]))
    found: list[tuple[int, int | None]] = [(draw(st.sampled_from([0, 1])), first), (second, top)]
    if top == second and draw(st.booleans()):
        found.append((second + 1, draw(st.sampled_from([None, second + 2]))))
    return found


@st.composite
def hourly_tiers(draw: st.DrawFn, key: str, months: int) -> tuple[Elastic, ...]:
    base = draw(elastics(key, months))
    cut = draw(ranges())
    return tuple(
        replace(
            base,
            key=f"{key}/{low}",
            min_quantity=low,
            max_quantity=high,
            price_per_hour=base.price_per_hour * draw(st.sampled_from(PRICES)),
            tier=Tier(of=key, most=cut[-1][1]),
        )
        for low, high in cut
    )


@st.composite
def reserved_tiers(draw: st.DrawFn, key: str) -> tuple[Reservation, ...]:
    base = draw(reservations(key))
    cut = draw(ranges())
    most = cut[-1][1]
    found = []
    for low, high in cut:
        factor = draw(st.sampled_from(PRICES))
        found.append(
            replace(
                base,
                key=f"{key}/{low}",
                min_quantity=low,
                max_quantity=high,
                price_per_hour=base.price_per_hour * factor,
                upfront=base.upfront * factor,
                tier=Tier(of=key, most=most),
            )
        )
    return tuple(found)


def discounted(offers: tuple[Elastic, ...]) -> tuple[Elastic, ...]:
    """As a price book's discount leaves them: the list offer unbounded, its discounts beside it."""
    return tuple(replace(e, max_quantity=None, tier=Tier(of=e.tier.of)) for e in offers if e.tier is not None)


@st.composite
def tier_problems(draw: st.DrawFn) -> Problem:
    """An offer with tiers, by the hour or for a term, and at times others beside it."""
    horizon = draw(horizons())
    kind = draw(st.sampled_from(["hourly", "hourly", "discounted", "reserved", "reserved"]))
    months = 1 if kind != "reserved" else horizon.months
    horizon = replace(horizon, months=min(months, 2))
    loads = draw(workloads(horizon.months))
    beside = tuple(draw(elastics(f"e{i}", horizon.months)) for i in range(draw(st.integers(1, 2))))
    hourly: tuple[Elastic, ...] = ()
    reserved: tuple[Reservation, ...] = ()
    if kind == "reserved":
        reserved, beside = draw(reserved_tiers("r")), beside[:1]
    else:
        hourly = draw(hourly_tiers("t", horizon.months))
        hourly = discounted(hourly) if kind == "discounted" else hourly
        beside = beside[: draw(st.integers(0, 1))]
    bounds = draw(st.sampled_from([None, None, draw(limits(horizon.months, hosted=False))]))
    return Problem(
        horizon=horizon,
        workloads=loads,
        elastic=(*hourly, *beside),
        reservations=reserved,
        limits=bounds or Limits(),
    )
