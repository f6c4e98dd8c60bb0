"""Made-up plans of three sizes, the same for every seed: what `model_speed` solves.

S, M and L have the sizes of everyday plans: regions of hyperscalers and smaller providers, reservations of
several terms and payments, spot, quotas, own sites, partners, inference with growth and a daily rhythm, and
training within a window. Money in US dollars; one unit of work is an hour of one H100. A server's share of
staff (240 a month) is in its maintenance.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer import (
    DayShape,
    Elastic,
    Horizon,
    Limits,
    Machine,
    Problem,
    RateDemand,
    Reservation,
    ServerType,
    Site,
    WorkDemand,
    Workload,
)
from tests.bench.model_sizes import (
    CHIPS,
    H100,
    LARGE_TERMS,
    NOT_CUDA,
    ONLY_LARGE,
    OWN,
    PLACE_ODDS,
    PLACES,
    RESIDENCIES,
    SIZES,
    SMALL_TERMS,
    Chip,
    Size,
)


@dataclass(frozen=True, slots=True)
class _Region:
    provider: int
    key: str
    country: str
    grams_per_kwh: float
    price_factor: float
    is_large: bool


@dataclass(slots=True)
class _Maker:
    size: Size
    draw: np.random.Generator
    elastic: list[Elastic] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    chips: dict[str, tuple[Chip, int, str]] = field(default_factory=dict)  # machine -> chip, count, country

    def one_of(self, *values: float, odds: tuple[float, ...] | None = None) -> float:
        return float(self.draw.choice(values, p=odds))

    def regions(self) -> list[_Region]:
        size, found = self.size, []
        for provider in range(size.large + size.small):
            is_large = provider < size.large
            for r in range(size.large_regions if is_large else size.small_regions):
                country = PLACES[r] if r < 2 else str(self.draw.choice(PLACES, p=PLACE_ODDS))
                grams = self.one_of(30, 60, 120, 250, 380, 480, 650) * self.draw.uniform(0.8, 1.2)
                key = f"p{provider}-{r}"
                found.append(_Region(provider, key, country, grams, self.draw.uniform(0.95, 1.35), is_large))
        return found

    def machine(
        self, provider: str, region: str, country: str, chip: Chip, count: int, grams: float
    ) -> Machine:
        key = f"{provider}/{region}/{chip.name}x{count}"
        self.chips[key] = (chip, count, country)
        kilograms = chip.kw * count * 1.15 * grams / 1000.0
        return Machine(
            key=key,
            provider=provider,
            region=region,
            country=country,
            accelerators=float(count),
            carbon_kg_per_hour=kilograms,
        )

    def clouds(self, wanted: int) -> None:
        regions = self.regions()
        factor = [
            1.0 if p < self.size.large else self.draw.uniform(0.48, 0.75)
            for p in range(self.size.large + self.size.small)
        ]
        pools = [(r, chip, count) for r in regions for chip in CHIPS for count in (1, 2, 4, 8)]
        for at in self.draw.permutation(len(pools)):
            region, chip, count = pools[at]
            if not region.is_large and chip.name in ONLY_LARGE:
                continue
            left = wanted - len(self.elastic) - len(self.reservations)
            if left <= 0:
                return
            self._pool(region, chip, count, factor[region.provider], left)

    def _pool(self, region: _Region, chip: Chip, count: int, factor: float, left: int) -> None:
        provider = f"p{region.provider}"
        machine = self.machine(provider, region.key, region.country, chip, count, region.grams_per_kwh)
        price = chip.usd_per_hour * count * factor * region.price_factor * self.draw.uniform(0.97, 1.05)
        quota = int(self.one_of(4, 8, 16, 32, 64)) * self.size.quota
        most = int(self.one_of(8, 16, 40, 100)) * max(1, round(1.6 * self.size.quota))
        offers: list[Elastic | Reservation] = [
            Elastic(key=f"{machine.key}/on_demand", machine=machine, price_per_hour=price, max_quantity=quota)
        ]
        if region.is_large or self.draw.random() < 0.3:
            spot = price * self.draw.uniform(0.25, 0.55)
            offers.append(
                Elastic(
                    key=f"{machine.key}/spot",
                    machine=machine,
                    price_per_hour=spot,
                    spot=True,
                    max_quantity=quota // 2,
                )
            )
        for term, fraction, upfront in LARGE_TERMS if region.is_large else SMALL_TERMS:
            hourly = price * fraction * self.draw.uniform(0.98, 1.02)
            offers.append(
                Reservation(
                    key=f"{machine.key}/reserved/{term}m-{upfront:g}",
                    machine=machine,
                    term_months=term,
                    price_per_hour=hourly * (1 - upfront),
                    upfront=hourly * 730 * term * upfront,
                    max_quantity=most,
                )
            )
        self.elastic += [offer for offer in offers[:left] if isinstance(offer, Elastic)]
        self.reservations += [offer for offer in offers[:left] if isinstance(offer, Reservation)]

    def own(self) -> None:
        for s in range(self.size.sites):
            key = f"site{s}"
            country = ("DE", "US", "DE", "US", "JP", "CA")[s % 6]
            servers = tuple(
                ServerType(
                    key=f"{key}/{chip.name}",
                    machine=self.machine("own", key, country, chip, 8, 0.0),
                    capex=chip.capex * 8 * self.draw.uniform(0.95, 1.1),
                    power_kw=chip.kw * 8,
                    life_months=48,
                    residual_fraction=0.12,
                    maintenance_per_month=chip.capex * 8 * 0.004 + 240,
                    lead_months=4,
                    idle_power_fraction=0.35,
                )
                for chip in OWN
            )
            self.sites.append(
                Site(
                    key=key,
                    servers=servers,
                    limit_kw=self.size.site_kw * self.draw.uniform(0.6, 1.4),
                    opening_capex=self.size.site_capex * self.draw.uniform(0.7, 1.3),
                    price_per_kwh=self.draw.uniform(0.07, 0.19),
                    pue=self.draw.uniform(1.15, 1.5),
                    carbon_kg_per_kwh=self.one_of(30, 60, 250, 380) / 1000.0,
                )
            )

    def partners(self) -> None:
        for p in range(self.size.partners):
            country = ("DE", "US", "DE", "JP")[p % 4]
            machine = self.machine(f"partner{p}", "r", country, H100, 8, 120.0)
            self.elastic.append(
                Elastic(
                    key=f"{machine.key}/partner",
                    machine=machine,
                    partner=True,
                    price_per_hour=H100.usd_per_hour * 8 * 0.42 * self.draw.uniform(0.9, 1.1),
                    fixed_per_month=2000.0,
                    min_quantity=2 * self.size.quota,
                    max_quantity=6 * self.size.quota,
                )
            )

    def workloads(self) -> Iterator[Workload]:
        affinity = np.exp(self.draw.normal(0, 0.12, (len(CHIPS), self.size.workloads)))
        for w in range(self.size.workloads):
            training = w % 3 == 2
            need = (
                self.one_of(80, 320, 640)
                if training
                else self.one_of(16, 40, 80, 160, 320, 640, odds=(0.2, 0.2, 0.2, 0.15, 0.15, 0.1))
            )
            drawn = RESIDENCIES[int(self.draw.integers(0, 7))]
            allowed = drawn if w > 1 else (("DE", "GB"), ("US", "CA"))[w]
            cuda = self.draw.random() < 0.35
            units = {}
            for key, (chip, count, country) in self.chips.items():
                speed = (chip.training if training else chip.inference) * affinity[CHIPS.index(chip), w]
                fits = chip.memory_gib * count >= need and not (cuda and chip.name in NOT_CUDA)
                if country in allowed and fits and speed > 0:
                    units[key] = float(speed * count**0.97)
            if len(units) < 3:
                units = {
                    key: (chip.training if training else chip.inference) * count
                    for key, (chip, count, _) in self.chips.items()
                    if chip.memory_gib * count >= 80 and chip.training
                }
            yield self._training(w, units) if training else self._inference(w, units)

    def _training(self, w: int, units: dict[str, float]) -> Workload:
        months = self.size.months
        first = int(self.draw.integers(0, max(1, months // 6))) * 3
        last = min(months, first + int(self.one_of(3, 6, 9))) - 1
        speed = self.size.load * self.draw.uniform(0.5, 2)
        total = speed * 730 * (last + 1 - first) * self.draw.uniform(0.25, 0.6)
        return Workload(
            name=f"train{w}",
            demand=WorkDemand(total=total, first_month=first, last_month=last),
            units_per_hour=units,
            interruptible_fraction=0.7 if self.draw.random() < 0.7 else 0.0,
        )

    def _inference(self, w: int, units: dict[str, float]) -> Workload:
        size = self.size
        base = size.load * self.draw.lognormal(0, 0.7)
        growth = self.draw.uniform(0, 0.06 if size.months <= 36 else 0.03)
        swing, noon = self.draw.uniform(0.25, 0.75), self.draw.uniform(0, 24)
        middle = (np.arange(24) // size.band_hours + 0.5) * size.band_hours
        wave = np.sin(2 * np.pi * (middle - noon) / 24)
        weekday = 1 + swing * wave
        weekend = (1 + 0.7 * swing * wave) * self.draw.uniform(0.5, 0.9)
        peak = float(max(weekday.max(), weekend.max()))
        shape = DayShape(tuple((weekday / peak).tolist()), tuple((weekend / peak).tolist()))
        return Workload(
            name=f"chat{w}",
            units_per_hour=units,
            demand=RateDemand(peak_per_hour=float(base * peak), shape=shape, growth_per_month=growth),
            interruptible_fraction=0.3 if self.draw.random() < 0.3 else 0.0,
        )


def instance(name: str, seed: int = 0) -> Problem:
    """The plan of a size ("S", "M", "L") and seed."""
    size = SIZES[name]
    maker = _Maker(size, np.random.default_rng(seed))
    own = size.sites * len(OWN)
    maker.partners()
    maker.clouds(size.offers - own)
    maker.own()
    workloads = tuple(maker.workloads())
    return Problem(
        horizon=Horizon(months=size.months, discount_rate=0.08),
        workloads=workloads,
        elastic=tuple(maker.elastic),
        reservations=tuple(maker.reservations),
        sites=tuple(maker.sites),
        limits=Limits(carbon_price_per_kg=0.08, provider_share_max=size.share_max),
    )
