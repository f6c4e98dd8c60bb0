"""`bill FILE`: the contract's example by hand, shapes, exit codes and messages."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from advisor.demand.yaml_loading import load
from tests.advisor.bill_cases import CONTRACT, bill
from tests.advisor.commands import call

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "bill.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "bill.schema.json").read_text(encoding="utf-8"))
EXAMPLES = sorted((ROOT / "examples" / "bill").glob("*.yaml"))


def answered(tmp_path: Path, text: str) -> dict[str, Any]:
    said = bill(tmp_path, text, "--json", "-")
    assert (said.code, said.err) == (0, "")
    found: dict[str, Any] = json.loads(said.out, parse_float=Decimal)
    return found


def plain(text: str) -> Any:
    return json.loads(json.dumps(load(text, source="x").data, default=float))


def test_the_contracts_example_worked_out(tmp_path: Path) -> None:
    # the plan: 2.00 / 0.70 = 2.857... of 4 r5; unused: reservation (4 x 0.12), CUD (50 x 0.75)
    found = answered(tmp_path, CONTRACT)
    assert found["currency"] == "USD"
    assert found["on_demand"] == Decimal("1.142857142858")
    assert found["total"] == Decimal("1.142857142858") + 2 + Decimal("0.48") + Decimal("37.5")
    assert found["all_on_demand"] == 4
    assert found["commitments"] == [
        {"id": "sp1", "charged": 2, "used": 2, "unused": 0, "quantity_used": None, "quantity_unused": None},
        {
            "id": "ri1", "charged": Decimal("0.48"), "used": 0, "unused": Decimal("0.48"),
            "quantity_used": 0, "quantity_unused": 4,
        },
        {
            "id": "cud", "charged": Decimal("37.5"), "used": 0, "unused": Decimal("37.5"),
            "quantity_used": None, "quantity_unused": None,
        },
    ]  # fmt: skip
    assert found["lines"] == [
        {
            "id": "r5",
            "hour": 0,
            "quantity_on_demand": Decimal("1.142857142858"),
            "on_demand_charge": Decimal("1.142857142858"),
            "covered": [{"commitment": "sp1", "quantity": Decimal("2.857142857142"), "charge": 2}],
        }
    ]


def test_quantities_by_the_hour(tmp_path: Path) -> None:
    text = CONTRACT.replace("hours: 1", "hours: 3").replace(
        "quantity: 4, on_demand", "quantity: [0, 1, 4], on_demand"
    )
    found = answered(tmp_path, text)
    assert [line["hour"] for line in found["lines"]] == [0, 1, 2]
    assert [line["quantity_on_demand"] for line in found["lines"]] == [0, 0, Decimal("1.142857142858")]
    assert [(row["used"], row["unused"]) for row in found["commitments"][:1]] == [
        (Decimal("2.7"), Decimal("3.3"))
    ]
    # without `hours` the length of the list says how many
    assert answered(tmp_path, text.replace("hours: 3\n", "")) == found


def test_one_quantity_stands_for_every_hour(tmp_path: Path) -> None:
    once, twice = answered(tmp_path, CONTRACT), answered(tmp_path, CONTRACT.replace("hours: 1", "hours: 2"))
    assert twice["total"] == 2 * once["total"]


def test_a_reservation_without_a_price_takes_the_rate_of_its_machines_usage(tmp_path: Path) -> None:
    text = CONTRACT.replace("instance_type: m4.xlarge", "instance_type: r5.4xlarge")
    found = answered(tmp_path, text.replace("scope: region, per_hour: 0.12", "scope: region"))
    assert found["commitments"][1]["charged"] == Decimal("2.2")  # 4 x 0.55
    assert found["on_demand"] == 0


def test_an_ml_machine_is_sagemakers_unless_said_otherwise(tmp_path: Path) -> None:
    text = """
schema: 1
usage:
  - {id: ml, provider: aws, instance_type: ml.p4d.24xlarge, quantity: 1, on_demand: 40,
     rates: {sagemaker_sp: 25}}
commitments: [{id: sp, provider: aws, kind: sagemaker_sp, per_hour: 25}]
"""
    assert answered(tmp_path, text)["total"] == 25


def test_an_aws_zone_tells_its_region(tmp_path: Path) -> None:
    text = CONTRACT.replace("region: us-east-1, zone", "zone").replace("m4.xlarge", "r5.4xlarge")
    assert answered(tmp_path, text)["on_demand"] == 0


def test_names_are_matched_without_regard_to_case(tmp_path: Path) -> None:
    text = """
schema: 1
usage:
  - {id: vm, provider: azure, region: WestEurope, instance_type: Standard_D2s_v3, quantity: 1, on_demand: 1}
commitments:
  - {id: ri, provider: azure, kind: reserved, region: westeurope, instance_type: standard_D2s_V3, quantity: 1,
     per_hour: 0.6}
"""
    assert answered(tmp_path, text)["total"] == Decimal("0.6")


def test_sizes_can_be_given_and_flexibility_be_left_out(tmp_path: Path) -> None:
    text = """
schema: 1
usage:
  - {id: vm, provider: azure, region: x, instance_type: Standard_B4ms, quantity: 1, on_demand: 1,
     size_group: BS high memory, size_factor: 8}
commitments:
  - {id: ri, provider: azure, kind: reserved, region: x, instance_type: Standard_B2ms, quantity: 1,
     per_hour: 0.3, size_group: BS high memory, size_factor: 4}
"""
    assert answered(tmp_path, text)["on_demand"] == Decimal("0.5")
    exact = text.replace("per_hour: 0.3", "size_flexible: false, per_hour: 0.3")
    assert answered(tmp_path, exact)["on_demand"] == 1


def test_the_table_names_rows_commitments_and_sums(tmp_path: Path) -> None:
    said = bill(tmp_path, CONTRACT)
    assert said.code == 0
    assert said.out.splitlines()[0] == "41.12 USD for 1 hour: 1.14 on demand, 39.98 for commitments."
    for words in ("sp1", "aws compute_sp", "100 %", "gcp flexible_cud", "2.8571", "1.1429"):
        assert words in said.out


def test_a_file_takes_the_json_and_the_table_is_still_shown(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    said = bill(tmp_path, CONTRACT, "--json", str(target))
    assert said.out.startswith("41.12 USD")
    assert json.loads(target.read_text(encoding="utf-8"))["hours"] == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_billed_and_fit_the_schema(path: Path) -> None:
    assert call("bill", str(path)).code == 0
    assert list(Draft202012Validator(SCHEMA).iter_errors(plain(path.read_text(encoding="utf-8")))) == []


def test_a_file_that_is_not_there_and_an_output_over_the_input(tmp_path: Path) -> None:
    said = call("bill", str(tmp_path / "none.yaml"))
    assert (said.code, "cannot be read" in said.first) == (2, True)
    path = tmp_path / "bill.yaml"
    said = bill(tmp_path, CONTRACT, "--json", str(path))
    assert (said.code, path.read_text(encoding="utf-8")) == (2, CONTRACT)


def test_the_schema_refuses_what_the_parser_refuses() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    data = plain(CONTRACT)
    assert list(Draft202012Validator(SCHEMA).iter_errors(data)) == []
    for where, value in (("usage", 7), ("hours", 0), ("curency", "USD")):
        assert list(Draft202012Validator(SCHEMA).iter_errors(data | {where: value})) != []
    wrong = {**data, "commitments": [data["commitments"][0] | {"kind": "compute"}]}
    assert list(Draft202012Validator(SCHEMA).iter_errors(wrong)) != []


def test_every_field_is_described_and_documented() -> None:
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    fields = {name: entry for part in parts for name, entry in part["properties"].items()}
    assert len(fields) > 20
    assert [name for name, entry in fields.items() if not entry.get("description")] == []
    assert sorted(name for name in fields if f"`{name}`" not in DOCUMENT) == []


def test_the_file_in_the_document_is_billed_as_it_says(tmp_path: Path) -> None:
    text, printed = (DOCUMENT.split(f"```{language}\n")[1].split("```")[0] for language in ("yaml", "text"))
    said = bill(tmp_path, text)
    assert said.code == 0
    assert said.out.strip() == printed.strip()
