"""The API against its own document: requests that fit it and requests that do not, made up by the hundred."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import negative_data_rejection, positive_data_acceptance

from advisor.accounts.tokens import create_token
from advisor.catalog.services import publish
from tests.advisor.sweep_cases import make_sweep
from tests.factories import make_cpu_offer, make_offer
from tests.people import make_member, make_plan, make_run, organisation_of

CONFIG = {"generation": {"mode": "all"}}
SAME_EVERY_TIME = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
AUTH: dict[str, str] = {}
KNOWN: dict[str, Any] = {}
schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", get_wsgi_application(), config=schemathesis.Config.from_dict(CONFIG)
)
pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def site(db: None) -> None:
    """An operator's token, a plan, a run with a result, and two offers."""
    publish([make_offer(), make_cpu_offer()], source="test", label="test")
    user = make_member(is_staff=True)
    plan = make_plan(user)
    run, sweep = make_run(user, plan), make_sweep(user)
    _, key = create_token(organisation=organisation_of(user), user=user, name="fuzz")
    AUTH["Authorization"] = f"Bearer {key}"
    KNOWN.update(plan_id=str(plan.pk), run_id=str(run.pk), sweep_id=str(sweep.pk), number=1)


# What these take has rules beyond what a schema can say: plan and price files, dates, names that must exist.
BEYOND_SCHEMAS = {"create_plan", "save_plan", "import_prices", "export_prices", "list_offers", "create_token"}
BEYOND_SCHEMAS |= {"compute_breakeven", "send_price_book", "decide_quarantine", "get_offer_history"}
BEYOND_SCHEMAS |= {"start_sweep", "list_rates", "import_rates", "list_quarantine"}
READ_KINDLY = {"compute_breakeven"}  # as in its file, a name may be a number, which stands for its digits


def hold(case: Case[Any]) -> None:
    """The request as it was made up, and once more for things that are there."""
    more = [positive_data_acceptance] if operation_id(case) in BEYOND_SCHEMAS else []
    more += [negative_data_rejection] if operation_id(case) in READ_KINDLY else []
    case.call_and_validate(headers=AUTH, excluded_checks=more)
    known = {name: KNOWN.get(name, value) for name, value in case.path_parameters.items()}
    if known != case.path_parameters:
        case.path_parameters = known
        case.call_and_validate(headers=AUTH, excluded_checks=[*more, negative_data_rejection])


def operation_id(case: Case[Any]) -> str:
    return str(case.operation.definition.raw["operationId"])


@schema.parametrize()
@settings(SAME_EVERY_TIME, max_examples=12)
def test_every_operation_holds_to_its_document(case: Case[Any]) -> None:
    hold(case)


@pytest.mark.slow
@schema.parametrize()
@settings(SAME_EVERY_TIME, max_examples=300)
def test_every_operation_holds_to_its_document_for_long(case: Case[Any]) -> None:
    hold(case)
