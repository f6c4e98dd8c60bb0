"""Filters of a plan on the offers of the catalogue; and what reading a plan does not need."""

import subprocess
import sys
from decimal import Decimal

import pytest

from advisor.demand.places import RegionFilter
from providers.offers import Offer, Purchase
from tests.advisor.demand_examples import plan_with


def make_offer(**changes: object) -> Offer:
    fields: dict[str, object] = {
        "provider": "aws",
        "region": "eu-central-1",
        "country": "DE",
        "instance_type": "p5.48xlarge",
        "purchase": Purchase.ON_DEMAND,
        "price_per_hour": Decimal(55),
        "currency": "USD",
        "accelerator": "H100",
        "accelerator_count": Decimal(8),
    }
    return Offer(**(fields | changes))  # type: ignore[arg-type]  # the fields of the test are right by inspection


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        ("{}", True),
        ("none", False),
        ("{purchases: [spot]}", False),
        ("{purchases: [on_demand]}", True),
        ("{providers: [gcp]}", False),
        ("{providers: [aws, gcp]}", True),
        ('{regions: {deny: ["aws/eu-*"]}}', False),
        ("{accelerators: [A100]}", False),
        ("{accelerators: [H100]}", True),
        ('{exclude: ["aws/*/p5.*"]}', False),
        ('{exclude: ["gcp/*"]}', True),
    ],
)
def test_filters_on_the_catalogue_admit_what_they_say(filters: str, admitted: bool) -> None:
    assert plan_with("capacity.offers", filters).capacity.admits(make_offer()) is admitted


@pytest.mark.parametrize(
    ("allowed", "provider", "region", "admitted"),
    [
        (("aws/eu-*",), "aws", "eu-west-1", True),
        (("aws/eu-*",), "gcp", "europe-west4", False),
        (("aws/eu-*",), "own", "colo", True),  # says nothing of own sites
        (("aws/eu-*",), "partner", "uni", True),
        (("aws/eu-*", "own/berlin"), "own", "colo", False),  # names some of them
        (("aws/eu-*", "own/berlin"), "partner", "uni", True),
    ],
)
def test_allowed_regions_leave_sites_and_partners_alone_unless_they_name_some(
    allowed: tuple[str, ...], provider: str, region: str, admitted: bool
) -> None:
    assert RegionFilter(allow=allowed).admits(provider, region) is admitted


def test_the_filter_cpu_admits_machines_without_accelerators() -> None:
    capacity = plan_with("capacity.offers", "{accelerators: [CPU]}").capacity
    assert capacity.admits(make_offer(accelerator=None, accelerator_count=None))
    assert not capacity.admits(make_offer())


def test_reading_a_plan_needs_no_django() -> None:
    code = "import sys, advisor.demand; print([m for m in ('django', 'celery', 'pulp') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
