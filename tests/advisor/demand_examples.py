"""Plans for the tests of plan parsing, and a way to spoil one field of them."""

import copy
import json
import re
from typing import Any

import pytest

from advisor.demand import Plan, PlanError, PlanProblem, parse_plan

CONTRACT = """\
schema: 1
name: Chat in the EU and one pretraining run
currency: USD
start: 2027-01
months: 36
discount_rate: 0.08
end_of_horizon: run_off                        # or going_concern
exchange_rates: {EUR: 1.09, CNY: 0.14}        # one unit in plan currency
workloads:
  - name: chat
    kind: inference
    demand: {unit: tokens_per_second, peak: 42000, profile: office_hours, growth_per_month: 0.02}
    throughput: {H100: 2450, A100-80GB: 1100}  # units per second per ONE accelerator
    accelerators_per_replica: 4                # whole replicas inside one instance; default 1
    headroom: 0.15                             # capacity = demand * (1 + headroom)
    residency: {allow: [EU], deny: [IE]}       # countries, or groups: EU, EEA, G7, CN-mainland, APAC ...
    regions: {allow: ["aws/eu-*"], deny: []}
    interruptible_fraction: 0.0                # share of each hour's load that spot may serve
    latency: {users_in: [DE, FR], max_ms: 60}  # optional
  - name: pretrain
    kind: training
    demand: {unit: accelerator_hours, total: {H100: 300000, H200: 215000}}   # same work
    window: {earliest: 2027-03, deadline: 2027-08}   # all done by the end of the deadline month
    gang: 512                                  # accelerators of one type in one region at once while it runs
    residency: {allow: [EU, US]}
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
capacity:
  offers: {purchases: [on_demand, spot, reserved], providers: [aws, azure, gcp]}   # filters; default all
  sites:                                       # our own data centres
    - name: Frankfurt colo
      country: DE
      opening: {capex: 900000, lead_months: 4, monthly: 25000}
      power: {limit_kw: 400, price_per_kwh: 0.19, pue: 1.3, carbon_g_per_kwh: 350, renewable_fraction: 0.6}
      servers:
        - {instance_type: HGX-H100, accelerator: H100, accelerator_count: 8, capex: 310000, power_kw: 10.2,
           life_months: 48, residual_fraction: 0.15, maintenance_per_month: 2500, racks: 0.5, lead_months: 3,
           max_quantity: 40, utilisation_cap: 0.95}
      staff: {per_month: 14000, servers_per_person: 50}
  partners:                                    # shared or allied capacity
    - {name: university, country: DE, instance_type: HGX-A100, accelerator: A100-80GB, accelerator_count: 8,
       price_per_hour: 9.0, fixed_per_month: 4000,
       min_quantity: 2, max_quantity: 10, hours: [18, 6], from: 2027-01, until: 2028-12}
  owned: [{offer: "reserved row already paid, or site server", quantity: 4, until: 2027-09}]   # sunk
limits:
  capex_total: 5000000
  cash_per_month: 900000                       # or a list, one per month
  carbon_tonnes_total: 1200
  carbon_price_per_tonne: 80
  share_max: {provider: 0.7, country: 0.8, spot: 0.3, partner: 0.25}   # of capacity-hours, per month
  survive_loss_of: region                      # none | region | provider
  commitment_months_max: 36
risk: {scenarios: 20, demand_sigma: 0.25, price_sigma: 0.15, weight: 0.0, tail: 0.9}    # optional
"""
"""The plan of the contract, word for word but for line breaks and shorter comments."""

BASE: dict[str, Any] = {
    "schema": 1,
    "start": "2027-01",
    "months": 12,
    "workloads": [
        {
            "name": "chat",
            "kind": "inference",
            "demand": {"unit": "tokens_per_second", "peak": 1000},
            "throughput": {"H100": 100},
        },
        {
            "name": "train",
            "kind": "training",
            "demand": {"unit": "accelerator_hours", "total": {"H100": 5000}},
            "window": {"earliest": "2027-02", "deadline": "2027-04"},
        },
    ],
    "capacity": {
        "sites": [
            {
                "name": "hall",
                "country": "DE",
                "power": {"price_per_kwh": 0.2},
                "servers": [
                    {
                        "instance_type": "HGX",
                        "accelerator": "H100",
                        "accelerator_count": 8,
                        "capex": 300000,
                        "power_kw": 10,
                        "life_months": 48,
                    }
                ],
                "staff": {"per_month": 9000, "servers_per_person": 40},
            }
        ],
        "partners": [
            {
                "name": "uni",
                "country": "FR",
                "instance_type": "node",
                "accelerator": "H100",
                "accelerator_count": 8,
                "price_per_hour": 20,
            }
        ],
        "owned": [{"offer": "own/hall/HGX", "quantity": 2}],
    },
}
_MARK = "@@here@@"


def spoilt(path: str, fragment: str) -> bytes:
    """The base plan with the YAML `fragment` at `path`, such as `workloads[0].demand.peak`."""
    data = copy.deepcopy(BASE)
    *parents, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", path)]
    here: Any = data
    for key in parents:
        here = here.setdefault(key, {}) if isinstance(here, dict) else here[key]
    here[last] = _MARK
    return json.dumps(data).replace(f'"{_MARK}"', fragment).encode()


def without(path: str) -> bytes:
    """The base plan without one field."""
    data = copy.deepcopy(BASE)
    *parents, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", path)]
    here: Any = data
    for key in parents:
        here = here[key]
    del here[last]
    return json.dumps(data).encode()


def plan_with(path: str, fragment: str) -> Plan:
    """The base plan with a fragment that must be accepted."""
    return parse_plan(spoilt(path, fragment), source="plan.yaml")


def problems_of(data: bytes) -> tuple[PlanProblem, ...]:
    """What is wrong with a plan file that must be refused."""
    with pytest.raises(PlanError) as caught:
        parse_plan(data, source="plan.yaml")
    return caught.value.problems


def check(where: str, fragment: str, path: str, value: str, message: str) -> None:
    """The base plan spoilt in one place has one problem: at this path, with this value and these words."""
    found = problems_of(spoilt(where, fragment))
    assert [(problem.path, problem.value) for problem in found] == [(path, value)], found
    assert message in found[0].message
    assert found[0].line == 1
