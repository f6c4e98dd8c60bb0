"""What a good plan file becomes."""

import itertools
import json
from decimal import Decimal

import pytest
import yaml

from advisor.demand import PlanError, parse_plan, yaml_loading
from advisor.demand.months import month_name, month_number
from advisor.demand.yaml_loading import load, scalar
from providers.places import GROUPS
from tests.advisor.demand_examples import BASE, CONTRACT, plan_with


def test_the_contracts_plan_is_read_field_by_field() -> None:
    plan = parse_plan(CONTRACT.encode(), source="plan.yaml")
    chat, pretrain, batch = plan.workloads
    assert (plan.currency, plan.start, plan.months, plan.discount_rate) == ("USD", "2027-01", 36, 0.08)
    assert plan.exchange_rates == {"EUR": Decimal("1.09"), "CNY": Decimal("0.14")}
    assert (chat.demand.unit, chat.demand.peak) == ("tokens_per_second", 42000)
    assert chat.demand.growth_per_month == 0.02
    assert chat.throughput == {"A100-80GB": 1100, "H100": 2450}
    assert (chat.accelerators_per_replica, chat.headroom) == (4, 0.15)
    assert chat.latency is not None
    assert chat.latency.countries() == {"DE", "FR"}
    assert chat.latency.max_ms == 60
    assert chat.residency.countries() == GROUPS["EU"] - {"IE"}
    assert pretrain.demand.total == {"H100": 300_000, "H200": 215_000}
    assert (pretrain.window.earliest, pretrain.window.deadline, pretrain.gang) == ("2027-03", "2027-08", 512)
    assert plan.months_of(pretrain) == range(2, 8)
    assert (batch.demand.constant, *batch.accelerators()) == (8, "H100")
    (site,), (partner,), (owned,) = plan.capacity.sites, plan.capacity.partners, plan.capacity.owned
    assert (site.opening.capex, site.opening.lead_months, site.opening.monthly) == (
        Decimal(900_000),
        4,
        Decimal(25_000),
    )
    assert site.power is not None
    assert (site.power.limit_kw, site.power.price_per_kwh, site.power.pue) == (400, Decimal("0.19"), 1.3)
    assert (site.servers[0].life_months, site.servers[0].residual_fraction) == (48, 0.15)
    assert (partner.price_per_hour, partner.fixed_per_month, partner.until) == (
        Decimal(9),
        Decimal(4000),
        "2028-12",
    )
    assert (owned.quantity, owned.until) == (4, "2027-09")
    assert plan.limits.cash_in_month(35) == 900_000
    assert (plan.limits.share_max.spot, plan.limits.commitment_months_max) == (0.3, 36)


def test_defaults_are_those_of_the_document() -> None:
    plan = parse_plan(json.dumps(BASE).encode(), source="plan.json")
    assert (plan.name, plan.currency, plan.discount_rate, plan.end_of_horizon) == (
        "Plan",
        "USD",
        0,
        "run_off",
    )
    chat = plan.workloads[0]
    assert (chat.headroom, chat.accelerators_per_replica, chat.gang, chat.interruptible_fraction) == (
        0,
        1,
        1,
        0,
    )
    assert set(chat.demand.profile.weekday) == set(chat.demand.profile.weekend) == {1.0}
    assert chat.residency.countries() is None
    assert plan.months_of(chat) == range(12)
    server = plan.capacity.sites[0].servers[0]
    assert (server.residual_fraction, server.utilisation_cap, server.lead_months) == (0, 1, 0)
    assert (server.idle_power_fraction, server.max_quantity) == (None, None)
    assert plan.limits.cash_in_month(0) is None
    assert (plan.limits.carbon_price_per_tonne, plan.limits.survive_loss_of) == (Decimal(0), "none")


def test_a_parsed_plan_written_out_is_the_same_plan() -> None:
    plan = parse_plan(CONTRACT.encode(), source="plan.yaml")
    again = parse_plan(json.dumps(plan.as_data()).encode(), source="stored")
    assert again == plan
    assert again.as_data() == plan.as_data()


def test_json_with_tabs_and_escapes_is_read() -> None:
    text = json.dumps(BASE | {"name": "Chat 😀 / team"}, indent="\t").replace("/ team", "\\/ team")
    assert parse_plan(text.encode(), source="plan.json").name == "Chat 😀 / team"
    assert parse_plan(b"\xef\xbb\xbf" + text.encode(), source="plan.json").name == "Chat 😀 / team"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),  # Norway, which YAML 1.1 takes for false
        ("yes", "yes"),
        ("2027-01", "2027-01"),
        ("2027-01-01", "2027-01-01"),
        ("18:30", "18:30"),  # YAML 1.1: 1110
        ("010", 10),  # YAML 1.1: 8
        ("3.8e24", Decimal("3.8e24")),  # YAML 1.1: text, for want of a sign
        ("1_000", "1_000"),
        ("-.5", Decimal("-0.5")),
        ("true", True),
        ("~", None),
        ("0x1F", "0x1F"),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    result = scalar(text)
    assert result == value
    assert type(result) is type(value)


def test_quoted_words_are_text() -> None:
    assert load("a: '12'\nb: \"true\"", source="x").data == {"a": "12", "b": "true"}


def test_money_keeps_every_digit() -> None:
    for written in ("0.1", "'0.1'", "0.10000000000000000001"):
        plan = plan_with("capacity.partners[0].price_per_hour", written)
        assert plan.capacity.partners[0].price_per_hour == Decimal(written.strip("'"))


def test_norway_can_be_denied() -> None:
    plan = plan_with("workloads[0].residency", "{allow: [EEA], deny: [NO]}")
    countries = plan.workloads[0].residency.countries()
    assert countries == GROUPS["EEA"] - {"NO"}
    assert not plan.workloads[0].residency.admits("NO")


def test_denial_alone_leaves_all_other_countries() -> None:
    residency = plan_with("workloads[0].residency", "{deny: [CN-mainland]}").workloads[0].residency
    assert not residency.admits("CN")
    assert residency.admits("HK")
    assert residency.admits("US")


def test_region_patterns_match_provider_and_region_and_denial_wins() -> None:
    fragment = '{allow: ["aws/eu-*", "own/hall"], deny: ["aws/eu-west-1"]}'
    regions = plan_with("workloads[0].regions", fragment).workloads[0].regions
    assert regions.admits("aws", "eu-central-1")
    assert regions.admits("own", "hall")
    assert not regions.admits("aws", "eu-west-1")
    assert not regions.admits("gcp", "eu-central-1")


def test_a_family_means_its_members_and_a_members_own_figure_wins() -> None:
    plan = plan_with("workloads[0].throughput", "{A100: 10, A100-80GB: 12}")
    assert plan.workloads[0].throughput == {"A100-40GB": 10, "A100-80GB": 12}


def test_an_alias_becomes_the_canonical_name() -> None:
    assert plan_with("workloads[0].throughput", "{NVIDIA H100 SXM: 10}").workloads[0].throughput == {
        "H100": 10
    }


def test_hardware_the_plan_owns_or_the_price_files_name_is_known() -> None:
    own = plan_with("capacity.partners[0].accelerator", "OurChip")
    assert own.capacity.partners[0].accelerator == "OurChip"
    text = json.dumps(own.as_data()).replace('"throughput": {"H100"', '"throughput": {"OurChip"').encode()
    assert parse_plan(text, source="x").workloads[0].throughput == {"OurChip": 100}
    strange = json.dumps(BASE).replace('"throughput": {"H100"', '"throughput": {"Zeta9"').encode()
    with pytest.raises(PlanError):
        parse_plan(strange, source="x")
    known = parse_plan(strange, source="x", known_accelerators=["Zeta9"])
    assert known.workloads[0].throughput == {"Zeta9": 100}


def test_machines_without_accelerators_serve_under_the_name_cpu() -> None:
    assert plan_with("workloads[0].throughput", "{CPU: 10}").workloads[0].accelerators() == {"CPU"}


def test_hours_at_relative_speed_become_hours_of_each_type() -> None:
    # 900 hours at speed 1: an H100 of speed 3 needs 900 / 3 = 300, an A100-80GB of speed 1.5 needs 600.
    fragment = (
        "{name: t, kind: training, demand: {unit: accelerator_hours, total: 900}, "
        "throughput: {H100: 3, A100-80GB: 1.5}}"
    )
    workload = plan_with("workloads[1]", fragment).workloads[1]
    assert workload.hours_of_work() == {"A100-80GB": 600, "H100": 300}


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("[18, 6]", {18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5}),
        ("[6, 18]", set(range(6, 18))),
        ("[0, 24]", set(range(24))),
        ("[22, 24]", {22, 23}),
        ("[24, 2]", {0, 1}),
    ],
)
def test_partner_hours_are_half_open_and_may_pass_midnight(hours: str, expected: set[int]) -> None:
    assert plan_with("capacity.partners[0].hours", hours).capacity.partners[0].open_hours() == expected


def test_a_partner_without_hours_is_open_all_day() -> None:
    assert len(plan_with("months", "12").capacity.partners[0].open_hours()) == 24


def test_cash_may_be_limited_month_by_month() -> None:
    limits = plan_with("limits.cash_per_month", str(list(range(12)))).limits
    assert [limits.cash_in_month(month) for month in range(12)] == list(range(12))


def test_a_currency_of_a_site_needs_its_rate_and_finds_it() -> None:
    plan = plan_with("exchange_rates", "{EUR: '1.09'}")
    assert [plan.rate(currency) for currency in ("EUR", "USD", None)] == [Decimal("1.09"), 1, 1]
    assert plan.rate("CNY") is None
    data = plan.as_data()
    data["capacity"]["sites"][0]["currency"] = "EUR"
    assert parse_plan(json.dumps(data).encode(), source="x").capacity.sites[0].currency == "EUR"


def test_months_count_across_years() -> None:
    plan = parse_plan(CONTRACT.encode(), source="x")
    assert [plan.month_at(index) for index in (0, 11, 12, 35)] == ["2027-01", "2027-12", "2028-01", "2029-12"]
    assert (plan.month_index("2026-12"), plan.month_index("2028-01")) == (-1, 12)
    assert plan.months_between(None, "2027-03") == range(3)
    assert plan.months_between("2029-12", None) == range(35, 36)
    assert list(plan.months_between("2020-01", "2020-05")) == []
    numbers = [
        month_number(f"{year}-{month:02d}") for year, month in itertools.product((2026, 2027), range(1, 13))
    ]
    assert numbers == list(range(numbers[0], numbers[0] + 24))
    assert [month_name(number) for number in numbers][11:13] == ["2026-12", "2027-01"]


def test_numbers_are_names_too() -> None:
    assert plan_with("workloads[0].name", "2027").workloads[0].name == "2027"


def test_the_load_at_level_one_is_the_peak_or_the_constant() -> None:
    chat, pretrain, batch = parse_plan(CONTRACT.encode(), source="x").workloads
    assert [w.demand.peak_units for w in (chat, pretrain, batch)] == [42_000, None, 8]
    assert [w.demand.is_rate for w in (chat, pretrain, batch)] == [True, False, True]


def test_hours_by_accelerator_are_taken_as_they_are() -> None:
    chat, pretrain, _ = parse_plan(CONTRACT.encode(), source="x").workloads
    assert pretrain.hours_of_work() == {"H100": 300_000, "H200": 215_000}
    assert pretrain.accelerators() == {"H100", "H200"}
    assert chat.hours_of_work() is None


@pytest.mark.parametrize("lost", ["none", "region", "provider"])
def test_the_loss_that_must_be_survived_is_read(lost: str) -> None:
    limits = plan_with("limits.survive_loss_of", lost).limits
    assert (limits.survive_loss_of, limits.on_demand_surge_fraction) == (lost, 0.0)


def test_a_surge_may_be_allowed() -> None:
    limits = plan_with("limits", "{survive_loss_of: region, on_demand_surge_fraction: 0.25}").limits
    assert (limits.survive_loss_of, limits.on_demand_surge_fraction) == ("region", 0.25)


@pytest.mark.parametrize("text", [CONTRACT, "a: ]", "a: *b", "[" * 99, "a: 1\na: 2", "\x00"])
def test_without_the_c_parser_all_is_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome() -> object:
        try:
            return parse_plan(text.encode(), source="x")
        except PlanError as error:
            return [(problem.path, problem.line) for problem in error.problems]

    fast = outcome()
    monkeypatch.setattr(yaml_loading, "_LOADER", yaml.SafeLoader)
    assert outcome() == fast
