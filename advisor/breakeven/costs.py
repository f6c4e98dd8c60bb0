"""What each side pays, month by month, as exact decimals: a fixed part and a part for each used hour.

An hour is an hour of all that is built. Everything of month m is cash at its start. Both sides serve the same
months, those in which all own machines serve: before that neither bills used hours, and rivals bill nothing.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from advisor.breakeven.build import Figures, OwnServer, SiteBuilt
from advisor.breakeven.question import Question, Rival

Cash = tuple[Decimal, ...]
ZERO = Decimal(0)
MILLION = Decimal(1_000_000)


def exact(value: float) -> Decimal:
    """The decimal a person would write for this number."""
    return Decimal(repr(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Terms of a month in which everything serves; `before` is paid in months 0, 1, … to get there."""

    before: Cash
    per_month: Decimal
    per_used_hour: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Cash of one side. `fixed[m]` is paid whatever is used, capex less credits included.

    `begin` is the first month of use. `capex` and `credits` are the parts of `fixed` that are no running
    costs, credits as positive sums. `first_end` is the month by which the first machine has ended its life.
    """

    fixed: Cash
    begin: int
    steady: Steady
    capex: Cash = ()
    credits: Cash = ()
    first_end: int | None = None

    def cash(self, used_hours_per_month: Decimal) -> Cash:
        """What is paid each month at so many used hours a month; negative where credits are larger."""
        used = self.steady.per_used_hour * used_hours_per_month
        return tuple(paid + (used if month >= self.begin else ZERO) for month, paid in enumerate(self.fixed))


def build_side(question: Question) -> Side:
    """Own machines, replaced whenever their life ends within the horizon."""
    if isinstance(question.build, Figures):
        return _of_figures(question, question.build)
    return _of_site(question, question.build)


def rival_side(question: Question, rival: Rival, begin: int) -> Side:
    """One way to buy, from the month in which own machines would serve."""
    rate, hours = question.rate(rival.currency), exact(question.hours_per_month)
    if rival.per_hour is not None:
        per_hour = rival.per_hour * rival.quantity * rate
    else:
        per_hour = (rival.per_million_units or ZERO) * (rival.units_per_hour or ZERO) / MILLION * rate
    per_month = rival.fixed_per_month * rate + (per_hour * hours if rival.always_on else ZERO)
    return Side(
        fixed=tuple(per_month if month >= begin else ZERO for month in range(question.horizon_months)),
        begin=begin,
        steady=Steady(before=(), per_month=per_month, per_used_hour=ZERO if rival.always_on else per_hour),
    )


@dataclass(slots=True)
class _Ledger:
    """Sums by month; what falls after the horizon is not owed."""

    months: int
    running: list[Decimal]
    capex: list[Decimal]
    credits: list[Decimal]

    @classmethod
    def of(cls, months: int) -> "_Ledger":
        return cls(months, *([ZERO] * months for _ in range(3)))

    def side(self, begin: int, steady: Steady, first_end: int) -> Side:
        rows = zip(self.running, self.capex, self.credits, strict=True)
        return Side(
            fixed=tuple(running + capex - credit for running, capex, credit in rows),
            begin=begin,
            steady=steady,
            capex=tuple(self.capex),
            credits=tuple(self.credits),
            first_end=first_end,
        )

    def own(self, *, price: Decimal, residual: Decimal, begin: int, lead: int, life: int) -> None:
        """Machines that serve from `begin` on: the first bought in month 0, later ones `lead` months before.

        What has ended its life brings `residual` in the month after; what serves at the end of the horizon is
        credited its straight-line book value in the last month.
        """
        for start in range(begin, self.months, life):
            self.capex[0 if start == begin else max(0, start - lead)] += price
            if start + life < self.months:
                self.credits[start + life] += residual
            else:
                served = Decimal(self.months - start) / life
                self.credits[self.months - 1] += price - (price - residual) * served


def _of_figures(question: Question, build: Figures) -> Side:
    rate, hours = question.rate(build.currency), exact(question.hours_per_month)
    months = question.horizon_months
    price = build.capex * rate
    share = exact(build.residual_fraction) if build.residual_fraction is not None else None
    residual = (build.residual or ZERO) * rate if share is None else price * share
    per_hour, per_month = build.opex_per_hour * rate, build.opex_per_month * rate
    if build.opex_hours == "all":
        per_hour, per_month = ZERO, per_month + per_hour * hours
    ledger = _Ledger.of(months)
    ledger.running = [per_month] * months
    life = build.life_months or months
    ledger.own(price=price, residual=residual, begin=0, lead=0, life=life)
    return ledger.side(0, Steady(before=(price,), per_month=per_month, per_used_hour=per_hour), life)


def _of_site(question: Question, build: SiteBuilt) -> Side:
    site, servers, hours = build.site, build.built, exact(question.hours_per_month)
    rate, months = question.rate(site.currency), question.horizon_months
    ledger = _Ledger.of(months)
    begins = [max(server.lead_months, site.opening.lead_months) for server in servers]
    begin = max(begins)
    ledger.capex[0] += site.opening.capex * rate
    for server, start in zip(servers, begins, strict=True):
        price = server.capex * server.quantity * rate
        ledger.own(
            price=price,
            residual=price * exact(server.residual_fraction),
            begin=start,
            lead=server.lead_months,
            life=server.life_months,
        )
    per_month = [
        _running(build, [s for s, start in zip(servers, begins, strict=True) if start <= month], hours) * rate
        for month in range(begin + 1)
    ]
    ledger.running = [per_month[min(month, begin)] for month in range(months)]
    bought = site.opening.capex + sum((server.capex * server.quantity for server in servers), ZERO)
    steady = Steady(
        before=(bought * rate + sum(per_month[: min(1, begin)], ZERO), *per_month[1:begin]),
        per_month=per_month[begin],
        per_used_hour=sum((_energy(build, s) * (1 - _idle(s)) for s in servers), ZERO) * rate,
    )
    return ledger.side(begin, steady, min(b + s.life_months for b, s in zip(begins, servers, strict=True)))


def _running(build: SiteBuilt, serving: list[OwnServer], hours: Decimal) -> Decimal:
    """A month's costs that do not depend on use, in the site's currency, with these servers in service."""
    site = build.site
    paid = site.opening.monthly
    for server in serving:
        paid += (
            server.maintenance_per_month * server.quantity + _energy(build, server) * _idle(server) * hours
        )
    if site.staff is not None:
        count = Decimal(sum(server.quantity for server in serving))
        paid += site.staff.per_month * math.ceil(count / exact(site.staff.servers_per_person))
    return paid


def _energy(build: SiteBuilt, server: OwnServer) -> Decimal:
    """An hour's energy of all servers of a type at full power, in the site's currency."""
    power = build.site.power
    if power is None:
        return ZERO
    return exact(server.power_kw) * exact(power.pue) * power.price_per_kwh * server.quantity


def _idle(server: OwnServer) -> Decimal:
    """Share of the full power that is drawn whatever is used."""
    return Decimal(1) if server.idle_power_fraction is None else exact(server.idle_power_fraction)
