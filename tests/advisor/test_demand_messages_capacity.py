"""Messages of wrong capacity: filters, sites, partners, owned machines; and of wrong limits."""

import pytest

from tests.advisor.demand_examples import BASE, check, problems_of, spoilt, without

SITE, PARTNER, OWNED = "capacity.sites[0]", "capacity.partners[0]", "capacity.owned[0]"
SERVER = f"{SITE}.servers[0]"
SERVER_TWICE = "[" + ", ".join(["{instance_type: HGX, capex: 1, power_kw: 0, life_months: 9}"] * 2) + "]"

# where the fragment is put, the YAML fragment; the path of the problem, the value shown, part of the message
CASES = [
    # capacity
    ("capacity.offers", "all", "capacity.offers", "'all'", "must be a map of filters, or `none`"),
    ("capacity.offers", "[aws]", "capacity.offers", "a list of 1", "must be a map of fields"),
    (
        "capacity.offers.purchases",
        "[spend_commitments]",
        "capacity.offers.purchases[0]",
        "'spend_commitments'",
        "mean `spend_commitment`?",
    ),
    (
        "capacity.offers.purchases",
        "[ondemand]",
        "capacity.offers.purchases[0]",
        "'ondemand'",
        "mean `on_demand`?",
    ),
    ("capacity.offers.providers", "[]", "capacity.offers.providers", "a list of 0", "at least 1 entry"),
    (
        "capacity.offers.accelerators",
        "[Z9]",
        "capacity.offers.accelerators[0]",
        "'Z9'",
        "is no known accelerator",
    ),
    ("capacity.offers.provider", "aws", "capacity.offers.provider", "", "did you mean `providers`?"),
    (f"{PARTNER}.name", "hall", f"{PARTNER}.name", "'hall'", "is also the name of capacity.sites[0]"),
    (
        f"{OWNED}.offer",
        "own/hall/DGX",
        f"{OWNED}.offer",
        "'own/hall/DGX'",
        "names no server of a site: the plan has",
    ),
    (f"{OWNED}.quantity", "0", f"{OWNED}.quantity", "0", "must be 1 or more"),
    (
        OWNED,
        "{offer: own/hall/HGX, quantity: 1, from: 2027-05, until: 2027-04}",
        f"{OWNED}.until",
        "'2027-04'",
        "must not be before from (2027-05)",
    ),
    # sites
    (
        f"{SITE}.country",
        "Germany",
        f"{SITE}.country",
        "'Germany'",
        "is no country: write its ISO 3166-1 code",
    ),
    (f"{SITE}.country", "UK", f"{SITE}.country", "'UK'", "did you mean `GB`?"),
    (f"{PARTNER}.name", "a/b", f"{PARTNER}.name", "'a/b'", "must not contain `/`"),
    (f"{SITE}.currency", "EUR", f"{SITE}.currency", "'EUR'", "needs a rate: add exchange_rates: {EUR: …}"),
    (f"{SITE}.power.pue", "0.9", f"{SITE}.power.pue", "0.9", "must be 1 or more"),
    (f"{SITE}.power.limit_kw", "0", f"{SITE}.power.limit_kw", "0", "must be above 0"),
    (
        f"{SITE}.servers",
        SERVER_TWICE,
        f"{SITE}.servers[1].instance_type",
        "'HGX'",
        "is written twice in this site",
    ),
    (f"{SITE}.racks_limit", "10", f"{SERVER}.racks", "empty", "the site has a racks_limit"),
    (f"{SITE}.staff.servers_per_person", "0", f"{SITE}.staff.servers_per_person", "0", "must be above 0"),
    (f"{SERVER}.utilisation_cap", "0", f"{SERVER}.utilisation_cap", "0", "must be above 0"),
    (
        f"{SERVER}.accelerator",
        "A100",
        f"{SERVER}.accelerator",
        "'A100'",
        "names several accelerators: write one of",
    ),
    (f"{SERVER}.life_months", "0", f"{SERVER}.life_months", "0", "must be 1 or more"),
    # partners
    (f"{PARTNER}.hours", "[18, 18]", f"{PARTNER}.hours", "a list of 2", "must be two different hours"),
    (f"{PARTNER}.hours", "[24, 0]", f"{PARTNER}.hours", "a list of 2", "must be two different hours"),
    (f"{PARTNER}.hours", "[18]", f"{PARTNER}.hours", "a list of 1", "must have at least 2 entries"),
    (f"{PARTNER}.hours", "[18, 25]", f"{PARTNER}.hours[1]", "25", "must be 24 or less"),
    (
        f"{PARTNER}.from",
        "2028-01",
        f"{PARTNER}.from",
        "'2028-01'",
        "lies outside the plan, 2027-01 to 2027-12",
    ),
    (f"{PARTNER}.until", "2026-12", f"{PARTNER}.until", "'2026-12'", "lies outside the plan"),
    (
        OWNED,
        "{offer: own/hall/HGX, quantity: 1, until: 2026-12}",
        f"{OWNED}.until",
        "'2026-12'",
        "lies outside the plan",
    ),
    (f"{PARTNER}.price_per_hour", "-1", f"{PARTNER}.price_per_hour", "-1", "must be 0 or more"),
    # limits
    (
        "limits.cash_per_month",
        "[1, 2]",
        "limits.cash_per_month",
        "a list of 2",
        "each of the plan's 12 months",
    ),
    ("limits.cash_per_month", "[-1]", "limits.cash_per_month[0]", "-1", "must be 0 or more"),
    ("limits.cash_per_month", "-1", "limits.cash_per_month", "-1", "must be 0 or more"),
    ("limits.on_demand_surge_fraction", "25", "limits.on_demand_surge_fraction", "25", "a fraction"),
    ("limits.survive_loss_of", "regoin", "limits.survive_loss_of", "'regoin'", "did you mean `region`?"),
    ("limits.share_max", "{spots: 1}", "limits.share_max.spots", "", "did you mean `spot`?"),
    ("limits.share_max", "{spot: 30}", "limits.share_max.spot", "30", "a fraction"),
]


@pytest.mark.parametrize(("where", "fragment", "path", "value", "message"), CASES)
def test_one_mistake_gets_one_problem_with_path_value_and_remedy(
    where: str, fragment: str, path: str, value: str, message: str
) -> None:
    check(where, fragment, path, value, message)


def test_a_partner_cannot_take_at_least_more_than_at_most() -> None:
    partner = BASE["capacity"]["partners"][0] | {"min_quantity": 3, "max_quantity": 2}
    fragment = str(partner).replace("'", '"')
    (found,) = problems_of(spoilt(PARTNER, fragment))
    assert (found.path, found.message) == (f"{PARTNER}.max_quantity", "must be at least min_quantity (3)")


def test_an_own_server_is_not_known_without_sites() -> None:
    found = problems_of(b"{schema: 1, capacity: {owned: [{offer: own/a/b, quantity: 1}]}}")
    owned = next(problem for problem in found if problem.path == f"{OWNED}.offer")
    assert owned.message == "names no server of a site: the plan has no servers of its own"


def test_all_that_is_wrong_with_one_site_is_told_at_once() -> None:
    site = """{name: hall, country: DE, currency: EUR, racks_limit: 5, servers: [
        {instance_type: HGX, capex: 1, power_kw: 1, life_months: 9, racks: 1},
        {instance_type: HGX, capex: 1, power_kw: 1, life_months: 9}]}"""
    found = problems_of(spoilt(SITE, " ".join(site.split())))
    places = ["power", "currency", "servers[1].instance_type", "servers[1].racks"]
    assert sorted(problem.path for problem in found) == sorted(f"{SITE}.{place}" for place in places)


def test_a_server_says_its_power_where_power_has_a_price() -> None:
    (found,) = problems_of(without(f"{SERVER}.power_kw"))
    assert (found.path, found.message) == (
        f"{SERVER}.power_kw",
        "is required: the site has power, with a price",
    )
