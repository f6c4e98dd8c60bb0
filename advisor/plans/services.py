"""Writes of plans: a version is never changed, only followed by another."""

import hashlib

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from advisor.demand.yaml_loading import MAX_BYTES
from advisor.errors import BadInput, Conflict
from advisor.models import Organisation, Plan, PlanVersion
from advisor.plans.check import UNTITLED, Checked, check


@transaction.atomic
def create_plan(
    *, organisation: Organisation, user: User | None, text: str, note: str = ""
) -> tuple[Plan, Checked]:
    """A new plan with its first version, named by its text. A text with problems is kept as a draft."""
    checked = _checked(text)
    plan = Plan.objects.create(
        organisation=organisation, name=_name(checked, UNTITLED), created_by=user, updated_at=timezone.now()
    )
    _add_version(plan, user, text, checked, note)
    return plan, checked


@transaction.atomic
def save_version(
    plan: Plan, *, user: User | None, text: str, note: str = "", based_on: int | None = None
) -> tuple[PlanVersion, Checked]:
    """The next version of a plan; the newest one again where the text did not change.

    Raises Conflict when the plan has a newer version than `based_on`: nobody's work is written over.
    """
    checked = _checked(text)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    newest = plan.versions.first()
    if newest is not None and newest.text == text:
        return newest, checked
    if based_on is not None and based_on != plan.versions_count:
        raise Conflict(
            f"The plan was changed meanwhile: version {plan.versions_count} is newer than {based_on}.",
            ["Your text is not saved. Compare the two, then save on top of the newest version."],
            field="based_on",
        )
    plan.name = _name(checked, plan.name)
    plan.updated_at = timezone.now()
    return _add_version(plan, user, text, checked, note), checked


def archive_plan(plan: Plan, *, archived: bool = True) -> None:
    """Hide a plan from the list, or show it again; its versions, runs and results stay."""
    Plan.objects.filter(pk=plan.pk).update(archived_at=timezone.now() if archived else None)


def _checked(text: str) -> Checked:
    if len(text.encode()) > MAX_BYTES:
        raise BadInput(f"text: at most {MAX_BYTES // 1024} KiB are kept", field="text")
    if "\0" in text:
        raise BadInput("text: holds a NUL character; save the file as UTF-8 text", field="text")
    return check(text)


def _name(checked: Checked, otherwise: str) -> str:
    return otherwise if checked.name == UNTITLED else checked.name[:300]


def _add_version(plan: Plan, user: User | None, text: str, checked: Checked, note: str) -> PlanVersion:
    plan.versions_count += 1
    plan.save(update_fields=["name", "updated_at", "versions_count"])
    return PlanVersion.objects.create(
        plan=plan,
        number=plan.versions_count,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        problems=len(checked.problems),
        note=note.strip()[:200],
        created_by=user,
    )
