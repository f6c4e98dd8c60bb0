"""Gangs: accelerators that a job holds together, and the pools in which they can be held."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gang:
    """So many accelerators of one pool are held together in every month in which the job works there.

    `pools` maps the key of every machine that can serve the job to its pool: accelerators of one type in one
    region, at one site or of one partner. A machine that has all the gang's accelerators holds it alone.
    """

    accelerators: float
    pools: Mapping[str, str]

    def fits(self, accelerators: float) -> bool:
        """Whether a machine with so many accelerators holds the gang alone."""
        return accelerators >= self.accelerators - 1e-9
