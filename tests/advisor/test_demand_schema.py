"""The published JSON Schemas and documents are those of the code, and say what the code does."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator

from advisor.demand import parse_plan
from advisor.demand.demand import COMMON_UNITS
from advisor.demand.profiles import NAMED
from advisor.demand.yaml_loading import load
from providers.places import GROUP_DEFINITIONS
from tests.advisor.demand_examples import BASE, CONTRACT, spoilt
from tests.advisor.result_examples import ANSWER, IMPOSSIBLE

DOCS = Path(__file__).resolve().parents[2] / "docs"
PLAN_TEXT = (DOCS / "plan-file.md").read_text(encoding="utf-8")
RESULT_TEXT = (DOCS / "result.md").read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (DOCS / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return document


def errors(name: str, data: object) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(data)]


def plain(text: str) -> Any:
    """A plan file's data as JSON knows it: decimals as numbers."""
    return json.loads(json.dumps(load(text, source="x").data, default=float))


def fields(node: object) -> Iterator[str]:
    """Names of all properties anywhere in a schema."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in node.values():
            yield from fields(value)
    elif isinstance(node, list):
        for value in node:
            yield from fields(value)


@pytest.mark.parametrize("name", ["plan", "result"])
def test_a_schema_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_the_committed_schemas_are_those_of_the_code() -> None:
    out = StringIO()
    call_command("schemas", "--check", stdout=out)
    assert out.getvalue() == "6 schemas are up to date.\n"


def test_a_stale_schema_is_found_and_shown(tmp_path: Path) -> None:
    call_command("schemas", "--folder", str(tmp_path), stdout=StringIO())
    stale = tmp_path / "plan.schema.json"
    stale.write_text(
        stale.read_text(encoding="utf-8").replace('"maximum": 120', '"maximum": 99'), encoding="utf-8"
    )
    (tmp_path / "result.schema.json").unlink()
    err = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("schemas", "--check", "--folder", str(tmp_path), stderr=err, stdout=StringIO())
    assert caught.value.code == 1
    assert "run `python manage.py schemas`" in err.getvalue().splitlines()[0]
    assert '"maximum": 99' in err.getvalue()
    assert "result.schema.json: is missing" in err.getvalue()


def test_a_schema_can_be_printed() -> None:
    out = StringIO()
    call_command("schemas", "--print", "result", stdout=out)
    assert json.loads(out.getvalue()) == schema("result")


def test_a_folder_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    err = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("schemas", "--folder", str(tmp_path / "file"), stderr=err, stdout=StringIO())
    assert caught.value.code == 2
    assert "cannot be written" in err.getvalue()


@pytest.mark.parametrize("text", [CONTRACT, json.dumps(BASE)], ids=["contract", "base"])
def test_a_plan_the_parser_reads_fits_the_schema_and_so_does_what_it_writes(text: str) -> None:
    assert errors("plan", plain(text)) == []
    assert errors("plan", parse_plan(text.encode(), source="x").as_data()) == []


@pytest.mark.parametrize(
    ("where", "fragment"),
    [
        ("months", "-3"),
        ("start", "2027-13"),
        ("montsh", "3"),
        ("workloads", "[]"),
        ("workloads[0].kind", "inferense"),
        ("workloads[0].demand.peak", "0"),
        ("workloads[0].demand.unit", "flop"),
        ("workloads[1].demand.mfu", "1.2"),
        ("workloads[1].demand.mfu", "{H100: 0}"),
        ("workloads[1].demand.precision", "int4"),
        ("workloads[1].checkpoint", "{interval_minutes: 0, restart_minutes: 5}"),
        ("workloads[1].checkpoint", "{interval_minutes: 5}"),
        ("workloads[0].latency", "{users_in: [], max_ms: 60}"),
        ("workloads[0].latency", "{users_in: [DE], max_ms: 0}"),
        ("workloads[0].demand.profile", "weekly"),
        ("workloads[0].demand.profile", "{name: flat, shift_hours: 30}"),
        ("capacity.offers", "all"),
        ("capacity.offers.purchases", "[savings_plan]"),
        ("capacity.sites[0].power.pue", "0.5"),
        ("capacity.partners[0].hours", "[1]"),
        ("limits.share_max", "{spot: 30}"),
        ("limits.cash_per_month", "[-1]"),
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(where: str, fragment: str) -> None:
    assert errors("plan", plain(spoilt(where, fragment).decode())) != []


@pytest.mark.parametrize("data", [ANSWER, IMPOSSIBLE], ids=["answer", "impossible"])
def test_a_result_fits_the_schema_and_a_spoilt_one_does_not(data: dict[str, Any]) -> None:
    assert errors("result", data) == []
    assert errors("result", data | {"status": "great"}) != []
    assert errors("result", {name: value for name, value in data.items() if name != "warnings"}) != []


def test_every_status_of_a_strategy_is_documented() -> None:
    kinds = schema("result")["$defs"]["Baseline"]["properties"]["status"]["anyOf"]
    statuses = [status for kind in kinds for status in kind["enum"]]
    assert "not_solved" in statuses
    assert [status for status in statuses if status not in RESULT_TEXT] == []


@pytest.mark.parametrize(("name", "text"), [("plan", PLAN_TEXT), ("result", RESULT_TEXT)])
def test_every_field_of_a_schema_is_documented_and_described(name: str, text: str) -> None:
    names = set(fields(schema(name)))
    assert len(names) > 50
    assert sorted(field for field in names if f"`{field}`" not in text) == []
    undescribed = [
        field
        for part in [schema(name), *schema(name)["$defs"].values()]
        for field, entry in part["properties"].items()
        if not entry.get("description")
    ]
    assert undescribed == []


@pytest.mark.parametrize("number", [0, 1])
def test_the_plans_in_the_document_are_read(number: int) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PLAN_TEXT, flags=re.DOTALL)
    assert len(blocks) == 2
    assert errors("plan", plain(blocks[number])) == []
    assert parse_plan(blocks[number].encode(), source="docs").workloads
    assert yaml.safe_load(blocks[number])["schema"] == 1  # readable by any YAML reader


def steps(levels: tuple[float, ...]) -> str:
    changes = [hour for hour in range(24) if hour == 0 or levels[hour] != levels[hour - 1]]
    return ", ".join(f"{hour}: {levels[hour]:g}" for hour in changes)


@pytest.mark.parametrize("name", NAMED)
def test_the_documents_table_of_profiles_is_that_of_the_code(name: str) -> None:
    weekday, weekend = NAMED[name]
    assert f"| `{name}` | {steps(weekday)} | {steps(weekend)} |" in PLAN_TEXT


def test_groups_and_units_are_documented() -> None:
    words = [*GROUP_DEFINITIONS, *COMMON_UNITS]
    assert [word for word in words if f"`{word}`" not in PLAN_TEXT] == []
