"""What `bill` says of files with mistakes: place, value, and what would be right."""

from pathlib import Path

import pytest

from tests.advisor.bill_cases import CONTRACT, bill

MISTAKES = [
    ("schema: 1", "schema: 2", "schema: 2: must be 1"),
    ("currency: USD", "curency: USD", "unknown field `curency`, did you mean `currency`?"),
    ("currency: USD", "currency: USX", "currency: 'USX': is no currency"),
    ("hours: 1", "hours: 0", "hours: 0: must be 1 or more"),
    ("hours: 1", "hours: 9000", "hours: 9000: must be 8784 or less"),
    ("hours: 1", "hours: 1.5", "hours: 1.5: must be a whole number"),
    (
        "provider: aws, service",
        "provider: amazon, service",
        "usage[0].provider: 'amazon': must be one of aws, azure, gcp",
    ),
    ("on_demand: 1.0,\n     rates", "rates", "usage[0].on_demand: is required"),
    ("on_demand: 1.0", "on_demand: 0", "usage[0].on_demand: 0: must be above 0"),
    ("quantity: 4, on_demand", "quantity: -4, on_demand", "usage[0].quantity: -4: must be 0 or more"),
    (
        "quantity: 4, on_demand",
        "quantity: [4, 5], on_demand",
        "usage[0].quantity: a list of 2: must have 1 entry",
    ),
    ("quantity: 4, on_demand", "quantity: [x], on_demand", "usage[0].quantity[0]: 'x': must be a number"),
    ("compute_sp: 0.7", "compute_ps: 0.7", "did you mean `compute_sp`?"),
    ("compute_sp: 0.7", "savings_plan: 0.7", "rates.savings_plan: 0.7: is no commitment of aws"),
    (
        "instance_type: r5.4xlarge",
        "instance: r5.4xlarge",
        "unknown field `instance`, did you mean `instance_type`?",
    ),
    (
        "kind: compute_sp",
        "kind: compute",
        "commitments[0].kind: 'compute': must be one of reserved, compute_sp",
    ),
    ("kind: compute_sp, ", "", "commitments[0].kind: is required: one of"),
    (
        "provider: aws, kind: compute_sp",
        "provider: azure, kind: compute_sp",
        "is no commitment of azure: there are",
    ),
    ("per_hour: 2.0", "per_hour: 0", "commitments[0].per_hour: 0: must be above 0"),
    ("per_hour: 2.0", "per_hour: 2.0, family: r5", "commitments[0].family: 'r5': is only for ec2_sp"),
    ("kind: compute_sp", "kind: ec2_sp", "commitments[0].family: is required: an EC2 Instance plan"),
    (
        "per_hour: 2.0",
        "per_hour: 2.0, shared: maybe",
        "commitments[0].shared: 'maybe': must be true or false",
    ),
    ("id: ri1", "id: sp1", "commitments[1].id: 'sp1': is also the id of commitments[0]"),
    ("scope: region", "scope: regional", "must be 'region' or 'zone', did you mean `region`?"),
    ("scope: region", "scope: zone", "commitments[1].zone: is required with scope zone"),
    ("scope: region", "scope: region, zone: us-east-1a", "cannot stand beside scope region"),
    ("region: us-east-1,\n     quantity", "quantity", "commitments[1].region: is required"),
    ("quantity: 4, scope", "quantity: 0, scope", "commitments[1].quantity: 0: must be 1 or more"),
    (", per_hour: 0.12", "", "commitments[1].per_hour: is required: no usage of this machine"),
    (
        ", per_hour: 0.12",
        ", per_hour: 1, size_factor: 2",
        "commitments[1].size_group: is required beside size_factor",
    ),
    ("per_hour_on_demand: 50", "per_hour: 50", "per_hour: 50: is no field of kind flexible_cud: it has"),
    (
        "discount_fraction: 0.25",
        "discount_fraction: 25",
        "must be 1 or less (a fraction: write 0.15 for 15 %)",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_place_value_and_what_is_right(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in CONTRACT
    said = bill(tmp_path, CONTRACT.replace(old, new, 1), "--json", "-")
    assert (said.code, said.out) == (2, "")
    assert words in said.first
    assert "bill.yaml: line " in said.first or "is required" in said.first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("\ufeff \n", "the file is empty"),
        ("[1, 2]", "the file must be a map of fields"),
        ("schema: 1", "is required, or commitments: there is nothing to bill"),
        ("a: [", "not readable as YAML"),
        ("schema: 1\nusage: 7", "usage: 7: must be a list"),
        ("schema: 1\ncommitments: [7]", "commitments[0]: 7: must be a map of fields"),
    ],
)
def test_what_is_no_request_is_refused(tmp_path: Path, text: str, words: str) -> None:
    said = bill(tmp_path, text)
    assert said.code == 2
    assert words in said.first


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    said = bill(
        tmp_path, CONTRACT.replace("hours: 1", "hours: x").replace("quantity: 4, on", "quantity: y, on")
    )
    assert said.code == 2
    assert "2 problems" in said.first
    assert len(said.err.splitlines()) == 3


def test_too_many_lines_are_refused(tmp_path: Path) -> None:
    rows = ", ".join(f"{{id: r{n}, provider: aws, quantity: 1, on_demand: 1}}" for n in range(30))
    said = bill(tmp_path, f"schema: 1\nhours: 8760\nusage: [{rows}]")
    assert said.code == 2
    assert "makes 262,800 lines with this usage: at most 200,000" in said.first
