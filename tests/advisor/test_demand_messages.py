"""Messages of wrong values, wrong fields and a wrong frame of a plan; and how several are listed."""

import pytest

from advisor.demand import PlanError, parse_plan
from tests.advisor.demand_examples import check, problems_of, spoilt, without

CHAT = "workloads[0]"
SITE, PARTNER, OWNED = "capacity.sites[0]", "capacity.partners[0]", "capacity.owned[0]"
SERVER = f"{SITE}.servers[0]"

# where the fragment is put, the YAML fragment; the path of the problem, the value shown, part of the message
CASES = [
    # kinds of value
    ("months", "-3", "months", "-3", "must be 1 or more"),
    ("months", "121", "months", "121", "must be 120 or less"),
    ("limits.commitment_months_max", "601", "limits.commitment_months_max", "601", "must be 600 or less"),
    ("months", "1.5", "months", "1.5", "must be a whole number"),
    ("months", "true", "months", "True", "must be a number"),
    ("months", "twelve", "months", "'twelve'", "must be a number"),
    ("months", "'12'", "months", "'12'", "remove the quotes"),
    ("months", "", "months", "empty", "give a number or remove the line"),
    ("months", ".nan", "months", "nan", "must be a finite number"),
    ("discount_rate", ".inf", "discount_rate", "inf", "must be a finite number"),
    ("discount_rate", "8", "discount_rate", "8", "must be 1 or less (a fraction: write 0.15 for 15 %)"),
    ("discount_rate", "-0.1", "discount_rate", "-0.1", "must be 0 or more"),
    ("limits.capex_total", "1e16", "limits.capex_total", "1E+16", "is too large: at most 1e+15"),
    ("limits.capex_total", "1e-30", "limits.capex_total", "1E-30", "is too small"),
    ("limits.capex_total", "5 million", "limits.capex_total", "'5 million'", "must be a number"),
    (f"{CHAT}.demand.peak", "1e31", f"{CHAT}.demand.peak", "1E+31", "is too large: at most 1e+30"),
    (f"{CHAT}.demand.peak", "0", f"{CHAT}.demand.peak", "0", "must be above 0"),
    ("start", "2027-13", "start", "'2027-13'", "written YYYY-MM, for example 2027-01"),
    ("start", "2027-01-01", "start", "'2027-01-01'", "written YYYY-MM"),
    ("start", "202701", "start", "202701", "written YYYY-MM"),
    ("start", "1850-01", "start", "'1850-01'", "written YYYY-MM"),
    ("name", "[a]", "name", "a list of 1", "must be text"),
    ("name", "", "name", "empty", "give a text"),
    ("name", "'  '", "name", "'  '", "is empty: give a text"),
    ("name", "x" * 121, "name", "'" + "x" * 59 + "…'", "at most 120 characters"),
    ("name", '"a\\nb"', "name", "'a?b'", "one line of visible characters"),
    ("workloads", "{a: 1}", "workloads", "a map of 1", "must be a list"),
    ("workloads", "[]", "workloads", "a list of 0", "must have at least 1 entry, not 0"),
    ("workloads", "", "workloads", "empty", "give its contents or remove the line"),
    ("limits", "", "limits", "empty", "give its contents or remove the line"),
    (CHAT, "7", CHAT, "7", "must be a map of fields"),
    (f"{CHAT}.throughput", "7", f"{CHAT}.throughput", "7", "must be a map (name: value)"),
    # the plan itself
    ("schema", "2", "schema", "2", "must be 1, the version"),
    ("schema", "true", "schema", "True", "must be 1, the version"),
    ("currency", "DOLLAR", "currency", "'DOLLAR'", "is no currency: write its ISO 4217 code"),
    ("currency", "EURO", "currency", "'EURO'", "did you mean `EUR`?"),
    ("exchange_rates", "{EUR: 0}", "exchange_rates.EUR", "0", "must be above 0"),
    ("exchange_rates", "{XXX: 1}", "exchange_rates.XXX", "'XXX'", "is no currency"),
    ("exchange_rates", "{USD: 2}", "exchange_rates.USD", "2", "plan's own currency: its rate is 1"),
    ("end_of_horizon", "runoff", "end_of_horizon", "'runoff'", "did you mean `run_off`?"),
    ("blocks_per_month", "49", "blocks_per_month", "49", "must be 48 or less"),
    ("price_max_age_hours", "0", "price_max_age_hours", "0", "must be above 0"),
    ("montsh", "3", "montsh", "", "unknown field `montsh`, did you mean `months`?"),
    ("zzz", "3", "zzz", "", "unknown field `zzz` (known here: schema, name, currency"),
    ("z" * 99, "3", "z" * 59 + "…", "", f"unknown field `{'z' * 59}…` (known here: schema"),
    ("risk", "{scenarios: 0}", "risk.scenarios", "0", "must be 1 or more"),
    ("risk", "{scenarios: 101}", "risk.scenarios", "101", "must be 100 or less"),
    ("risk", "{scenarios: 2.5}", "risk.scenarios", "2.5", "must be a whole number"),
    ("risk", "{demand_sigma: -0.1}", "risk.demand_sigma", "-0.1", "must be 0 or more"),
    ("risk", "{price_sigma: 25}", "risk.price_sigma", "25", "must be 2 or less"),
    ("risk", "{weight: 1.5}", "risk.weight", "1.5", "must be 1 or less"),
    ("risk", "{tail: 1}", "risk.tail", "1", "must be below 1"),
    ("risk", "{sigma: 0.2}", "risk.sigma", "", "unknown field `sigma`"),
]


@pytest.mark.parametrize(("where", "fragment", "path", "value", "message"), CASES)
def test_one_mistake_gets_one_problem_with_path_value_and_remedy(
    where: str, fragment: str, path: str, value: str, message: str
) -> None:
    check(where, fragment, path, value, message)


@pytest.mark.parametrize(
    "path",
    [
        "schema",
        "start",
        "months",
        "workloads",
        f"{CHAT}.name",
        f"{CHAT}.kind",
        f"{CHAT}.demand",
        f"{CHAT}.demand.unit",
        f"{CHAT}.throughput",
        f"{SITE}.name",
        f"{SITE}.country",
        f"{SITE}.power",
        f"{SITE}.servers",
        f"{SITE}.power.price_per_kwh",
        f"{SITE}.staff.per_month",
        f"{SERVER}.instance_type",
        f"{SERVER}.accelerator",
        f"{SERVER}.accelerator_count",
        f"{SERVER}.capex",
        f"{SERVER}.power_kw",
        f"{SERVER}.life_months",
        f"{PARTNER}.accelerator_count",
        f"{PARTNER}.price_per_hour",
        f"{OWNED}.offer",
        f"{OWNED}.quantity",
    ],
)
def test_a_missing_field_is_named(path: str) -> None:
    found = problems_of(without(path))
    assert found[0].path == path
    assert "is required" in found[0].message


def test_all_problems_are_listed_with_their_lines() -> None:
    text = b"""\
schema: 1
start: 2027-01
months: -1
workloads:
  - name: chat
    kind: inference
    demand: {unit: tokens_per_second, peak: .nan}
    throughput: {H1000: 5,
                 L4: none}
    residency: {allow: [EUU]}
  - name: other
    kind: batch
limits:
  colour: red
"""
    with pytest.raises(PlanError) as caught:
        parse_plan(text, source="plan.yaml")
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (3, "months"),
        (7, "workloads[0].demand.peak"),
        (8, "workloads[0].throughput.H1000"),
        (9, "workloads[0].throughput.L4"),
        (10, "workloads[0].residency.allow[0]"),
        (11, "workloads[1].demand"),
        (14, "limits.colour"),
    ]
    assert caught.value.headline == (
        "plan.yaml: 7 problems, the first: line 3: months: -1: must be 1 or more"
    )
    assert str(caught.value).splitlines() == caught.value.lines()
    assert len(caught.value.details) == 7


def test_a_single_problem_fits_one_line() -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(spoilt("months", "-3"), source="my.yaml")
    assert caught.value.lines() == ["my.yaml: line 1: months: -3: must be 1 or more"]


def test_very_many_problems_are_cut_and_counted() -> None:
    fields = ", ".join(f"unknown{n}: 1" for n in range(80))
    with pytest.raises(PlanError) as caught:
        parse_plan(f"{{schema: 1, start: 2027-01, months: 1, workloads: [], {fields}}}".encode(), source="p")
    assert len(caught.value.problems) == 81  # the 80 fields and the empty list of workloads
    assert len(caught.value.details) == 51
    assert caught.value.details[-1] == "and 31 more"
