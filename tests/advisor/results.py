"""A stored result as `advise` writes it, small but complete, for tests of what shows it."""

from typing import Any

from advisor.planning.result import Result


def _purchase(purchase: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "offer": f"gcp/europe-west4/a3-highgpu-8g/{purchase}",
        "provider": "gcp",
        "region": "europe-west4",
        "country": "NL",
        "instance_type": "a3-highgpu-8g",
        "accelerator": "H100",
        "accelerator_count": 8.0,
        "site": None,
        "partner": None,
        "purchase": purchase,
        "term_months": None,
        "payment": None,
        "start": "2027-01",
        "months": 2,
        "quantity": 1,
        "quantity_unit": "machines",
        "instance_hours": None,
        "npv": 1000.0,
        "cash": 1000.0,
        "price_per_hour": 49.42,
        "upfront": None,
        "source_currency": "USD",
        "source_url": None,
        "price_observed_at": "2026-07-30T00:00:00Z",
        "price_state": "listed",
    }
    return row | changes


_ANSWER: dict[str, Any] = {
    "schema": 1,
    "name": "A small team",
    "start": "2027-01",
    "months": 2,
    "status": "optimal",
    "gap": 0.0004,
    "objective_npv": 81234.5,
    "currency": "USD",
    "solved_in_seconds": 1.25,
    "solver": {
        "name": "HiGHS", "version": "1.15.1", "threads": 2, "gap_asked": 0.001,
        "time_limit_seconds": 300.0, "bound": 81200.0, "columns": 120, "rows": 80, "integers": 40,
        "nonzeros": 400, "build_seconds": 0.1, "solve_seconds": 1.0,
    },
    "catalogue": {
        "as_of": "2026-11-22T00:00:00Z", "version": "1", "oldest_price": "2026-07-01T00:00:00Z",
        "offers_in_catalogue": 3000, "offers_considered": 240, "offers_in_model": 60,
    },
    "time": {"blocks_per_month": 4, "segments": 8, "merged": False, "load_overstated_fraction": 0.0},
    "totals": {
        "npv": 81234.5, "cash": 82000.0, "capex": 0.0, "opex": 82000.0, "residual": 0.0,
        "carbon_tonnes": 3.21, "carbon_charge": 0.0, "lock_in": 12000.0, "lock_in_npv": 11000.0,
        "bill_total": "82000.00",
        "by_month": [
            {"month": month, "cash": 41000.0, "capex": 0.0, "opex": 41000.0, "carbon_tonnes": 1.6,
             "carbon_charge": 0.0,
             "by_kind": [
                 {"kind": "reserved", "cash": 31000.0, "npv": 31000.0},
                 {"kind": "on_demand", "cash": 10000.0, "npv": 10000.0},
             ]}
            for month in ("2027-01", "2027-02")
        ],
        "by_kind": [
            {"kind": "reserved", "npv": 61234.5, "cash": 62000.0},
            {"kind": "on_demand", "npv": 20000.0, "cash": 20000.0},
        ],
    },
    "purchases": [
        _purchase("reserved", term_months=12, payment="none", quantity=3, npv=61234.5),
        _purchase("on_demand", quantity=1, npv=20000.0, price_observed_at=None),
    ],
    "usage": [],
    "unit_costs": [
        {"workload": "chat", "unit": "USD per million tokens", "npv_per_unit": 0.32961, "cash_per_unit": 0.34}
    ],
    "baselines": [
        {"name": "all_on_demand", "status": "optimal", "npv": 99000.0, "gap": 0.0005, "regret_npv": 17765.5,
         "regret_fraction": 0.1794, "note": ""},
        {"name": "all_self_hosted", "status": "not_defined", "npv": None, "regret_npv": None,
         "regret_fraction": None, "note": "the plan has no site"},
    ],
    "build_vs_buy": {
        "break_even_utilisation": None, "break_even_month": None, "self_hosted_npv": None,
        "cloud_npv": 81234.5, "reason": "the plan has no site",
    },
    "binding": None,
    "conflicts": None,
    "warnings": [
        {"code": "stale_price", "severity": "warning", "message": "1 price is older than 90 days."}
    ],
    "assumptions": ["Whether the provider has the machines on that day."],
    "load": {
        "week": {
            "month": "2027-02",
            "workloads": [
                {
                    "workload": "chat", "unit": "tokens_per_second",
                    "hours": [
                        {"day": day, "hour": hour, "demand": 900.0 if hour < 8 else 1200.0,
                         "by_kind": {"reserved": 900.0} | ({} if hour < 8 else {"on_demand": 300.0})}
                        for day in ("weekday", "weekend") for hour in range(24)
                    ],
                }
            ],
        },
        "months": [
            {"month": month, "workload": "chat", "unit": "tokens_per_second", "peak_demand": 1200.0,
             "capacity_at_peak_by_kind": {"reserved": 900.0, "on_demand": 300.0}}
            for month in ("2027-01", "2027-02")
        ],
        "held": [
            {"month": month, "kind": kind, "accelerators": count}
            for month in ("2027-01", "2027-02") for kind, count in (("reserved", 24.0), ("on_demand", 8.0))
        ],
    },
    "reproduce": {
        "plan_sha256": "ab" * 32, "catalogue_version": "1", "as_of": "2026-11-22T00:00:00Z",
        "gap_asked": 0.001, "time_limit_seconds": 300.0, "threads": 2, "baselines": True,
        "code_version": "0.1.0",
    },
}  # fmt: skip


def make_result(**changes: Any) -> dict[str, Any]:
    """A valid result; `changes` replace whole top-level parts."""
    return Result.model_validate(_ANSWER | changes).model_dump(mode="json", by_alias=True)


def infeasible_result() -> dict[str, Any]:
    """The answer to a plan that no purchase can meet."""
    return make_result(
        status="infeasible",
        gap=None,
        objective_npv=None,
        totals=None,
        load=None,
        purchases=[],
        conflicts=[
            {
                "limit": "limits.capex_total", "where": "", "needed": 900000.0, "available": 100000.0,
                "relaxation": "Raise limits.capex_total from 100,000 to at least 900,000 USD.",
                "cost_of_relaxation": None,
            }
        ],
    )  # fmt: skip
