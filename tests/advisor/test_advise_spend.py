"""Spend commitments through the command: a plan file and price files in CSV, a result out."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.template.loader import render_to_string

from advisor.planning.compare import compare_results
from advisor.planning.result import Result
from advisor.web.downloads import csv_of
from advisor.web.result_view import purchase_rows as page_rows
from advisor.web.run_compare import purchase_rows as compared_rows
from tests.advisor.advise_calls import advise
from tests.advisor.planning_cases import near
from tests.factories import NOW

SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/schemas/result.schema.json").read_text("utf-8"))
DAY = [1.0] * 12 + [0.5] * 12
PLAN = """
schema: 1
name: Chat
start: 2027-01
months: 12
workloads:
  - name: chat
    kind: batch
    demand:
      unit: accelerators
      peak: PEAK
      profile:
        weekday: DAY
        weekend: DAY
    throughput: {H100: 1}
capacity: {offers: {purchases: [on_demand, spend_commitment]}}
"""
PRICES = """\
provider,region,country,instance_type,accelerator,accelerator_count,purchase,commitment_family,price_per_hour,currency
aws,us-east-1,US,p5.48xlarge,H100,8,on_demand,,50,USD
aws,us-east-1,US,p5.48xlarge,H100,8,spend_commitment,aws-compute-sp-1y-none,30,USD
aws,us-east-1,US,p5.48xlarge,H100,8,spend_commitment,mystery,1,USD
"""
PLAN_ID = "aws/*/*/spend_commitment/aws-compute-sp-1y-none"


def answered(folder: Path, peak: int = 16) -> Result:
    (folder / "plan.yaml").write_text(
        PLAN.replace("PEAK", str(peak)).replace("DAY", str(DAY)), encoding="utf-8"
    )
    (folder / "prices.csv").write_text(PRICES, encoding="utf-8")
    said = advise(folder / "plan.yaml", folder / "prices.csv", "--json", "-")
    assert said.code == 0
    data: dict[str, Any] = json.loads(said.out)
    jsonschema.validate(data, SCHEMA)
    return Result.model_validate(data)


@pytest.fixture
def result(tmp_path: Path) -> Result:
    return answered(tmp_path)


def test_a_plan_and_a_price_file_become_a_commitment(result: Result) -> None:
    # 16 H100 by day, 8 by night: 30 an hour committed for the year, the second machine by day on demand
    assert result.objective_npv == near((30 * 730 + 50 * 365) * 12)
    made, rented = result.purchases
    assert (made.offer, made.commitment_per_hour, made.quantity_unit) == (PLAN_ID, near(30), "commitments")
    assert (rented.purchase, rented.cash) == ("on_demand", near(50 * 365 * 12))
    warnings = {row.code: row.message for row in result.warnings}
    assert "us-east-1/p5.48xlarge/spend_commitment/mystery" in warnings["left_out_spend_without_term"]


def test_tables_and_page_show_money_not_machines(result: Result) -> None:
    title, made, *_ = csv_of(result, "purchases").splitlines()
    cells = dict(zip(title.split(","), made.split(","), strict=True))
    assert (cells["quantity (machines)"], cells["quantity_unit"]) == ("", "commitments")
    assert float(cells["commitment_per_hour (USD)"]) == near(30)
    assert f",false,{PLAN_ID}\r\n" in csv_of(result, "usage")
    rows = page_rows(result, now=NOW, max_age_hours=24)
    assert (rows[0].number, rows[0].machine, rows[0].where) == (
        "30.00 USD/h",
        "aws-compute-sp-1y-none",
        "aws",
    )
    page = render_to_string(
        "advisor/parts/run_purchases.html", {"purchases": rows, "result": result, "has_commitments": True}
    )
    assert "30.00 USD/h" in page
    assert "used or not" in page


def test_two_runs_that_commit_otherwise_differ_by_money(tmp_path: Path, result: Result) -> None:
    more = answered(tmp_path, peak=32)
    found = compare_results(result, more)
    change = next(row for row in found.changed if row.a.offer == PLAN_ID)
    assert change.difference == near(30)
    row = next(row for row in compared_rows(found) if "compute-sp" in row.name)
    assert (row.a, row.b) == ("30.00/h for 12 months", "60.00/h for 12 months")
