"""Sites and partners as options of the optimizer."""

import json

import pytest

from advisor.demand.parse import parse_plan
from advisor.planning.options import partner_option, site_option
from tests.advisor.planning_cases import PARTNER, SITE, near, plan_data


def test_a_currency_without_a_rate_is_never_taken_for_the_plans_own() -> None:
    capacity = {"sites": [SITE | {"currency": "EUR"}], "partners": [PARTNER | {"currency": "EUR"}]}
    data = plan_data(capacity=capacity, exchange_rates={"EUR": 1.25})
    plan = parse_plan(json.dumps(data).encode(), source="plan.yaml")
    (site,), (partner,) = plan.capacity.sites, plan.capacity.partners
    # 1000 EUR at 1.25, and 10 EUR an hour
    assert site_option(plan, site).opening_capex == near(1250)
    assert partner_option(plan, partner).price_per_hour == near(12.5)
    without = plan.model_copy(update={"exchange_rates": {}})
    for turn in (lambda: site_option(without, site), lambda: partner_option(without, partner)):
        with pytest.raises(LookupError, match="no exchange rate for EUR"):
            turn()
