"""Everything that is stored."""

from advisor.models.accounts import ApiToken, Membership, Organisation
from advisor.models.catalog import CatalogueVersion, OfferRow
from advisor.models.job import Job
from advisor.models.planning import Plan, PlanVersion, Run, RunResult

__all__ = [
    "ApiToken",
    "CatalogueVersion",
    "Job",
    "Membership",
    "OfferRow",
    "Organisation",
    "Plan",
    "PlanVersion",
    "Run",
    "RunResult",
]
