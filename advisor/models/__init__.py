"""Everything that is stored."""

from advisor.models.accounts import ApiToken, Membership, Organisation
from advisor.models.books import PriceBookVersion
from advisor.models.catalog import CatalogueVersion, Confirmation, OfferRow
from advisor.models.job import Job
from advisor.models.planning import Plan, PlanVersion, Run, RunResult
from advisor.models.rates import ExchangeRates
from advisor.models.refresh import QuarantinedOffer, SourceState
from advisor.models.sweep import Sweep, SweepPoint

__all__ = [
    "ApiToken",
    "CatalogueVersion",
    "Confirmation",
    "ExchangeRates",
    "Job",
    "Membership",
    "OfferRow",
    "Organisation",
    "Plan",
    "PlanVersion",
    "PriceBookVersion",
    "QuarantinedOffer",
    "Run",
    "RunResult",
    "SourceState",
    "Sweep",
    "SweepPoint",
]
