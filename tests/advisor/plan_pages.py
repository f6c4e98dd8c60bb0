"""Reading pages in tests, and an organisation that has worked for long."""

import hashlib
import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from advisor.models import Job, Plan, PlanVersion, Run
from tests.people import PLAN_TEXT, organisation_of


def text_of(response: Any) -> str:
    """The page without its scripts and tags, its runs of spaces made one."""
    plain = re.sub(r"<script\b.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    plain = re.sub(r"<[^>]+>", " ", plain)
    return re.sub(r"\s+", " ", html.unescape(plain)).strip()


def once_in(page: str) -> str:
    """The one-time key of the page's first form that has one."""
    found, *_ = re.findall(r'name="once" value="([0-9a-f]{32})"', page)
    return str(found)


def make_many(user: User, *, plans: int, runs: int) -> list[Plan]:
    """So many plans, and so many runs of them in turn, each with an answer as lists show it."""
    organisation, now = organisation_of(user), datetime.now(UTC)
    made = Plan.objects.bulk_create(
        Plan(organisation=organisation, name=f"Plan {n}", created_by=user, updated_at=now, versions_count=1)
        for n in range(plans)
    )
    digest = hashlib.sha256(PLAN_TEXT.encode()).hexdigest()
    versions = PlanVersion.objects.bulk_create(
        PlanVersion(plan=plan, number=1, text=PLAN_TEXT, sha256=digest, created_by=user) for plan in made
    )
    jobs = Job.objects.bulk_create(
        Job(
            organisation=organisation,
            kind=Job.Kind.SOLVE,
            state=Job.State.SUCCEEDED,
            started_at=now,
            finished_at=now + timedelta(seconds=n % 90),
        )
        for n in range(runs)
    )
    Run.objects.bulk_create(
        Run(
            organisation=organisation,
            job=job,
            plan=made[n % plans],
            version=versions[n % plans],
            name=made[n % plans].name,
            created_by=user,
            as_of=now,
            catalogue_version=1,
            gap_asked=0.001,
            time_limit_seconds=300.0,
            status="optimal",
            objective_npv=1000.0 * n,
            proven_gap=0.0004,
            currency="USD",
            sentence="Rent it.",
        )
        for n, job in enumerate(jobs)
    )
    return made
