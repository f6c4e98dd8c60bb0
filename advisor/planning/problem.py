"""Plan and offers to the optimizer's problem: the only place where Decimal becomes float."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from advisor.catalog.stock import Stock
from advisor.demand.accelerator_names import CPU
from advisor.demand.demand import ACCELERATORS
from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.partners import Partner
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.sites import Server, Site
from advisor.demand.surroundings import RateInForce
from advisor.demand.workload import Workload as PlanWorkload
from advisor.planning.gangs import gang_of
from advisor.planning.machines import SECONDS_PER_HOUR, Spec, spec_in, spec_of, units_per_hour
from advisor.planning.options import (
    partner_key,
    partner_option,
    partner_spec,
    server_key,
    server_spec,
    site_option,
)
from advisor.planning.result_rows import ResultWarning
from advisor.planning.scenarios import risk_of
from advisor.planning.sift import Sifted
from advisor.planning.spend import SpendTerms, spending_of
from advisor.planning.too_large import refuse_too_large
from optimizer.problem import (
    CapacityBlock,
    Elastic,
    EndOfHorizon,
    Horizon,
    Limits,
    Owned,
    Problem,
    RateDemand,
    Reservation,
    WorkDemand,
    Workload,
)
from optimizer.standby import without_barred_surges
from optimizer.survival import LossOf, Survival
from optimizer.timegrid import DayShape
from providers import Offer

TOLD_EVERY_OFFERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The problem, and what each of its keys stands for in the plan and the price list."""

    problem: Problem
    offers: Mapping[str, Offer]
    servers: Mapping[str, tuple[Site, Server]]
    partners: Mapping[str, Partner]
    specs: Mapping[str, Spec]
    warnings: tuple[ResultWarning, ...]
    considered: int
    spend: Mapping[str, SpendTerms] = field(default_factory=dict)


def offers_for(plan: Plan, stock: Stock) -> tuple[Offer, ...]:
    """The offers a plan may have a use for: of accelerators it names, and those it says it owns."""
    names = {name for workload in plan.workloads for name in workload.accelerators()}
    found = stock.having({None if name == CPU else name for name in names})
    known = {offer.offer_id for offer in found}
    owned = (stock.offer(owned.offer) for owned in plan.capacity.owned if owned.offer not in known)
    more = {offer.offer_id: offer for offer in owned if offer is not None}
    return (*found, *more.values())


def translate(
    plan: Plan,
    offers: Sequence[Offer],
    *,
    now: datetime | None = None,
    max_age_hours: int | None = None,
    rate_in_force: RateInForce | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Translation:
    """The problem of a plan over some offers. `now` ages prices, where the plan leaves old ones out;
    `max_age_hours` is the limit of one that refuses stale prices and names none. `rate_in_force` is asked
    for the words about a currency without a rate.

    `progress` hears now and then how many of how many offers are read; what it raises comes out of here.
    Raises PlanError for what only the offers can show: a currency without a rate, owned
    capacity that no offer describes, a demand of more machines than can be counted.
    """
    sifted = Sifted(plan, now, max_age_hours)
    _read(sifted, offers, progress)
    sifted.put_in_order()
    _refuse_missing_rates(plan, sifted.unrated, rate_in_force)
    sites = {server_key(s, m): (s, m) for s in plan.capacity.sites for m in s.servers}
    partners = {partner_key(partner): partner for partner in plan.capacity.partners}
    owned, owned_specs = _owned(plan, offers)
    machines = [
        *(spec_in(plan, offer) for offer in sifted.usable.values()),
        *(server_spec(site, server) for site, server in sites.values()),
        *map(partner_spec, partners.values()),
    ]
    specs = {spec.key: spec for spec in machines} | owned_specs
    spending = spending_of(plan, sifted.rates, sifted.options)
    options = [*sifted.options, *spending.covered_only, *(partner_option(plan, p) for p in partners.values())]
    problem = Problem(
        horizon=_horizon(plan),
        workloads=tuple(_workload(plan, workload, specs) for workload in plan.workloads),
        elastic=tuple(o for o in options if isinstance(o, Elastic)),
        reservations=tuple(o for o in options if isinstance(o, Reservation)),
        blocks=tuple(o for o in options if isinstance(o, CapacityBlock)),
        sites=tuple(site_option(plan, site) for site in plan.capacity.sites),
        owned=owned,
        limits=_limits(plan),
        spend_plans=spending.plans,
        risk=risk_of(plan),
    )
    refuse_too_large(plan, problem)
    return Translation(
        problem=without_barred_surges(problem),
        offers=sifted.usable,
        servers=sites,
        partners=partners,
        specs=specs,
        warnings=tuple(sifted.warnings()),
        considered=sifted.considered,
        spend=spending.terms,
    )


def _read(sifted: Sifted, offers: Sequence[Offer], progress: Callable[[int, int], None] | None) -> None:
    for done, offer in enumerate(offers):
        if progress is not None and done % TOLD_EVERY_OFFERS == 0:
            progress(done, len(offers))
        sifted.take(offer)


def _horizon(plan: Plan) -> Horizon:
    return Horizon(
        months=plan.months,
        discount_rate=plan.discount_rate,
        end=EndOfHorizon(plan.end_of_horizon),
        blocks_per_month=plan.blocks_per_month,
    )


def _refuse_missing_rates(
    plan: Plan, unrated: Mapping[str, Offer], rate_in_force: RateInForce | None
) -> None:
    """A price in a currency without a rate is an error, never a guess; the rate in force is only told."""
    if unrated:
        raise PlanError(
            [
                PlanProblem(
                    path=f"exchange_rates.{currency}",
                    value="",
                    message=f"is needed: {offer.offer_id} is priced in {currency}; write what one {currency} "
                    f"is worth in {plan.currency}{_in_force(currency, plan.currency, rate_in_force)}, "
                    "or exclude such offers (capacity.offers)",
                )
                for currency, offer in sorted(unrated.items())
            ]
        )


def _in_force(currency: str, own: str, rate_in_force: RateInForce | None) -> str:
    line = rate_in_force(currency, own) if rate_in_force is not None else None
    return f", for example that in force, {line}" if line else ""


def _workload(plan: Plan, workload: PlanWorkload, specs: Mapping[str, Spec]) -> Workload:
    amounts = {key: units_per_hour(workload, spec) for key, spec in specs.items()}
    return Workload(
        name=workload.name,
        demand=_demand(plan, workload),
        units_per_hour={key: amount for key, amount in amounts.items() if amount > 0},
        interruptible_fraction=workload.interruptible_fraction,
        gang=gang_of(workload, [specs[key] for key, amount in amounts.items() if amount > 0]),
    )


def _demand(plan: Plan, workload: PlanWorkload) -> RateDemand | WorkDemand:
    months = plan.months_of(workload)
    if not workload.demand.is_rate:
        total = 1.0 + workload.headroom
        return WorkDemand(total=total, first_month=months.start, last_month=months.stop - 1)
    per_hour = 1.0 if workload.demand.unit == ACCELERATORS else SECONDS_PER_HOUR
    profile = workload.demand.profile
    return RateDemand(
        peak_per_hour=(workload.demand.peak_units or 0.0) * per_hour,
        shape=DayShape(profile.weekday, profile.weekend),
        growth_per_month=workload.demand.growth_per_month,
        headroom_fraction=workload.headroom,
        first_month=months.start,
        last_month=months.stop - 1,
    )


def _owned(plan: Plan, offers: Sequence[Offer]) -> tuple[tuple[Owned, ...], dict[str, Spec]]:
    """What is already paid for, as free capacity (own servers still cost power and people)."""
    found: list[Owned] = []
    specs: dict[str, Spec] = {}
    by_id = {offer.offer_id: offer for offer in offers} if plan.capacity.owned else {}
    servers = {server_key(s, m): (s, m) for s in plan.capacity.sites for m in s.servers}
    for n, owned in enumerate(plan.capacity.owned):
        if owned.is_money:
            continue  # see spending_of
        months = plan.months_between(owned.from_, owned.until)
        first, last = months.start, months.stop - 1
        key = f"{owned.offer} (owned {n + 1})"
        name = owned.offer if owned.offer.endswith("/self_hosted") else f"{owned.offer}/self_hosted"
        machine, server = None, None
        if name in servers:
            server = next(m for m in site_option(plan, servers[name][0]).servers if m.key == name)
        elif owned.offer in by_id:
            spec = spec_of(by_id[owned.offer])
            specs[spec.key] = spec
            machine = spec.for_model(0.0)
        else:
            hint = did_you_mean(nearest(owned.offer, [*by_id, *servers]))
            message = f"names no offer of the price list and no server of a site{hint}"
            path = f"capacity.owned[{n}].offer"
            raise PlanError([PlanProblem(path=path, value=owned.offer, message=message)])
        found.append(
            Owned(
                key=key,
                quantity=owned.quantity,
                machine=machine,
                server=server,
                first_month=first,
                last_month=last,
            )
        )
    return tuple(found), specs


def _limits(plan: Plan) -> Limits:
    limits, shares = plan.limits, plan.limits.share_max
    cash = [limits.cash_in_month(month) for month in range(plan.months)]
    tonnes = limits.carbon_tonnes_total
    return Limits(
        capex_total=float(limits.capex_total) if limits.capex_total is not None else None,
        cash_per_month=tuple(float(c) for c in cash if c is not None) if cash[0] is not None else None,
        carbon_kg_total=tonnes * 1000.0 if tonnes is not None else None,
        carbon_price_per_kg=float(limits.carbon_price_per_tonne) / 1000.0,
        provider_share_max=shares.provider,
        country_share_max=shares.country,
        spot_share_max=shares.spot,
        partner_share_max=shares.partner,
        survival=None
        if limits.survive_loss_of == "none"
        else Survival(loss_of=LossOf(limits.survive_loss_of), surge_fraction=limits.on_demand_surge_fraction),
    )
