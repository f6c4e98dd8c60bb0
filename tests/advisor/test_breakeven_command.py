"""`manage.py breakeven`: what it prints and writes, its exit codes, and how bad files are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from advisor.breakeven.parse import parse_question
from advisor.demand.yaml_loading import load
from tests.advisor.breakeven_cases import BASE, CONTRACT, SITE, with_
from tests.advisor.commands import call

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "breakeven").glob("*.yaml"))


def schema(name: str) -> dict[str, Any]:
    text = (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def misfits(name: str, data: object) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(data)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "question.yaml"
    path.write_text(CONTRACT, encoding="utf-8")
    return path


def test_the_table_holds_the_answer(file: Path) -> None:
    said = call("breakeven", str(file))
    assert (said.code, said.err) == (0, "")
    row = next(line.split() for line in said.out.splitlines() if line.startswith("  on demand"))
    assert row[2:7] == ["98.32", "2,720", "3.7", "6.2", "%"]
    tokens = next(line.split() for line in said.out.splitlines() if line.startswith("  API tokens"))
    assert tokens[2:6] == ["3.00", "–", "–", "–"]
    assert "API tokens: never: a used hour costs 6.37 to run, and 3.00 to buy" in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_json_to_standard_output_and_nothing_else_there(file: Path) -> None:
    said = call("breakeven", str(file), "--json", "-")
    found = json.loads(said.out)
    assert [row["name"] for row in found["buy"]] == ["on demand", "API tokens", "reserved 1y"]
    assert found["buy"][0]["break_even_hours"] == pytest.approx(2720.4111)
    assert found["buy"][1]["irr"] is None
    assert found["buy"][1]["reason"]
    assert misfits("breakeven-answer", found) == []


def test_json_to_a_file_comes_beside_the_table(file: Path) -> None:
    out = file.with_name("answer.json")
    said = call("breakeven", str(file), "--json", str(out))
    assert "on demand" in said.out
    assert json.loads(out.read_text())["schema"] == 1


def test_an_input_is_never_written_over(file: Path) -> None:
    said = call("breakeven", str(file), "--json", str(file))
    assert (said.code, file.read_text()) == (2, CONTRACT)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_answered_and_fit_the_schema(path: Path) -> None:
    said = call("breakeven", str(path), "--json", "-")
    assert said.code == 0, said.err
    assert misfits("breakeven-answer", json.loads(said.out)) == []
    plain = json.loads(json.dumps(load(path.read_text(encoding="utf-8"), source="x").data, default=float))
    assert misfits("breakeven", plain) == []
    written = parse_question(path.read_bytes(), source="x").as_data()
    assert misfits("breakeven", written) == []
    assert parse_question(json.dumps(written).encode(), source="x").as_data() == written


def site_with(server: dict[str, Any] | None = None, **site: Any) -> dict[str, Any]:
    one = SITE["build"]["servers"][0] | (server or {})
    return SITE | {"build": {"site": SITE["build"]["site"] | site, "servers": [one]}}


BAD: list[tuple[Any, list[str]]] = [
    (with_(BASE, utilisaton=1), ["utilisaton", "did you mean `utilisation`"]),
    (with_(BASE, utilisation=0), ["utilisation: 0: must be above 0"]),
    (with_(BASE, utilisation=80), ["utilisation: 80", "1 or less"]),
    (with_(BASE, discount_rate=8), ["discount_rate: 8", "write 0.15 for 15 %"]),
    (with_(BASE, horizon_months=0), ["horizon_months: 0: must be 1 or more"]),
    (with_(BASE, hours_per_month=8760), ["hours_per_month: 8760: must be 744 or less"]),
    (with_(BASE, schema=2), ["schema: 2: must be 1"]),
    (with_(BASE, buy=[]), ["buy", "at least 1 entry"]),
    (with_(BASE, buy=[{"name": "a"}]), ["buy[0].per_hour", "is required"]),
    (with_(BASE, buy=[{"name": "a", "per_hour": 0}]), ["buy[0].per_hour: 0: must be above 0"]),
    (with_(BASE, buy=[{"name": "a", "per_million_units": 3}]), ["buy[0].units_per_hour", "is required"]),
    (
        with_(BASE, buy=[{"name": "a", "per_hour": 1, "always_on": "yes"}]),
        ["always_on: 'yes'", "true or false"],
    ),
    (with_(BASE, buy=[{"name": "a", "per_hour": 1}] * 2), ["buy[1].name: 'a'", "buy[0]"]),
    (with_(BASE, buy=[{"name": "a", "per_hour": 1, "currency": "EUR"}]), ["buy[0].currency: 'EUR'", "rate"]),
    (with_(BASE, {"capex": -1}), ["build.capex: -1: must be 0 or more"]),
    (with_(BASE, {"capex": "much"}), ["build.capex: 'much': must be a number"]),
    (with_(BASE, {"residual": 1001}), ["build.residual: 1001: must be at most capex (1000)"]),
    (with_(BASE, {"residual_fraction": 0.1}), ["build.residual", "not both"]),
    (with_(BASE, {"opex_hours": "al"}), ["build.opex_hours: 'al'", "did you mean `all`"]),
    (with_(BASE, {"life_months": 0}), ["build.life_months: 0: must be 1 or more"]),
    (with_(BASE, build=None) | {"build": {"servers": []}}, ["build.servers", "at least one server"]),
    (site_with(power=None), ["build.site.power", "a draws power"]),
    (site_with(power={"price_per_kwh": 0.2, "limit_kw": 25}), ["limit_kw: 25", "30 kW"]),
    (site_with(racks_limit=3), ["build.servers[0].racks", "is required"]),
    (site_with({"max_quantity": 2}), ["build.servers[0].quantity: 3", "max_quantity (2)"]),
    (site_with({"utilisation_cap": 0.5}), ["utilisation: 0.6: is above the servers' utilisation_cap (0.5)"]),
    (site_with({"lead_months": 30}), ["horizon_months: 20", "30 months"]),
    ("", ["empty", "schema, build and buy"]),
    ("[1]", ["must be a map"]),
    ("a: [", ["YAML"]),
]


@pytest.mark.parametrize(("given", "words"), BAD)
def test_a_bad_file_is_refused_by_field_value_and_what_would_be_right(
    given: Any, words: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    said = call("breakeven", str(path), "--json", "-")
    assert (said.code, said.out) == (2, "")
    assert said.first.startswith(str(path))
    assert [word for word in words if word not in said.first] == []


def test_all_problems_are_listed_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("schema: 1\nbuild: {capex: x}\nbuy:\n  - {name: a, per_hour: -1}\n", encoding="utf-8")
    said = call("breakeven", str(path))
    assert "2 problems" in said.first
    assert "  line 2: build.capex: 'x': must be a number" in said.err
    assert "  line 4: buy[0].per_hour: -1: must be above 0" in said.err


@pytest.mark.parametrize("name", ["nowhere.yaml", "."])
def test_a_file_that_is_not_there_is_bad_input(name: str, tmp_path: Path) -> None:
    said = call("breakeven", str(tmp_path / name))
    assert said.code == 2
    assert "cannot be read" in said.first


@pytest.mark.parametrize(
    "data",
    [
        with_(BASE, utilisation=0), with_(BASE, buy=[{"name": "a"}]), with_(BASE, {"opex_hours": "al"}),
        with_(BASE, buy=[{"name": "a", "per_million_units": 3}]), with_(BASE, more=1), site_with(quantity=1),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_parser_refuses(data: dict[str, Any]) -> None:
    assert misfits("breakeven", data) != []
    assert misfits("breakeven", BASE) == []
    assert misfits("breakeven", SITE) == []


def test_every_field_is_described_and_documented() -> None:
    document = (ROOT / "docs" / "breakeven.md").read_text(encoding="utf-8")
    for name in ("breakeven", "breakeven-answer"):
        parts = [schema(name), *schema(name)["$defs"].values()]
        fields = {field: entry for part in parts for field, entry in part["properties"].items()}
        assert len(fields) > 20
        assert [field for field in fields if f"`{field}`" not in document] == []
        assert [field for field, entry in fields.items() if not entry.get("description")] == []


def test_the_example_in_the_document_is_answered(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "breakeven.md").read_text(encoding="utf-8")
    path = tmp_path / "question.yaml"
    path.write_text(document.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert call("breakeven", str(path)).code == 0
