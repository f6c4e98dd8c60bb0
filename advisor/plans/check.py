"""What is wrong with the text of a plan, before anything is worked out."""

from dataclasses import dataclass

from advisor.catalog.snapshot_source import SnapshotSource
from advisor.demand.parse import parse_plan
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem, printable
from advisor.demand.yaml_loading import decode, load
from advisor.errors import CatalogueEmpty
from advisor.rates.in_force import rates_in_force
from advisor.rates.words import could_be_written

SOURCE = "plan"  # what messages call a plan that is no file
UNTITLED = "Untitled plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan that can be read, or everything that is wrong with it."""

    plan: Plan | None
    problems: tuple[PlanProblem, ...]
    name: str = UNTITLED  # as it is written, also in a plan with problems


def check(text: str) -> Checked:
    """Reads the text with the accelerators of the catalogue; never raises for what a person writes."""
    try:
        plan = parse_plan(
            text.encode(),
            source=SOURCE,
            known_accelerators=_accelerator_names(),
            rate_in_force=lambda currency, own: could_be_written(currency, own, rates_in_force()),
        )
    except PlanError as error:
        return Checked(plan=None, problems=tuple(error.problems), name=_written_name(text))
    return Checked(plan=plan, problems=(), name=plan.name or UNTITLED)


def _written_name(text: str) -> str:
    try:
        data = load(decode(text.encode(), source=SOURCE), source=SOURCE).data
    except PlanError:
        return UNTITLED
    name = data.get("name") if isinstance(data, dict) else None
    return printable(name.strip(), longest=300) if isinstance(name, str) and name.strip() else UNTITLED


def _accelerator_names() -> frozenset[str]:
    try:
        return SnapshotSource().values("accelerator")
    except CatalogueEmpty:
        return frozenset()
