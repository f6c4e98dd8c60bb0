"""A small result, by hand: one H100 machine rented on demand for a month."""

from typing import Any

from advisor.planning.result import Result

PRICE_PER_HOUR = 55.0
HOURS = 730
CASH = PRICE_PER_HOUR * HOURS

ANSWER: dict[str, Any] = {
    "schema": 1,
    "name": "One month",
    "start": "2027-01",
    "months": 1,
    "status": "optimal",
    "gap": 0.0,
    "objective_npv": CASH,
    "currency": "USD",
    "solved_in_seconds": 0.2,
    "solver": {
        "name": "HiGHS",
        "version": "1.0",
        "threads": 2,
        "gap_asked": 0.001,
        "time_limit_seconds": 300.0,
        "bound": CASH,
        "columns": 1,
        "rows": 1,
        "integers": 1,
        "nonzeros": 1,
        "build_seconds": 0.1,
        "solve_seconds": 0.1,
    },
    "catalogue": {
        "as_of": "2026-11-22T00:00:00Z",
        "version": "1",
        "oldest_price": "2026-11-01T00:00:00Z",
        "offers_in_catalogue": 3,
        "offers_considered": 2,
        "offers_in_model": 1,
    },
    "exchange_rates": [{"currency": "EUR", "rate": 1.09, "source": "plan file", "observed_on": None}],
    "time": {"blocks_per_month": 1, "segments": 1, "merged": False, "load_overstated_fraction": 0.0},
    "totals": {
        "npv": CASH,
        "cash": CASH,
        "capex": 0.0,
        "opex": CASH,
        "residual": 0.0,
        "carbon_tonnes": 2.0,
        "carbon_charge": 0.0,
        "risk_charge": 0.0,
        "lock_in": 0.0,
        "lock_in_npv": 0.0,
        "bill_total": "40150.00",
        "by_month": [
            {
                "month": "2027-01",
                "cash": CASH,
                "capex": 0.0,
                "opex": CASH,
                "carbon_tonnes": 2.0,
                "carbon_charge": 0.0,
                "by_kind": [{"kind": "on_demand", "cash": CASH, "npv": CASH}],
            }
        ],
        "by_kind": [{"kind": "on_demand", "npv": CASH, "cash": CASH}],
        "beyond": [],
    },
    "purchases": [
        {
            "offer": "aws/us-east-1/p5.48xlarge/on_demand",
            "provider": "aws",
            "region": "us-east-1",
            "country": "US",
            "instance_type": "p5.48xlarge",
            "accelerator": "H100",
            "accelerator_count": 8.0,
            "site": None,
            "partner": None,
            "purchase": "on_demand",
            "term_months": None,
            "payment": None,
            "start": "2027-01",
            "months": 1,
            "quantity": 1,
            "quantity_unit": "machines_at_once",
            "commitment_per_hour": None,
            "instance_hours": 730.0,
            "npv": CASH,
            "cash": CASH,
            "price_per_hour": PRICE_PER_HOUR,
            "upfront": None,
            "source_currency": "USD",
            "source_url": None,
            "price_observed_at": "2026-11-01T00:00:00Z",
            "price_state": "listed",
            "price_book_line": None,
        }
    ],
    "usage": [
        {
            "workload": "team",
            "offer": "aws/us-east-1/p5.48xlarge/on_demand",
            "month": "2027-01",
            "instance_hours": 730.0,
            "delivered_units": 5840.0,
            "spot": False,
            "commitment": None,
        }
    ],
    "unit_costs": [
        {
            "workload": "team",
            "unit": "USD per accelerator-hour",
            "npv_per_unit": PRICE_PER_HOUR / 8,
            "cash_per_unit": PRICE_PER_HOUR / 8,
        }
    ],
    "baselines": [
        {
            "name": "all_self_hosted",
            "status": "not_defined",
            "npv": None,
            "gap": None,
            "regret_npv": None,
            "regret_fraction": None,
            "note": "The plan has no sites.",
        }
    ],
    "build_vs_buy": {
        "break_even_utilisation": None,
        "break_even_month": None,
        "self_hosted_npv": None,
        "cloud_npv": CASH,
        "reason": "The plan has no sites.",
        "compared_from": None,
        "utilisation": None,
        "break_even_tolerance": None,
    },
    "binding": None,
    "conflicts": None,
    "warnings": [{"code": "stale_price", "severity": "warning", "message": "One price is 21 days old."}],
    "assumptions": ["Prices stay as they are."],
    "load": {
        "week": {
            "month": "2027-01",
            "workloads": [
                {
                    "workload": "team",
                    "unit": "accelerators",
                    "hours": [
                        {"day": day, "hour": hour, "demand": 8.0, "by_kind": {"on_demand": 8.0}}
                        for day in ("weekday", "weekend")
                        for hour in range(24)
                    ],
                }
            ],
        },
        "months": [
            {
                "month": "2027-01",
                "workload": "team",
                "unit": "accelerators",
                "peak_demand": 8.0,
                "capacity_at_peak_by_kind": {"on_demand": 8.0},
            }
        ],
        "held": [{"month": "2027-01", "kind": "on_demand", "accelerators": 8.0}],
    },
    "explanations": None,
    "risk": None,
    "reproduce": {
        "plan_sha256": "0" * 64,
        "catalogue_version": "1",
        "as_of": "2026-11-22T00:00:00Z",
        "gap_asked": 0.001,
        "time_limit_seconds": 300.0,
        "threads": 2,
        "baselines": True,
        "explain_seconds": 0.0,
        "why": [],
        "code_version": "0.1.0",
    },
}

IMPOSSIBLE: dict[str, Any] = ANSWER | {
    "status": "infeasible",
    "load": None,
    "gap": None,
    "objective_npv": None,
    "totals": None,
    "purchases": [],
    "usage": [],
    "unit_costs": [],
    "conflicts": [
        {
            "group": 1,
            "limit": "limits.cash_per_month",
            "where": "2027-01",
            "needed": CASH,
            "available": 100.0,
            "unit": "USD",
            "relaxation": "Allow at least 40,150 USD in 2027-01.",
            "cost_of_relaxation": None,
            "cost_note": "",
        }
    ],
}


def answer(**changes: Any) -> Result:
    """The small result with some top-level fields changed."""
    return Result.model_validate(ANSWER | changes)
