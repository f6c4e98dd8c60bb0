"""Plans changed in one place: a rule left out, a limit made wider. Pure; nothing is solved."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.demand.capacity import OfferFilter
from advisor.demand.latency import Latency
from advisor.demand.limits import ShareMax
from advisor.demand.places import RegionFilter, Residency
from advisor.demand.plan import Plan
from advisor.planning.words import amount, money, percent

Path = tuple[str | int, ...]
STEP_FRACTION = 0.1  # of a limit, by which it is widened
SHARE_STEP_POINTS = 5.0  # percentage points, by which a largest share is widened
SHARES = {"provider": "any one provider", "country": "any one country", "spot": "spot", "partner": "partners"}
FILTERS = ("purchases", "providers", "regions", "accelerators", "exclude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A changed plan and what was changed. `opens`: offers may fit it that did not fit the plan."""

    path: Path
    where: str
    rule: str
    plan: Plan
    opens: bool = False
    step: float | None = None
    unit: str = ""

    @property
    def limit(self) -> str:
        """Path in the plan file, as in `workloads[0].residency`."""
        return path_text(self.path)


def path_text(path: Path) -> str:
    """`workloads[0].residency` of ("workloads", 0, "residency")."""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return words.removeprefix(".")


def changed(part: Any, path: Path, value: object) -> Any:
    """A plan, or a part of one, with the value at `path` replaced."""
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        new = changed(part[step], rest, value) if rest else value
        return (*part[:step], new, *part[step + 1 :])
    new = changed(getattr(part, step), rest, value) if rest else value
    return part.model_copy(update={step: new})


def value_at(part: Any, path: Path) -> Any:
    """The value at `path`."""
    for step in path:
        part = part[step] if isinstance(step, int) else getattr(part, step)
    return part


def without_rules(plan: Plan) -> Iterator[Variation]:
    """The plan without each of its rules in turn."""
    yield from _places(plan)
    yield from _filters(plan)
    yield from _limits(plan)
    yield from _sites(plan)
    yield from _spot(plan)


def wider(plan: Plan, steps: int = 1) -> Iterator[Variation]:
    """The plan with each of its ceilings so many steps wider: a tenth, a share by five percentage points."""
    for path, where, rule, unit in _ceilings(plan):
        ceiling = value_at(plan, path)
        if path[-1] == "cash_per_month":
            months = [plan.limits.cash_in_month(month) or Decimal(0) for month in range(plan.months)]
            step = max(months) * Decimal(str(STEP_FRACTION)) * steps
            new: object = tuple(most + step for most in months)
        elif path[-2] == "share_max":
            new = min(1.0, ceiling + steps * SHARE_STEP_POINTS / 100)
            step = (new - ceiling) * 100
        else:
            step = ceiling * type(ceiling)(str(STEP_FRACTION)) * steps
            new = ceiling + step
        if step > 0:
            varied = changed(plan, path, new)
            yield Variation(path=path, where=where, rule=rule, plan=varied, step=float(step), unit=unit)


def _places(plan: Plan) -> Iterator[Variation]:
    for n, load in enumerate(plan.workloads):
        rules: list[tuple[str, object, str]] = []
        if load.residency.countries() is not None:
            rules.append(("residency", Residency(), f"{load.name} stays in {_listed(load.residency)}"))
        if load.regions.allow is not None or load.regions.deny:
            rules.append(("regions", RegionFilter(), f"{load.name} in regions {_listed(load.regions)}"))
        if load.latency is not None:
            rules.append(("latency", None, f"{load.name} {_latency(load.latency)}"))
        for field, free, words in rules:
            path: Path = ("workloads", n, field)
            varied = changed(plan, path, free)
            yield Variation(path=path, where=load.name, rule=words, plan=varied, opens=True)


def _listed(places: Residency | RegionFilter) -> str:
    allowed = ", ".join(places.allow) if places.allow is not None else "any"
    return f"{allowed} without {', '.join(places.deny)}" if places.deny else allowed


def _latency(latency: Latency) -> str:
    return f"within {latency.max_ms:g} ms of users in {', '.join(latency.users_in)}"


def _filters(plan: Plan) -> Iterator[Variation]:
    offers = plan.capacity.offers
    if not isinstance(offers, OfferFilter):
        path: Path = ("capacity", "offers")
        varied = changed(plan, path, OfferFilter())
        yield Variation(path=path, where="", rule="no offer of the catalogue", plan=varied, opens=True)
        return
    for name in FILTERS:
        value, free = getattr(offers, name), getattr(OfferFilter(), name)
        if value == free:
            continue
        path = ("capacity", "offers", name)
        listed = _listed(value) if isinstance(value, RegionFilter) else ", ".join(map(str, value))
        rule = f"offers not of {listed}" if name == "exclude" else f"only {name.replace('_', ' ')} {listed}"
        yield Variation(path=path, where="", rule=rule, plan=changed(plan, path, free), opens=True)


def _limits(plan: Plan) -> Iterator[Variation]:
    limits = plan.limits
    for path, where, rule, unit in _ceilings(plan):
        if path[0] == "limits":
            yield Variation(path=path, where=where, rule=rule, plan=changed(plan, path, None), unit=unit)
    others: list[tuple[str, object, str, bool]] = []
    if limits.carbon_price_per_tonne > 0:
        price = f"{money(float(limits.carbon_price_per_tonne))} {plan.currency}"
        others.append(("carbon_price_per_tonne", Decimal(0), f"{price} charged per t CO2e", False))
    if limits.commitment_months_max is not None:
        longest = f"commitments of at most {limits.commitment_months_max} months"
        others.append(("commitment_months_max", None, longest, True))
    if limits.survive_loss_of != "none":
        others.append(("survive_loss_of", "none", f"survives the loss of a {limits.survive_loss_of}", False))
    for field, free, rule, opens in others:
        path = ("limits", field)
        yield Variation(path=path, where="", rule=rule, plan=changed(plan, path, free), opens=opens)


def _ceilings(plan: Plan) -> Iterator[tuple[Path, str, str, str]]:
    """Path, place, words and unit of every ceiling."""
    limits, shares = plan.limits, plan.limits.share_max
    if limits.capex_total is not None:
        most = f"{money(float(limits.capex_total))} {plan.currency}"
        yield ("limits", "capex_total"), "", f"capex of at most {most}", plan.currency
    if limits.cash_per_month is not None:
        cash = [float(limits.cash_in_month(month) or 0) for month in range(plan.months)]
        least = "" if len(set(cash)) == 1 else " and more"
        rule = f"cash of at most {money(min(cash))} {plan.currency}{least} a month"
        yield ("limits", "cash_per_month"), "every month", rule, f"{plan.currency} a month"
    if limits.carbon_tonnes_total is not None:
        rule = f"at most {amount(limits.carbon_tonnes_total)} t CO2e"
        yield ("limits", "carbon_tonnes_total"), "", rule, "t CO2e"
    for name in ShareMax.model_fields:
        share = getattr(shares, name)
        if share is not None:
            rule = f"at most {percent(share)} of {SHARES.get(name, name)}"
            yield ("limits", "share_max", name), "", rule, "percentage point"
    yield from _site_ceilings(plan)


def _site_ceilings(plan: Plan) -> Iterator[tuple[Path, str, str, str]]:
    for n, site in enumerate(plan.capacity.sites):
        if site.power is not None and site.power.limit_kw is not None:
            path: Path = ("capacity", "sites", n, "power", "limit_kw")
            yield path, site.name, f"at most {amount(site.power.limit_kw)} kW at {site.name}", "kW"
        if site.racks_limit is not None:
            path = ("capacity", "sites", n, "racks_limit")
            yield path, site.name, f"at most {amount(site.racks_limit)} racks at {site.name}", "racks"


def _sites(plan: Plan) -> Iterator[Variation]:
    for path, where, rule, unit in _site_ceilings(plan):
        yield Variation(path=path, where=where, rule=rule, plan=changed(plan, path, None), unit=unit)


def _spot(plan: Plan) -> Iterator[Variation]:
    for n, load in enumerate(plan.workloads):
        if load.interruptible_fraction < 1:
            path: Path = ("workloads", n, "interruptible_fraction")
            most = percent(load.interruptible_fraction) if load.interruptible_fraction else "nothing"
            rule = f"{most} of {load.name} on spot"
            yield Variation(path=path, where=load.name, rule=rule, plan=changed(plan, path, 1.0))
