"""Capacity that is already paid for, from plan file to problem."""

from decimal import Decimal

import pytest

from advisor.demand.parse import parse_plan
from advisor.planning.options import partner_option
from advisor.planning.problem import translate
from optimizer.solve import solve
from providers.accelerators import ACCELERATORS
from providers.places import grid_intensity_g_per_kwh
from tests.factories import make_offer

OWNED = """
schema: 1
start: 2027-01
months: 2
workloads:
  - {name: b, kind: batch, demand: {unit: accelerators, constant: 1}, throughput: {H100: 1}}
capacity:
  sites:
    - name: s
      country: DE
      opening: {capex: 5000, monthly: MONTHLY, lead_months: 2}
      power: {limit_kw: 100, price_per_kwh: 0.1, pue: 1.0}
      servers: [{instance_type: S, accelerator: H100, accelerator_count: 1, capex: 1000, power_kw: 1,
                 life_months: 48, maintenance_per_month: 7}]
  owned: [{offer: own/s/S/self_hosted, quantity: 1}]
"""

PARTNER = """
schema: 1
start: 2027-01
months: 1
workloads:
  - {name: b, kind: batch, demand: {unit: accelerators, constant: 1}, throughput: {H100: 1}}
capacity:
  partners:
    - {name: u, country: DE, instance_type: P, accelerator: H100, accelerator_count: 2, price_per_hour: 1}
"""


@pytest.mark.parametrize("monthly", [0, 11])
def test_a_site_where_servers_already_stand_is_open_and_its_opening_is_sunk(monthly: int) -> None:
    plan = parse_plan(OWNED.replace("MONTHLY", str(monthly)).encode(), source="plan.yaml")
    hourly = make_offer(accelerator="H100", accelerator_count=Decimal(1), price_per_hour=Decimal(3))
    outcome = solve(translate(plan, [hourly]).problem, gap=1e-9)
    # two months of 730 kWh at 0.1 and 7 of maintenance, and the site's monthly cost; no 5000, no waiting
    assert outcome.objective_npv == pytest.approx(2 * (730 * 0.1 + 7 + monthly))


def test_a_partners_machine_is_estimated_like_a_clouds() -> None:
    plan = parse_plan(PARTNER.encode(), source="plan.yaml")
    tdp, grid = ACCELERATORS["H100"].tdp_w, grid_intensity_g_per_kwh("DE")
    assert tdp is not None
    assert grid is not None
    # two accelerators, a quarter more for the host, a fifth more for the building
    kilowatts = 2 * float(tdp) / 1000 * 1.25 * 1.2
    carbon = partner_option(plan, plan.capacity.partners[0]).machine.carbon_kg_per_hour
    assert carbon == pytest.approx(kilowatts * float(grid) / 1000)
