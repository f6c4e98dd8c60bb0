"""Small plans and price lists, solved and verified, for tests of what is made of an answer."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from advisor.catalog.queries import Catalogue
from advisor.demand.parse import parse_plan
from advisor.planning.case import Case, Solved
from advisor.planning.effort import Effort
from advisor.planning.problem import translate
from advisor.planning.result import Result
from advisor.planning.services import advise
from optimizer.index import build_index
from optimizer.result import Outcome, Plan, SolveRecord, Status
from optimizer.solve import solve
from optimizer.timegrid import Slice
from optimizer.verify import verify
from providers.offers import Offer, Payment, Purchase
from tests.factories import NOW, make_offer

MAX_AGE_HOURS = 24 * 90
SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/schemas/result.schema.json").read_text("utf-8"))
TEAM: dict[str, Any] = {
    "name": "team",
    "kind": "batch",
    "demand": {"unit": "accelerators", "constant": 8},
    "throughput": {"H100": 1},
}
SITE: dict[str, Any] = {
    "name": "colo",
    "country": "DE",
    "opening": {"capex": 1000, "monthly": 100, "lead_months": 1},
    "power": {"price_per_kwh": 0.2, "pue": 1.5, "carbon_g_per_kwh": 400, "renewable_fraction": 0.5},
    "servers": [
        {
            "instance_type": "HGX",
            "accelerator": "H100",
            "accelerator_count": 8,
            "capex": 5000,
            "power_kw": 2,
            "life_months": 2,
            "residual_fraction": 0.1,
            "maintenance_per_month": 10,
        }
    ],
    "staff": {"per_month": 500, "servers_per_person": 1},
}
PARTNER: dict[str, Any] = {
    "name": "uni",
    "country": "DE",
    "instance_type": "HGX-A",
    "accelerator": "H100",
    "accelerator_count": 8,
    "price_per_hour": 10,
    "fixed_per_month": 400,
}


def plan_data(*workloads: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A plan of one month, eight H100 all the time; `changes` replace whole top-level parts."""
    return {
        "schema": 1,
        "name": "Small",
        "start": "2027-01",
        "months": 1,
        "workloads": list(workloads) or [TEAM],
    } | changes


def plan_text(*workloads: dict[str, Any], **changes: Any) -> bytes:
    """The same as a file; JSON is YAML."""
    return json.dumps(plan_data(*workloads, **changes)).encode()


def catalogue_of(offers: Sequence[Offer]) -> Catalogue:
    return Catalogue(as_of=NOW, version=1, offers=tuple(offers))


def case_of(data: dict[str, Any], offers: Sequence[Offer]) -> Case:
    catalogue = catalogue_of(offers)
    plan = parse_plan(json.dumps(data).encode(), source="plan.yaml")
    return Case(
        plan=plan,
        catalogue=catalogue,
        translation=translate(plan, offers, now=NOW),
        now=NOW,
        max_age_hours=MAX_AGE_HOURS,
    )


def solved_case(data: dict[str, Any], offers: Sequence[Offer]) -> Solved:
    """The best plan, proven, and verified."""
    case = case_of(data, offers)
    outcome = solve(case.problem, gap=1e-9, time_limit_seconds=20)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    account = verify(case.problem, outcome.plan, objective_npv=outcome.objective_npv)
    return Solved(case=case, outcome=outcome, decisions=outcome.plan, account=account)


def decided_case(case: Case, decisions: Plan) -> Solved:
    """Decisions made by hand; the verifier says whether they hold."""
    account = verify(case.problem, decisions)
    outcome = Outcome(
        status=Status.OPTIMAL, record=make_record(), gap=0.0, objective_npv=account.npv, plan=decisions
    )
    return Solved(case=case, outcome=outcome, decisions=decisions, account=account)


def near(figure: float, *, within: float | None = None) -> Any:
    """Equal but for the rounding of floats, or to `within`."""
    return pytest.approx(figure, abs=within)


def slices_of(case: Case) -> tuple[Slice, ...]:
    return build_index(case.problem).slices


def make_record(**changes: Any) -> SolveRecord:
    values: dict[str, Any] = {
        "solver": "HiGHS",
        "version": "1",
        "threads": 1,
        "gap_asked": 0.001,
        "time_limit_seconds": 300.0,
        "seconds": 2.0,
        "build_seconds": 0.5,
        "columns": 4,
        "rows": 3,
        "integers": 2,
        "nonzeros": 6,
        "nodes": 1,
        "bound": 0.0,
        "offers": 1,
    }
    return SolveRecord(**(values | changes))


def result_of(
    data: dict[str, Any],
    offers: Sequence[Offer],
    *,
    baselines: bool = False,
    explain: float = 0.0,
    why: Sequence[str] = (),
    **options: Any,
) -> Result:
    """A result, checked against the published schema."""
    result = advise(
        json.dumps(data).encode(),
        source="plan.yaml",
        catalogue=catalogue_of(offers),
        catalogue_version="1",
        now=NOW,
        max_age_hours=MAX_AGE_HOURS,
        effort=Effort(
            gap=1e-6, time_limit_seconds=20, baselines=baselines, explain_seconds=explain, why=tuple(why)
        ),
        **options,
    )
    jsonschema.validate(json.loads(result.as_json()), SCHEMA)
    return result


def make_reservation(**changes: Any) -> Offer:
    terms = {"purchase": Purchase.RESERVED, "term_months": 3, "payment": Payment.PARTIAL}
    money = {"price_per_hour": Decimal(10), "upfront": Decimal(1000)}
    return make_offer(**(terms | money | changes))
