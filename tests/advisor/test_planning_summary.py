"""The recommendation as text for a terminal."""

from datetime import timedelta
from typing import Any

from advisor.planning.summary import summary
from tests.advisor.result_examples import ANSWER, CASH, IMPOSSIBLE, answer
from tests.factories import NOW

ROW: dict[str, Any] = ANSWER["purchases"][0]


def lines_of(**changes: Any) -> list[str]:
    return summary(answer(**changes), now=NOW)


def section(lines: list[str], title: str) -> list[str]:
    """Lines below a title, up to the next empty one."""
    begin = lines.index(title) + 1
    return lines[begin : lines.index("", begin)]


def test_the_whole_of_a_small_answer() -> None:
    lines = lines_of(
        baselines=[
            {
                "name": "all_on_demand",
                "status": "optimal",
                "npv": 2 * CASH,
                "gap": 0.0,
                "regret_npv": CASH,
                "regret_fraction": 0.5,
                "note": "",
            },
            *ANSWER["baselines"],
        ]
    )
    assert lines == [
        "Rent up to 1 × p5.48xlarge (8 × H100) on demand in Northern Virginia (aws): 40 k USD NPV over 1",
        "month, 50 % less than all on demand; proven to be the best in 0.2 s.",
        "",
        "What to get",
        "  number  machine      accelerators  where             terms      from     NPV USD  price age",
        "     ≤ 1  p5.48xlarge  8 × H100      US aws us-east-1  on demand  2027-01   40,150  21 days",
        "  ≤: the largest number at once, paid by the hour",
        "",
        "Cost by kind of capacity",
        "             NPV USD  share  cash USD",
        "  on demand   40,150  100 %    40,150",
        "  together    40,150           40,150",
        "  2 t CO2e emitted",
        "",
        "By year",
        "        cash USD  of it capex  t CO2e",
        "  2027    40,150            0       2",
        "",
        "Instead",
        "                        NPV USD  saved here",
        "  everything on demand   80,300      40,150  50 %",
        "  only own servers            –           –     –  The plan has no sites.",
        "",
        "What a unit costs",
        "           NPV    cash",
        "  team  6.8750  6.8750  USD per accelerator-hour",
        "",
        "Warnings",
        "  - One price is 21 days old.",
        "",
        "What this does not know",
        "  - Prices stay as they are.",
        "",
        "Prices as of 2026-11-22, the oldest 21 days old: 3 offers, 2 fit the plan, 1 in the model.",
        "Exchange rates of the plan: 1 EUR = 1.09 USD",
        "Model: 1 variable (1 whole), 1 constraint, 1 load block; HiGHS 1.0.",
    ]


def test_no_line_is_wider_than_100_columns() -> None:
    long = ROW | {
        "instance_type": "gpu-h100-sxm_8gpu-128vcpu-1600gb-with-a-very-long-name",
        "region": "a-region-with-quite-a-long-name-1",
        "accelerator": "RTX-PRO-6000",
        "npv": 123_456_789.0,
        "purchase": "reserved",
        "term_months": 36,
        "payment": "partial",
        "price_state": "stale",
    }
    lines = lines_of(
        purchases=[long] * 3,
        warnings=[{"code": "x", "severity": "info", "message": "word " * 60}],
    )
    assert max(map(len, lines)) <= 100
    assert any("123,456,789" in line and "36 months" in line for line in lines)


def test_many_purchases_are_cut_to_the_dearest_and_the_rest_summed_up() -> None:
    rows = [ROW | {"offer": f"o{n}", "npv": float(n)} for n in range(40)]
    lines = section(lines_of(purchases=rows), "What to get")
    # 0 + 1 + ... + 9 = 45
    assert len(lines) == 1 + 30 + 2
    assert "  and 10 more, together 45 USD (--json has all)" in lines


def test_money_by_year_adds_up_months() -> None:
    month = ANSWER["totals"]["by_month"][0]
    rows = [month | {"month": name} for name in ("2027-12", "2028-01", "2028-02")]
    lines = lines_of(months=3, totals=ANSWER["totals"] | {"by_month": rows})
    assert section(lines, "By year")[1:] == [
        "  2027    40,150            0       2",
        "  2028    80,300            0       4",
    ]


def test_what_is_owed_and_what_is_worth_is_said() -> None:
    totals = ANSWER["totals"] | {"residual": 1234.0, "lock_in": 5678.0}
    lines = section(lines_of(totals=totals), "Cost by kind of capacity")
    assert "  worth 1,234 USD at the end (credited in NPV)" in lines
    assert "  5,678 USD still owed after the plan (in NPV under run_off)" in lines


def test_an_impossible_plan_is_explained() -> None:
    lines = summary(answer(**IMPOSSIBLE), now=NOW)
    assert lines[:3] == [
        "One month: no plan can hold all its limits together.",
        "This cannot hold:",
        "  - Allow at least 40,150 USD in 2027-01.",
    ]
    assert not any(line.startswith("What to get") for line in lines)


def test_prices_age_against_the_moment_that_is_asked() -> None:
    lines = summary(answer(), now=NOW + timedelta(days=365))
    assert any(line.endswith("12 months") for line in lines)


def test_prices_without_a_date_and_figures_of_the_plan_have_no_age() -> None:
    rows = [
        ROW | {"price_observed_at": None},
        ROW | {"partner": "uni", "purchase": "partner", "price_observed_at": None},
        ROW | {"purchase": "owned", "price_observed_at": None},
        ROW | {"price_state": "stale"},
    ]
    ages = [line.split("40,150  ")[1] for line in section(lines_of(purchases=rows), "What to get")[1:5]]
    assert ages == ["unknown", "yours", "–", "21 days"]


def test_a_baseline_that_is_not_proven_says_how_far_it_may_fall() -> None:
    row = {"name": "no_partner", "status": "feasible", "npv": 80_000.0, "regret_npv": 39_850.0, "note": ""}
    row |= {"gap": 0.13, "regret_fraction": 0.498}
    lines = section(lines_of(baselines=[row, row | {"note": "aws", "gap": 0.004}]), "Instead")
    # 13 % of 80,000 is 10,400, less than the 39,850 saved
    assert lines[1].endswith("at least 29,450  at least 42 %  could be 13 % less: time ran out")
    assert lines[2].split()[-4:] == ["39,850", "50", "%", "aws"]


def test_a_saving_within_what_is_not_proven_is_no_saving() -> None:
    # 0.5 % of 80,000 is 400: that much less it could cost
    row = {"name": "no_partner", "status": "feasible", "npv": 80_000.0, "note": "aws", "gap": 0.005}
    for regret, words, note in (
        (-50.0, "–", "no difference proven; aws"),
        (0.0, "–", "no difference proven; aws"),
        (400.0, "–", "no difference proven; aws"),
        (401.0, "–", "less than 0.05 % saved; aws"),
        (500.0, "at least 100", "  aws"),
    ):
        changes = {"regret_npv": regret, "regret_fraction": regret / 80_000}
        line = section(lines_of(baselines=[row | changes]), "Instead")[1]
        assert f"  {words}  " in line
        assert line.endswith(note)


def test_severe_warnings_stand_out_and_notes_do_not() -> None:
    warnings = [
        {"code": "a", "severity": severity, "message": severity}
        for severity in ("info", "warning", "serious")
    ]
    assert section(lines_of(warnings=warnings), "Warnings") == [
        "  - note: info",
        "  - warning",
        "  - SERIOUS: serious",
    ]


def test_what_is_not_known_is_told_in_wrapped_bullets() -> None:
    long = "word " * 30 + "end."
    # 96 columns after the dash hold 19 words of 4 and the spaces between: 94; the other 11 and the end follow
    assert section(lines_of(assumptions=["Short.", long]), "What this does not know") == [
        "  - Short.",
        "  - " + ("word " * 19).strip(),
        "    " + "word " * 11 + "end.",
    ]
    assert "What this does not know" in summary(answer(**IMPOSSIBLE), now=NOW)


def test_exchange_rates_are_told_where_other_currencies_were_used() -> None:
    rates = [
        {"currency": "EUR", "rate": 1.09, "source": "plan file"},
        {"currency": "GBP", "rate": 1.3, "source": "plan file"},
    ]
    assert lines_of(exchange_rates=rates)[-2] == (
        "Exchange rates of the plan: 1 EUR = 1.09 USD, 1 GBP = 1.3 USD"
    )
    assert not any("Exchange rates" in line for line in lines_of(exchange_rates=[]))
