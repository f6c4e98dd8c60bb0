"""Problems so small that everything can be tried: up to three months, two workloads, loads of few machines.

Loads, fractions and shares are sums of powers of two, so that a plan on the edge of a limit is on it exactly.
"""

from dataclasses import replace

from hypothesis import strategies as st

from optimizer.problem import (
    CapacityBlock,
    Elastic,
    EndOfHorizon,
    Horizon,
    Limits,
    Machine,
    Owned,
    Problem,
    Reservation,
    ServerType,
    Site,
    Workload,
)
from optimizer.timegrid import ALWAYS, FLAT, DayShape, Window

from .factories import make_machine, make_rate, make_work, two_levels
from .losses import survivals

M = make_machine("m", carbon_kg_per_hour=1.0)
N = make_machine("n", provider="rival", country="FR", accelerators=2.0, carbon_kg_per_hour=0.25)
K = make_machine("k", accelerators=2.0, carbon_kg_per_hour=2.0)  # as two of m, where it does twice the work
S = make_machine("m-s", provider="own", region="site", country="FR", accelerators=2.0)
MACHINES = (M, N, K)

SHAPES = (
    FLAT,
    FLAT,
    two_levels(0.5),
    two_levels(0.0, high_hours=8),
    DayShape((1.0,) * 24, (0.5,) * 24),
)
HALVES = (0.25, 0.5, 0.75)


@st.composite
def horizons(draw: st.DrawFn) -> Horizon:
    return Horizon(
        months=draw(st.integers(1, 3)),
        discount_rate=draw(st.sampled_from([0.0, 0.0, 0.1, 0.44])),
        end=draw(st.sampled_from(EndOfHorizon)),
    )


@st.composite
def unit_tables(draw: st.DrawFn) -> dict[str, float]:
    """What each machine does; some may be unable."""
    m = draw(st.sampled_from([1.0, 1.0, 2.0]))
    n = draw(st.sampled_from([1.0, 2.0, 3.0, 0.0]))
    k = draw(st.sampled_from([2 * m, 3.0, 0.0]))
    table = {"m": m, "n": n, "k": k, "m-s": draw(st.sampled_from([1.0, 2.0]))}
    return {key: units for key, units in table.items() if units}


@st.composite
def rates(draw: st.DrawFn, name: str, months: int) -> Workload:
    last = draw(st.sampled_from([None, None, months - 1, 0]))
    peak = draw(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]))
    return make_rate(
        peak,
        draw(unit_tables()),
        name=name,
        shape=draw(st.sampled_from(SHAPES)),
        growth_per_month=draw(st.sampled_from([0.0, 0.0, 0.5])) if peak <= 1.5 else 0.0,
        headroom_fraction=draw(st.sampled_from([0.0, 0.0, 0.25])),
        interruptible_fraction=draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        last_month=last,
    )


@st.composite
def works(draw: st.DrawFn, months: int) -> Workload:
    first = draw(st.integers(0, months - 1))
    return make_work(
        draw(st.sampled_from([182.5, 365.0, 730.0, 1095.0])),
        draw(unit_tables()),
        first_month=first,
        last_month=draw(st.sampled_from([None, first])),
        interruptible_fraction=draw(st.sampled_from([0.0, 0.5, 1.0])),
    )


@st.composite
def workloads(draw: st.DrawFn, months: int) -> tuple[Workload, ...]:
    kind = draw(st.sampled_from(["rate", "rate", "two rates", "rate and work", "work"]))
    found = [] if kind == "work" else [draw(rates("chat", months))]
    if kind == "two rates":
        found.append(draw(rates("search", months)))
    if "work" in kind:
        found.append(draw(works(months)))
    return tuple(found)


@st.composite
def windows(draw: st.DrawFn, months: int) -> Window:
    """Mostly always; else from or until the middle or the end of a month."""
    edge = draw(st.sampled_from([0.5, 1.0, 1.5]))
    return draw(st.sampled_from([ALWAYS, ALWAYS, ALWAYS, Window(0.0, edge), Window(edge, months + 1.0)]))


@st.composite
def elastics(draw: st.DrawFn, key: str, months: int) -> Elastic:
    kind = draw(st.sampled_from(["on_demand", "on_demand", "spot", "partner", "partner"]))
    least = draw(st.sampled_from([0, 0, 1, 2]))
    offer = Elastic(
        key=key,
        machine=draw(st.sampled_from(MACHINES)),
        price_per_hour=float(draw(st.integers(1, 6))),
        window=draw(windows(months)),
        max_quantity=draw(st.sampled_from([None, None, max(1, least), 2])),
        min_quantity=least,
    )
    if kind == "spot":
        return replace(offer, spot=True, price_per_hour=offer.price_per_hour / 2)
    if kind == "partner":
        night = frozenset(range(12, 24))
        fee = draw(st.sampled_from([0.0, 100.0, 500.0]))
        hours = draw(st.sampled_from([None, None, night]))
        return replace(offer, partner=True, fixed_per_month=fee, hours=hours)
    return offer


@st.composite
def reservations(draw: st.DrawFn, key: str) -> Reservation:
    term = draw(st.integers(1, 5))
    least = draw(st.sampled_from([0, 1, 2]))
    price = draw(st.integers(1, 6)) / 2
    upfront = draw(st.sampled_from([0.0, 0.5, 1.0]))  # none, partial, all
    return Reservation(
        key=key,
        machine=draw(st.sampled_from(MACHINES)),
        term_months=term,
        price_per_hour=price * (1 - upfront),
        upfront=round(price * upfront * term * 700),
        min_quantity=least,
        max_quantity=draw(st.sampled_from([None, None, max(1, least), 3])),
        window=draw(st.sampled_from([ALWAYS, ALWAYS, Window(0.0, 1.0), Window(1.0, 2.0)])),
    )


@st.composite
def blocks(draw: st.DrawFn) -> CapacityBlock:
    start = draw(st.sampled_from([0.0, 0.5, 1.0]))
    least = draw(st.sampled_from([0, 1, 2]))
    return CapacityBlock(
        key="block",
        machine=draw(st.sampled_from(MACHINES)),
        price_per_hour=draw(st.integers(1, 4)) / 2,
        window=Window(start, start + draw(st.sampled_from([0.5, 1.0, 2.0]))),
        min_quantity=least,
        max_quantity=draw(st.sampled_from([None, max(1, least), 2])),
    )


@st.composite
def servers(draw: st.DrawFn) -> ServerType:
    return ServerType(
        key="server",
        machine=S,
        capex=float(draw(st.sampled_from([200, 1000, 3000]))),
        power_kw=draw(st.sampled_from([1.0, 2.0])),
        life_months=draw(st.integers(1, 5)),
        residual_fraction=draw(st.sampled_from([0.0, 0.25])),
        maintenance_per_month=float(draw(st.sampled_from([0, 50]))),
        racks=0.5,
        lead_months=draw(st.sampled_from([0, 0, 1])),
        max_quantity=draw(st.sampled_from([None, None, 1, 2])),
        utilisation_cap_fraction=draw(st.sampled_from([1.0, 1.0, 0.75])),
        idle_power_fraction=draw(st.sampled_from([None, None, 0.5])),
    )


@st.composite
def sites(draw: st.DrawFn) -> Site:
    return Site(
        key="site",
        servers=(draw(servers()),),
        opening_capex=float(draw(st.sampled_from([0, 300]))),
        opening_per_month=float(draw(st.sampled_from([0, 40]))),
        opening_lead_months=draw(st.sampled_from([0, 0, 1])),
        limit_kw=draw(st.sampled_from([None, None, 2.0])),
        limit_racks=draw(st.sampled_from([None, 1.0])),
        price_per_kwh=draw(st.sampled_from([0.0, 0.25])),
        pue=draw(st.sampled_from([1.0, 1.5])),
        carbon_kg_per_kwh=draw(st.sampled_from([0.0, 0.5])),
        staff_per_month=float(draw(st.sampled_from([0, 100]))),
        servers_per_person=draw(st.sampled_from([None, 1.0, 2.0])),
    )


@st.composite
def limits(draw: st.DrawFn, months: int, hosted: bool) -> Limits:
    """None, or one; two at times."""
    kinds = ["cash", "carbon", "carbon price", "provider", "country", "spot", "partner", "loss"]
    kinds += ["capex", "capex"] if hosted else []
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=2, unique=True))
    share = draw(st.sampled_from([0.0, *HALVES]))
    return Limits(
        capex_total=float(draw(st.sampled_from([0, 500, 2500]))) if "capex" in chosen else None,
        cash_per_month=tuple(float(draw(st.integers(1, 8)) * 500) for _ in range(months))
        if "cash" in chosen
        else None,
        carbon_kg_total=float(draw(st.integers(0, 8)) * 365) if "carbon" in chosen else None,
        carbon_price_per_kg=draw(st.sampled_from([0.5, 2.0])) if "carbon price" in chosen else 0.0,
        provider_share_max=share if "provider" in chosen else None,
        country_share_max=share if "country" in chosen else None,
        spot_share_max=share if "spot" in chosen else None,
        partner_share_max=share if "partner" in chosen else None,
        survival=draw(survivals()) if "loss" in chosen else None,
    )


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """Any of them."""
    horizon = draw(horizons())
    months = horizon.months
    loads = draw(workloads(months))
    elastic = tuple(draw(elastics(f"e{i}", months)) for i in range(draw(st.integers(1, 3))))
    ahead = draw(st.lists(st.sampled_from(["r1", "r2", "block", "site", "owned"]), max_size=3, unique=True))
    site = draw(sites()) if "site" in ahead else None
    owned = (
        _owned(draw(st.integers(1, 2)), draw(st.sampled_from([None, 0])), site) if "owned" in ahead else ()
    )
    problem = Problem(
        horizon=horizon,
        workloads=loads,
        elastic=elastic,
        reservations=tuple(draw(reservations(key)) for key in ("r1", "r2") if key in ahead),
        blocks=(draw(blocks()),) if "block" in ahead else (),
        sites=(site,) if site else (),
        owned=owned,
        limits=draw(limits(months, site is not None)),
    )
    return _simpler(problem)


@st.composite
def crowded_problems(draw: st.DrawFn) -> Problem:
    """Offers of the same kinds, few of them bound in any way: some can replace others."""
    problem = draw(small_problems())
    months = problem.horizon.months
    plain = [
        Elastic(
            key=f"plain{i}",
            machine=draw(st.sampled_from(MACHINES)),
            price_per_hour=float(draw(st.integers(1, 6))),
            spot=draw(st.sampled_from([False, False, True])),
            window=draw(windows(months)) if i else ALWAYS,
        )
        for i in range(2)
    ]
    ahead = [
        replace(draw(reservations(f"r{i}")), window=ALWAYS, max_quantity=None)
        for i in range(draw(st.integers(0, 2)))
    ]
    return _simpler(
        replace(
            problem,
            workloads=problem.workloads[: 2 if months == 1 else 1],
            elastic=(*plain, *problem.elastic[:1]),
            reservations=tuple(ahead),
            blocks=(),
            sites=(),
            owned=(),
        )
    )


def _owned(quantity: int, last: int | None, site: Site | None) -> tuple[Owned, ...]:
    if site is None:
        machine: Machine = M
        return (Owned(key="own", quantity=quantity, machine=machine, last_month=last),)
    return (Owned(key="old", quantity=quantity, server=site.servers[0], last_month=last),)


def _simpler(problem: Problem) -> Problem:
    """Shares tie all hours of a month together: then keep its hours alike, so that all can be tried."""
    x = problem.limits
    if all(
        s is None for s in (x.provider_share_max, x.country_share_max, x.spot_share_max, x.partner_share_max)
    ):
        return problem
    return replace(
        problem,
        elastic=tuple(replace(e, window=ALWAYS, hours=None) for e in problem.elastic[:2]),
        blocks=tuple(replace(b, window=Window(1.0, 2.0)) for b in problem.blocks),
    )
