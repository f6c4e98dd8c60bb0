"""What providers would charge for the machines of an answer, in their own order of application.

The model bills each machine by itself: what is reserved in all hours, what runs beyond it by the hour. A
provider sees all usage of an account together, and a reservation may cover other sizes of its family.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from advisor.planning.bill import Bill
from advisor.planning.case import Solved
from advisor.planning.hours import HOURS_PER_MONTH, slice_hours
from advisor.planning.options import window_of
from advisor.planning.pools import FIRM
from advisor.planning.provider_spend import Spend
from optimizer.billing import Reservation, Size, Usage, make_bill
from optimizer.billing.order import STAGES
from optimizer.billing.sizes import size_of
from optimizer.result import Purchase
from optimizer.timegrid import Slice
from providers import Offer
from providers.offers import Purchase as Way

_ALMOST = 1e-6  # of a machine: the solver's own tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderBill:
    """What AWS, Azure and Google charge by the hour and for commitments, plan currency, within the plan.

    `charged` by month is what the providers charge; `promised` what the answer's own bill says for the same.
    """

    charged: tuple[Decimal, ...]
    promised: Decimal

    @property
    def difference(self) -> Decimal:
        """What the providers charge beyond what was promised; negative where they charge less."""
        return sum(self.charged, Decimal(0)) - self.promised


def provider_bill(solved: Solved, bill: Bill) -> ProviderBill:
    """The answer's usage under its own reservations, as the providers bill it, beside its own bill."""
    machines = _Machines(solved)
    spend = Spend(solved, machines.machine)
    charged = []
    for month in range(solved.case.plan.months):
        pieces = [piece for piece in solved.decisions.slices if piece.month == month]
        bought = [one for one in machines.reserved if machines.is_active(one, month)]
        usages = machines.usages(pieces)
        commitments = [machines.reservation(one) for one in bought]
        found = make_bill(usages, [*commitments, *spend.plans(month)], hours=len(pieces))
        by_the_hour = sum(
            (line.on_demand_charge * slice_hours(pieces[line.hour]) for line in found.lines), Decimal(0)
        )
        upfront = sum((machines.upfront(one) for one in bought if one.start == month), Decimal(0))
        every_hour = sum((one.charge for one in commitments), Decimal(0)) * HOURS_PER_MONTH
        charged.append(by_the_hour + every_hour + upfront + spend.paid(month))
    options = {one.option for one in machines.reserved} | set(machines.on_demand) | spend.options
    promised = sum((bill.by_option.get(option, Decimal(0)) for option in options), Decimal(0))
    return ProviderBill(charged=tuple(charged), promised=promised)


class _Machines:
    """Decisions in the words of a provider's bill."""

    def __init__(self, solved: Solved) -> None:
        self.case, self.decisions = solved.case, solved.decisions
        offers = self.case.translation.offers
        self.reserved = [one for one in self.decisions.reserved if offers[one.option].provider in STAGES]
        self.on_demand = {
            run.option: offers[run.option]
            for run in self.decisions.runs
            if run.option in offers and _is_by_the_hour(offers[run.option])
        }
        self._runs: dict[tuple[str, int], int] = defaultdict(int)
        for run in self.decisions.runs:
            self._runs[run.option, run.slice] += run.quantity
        self._firm: dict[tuple[str, int], float] = defaultdict(float)
        for serve in self.decisions.serves:
            self._firm[serve.source, serve.slice] += serve.machines

    def is_active(self, bought: Purchase, month: int) -> bool:
        return bought.start <= month < bought.start + (self._offer(bought).term_months or 0)

    def upfront(self, bought: Purchase) -> Decimal:
        offer = self._offer(bought)
        return (offer.upfront or Decimal(0)) * self.case.rate(offer.currency) * bought.quantity

    def usages(self, pieces: list[Slice]) -> list[Usage]:
        """A row per offer used by the hour, and one per reserved machine at work; an entry for each slice."""
        rows = [
            self._usage(option, offer, self._price(offer), [self._runs[option, p.index] for p in pieces])
            for option, offer in self.on_demand.items()
        ]
        for machine, offer in self._reserved_machines().items():
            price = self._on_demand_price(offer)
            if price is not None:
                at_work = [self._at_work(machine, piece) for piece in pieces]
                rows.append(self._usage(f"{FIRM}{machine}", offer, price, at_work))
        return rows

    def reservation(self, bought: Purchase) -> Reservation:
        offer = self._offer(bought)
        return Reservation(
            id=f"{bought.option} from month {bought.start}",
            provider=offer.provider,
            quantity=Decimal(bought.quantity),
            per_hour=offer.price_per_hour * self.case.rate(offer.currency),
            instance_type=offer.instance_type.casefold(),
            region=offer.region.casefold(),
            zone=(offer.zone or "").casefold(),
            size=self._size(offer),
        )

    def _usage(self, name: str, offer: Offer, price: Offer, quantities: list[int]) -> Usage:
        return Usage(
            id=name,
            provider=offer.provider,
            service="sagemaker" if offer.instance_type.startswith("ml.") else "ec2",
            quantity=tuple(map(Decimal, quantities)),
            on_demand=price.price_per_hour * self.case.rate(price.currency),
            region=offer.region.casefold(),
            zone=(offer.zone or "").casefold(),
            instance_type=offer.instance_type.casefold(),
            size=size_of(offer.provider, offer.instance_type),
        )

    def _size(self, offer: Offer) -> Size | None:
        """None where it is zonal, and where its own use is not among the rows for want of a price."""
        if offer.zone or self._on_demand_price(offer) is None:
            return None
        return size_of(offer.provider, offer.instance_type)

    def _offer(self, bought: Purchase) -> Offer:
        return self.case.translation.offers[bought.option]

    def machine(self, offer: Offer) -> str:
        return self.case.spec_of_offer(offer).key

    def _reserved_machines(self) -> dict[str, Offer]:
        return {self.machine(self._offer(one)): self._offer(one) for one in self.reserved}

    def _price(self, offer: Offer) -> Offer:
        """Of a machine that runs under plans only, the price without them where the catalogue has one."""
        if offer.purchase is not Way.SPEND_COMMITMENT:
            return offer
        return self._on_demand_price(offer) or offer

    def _on_demand_price(self, offer: Offer) -> Offer | None:
        """The offer by the hour of the same machine in the same place, in the catalogue or in use."""
        name = "/".join((offer.provider, offer.region, offer.instance_type, Way.ON_DEMAND.value))
        for option in (f"{name}@{offer.zone}", name) if offer.zone else (name,):
            found = self.case.offer(option)
            if found is not None and self.case.plan.rate(found.currency) is not None:
                return found
        return None

    def _at_work(self, machine: str, piece: Slice) -> int:
        """Reserved machines at work in a slice: what is served by commitments beyond blocks and the owned."""
        used = math.ceil(self._firm[f"{FIRM}{machine}", piece.index] - _ALMOST)
        held = sum(
            one.quantity
            for one in self.reserved
            if self.is_active(one, piece.month) and self.machine(self._offer(one)) == machine
        )
        return max(0, min(held, used - sum(self._beside(machine, piece))))

    def _beside(self, machine: str, piece: Slice) -> Iterator[int]:
        for one in self.decisions.blocks:
            offer = self._offer(one)
            window = window_of(self.case.plan, offer)
            if self.machine(offer) == machine and window.covers(piece.start, piece.end):
                yield one.quantity
        for owned in self.case.problem.owned:
            last = self.case.plan.months - 1 if owned.last_month is None else owned.last_month
            if owned.machine is not None and owned.machine.key == machine:
                yield owned.quantity if owned.first_month <= piece.month <= last else 0


def _is_by_the_hour(offer: Offer) -> bool:
    ways = (Way.ON_DEMAND, Way.SPEND_COMMITMENT)  # the latter runs under plans only
    return offer.provider in STAGES and offer.purchase in ways
