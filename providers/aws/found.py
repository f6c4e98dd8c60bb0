"""What the readers of AWS's documents bring their finds to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from providers.aws.machines import Machines
from providers.aws.prices import Ledger, Price
from providers.aws.refusals import Refusals


@dataclass(slots=True)
class Found:
    """Everything read from all documents, before prices are compared and joined with machines."""

    prices: Ledger = field(default_factory=Ledger)
    machines: Machines = field(default_factory=Machines)
    refused: Refusals = field(default_factory=Refusals)

    def take(self, document: str, priced: Iterable[Price | tuple[str, str]]) -> int:
        """Keep prices and refusals (place and reason); returns how many of both there were."""
        count = 0
        for one in priced:
            count += 1
            if isinstance(one, Price):
                self.prices.add(one)
            else:
                self.refused.add(document, *one)
        return count
