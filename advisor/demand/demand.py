"""How much a workload needs: a rate with a shape over the day, or an amount of work to be done."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from advisor.demand.accelerator_names import AmountByAccelerator
from advisor.demand.fields import FORM, Found, Part, Positive, number, problem, refuse, text
from advisor.demand.flops import Mfu, Precision, hours_of_work
from advisor.demand.hints import did_you_mean, nearest, one_of
from advisor.demand.profiles import ProfileField, flat

ACCELERATORS, ACCELERATOR_HOURS, FLOPS = "accelerators", "accelerator_hours", "flops"
COMMON_UNITS = ("tokens_per_second", "requests_per_second", ACCELERATORS, ACCELERATOR_HOURS, FLOPS)
DEFAULT_PRECISION: Precision = "bf16"
_RATE = re.compile(r"[a-z][a-z0-9_]{0,60}_per_second\Z")


def _unit(value: object) -> str:
    unit = text(value)
    if unit in COMMON_UNITS or _RATE.match(unit):
        return unit
    hint = did_you_mean(nearest(unit, COMMON_UNITS))
    raise problem(f"must be {one_of(COMMON_UNITS)}, or a name ending in _per_second{hint}")


def _total_form(value: object) -> str:
    return FORM + ("hours" if isinstance(value, dict) else "number")


_UNIT_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": list(COMMON_UNITS)},
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
        "_per_second, accelerators, accelerator_hours, or flops."
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
        "number of hours at relative speed 1 (then throughput gives the relative speeds). For flops: "
        "floating-point operations in all.",
    )
    mfu: Mfu | None = Field(
        default=None,
        description="For flops, and required there: model FLOP/s utilisation, the share of its peak FLOP/s "
        "that an accelerator reaches; one number, or by accelerator (others then cannot serve it).",
    )
    precision: Precision | None = Field(
        default=None, description="For flops: whose peak counts, bf16 (default) or fp8."
    )

    @property
    def is_rate(self) -> bool:
        """True for a load per second, False for an amount of work."""
        return self.unit not in (ACCELERATOR_HOURS, FLOPS)

    @property
    def peak_units(self) -> float | None:
        """Load at level 1 in units per second (accelerators for that unit); None for an amount of work."""
        return self.peak if self.peak is not None else self.constant

    def hours_of_flops(self) -> Mapping[str, float] | None:
        """Accelerator-hours of each type that would do all FLOPs alone; None for other units."""
        if self.unit != FLOPS or self.mfu is None or self.total is None or isinstance(self.total, dict):
            return None
        return hours_of_work(self.total, self.mfu, self.precision or DEFAULT_PRECISION)

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Demand":
        refuse(self._rate_problems() if self.is_rate else self._work_problems())
        refuse(self._flops_problems())
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
            found.append(
                (("total",), self.total, f"belongs to accelerator_hours and flops, not to {self.unit}")
            )
        return found

    def _work_problems(self) -> list[Found]:
        found: list[Found] = []
        if self.total is None:
            example = "3.8e24" if self.unit == FLOPS else "{H100: 300000}"
            found.append((("total",), None, f"is required, for example {example}"))
        for name in ("peak", "constant", "profile", "growth_per_month"):
            if name in self.model_fields_set and getattr(self, name) is not None:
                value = "" if name == "profile" else getattr(self, name)
                found.append(((name,), value, f"belongs to a load per second, not to {self.unit}"))
        return found

    def _flops_problems(self) -> list[Found]:
        if self.unit != FLOPS:
            written = (("mfu", self.mfu), ("precision", self.precision))
            message = f"belongs to the unit flops, not to {self.unit}"
            return [((name,), value, message) for name, value in written if value is not None]
        if isinstance(self.total, dict):
            message = "must be one number for flops, as in 3.8e24: mfu says how fast each accelerator is"
            return [(("total",), self.total, message)]
        if self.mfu is None:
            return [(("mfu",), None, "is required for flops: write the share of the peak reached, as in 0.4")]
        if not self.hours_of_flops():
            precision = self.precision or DEFAULT_PRECISION
            message = (
                f"names no accelerator whose {precision} peak is known: write accelerator_hours for these"
            )
            return [(("mfu",), self.mfu, message)]
        return []
