"""How much a workload needs: a rate with a shape over the day, or an amount of work to be done."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from advisor.demand.accelerator_names import AmountByAccelerator
from advisor.demand.fields import FORM, Found, NotYet, Part, Positive, number, problem, refuse, text
from advisor.demand.hints import did_you_mean, nearest, one_of
from advisor.demand.profiles import ProfileField, flat

ACCELERATORS, ACCELERATOR_HOURS, FLOPS = "accelerators", "accelerator_hours", "flops"
COMMON_UNITS = ("tokens_per_second", "requests_per_second", ACCELERATORS, ACCELERATOR_HOURS, FLOPS)
_RATE = re.compile(r"[a-z][a-z0-9_]{0,60}_per_second\Z")


def _unit(value: object) -> str:
    unit = text(value)
    if unit == FLOPS:
        raise problem("is not supported yet: give the work as accelerator_hours")
    if unit in COMMON_UNITS or _RATE.match(unit):
        return unit
    hint = did_you_mean(nearest(unit, COMMON_UNITS))
    raise problem(f"must be {one_of(COMMON_UNITS[:-1])}, or a name ending in _per_second{hint}")


def _total_form(value: object) -> str:
    return FORM + ("hours" if isinstance(value, dict) else "number")


_UNIT_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": list(COMMON_UNITS[:-1])},
        {"type": "string", "pattern": "^[a-z][a-z0-9_]*_per_second$"},
    ]
}
Unit = Annotated[str, BeforeValidator(_unit), WithJsonSchema(_UNIT_SCHEMA)]
Total = Annotated[
    Annotated[Positive, Tag(FORM + "number")] | Annotated[AmountByAccelerator, Tag(FORM + "hours")],
    Discriminator(_total_form),
]


class Demand(Part):
    """A rate: `unit` with `peak` and `profile`, or with `constant`. An amount of work: `total`."""

    unit: Unit = Field(
        description="What is counted: tokens_per_second, requests_per_second, any other name ending in "
        "_per_second, accelerators, or accelerator_hours."
    )
    peak: Positive | None = Field(
        default=None, description="Load in units per second in hours of level 1, in the plan's first month."
    )
    constant: Positive | None = Field(
        default=None, description="The same load in every hour, in units per second (or in accelerators)."
    )
    profile: ProfileField = Field(
        default_factory=flat, description="Shape over the day and week; only with peak; default flat."
    )
    growth_per_month: Annotated[float, Field(gt=-1, le=1), BeforeValidator(number)] = Field(
        default=0.0, description="Growth of the load from month to month as a fraction: 0.02 is 2 % a month."
    )
    total: Total | None = Field(
        default=None,
        description="Work in accelerator-hours: hours of each type that would do all of it alone, or one "
        "number of hours at relative speed 1 (then throughput gives the relative speeds).",
    )
    mfu: NotYet = Field(default=None, description="Not supported yet (belongs to the unit flops).")

    @property
    def is_rate(self) -> bool:
        """True for a load per second, False for an amount of work."""
        return self.unit != ACCELERATOR_HOURS

    @property
    def peak_units(self) -> float | None:
        """Load at level 1 in units per second (accelerators for that unit); None for an amount of work."""
        return self.peak if self.peak is not None else self.constant

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Demand":
        refuse(self._rate_problems() if self.is_rate else self._work_problems())
        return self

    def _rate_problems(self) -> list[Found]:
        found: list[Found] = []
        if self.peak is None and self.constant is None:
            found.append(
                (("peak",), None, f"is required: {self.unit} needs peak, or constant for a flat load")
            )
        if self.peak is not None and self.constant is not None:
            found.append((("constant",), self.constant, "cannot stand beside peak: keep one of them"))
        elif self.constant is not None and "profile" in self.model_fields_set:
            found.append((("profile",), "", "needs peak: a constant load has no profile"))
        if self.total is not None:
            found.append((("total",), self.total, f"belongs to accelerator_hours, not to {self.unit}"))
        return found

    def _work_problems(self) -> list[Found]:
        found: list[Found] = []
        if self.total is None:
            found.append((("total",), None, "is required, for example {H100: 300000}"))
        for name in ("peak", "constant", "profile", "growth_per_month"):
            if name in self.model_fields_set and getattr(self, name) is not None:
                value = "" if name == "profile" else getattr(self, name)
                found.append(((name,), value, "belongs to a load per second, not to accelerator_hours"))
        return found
