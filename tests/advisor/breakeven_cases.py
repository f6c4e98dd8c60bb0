"""Questions of build or buy for tests, and plain arithmetic to hold their answers against."""

import json
from typing import Any

from advisor.breakeven.answer import Answer
from advisor.breakeven.parse import parse_question
from advisor.breakeven.work import answer

CONTRACT = """
schema: 1
build: {capex: 250141.8, opex_per_hour: 6.37, residual: 0, life_months: 60}
buy: [{name: on demand, per_hour: 98.32}, {name: API tokens, per_million_units: 3.0, units_per_hour: 1000000},
      {name: reserved 1y, per_hour: 62.92}]
hours_per_month: 730
utilisation: 1.0
discount_rate: 0.0
horizon_months: 60
"""
BASE: dict[str, Any] = {
    "schema": 1,
    "build": {"capex": 1000, "opex_per_hour": 1, "residual": 100, "life_months": 10},
    "buy": [{"name": "rent", "per_hour": 3}],
    "hours_per_month": 100,
    "utilisation": 0.5,
    "discount_rate": 0.12,
    "horizon_months": 10,
}
SITE: dict[str, Any] = {
    "schema": 1,
    "build": {
        "site": {
            "name": "room",
            "country": "DE",
            "opening": {"capex": 5000, "lead_months": 2, "monthly": 300},
            "power": {"price_per_kwh": 0.2, "pue": 1.5, "limit_kw": 40},
            "staff": {"per_month": 900, "servers_per_person": 2},
        },
        "servers": [
            {
                "instance_type": "a", "quantity": 3, "capex": 10000, "power_kw": 10, "life_months": 12,
                "residual_fraction": 0.25, "maintenance_per_month": 50, "lead_months": 1,
                "idle_power_fraction": 0.4,
            }
        ],
    },
    "buy": [{"name": "rent", "per_hour": 20, "quantity": 3}],
    "hours_per_month": 730,
    "utilisation": 0.6,
    "discount_rate": 0.1,
    "horizon_months": 20,
}  # fmt: skip


def asked(text: str | dict[str, Any]) -> Answer:
    """The answer to a file's text, or to data as JSON would bring it."""
    written = text if isinstance(text, str) else json.dumps(text)
    return answer(parse_question(written.encode(), source="x"))


def with_(base: dict[str, Any], build: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The question with some fields changed, those of `build` too."""
    return base | changes | ({"build": base["build"] | build} if build else {})


def worth(cash: list[float], rate: float) -> float:
    """Present worth by a plain loop: month m counts 1 / (1 + rate) ** (m / 12)."""
    total = 0.0
    for month, paid in enumerate(cash):
        total += paid / (1 + rate) ** (month / 12)
    return total
