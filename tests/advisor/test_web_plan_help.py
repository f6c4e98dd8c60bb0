"""The page of all fields: made from the schema, so that it has all of them, and with examples that hold."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from advisor.web.plan_fields import EXAMPLES, UNITS, PlanField, plan_schema, sections
from advisor.web.schema_words import has_numbers
from tests.advisor.plan_pages import text_of
from tests.people import make_member, make_plan, signed_in

COMMITTED = json.loads((Path(settings.BASE_DIR) / "docs/schemas/plan.schema.json").read_text("utf-8"))


def fields() -> list[PlanField]:
    return [field for section in sections() for field in section.fields]


def field_of(path: str) -> PlanField:
    (found,) = [field for field in fields() if field.path == path]
    return found


def test_every_field_of_the_schema_is_on_the_page() -> None:
    named = {name for part in [COMMITTED, *COMMITTED["$defs"].values()] for name in part["properties"]}
    assert {field.name for field in fields()} >= named
    assert len({field.path for field in fields()}) == len(fields())
    profile = {
        "workloads[].demand.profile." + name for name in ("name", "shift_hours", "weekday", "weekend", "csv")
    }
    assert {field.path for field in fields()} >= profile


def test_every_number_has_its_unit_and_no_unit_is_left_over() -> None:
    defs = plan_schema()["$defs"]
    numbers = {field.name for field in fields() if has_numbers(field.schema, defs)}
    assert numbers - UNITS.keys() == set()
    assert UNITS.keys() - numbers == set()


def test_every_field_has_an_example_that_its_schema_accepts() -> None:
    for field in fields():
        assert field.value is not None, field.path
        Draft202012Validator({"$defs": COMMITTED["$defs"], **field.schema}).validate(field.value)
    assert EXAMPLES.keys() - {field.path for field in fields()} == set()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("months", ("whole number, 1 to 120", "months", "required")),
        ("discount_rate", ("number, 0 to 1", "fraction a year", "0.0")),
        ("start", ("month", "", "required")),
        ("workloads[].kind", ("inference | training | batch", "", "required")),
        (
            "workloads[].throughput",
            ("map of names to number above 0", "units per second of one accelerator", "–"),
        ),
        ("capacity.sites[].servers[].capex", ("number, 0 or more", "money, once", "required")),
        ("capacity.partners[].hours", ("list of 2 whole number, 0 to 24", "hours of the day, UTC", "–")),
        ("capacity.sites[].country", ("country code", "", "required")),
        ("risk.tail", ("number, 0 or more, below 1", "fraction", "0.9")),
    ],
)
def test_a_field_is_told_in_words(path: str, words: tuple[str, str, str]) -> None:
    field = field_of(path)
    assert (field.type, field.unit, field.default) == words


@pytest.mark.django_db
def test_the_page_is_for_members_and_the_editor_leads_to_it() -> None:
    assert Client().get("/plans/help").status_code == 302
    ada = make_member()
    client = signed_in(ada)
    page = text_of(client.get("/plans/help"))
    assert "workloads[].demand" in page
    assert "capacity = demand × (1 + headroom). number, 0 to 10 fraction 0.0" in page
    editor = client.get(f"/plans/{make_plan(ada).pk}").content.decode()
    assert 'href="/plans/help"' in editor
    assert "docs/" not in editor
    assert client.get("/plans/schema.json").json()["required"] == COMMITTED["required"]
