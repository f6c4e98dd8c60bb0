"""What is said of latency: what was too far away, and how far what is used is; which places are guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from advisor.demand.workload import Workload
from advisor.planning.case import Case
from advisor.planning.latency import slowest
from advisor.planning.machines import Spec, spec_of, units_but_for_latency
from advisor.planning.options import partner_spec, server_spec
from advisor.planning.problem import offers_for
from advisor.planning.result_rows import Purchase, ResultWarning, Usage
from advisor.planning.words import count, listed
from providers.distances import region_point

Severity = Literal["info", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where machines stand that could serve a workload but for its latency; `ms` is their round trip."""

    name: str
    ms: float
    user: str  # the country it is longest from
    near: bool
    located: bool  # False: a region of the catalogue that stands in for its country
    offers: int = 0


def places_of(case: Case, workload: Workload) -> tuple[Place, ...]:
    """All places with machines a workload could use, the nearest first; empty without a bound on latency."""
    if workload.latency is None:
        return ()
    users, bound = workload.latency.countries(), workload.latency.max_ms
    plan = case.plan
    specs = [spec_of(offer) for offer in offers_for(plan, case.catalogue) if plan.capacity.admits(offer)]
    own = [server_spec(site, server) for site in plan.capacity.sites for server in site.servers]
    counts: dict[tuple[str, str, str], int] = {}
    for spec in (*specs, *own, *map(partner_spec, plan.capacity.partners)):
        if units_but_for_latency(workload, spec) > 0:
            where = (spec.provider, spec.region, spec.country)
            counts[where] = counts.get(where, 0) + (not _is_own(spec))
    found = []
    for (provider, region, country), offers in counts.items():
        ms, user = slowest(users, provider, region, country)
        located = offers == 0 or region_point(provider, region) is not None
        name = f"{provider}/{region}"
        place = Place(name=name, ms=ms, user=user, near=ms <= bound, located=located, offers=offers)
        found.append(place)
    return tuple(sorted(found, key=lambda place: (place.ms, place.name)))


def _is_own(spec: Spec) -> bool:
    return spec.provider in ("own", "partner")


def too_far(case: Case, workload: Workload) -> Place | None:
    """The nearest place that latency alone leaves out, where it leaves nothing; else None."""
    places = places_of(case, workload)
    return None if not places or places[0].near else places[0]


def latency_warnings(
    case: Case, purchases: Sequence[Purchase], usage: Sequence[Usage]
) -> Iterator[ResultWarning]:
    """For each workload with a bound: what it left out, what is used, and which places are guessed."""
    for workload in case.plan.workloads:
        if workload.latency is None:
            continue
        places = places_of(case, workload)
        yield from _left_out(workload, [place for place in places if not place.near])
        yield from _used(workload, purchases, usage)
        guessed = [place.name for place in places if not place.located]
        if guessed:
            yield _warning(
                "latency_place_unknown",
                "warning",
                f"{workload.name}: {count(len(guessed), 'region')} of unknown place counted as if in the "
                f"centre of the country's population: {listed(guessed)}.",
            )


def _left_out(workload: Workload, far: Sequence[Place]) -> Iterator[ResultWarning]:
    if not far or workload.latency is None:
        return
    own = sum(place.offers == 0 for place in far)
    offers = sum(place.offers for place in far)
    parts = [f"{count(offers, 'offer')} in {count(len(far) - own, 'region')}"] if offers else []
    parts += [f"{own} of the sites and partners"] if own else []
    yield _warning(
        "latency_left_out",
        "info",
        f"{workload.name}: {' and '.join(parts)} left out, with an estimated round trip above "
        f"{workload.latency.max_ms:g} ms to users in {listed(sorted(workload.latency.countries()))}; the "
        f"nearest is {far[0].name}, {far[0].ms:.0f} ms from {far[0].user}.",
    )


def _used(
    workload: Workload, purchases: Sequence[Purchase], usage: Sequence[Usage]
) -> Iterator[ResultWarning]:
    if workload.latency is None:
        return
    places = {row.offer: (row.provider, row.region, row.country) for row in purchases}
    mine = [row.offer for row in usage if row.workload == workload.name]
    serving = sorted({places[offer] for offer in mine if offer in places})
    told = []
    for provider, region, country in serving:
        ms, user = slowest(workload.latency.countries(), provider, region, country)
        told.append(f"{provider}/{region} {ms:.0f} ms from {user}")
    if told:
        message = f"{workload.name}: estimated round trip, at most {workload.latency.max_ms:g} ms wanted: "
        yield _warning("latency_estimated", "info", message + listed(told) + ".")


def latency_assumptions(case: Case) -> Iterator[str]:
    """How round trips are estimated, where a workload bounds them."""
    if any(workload.latency is not None for workload in case.plan.workloads):
        yield (
            "Round trips are estimated: 5 ms + 15 ms for each 1,000 km from the centre of population of the "
            "users' country to the region (of sites, partners and regions of unknown place: to that of their "
            "country); measured ones between cloud regions are mostly within 20 %, some take 1.7 times as "
            "long; the users' own line and the answer itself are not counted."
        )


def _warning(code: str, severity: Severity, message: str) -> ResultWarning:
    return ResultWarning(code=code, severity=severity, message=message)
