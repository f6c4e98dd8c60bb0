"""What it means to survive the loss of a region or provider: the domains that fail together."""

from dataclasses import dataclass
from enum import StrEnum

ELSEWHERE = "elsewhere"
"""A place the plan has nothing in: when it fails, only spot is lost."""


class LossOf(StrEnum):
    """What fails at once."""

    REGION = "region"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """Rate demands are met in every hour without any one domain.

    `surge_fraction` (0..1) of what the lost domain was serving may be rented anew, by the hour; nothing where
    `barred`, pairs of a workload's name and the lost domain, says that no offer elsewhere serves it.
    `domains` restricts the rule to some of them, to find out which clash with other limits; None: all.
    """

    loss_of: LossOf
    surge_fraction: float = 0.0
    barred: frozenset[tuple[str, str]] = frozenset()
    domains: frozenset[str] | None = None

    def counts(self, domain: str) -> bool:
        """Whether the loss of a domain must be survived."""
        return self.domains is None or domain in self.domains

    def surge(self, workload: str, domain: str) -> float:
        """Part of what the domain was serving of a workload that may be rented anew when it is lost."""
        return 0.0 if (workload, domain) in self.barred else self.surge_fraction


def domain_of(loss_of: LossOf, provider: str, region: str, site: str | None = None) -> str:
    """Name of the domain a machine fails with: `aws/eu-west-1`, `aws`, `own/SITE`, `partner/NAME`.

    An own site and a partner are a domain of their own, whatever is lost.
    """
    if site is not None:
        return f"own/{site}"
    if loss_of is LossOf.PROVIDER or provider.endswith(f"/{region}"):
        return provider
    return f"{provider}/{region}"
