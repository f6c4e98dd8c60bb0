"""Organisations, people, plans and runs for tests: valid by default."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from advisor.accounts.services import join
from advisor.models import Job, Organisation, Plan, Run, RunResult
from advisor.planning.result import Result
from advisor.planning.sentence import sentence
from advisor.plans.services import create_plan
from tests.advisor.results import make_result

BACKEND = "django.contrib.auth.backends.ModelBackend"
PLAN_TEXT = """\
schema: 1
name: Tiny
currency: USD
start: 2027-01
months: 1
workloads:
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
"""


def make_member(name: str = "ada", organisation: str = "Analytical Engines", **more: Any) -> User:
    """A member of an organisation, which is made where it is not there yet."""
    user = User.objects.create_user(name, **more)
    join(user, Organisation.objects.get_or_create(name=organisation)[0])
    return user


def organisation_of(user: User) -> Organisation:
    return Organisation.objects.get(memberships__user=user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def make_plan(user: User, text: str = PLAN_TEXT) -> Plan:
    return create_plan(organisation=organisation_of(user), user=user, text=text)[0]


def make_run(
    user: User, plan: Plan | None = None, *, result: dict[str, Any] | None = None, **job: Any
) -> Run:
    """A run that has ended with `result` (default: that of tests.advisor.results), or is in another `state`,
    and then without a result. No task is sent."""
    plan = plan or make_plan(user)
    state = job.pop("state", Job.State.SUCCEEDED)
    organisation = organisation_of(user)
    run = Run.objects.create(
        organisation=organisation,
        job=Job.objects.create(
            organisation=organisation, kind=Job.Kind.SOLVE, state=state, created_by=user, **job
        ),
        plan=plan,
        version=plan.versions.get(number=plan.versions_count),
        name=plan.name,
        created_by=user,
        as_of=datetime.now(UTC),
        catalogue_version=1,
        gap_asked=0.001,
        time_limit_seconds=300.0,
    )
    if state == Job.State.SUCCEEDED:
        store_result(run, result or make_result())
    return run


def store_result(run: Run, payload: dict[str, Any]) -> None:
    result = Result.model_validate(payload)
    document = json.dumps(payload)
    digest = hashlib.sha256(document.encode()).hexdigest()
    RunResult.objects.create(run=run, document=document, sha256=digest)
    run.status, run.objective_npv, run.proven_gap = result.status, result.objective_npv, result.gap
    run.currency, run.sentence = result.currency, sentence(result)
    run.save()
