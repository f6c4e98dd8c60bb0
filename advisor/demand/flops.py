"""Work in floating-point operations: what one accelerator does of it in an hour.

FLOP/s of an accelerator = its dense peak at a precision x MFU, the share of the peak that a model reaches.
Peaks are in providers/reference/accelerators.csv, each with its source.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Tag

from advisor.demand.accelerator_names import AcceleratorKey, expand
from advisor.demand.fields import FORM, PositiveFraction
from providers.accelerators import ACCELERATORS

SECONDS_PER_HOUR = 3600
FLOP_PER_TFLOP = 1e12

INFERENCE_ONLY = frozenset({"AI100", "Inferentia1", "Inferentia2"})
"""Made by Qualcomm and AWS for inference: one MFU for all accelerators is not for them."""

Precision = Literal["bf16", "fp8"]
ShareByAccelerator = Annotated[dict[AcceleratorKey, PositiveFraction], AfterValidator(expand)]


def _mfu_form(value: object) -> str:
    return FORM + ("by accelerator" if isinstance(value, dict) else "number")


Mfu = Annotated[
    Annotated[PositiveFraction, Tag(FORM + "number")]
    | Annotated[ShareByAccelerator, Tag(FORM + "by accelerator")],
    Discriminator(_mfu_form),
]


def peak_tflops(accelerator: str, precision: Precision) -> float | None:
    """Dense peak of one accelerator in TFLOP/s; None when it is unknown."""
    known = ACCELERATORS.get(accelerator)
    if known is None:
        return None
    peak = known.bf16_tflops if precision == "bf16" else known.fp8_tflops
    return float(peak) if peak is not None else None


def mfu_of(mfu: float | Mapping[str, float], accelerator: str) -> float | None:
    """MFU of one accelerator; None when the plan names others only."""
    return mfu.get(accelerator) if isinstance(mfu, Mapping) else mfu


def hours_of_work(
    total_flop: float, mfu: float | Mapping[str, float], precision: Precision
) -> Mapping[str, float]:
    """Hours in which one accelerator of each type would do all the work.

    Those of unknown peak are absent; and, where one MFU is for all, those made for inference.
    """
    shares = tuple(mfu.items()) if isinstance(mfu, Mapping) else mfu
    return _hours(total_flop, shares, precision)


@lru_cache(maxsize=256)
def _hours(
    total_flop: float, mfu: float | tuple[tuple[str, float], ...], precision: Precision
) -> Mapping[str, float]:
    shares = dict(mfu) if isinstance(mfu, tuple) else dict.fromkeys(ACCELERATORS.keys() - INFERENCE_ONLY, mfu)
    peaks = {name: peak_tflops(name, precision) for name in shares}
    hours = {
        name: total_flop / (peak * FLOP_PER_TFLOP * shares[name] * SECONDS_PER_HOUR)
        for name, peak in peaks.items()
        if peak is not None
    }
    return MappingProxyType(hours)
