"""What is wrong with the text of a plan, before anything is worked out."""

from dataclasses import dataclass

from advisor.catalog.snapshot_source import SnapshotSource
from advisor.demand.parse import parse_plan
from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.errors import CatalogueEmpty

SOURCE = "plan"  # what messages call a plan that is no file
UNTITLED = "Untitled plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A plan that can be read, or everything that is wrong with it."""

    plan: Plan | None
    problems: tuple[PlanProblem, ...]

    @property
    def name(self) -> str:
        return self.plan.name if self.plan is not None and self.plan.name else UNTITLED


def check(text: str) -> Checked:
    """Reads the text with the accelerators of the catalogue; never raises for what a person writes."""
    try:
        plan = parse_plan(text.encode(), source=SOURCE, known_accelerators=_accelerator_names())
    except PlanError as error:
        return Checked(plan=None, problems=tuple(error.problems))
    return Checked(plan=plan, problems=())


def _accelerator_names() -> frozenset[str]:
    try:
        return SnapshotSource().values("accelerator")
    except CatalogueEmpty:
        return frozenset()
