"""How far a workload may be from its users."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from advisor.demand.fields import Part, number
from advisor.demand.places import Place
from providers.places import resolve_place

LONGEST_MS = 10_000


class Latency(Part):
    """A bound on the round trip over the network, estimated from distance, between users and machines."""

    users_in: tuple[Place, ...] = Field(
        min_length=1, description="Countries, or groups of countries, the users are in; all of them count."
    )
    max_ms: Annotated[float, Field(gt=0, le=LONGEST_MS), BeforeValidator(number)] = Field(
        description="Longest estimated round trip in milliseconds, from each of these countries."
    )

    def countries(self) -> frozenset[str]:
        """ISO 3166-1 codes of all countries the users are in."""
        return frozenset().union(*(resolve_place(name) for name in self.users_in))
