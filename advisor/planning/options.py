"""Offers, sites and partners of a plan as options of the optimizer, in the plan's currency."""

import calendar
from datetime import UTC, datetime
from decimal import Decimal

from advisor.demand.partners import Partner
from advisor.demand.plan import Plan
from advisor.demand.sites import Server, Site
from advisor.planning.machines import (
    CLOUD_PUE,
    WORLD_GRID_G_PER_KWH,
    Spec,
    cloud_carbon_kg_per_hour,
    machine_watts,
    spec_in,
)
from optimizer.problem import CapacityBlock, Elastic, Reservation, ServerType
from optimizer.problem import Site as ModelSite
from optimizer.timegrid import Window
from providers import Offer, Purchase, grid_intensity_g_per_kwh

Option = Elastic | Reservation | CapacityBlock


def position(plan: Plan, moment: datetime) -> float:
    """A moment in months from the plan's start; months count as equally long, days share their month."""
    at = moment.astimezone(UTC)
    days = calendar.monthrange(at.year, at.month)[1]
    part = (at.day - 1 + (at.hour + at.minute / 60 + at.second / 3600) / 24) / days
    return plan.month_index(f"{at.year:04d}-{at.month:02d}") + part


def window_of(plan: Plan, offer: Offer) -> Window:
    """When an offer can be had; open where the price list says nothing."""
    begin = position(plan, offer.available_from) if offer.available_from else float("-inf")
    end = position(plan, offer.available_until) if offer.available_until else float("inf")
    return Window(begin, end)


def option_of(plan: Plan, offer: Offer, rate: Decimal) -> Option:
    """The option of an offer whose purchase the model knows; `rate` turns its currency into the plan's."""
    machine = spec_in(plan, offer).for_model(cloud_carbon_kg_per_hour(offer))
    price = float(offer.price_per_hour * rate)
    window = window_of(plan, offer)
    least, most = offer.min_quantity or 0, offer.max_quantity
    if offer.purchase is Purchase.RESERVED:
        return Reservation(
            key=offer.offer_id,
            machine=machine,
            term_months=offer.term_months or 0,
            price_per_hour=price,
            upfront=float((offer.upfront or Decimal(0)) * rate),
            min_quantity=least,
            max_quantity=most,
            window=window,
        )
    if offer.purchase is Purchase.CAPACITY_BLOCK:
        return CapacityBlock(
            key=offer.offer_id,
            machine=machine,
            price_per_hour=price,
            window=window,
            min_quantity=least,
            max_quantity=most,
        )
    return Elastic(
        key=offer.offer_id,
        machine=machine,
        price_per_hour=price,
        spot=offer.purchase is Purchase.SPOT,
        partner=offer.purchase is Purchase.PARTNER,
        min_quantity=least,
        max_quantity=most,
        window=window,
    )


def _rate(plan: Plan, currency: str | None) -> Decimal:
    """Worth of one unit in the plan's currency; a plan without it was refused when it was read."""
    rate = plan.rate(currency)
    if rate is None:
        raise LookupError(f"the plan has no exchange rate for {currency}")
    return rate


def partner_key(partner: Partner) -> str:
    """Name of a partner's offer in results."""
    return f"partner/{partner.name}/{partner.instance_type}/partner"


def partner_spec(partner: Partner) -> Spec:
    """A partner's machine; for the filters its place is partner/NAME."""
    return Spec(
        key=f"partner/{partner.name}/{partner.instance_type}",
        provider="partner",
        region=partner.name,
        country=partner.country,
        accelerator=partner.accelerator,
        accelerator_count=float(partner.accelerator_count) if partner.accelerator_count else None,
    )


def partner_option(plan: Plan, partner: Partner) -> Elastic:
    """A partner's capacity: by the hour, with its fee, minimum take, hours and months.

    In shares each partner is a provider of its own.
    """
    rate = _rate(plan, partner.currency)
    months = plan.months_between(partner.from_, partner.until)
    spec = partner_spec(partner)
    watts = machine_watts(partner.accelerator, partner.accelerator_count, None, None) * CLOUD_PUE
    kilowatts = partner.power_kw if partner.power_kw is not None else watts / 1000.0
    carbon = kilowatts * _grid(partner.carbon_g_per_kwh, partner.country) / 1000.0
    machine = spec.for_model(carbon)
    hours = partner.open_hours()
    return Elastic(
        key=partner_key(partner),
        machine=type(machine)(
            key=machine.key,
            provider=f"partner/{partner.name}",
            region=machine.region,
            country=machine.country,
            accelerators=machine.accelerators,
            carbon_kg_per_hour=carbon,
        ),
        price_per_hour=float(partner.price_per_hour * rate),
        partner=True,
        fixed_per_month=float(partner.fixed_per_month * rate),
        min_quantity=partner.min_quantity,
        max_quantity=partner.max_quantity,
        window=Window(float(months.start), float(months.stop)),
        hours=None if len(hours) == 24 else hours,
    )


def server_key(site: Site, server: Server) -> str:
    """Name of a site's server in results."""
    return f"own/{site.name}/{server.instance_type}/self_hosted"


def server_spec(site: Site, server: Server) -> Spec:
    """A server; for the filters its place is own/SITE."""
    return Spec(
        key=f"own/{site.name}/{server.instance_type}",
        provider="own",
        region=site.name,
        country=site.country,
        accelerator=server.accelerator,
        accelerator_count=float(server.accelerator_count) if server.accelerator_count else None,
    )


def site_option(plan: Plan, site: Site) -> ModelSite:
    """A site with its server types, in the plan's currency."""
    rate = _rate(plan, site.currency)
    power = site.power
    grid = _grid(power.carbon_g_per_kwh if power else None, site.country)
    staff = site.staff
    return ModelSite(
        key=site.name,
        servers=tuple(_server(site, server, rate) for server in site.servers),
        opening_capex=float(site.opening.capex * rate),
        opening_per_month=float(site.opening.monthly * rate),
        opening_lead_months=site.opening.lead_months,
        limit_kw=power.limit_kw if power else None,
        limit_racks=site.racks_limit,
        price_per_kwh=float(power.price_per_kwh * rate) if power else 0.0,
        pue=power.pue if power else 1.0,
        carbon_kg_per_kwh=grid * (1.0 - (power.renewable_fraction if power else 0.0)) / 1000.0,
        staff_per_month=float(staff.per_month * rate) if staff else 0.0,
        servers_per_person=staff.servers_per_person if staff else None,
    )


def _server(site: Site, server: Server, rate: Decimal) -> ServerType:
    return ServerType(
        key=server_key(site, server),
        machine=server_spec(site, server).for_model(0.0),
        capex=float(server.capex * rate),
        power_kw=server.power_kw or 0.0,
        life_months=server.life_months,
        residual_fraction=server.residual_fraction,
        maintenance_per_month=float(server.maintenance_per_month * rate),
        racks=server.racks or 0.0,
        lead_months=server.lead_months,
        max_quantity=server.max_quantity,
        utilisation_cap_fraction=server.utilisation_cap,
        idle_power_fraction=server.idle_power_fraction,
    )


def _grid(stated_g_per_kwh: float | None, country: str) -> float:
    """Grams of CO2e per kWh: as the plan says, else of the country's grid, else the world's mean."""
    if stated_g_per_kwh is not None:
        return stated_g_per_kwh
    known = grid_intensity_g_per_kwh(country)
    return float(known) if known is not None else WORLD_GRID_G_PER_KWH
