"""How a job survives the loss of its machine: it goes on from its last checkpoint."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from advisor.demand.fields import Part, number

MINUTES_PER_HOUR = 60.0
MINUTES_PER_DAY = 1440


class Checkpoint(Part):
    """What an interruption of spot capacity costs: work since the last checkpoint, and a restart."""

    interval_minutes: Annotated[float, Field(gt=0, le=MINUTES_PER_DAY), BeforeValidator(number)] = Field(
        description="Minutes from one checkpoint to the next; half of it is lost on average."
    )
    restart_minutes: Annotated[float, Field(ge=0, le=MINUTES_PER_DAY), BeforeValidator(number)] = Field(
        description="Minutes from the loss of a machine until work goes on."
    )

    @property
    def hours_per_interruption(self) -> float:
        """Hours of work that one interruption costs on average: half an interval and a restart."""
        return (self.interval_minutes / 2 + self.restart_minutes) / MINUTES_PER_HOUR
