"""Which plans a sweep works out: the first is always the plan as it is."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

from advisor.errors import BadInput
from advisor.planning.words import listed, percent
from advisor.sweeps.drivers import CLOUD_PRICES, DEMAND, DRIVERS, has_effect
from advisor.sweeps.variations import FACTORS, Variation, varied
from providers.text import did_you_mean, nearest, shown

SENSITIVITY, MONTE_CARLO, COMPARISON = "sensitivity", "monte_carlo", "comparison"
KINDS = (SENSITIVITY, MONTE_CARLO, COMPARISON)
AS_IT_IS = "as it is"
MOST_FACTORS, MOST_DRAWS, MOST_CASES = 20, 1000, 50
STEP = 0.2
STEPS = (0.001, 0.95)
SIGMAS = (0.0, 2.0)
SEEDS = (0, 2**31 - 1)
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Each driver alone, at each of its factors; `factors` by driver, an empty list for 1 ± `step`.

    Without any driver: all that have an effect in the plan. Raises BadInput for what is out of range.
    """

    step: float = STEP
    factors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        within("step", self.step, STEPS, "a fraction such as 0.2")
        for driver, factors in self.factors.items():
            if driver not in DRIVERS:
                hint = did_you_mean(nearest(driver, DRIVERS)) or f"; there are {', '.join(DRIVERS)}"
                raise BadInput(f"driver {shown(driver)}: is not known{hint}", field="drivers")
            if len(factors) > MOST_FACTORS:
                raise BadInput(f"driver {driver}: at most {MOST_FACTORS} factors", field="drivers")
            for factor in factors:
                within(f"factor of {driver}", factor, FACTORS, "such as 0.8", field="drivers")

    def variations(self, data: Mapping[str, Any]) -> tuple[Variation, ...]:
        """Raises BadInput for a driver that the plan has no figure of."""
        wanted = self.factors or {name: () for name in DRIVERS if has_effect(data, name)}
        if idle := [name for name in wanted if not has_effect(data, name)]:
            raise BadInput(f"driver {', '.join(idle)}: the plan has no such figure above 0", field="drivers")
        pair = (1 - self.step, 1 + self.step)
        found = [
            Variation(label=f"{DRIVERS[driver]} × {factor:g}", factors={driver: factor})
            for driver, factors in wanted.items()
            for factor in sorted({round(one, 12) for one in factors or pair} - {1.0})
        ]
        if not found:
            raise BadInput("drivers: no factor other than 1 is left to work out", field="drivers")
        return (Variation(label=AS_IT_IS), *found)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonteCarlo:
    """`draws` plans with a factor on the demand and one on the cloud prices, drawn independently.

    A factor is exp(sigma × z − sigma² / 2) of a standard normal z: lognormal, with mean 1. The same seed
    gives the same draws. Raises BadInput for what is out of range.
    """

    draws: int = 100
    seed: int = 1
    demand_sigma: float = 0.25
    price_sigma: float = 0.15

    def __post_init__(self) -> None:
        within("draws", self.draws, (2, MOST_DRAWS), "a number such as 100")
        within("seed", self.seed, SEEDS, "a whole number such as 1")
        within("demand_sigma", self.demand_sigma, SIGMAS, "such as 0.25")
        within("price_sigma", self.price_sigma, SIGMAS, "such as 0.15")
        if self.demand_sigma == 0 and self.price_sigma == 0:
            raise BadInput("demand_sigma, price_sigma: one of them must be above 0", field="demand_sigma")

    def variations(self, data: Mapping[str, Any]) -> tuple[Variation, ...]:  # noqa: ARG002  as the others have it
        draw = random.Random(self.seed)  # noqa: S311  chance of a simulation, no secret
        found = [Variation(label=AS_IT_IS)]
        for number in range(1, self.draws + 1):
            demand, price = (_lognormal(draw, sigma) for sigma in (self.demand_sigma, self.price_sigma))
            factors = {DEMAND: demand, CLOUD_PRICES: price}
            found.append(Variation(label=f"draw {number}", factors=factors))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One side of a comparison: values at paths of the plan (None takes a field out)."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The plan as it is beside cases of it. Raises BadInput for too many, or names that are no names."""

    cases: tuple[Case, ...] = ()

    def __post_init__(self) -> None:
        if len(self.cases) > MOST_CASES:
            raise BadInput(f"cases: at most {MOST_CASES} are compared", field="cases")
        names = [case.name.strip() for case in self.cases]
        for name in names:
            if not 1 <= len(name) <= LONGEST_LABEL or not name.isprintable():
                raise BadInput(f"case {shown(name) or '(empty)'}: needs a name of one line", field="cases")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise BadInput(f"case {listed(twice)}: two have this name", field="cases")

    def variations(self, data: Mapping[str, Any]) -> tuple[Variation, ...]:
        """Raises BadInput for a path that leads nowhere in the plan."""
        found = [Variation(label=case.name.strip(), changes=case.changes) for case in self.cases]
        for variation in found:
            varied(data, variation)
        return (Variation(label=AS_IT_IS), *found)


Design = Sensitivity | MonteCarlo | Comparison


def within(
    name: str, figure: float, ends: tuple[float, float], example: str, *, field: str | None = None
) -> None:
    """Raises BadInput for a figure that is out of range, or none."""
    least, most = ends
    if not least <= figure <= most:
        raise BadInput(f"{name} {figure:g}: write {example}, from {least:g} to {most:g}", field=field or name)


def _lognormal(draw: random.Random, sigma: float) -> float:
    """`random()` is promised to give the same sequence in every Python, its normal draws are not."""
    uniform = min(max(draw.random(), 1e-12), 1 - 1e-12)
    return math.exp(sigma * NormalDist().inv_cdf(uniform) - sigma * sigma / 2)


def factor_words(factors: Mapping[str, float]) -> str:
    """`demand + 12 %, cloud prices − 4 %`."""
    return ", ".join(f"{DRIVERS[name]} {_change(factor)}" for name, factor in factors.items())


def _change(factor: float) -> str:
    return f"{'+' if factor >= 1 else '−'} {percent(abs(factor - 1))}"


def changes_words(changes: Mapping[str, Any]) -> Sequence[str]:
    """`limits.capex_total = 5000000`, `limits.carbon_price_per_tonne taken out`."""
    return [
        f"{path} taken out" if value is None else f"{path} = {_as_written(value)}"
        for path, value in changes.items()
    ]


def _as_written(value: Any) -> str:
    """A value as people write it in a plan: `{allow: [DE, FR]}`, `true`."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_as_written(part)}' for name, part in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_written, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
