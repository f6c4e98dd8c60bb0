"""Shapes of plans and their versions."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from advisor.api.errors import Problem
from advisor.api.fields import In, Line, Moment, NumberIn, Uuid
from advisor.api.paging import PageOut, PageQuery
from advisor.demand.yaml_loading import MAX_BYTES

_EXAMPLE = """schema: 1
name: Eight H100 for a month
currency: USD
start: 2027-01
months: 1
workloads:
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
"""
PlanText = Annotated[
    str,
    Field(
        max_length=MAX_BYTES,
        description="A plan file, YAML or JSON, at most 1 MiB of UTF-8; docs/plan-file.md has its fields",
        examples=[_EXAMPLE],
    ),
]
_Note = Annotated[Line, Field(description="What changed and why, for the list of versions")]
_Draft = Annotated[bool, Field(description="Keep a text that has problems; it cannot be run")]


class PlansQuery(PageQuery):
    text: Line = Field("", description="Only plans whose name holds this, in any case")
    archived: bool = Field(False, description="Archived plans instead of the others")


class PlanIn(In):
    text: PlanText
    note: _Note = ""
    draft: _Draft = False


class PlanChange(PlanIn):
    based_on: NumberIn | None = Field(
        None,
        description="Number of the version you changed; 409 where a newer one exists. Null: do not check",
    )


class CheckIn(In):
    text: PlanText


class LastRun(BaseModel):
    id: Uuid = Field(description="Id of the run")
    created_at: Moment = Field(description="When it was started, UTC")
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"] = Field(
        description="How far it is"
    )
    status: str | None = Field(description="optimal, feasible or infeasible; null without a result")
    objective_npv: float | None = Field(description="Net present cost, in `currency`; null without a plan")
    currency: str | None = Field(description="ISO 4217; null without a result")


class PlanItem(BaseModel):
    id: Uuid = Field(description="Id of the plan")
    name: str = Field(description="As its text says")
    created_at: Moment = Field(description="When it was made, UTC")
    updated_at: Moment = Field(description="When its newest version was saved, UTC")
    archived: bool = Field(description="Whether it is hidden from the list")
    newest_version: int = Field(description="Number of the newest version, from 1")
    runs: int = Field(description="Runs of all versions")
    last_run: LastRun | None = Field(description="The run started last")


class PlanPage(PageOut):
    items: list[PlanItem] = Field(description="The last changed first")


class VersionItem(BaseModel):
    number: int = Field(description="From 1, in the order they were saved")
    sha256: str = Field(description="SHA-256 of the text in UTF-8, hexadecimal")
    problems: int = Field(description="Problems found when it was saved; with any it cannot be run")
    note: str = Field(description="What changed and why")
    created_at: Moment = Field(description="When it was saved, UTC")
    created_by: str | None = Field(description="Who saved it; null for a person who is gone")


class VersionListed(VersionItem):
    runs: int = Field(description="Runs of this version")


class VersionPage(PageOut):
    items: list[VersionListed] = Field(description="Newest first, without texts")


class VersionOut(VersionItem):
    text: str = Field(description="The plan file as it was saved")


class PlanOut(BaseModel):
    id: Uuid = Field(description="Id of the plan")
    name: str = Field(description="As its text says")
    created_at: Moment = Field(description="When it was made, UTC")
    updated_at: Moment = Field(description="When its newest version was saved, UTC")
    archived: bool = Field(description="Whether it is hidden from the list")
    version: VersionOut = Field(description="The newest version")


class SavedPlan(PlanOut):
    problems: list[Problem] = Field(
        description="Of the text just saved, the first 200; empty unless it is a draft"
    )
    problems_total: int = Field(description="How many there are, also those that are not listed")


class CheckOut(BaseModel):
    name: str = Field(description="Name of the plan as far as it can be read")
    summary: str = Field(description="One line for a person")
    problems: list[Problem] = Field(description="What is wrong, in the order of the text, the first 200")
    problems_total: int = Field(description="How many there are, also those that are not listed")


class ExampleOut(BaseModel):
    slug: str = Field(description="Short name")
    name: str = Field(description="As its text says")
    about: str = Field(description="What it is about")
    text: str = Field(description="A plan file, ready for POST /plans")


class ExamplesOut(BaseModel):
    items: list[ExampleOut] = Field(description="The one to begin with first")
    total: int = Field(description="How many there are")
