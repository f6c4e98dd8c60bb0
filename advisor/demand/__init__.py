"""The plan file: what is wanted. Pure: knows neither Django nor the catalogue."""

from advisor.demand.parse import parse_plan
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem

__all__ = ["Plan", "PlanError", "PlanProblem", "parse_plan"]
