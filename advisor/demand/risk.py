"""What is uncertain about a plan, and how much a bad outcome counts."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from advisor.demand.fields import Fraction, Part, number, whole

MAX_SCENARIOS = 100
MAX_SIGMA = 2.0

Scenarios = Annotated[int, Field(ge=1, le=MAX_SCENARIOS), BeforeValidator(whole)]
Sigma = Annotated[float, Field(ge=0, le=MAX_SIGMA), BeforeValidator(number)]
Tail = Annotated[float, Field(ge=0, lt=1), BeforeValidator(number)]


class Risk(Part):
    """Demands and hourly list prices as scenarios; purchases are decided before it is known which comes."""

    scenarios: Scenarios = Field(default=20, description="How many scenarios are weighed, 1 to 100.")
    demand_sigma: Sigma = Field(
        default=0.0,
        description="Spread of each workload's demand, 0 to 2: standard deviation of the logarithm of a "
        "factor with mean 1. 0 = certain.",
    )
    price_sigma: Sigma = Field(
        default=0.0,
        description="The same of list prices by the hour (on demand and spot), 0 to 2. 0 = certain.",
    )
    weight: Fraction = Field(
        default=0.0,
        description="What is minimised: (1 - weight) × expected cost + weight × mean cost of the worst "
        "scenarios. 0 = the expected cost alone.",
    )
    tail: Tail = Field(
        default=0.9,
        description="Which scenarios are the worst: the dearest 1 - tail of all. From 0 to below 1.",
    )
