"""What a new organisation begins with: one example, already on its way to an answer."""

from django.contrib.auth.models import User

from advisor.errors import AdvisorError
from advisor.models import Organisation
from advisor.plans.examples import FIRST, example
from advisor.plans.services import create_plan
from advisor.runs.services import Ask, start_run


def start_with_example(user: User) -> bool:
    """Store the first example and start a run of it; False where there is none, or it cannot be run."""
    organisation = Organisation.objects.filter(memberships__user=user).first()
    found = example(FIRST)
    if organisation is None or found is None or organisation.plans.exists():
        return False
    plan, _ = create_plan(
        organisation=organisation, user=user, text=found.text, note="An example to look at and change"
    )
    try:
        start_run(plan.versions.get(), organisation=organisation, user=user, ask=Ask(explain_seconds=10.0))
    except AdvisorError:  # the plan is of use without an answer; a run can be started by hand
        return False
    return True
