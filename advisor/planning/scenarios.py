"""The plan's risk as scenarios of the optimizer."""

from advisor.demand.plan import Plan
from optimizer.risk.sampling import sampled
from optimizer.risk.scenarios import Risk


def risk_of(plan: Plan) -> Risk | None:
    """Scenarios and weights of a plan; None where nothing is said to be uncertain."""
    wanted = plan.risk
    if wanted is None:
        return None
    return Risk(
        scenarios=sampled(
            [workload.name for workload in plan.workloads],
            count=wanted.scenarios,
            demand_sigma=wanted.demand_sigma,
            price_sigma=wanted.price_sigma,
        ),
        weight_fraction=wanted.weight,
        tail_fraction=wanted.tail,
    )
