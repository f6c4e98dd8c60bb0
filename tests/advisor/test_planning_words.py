"""Figures, tables, progress and the sentence, as people read them."""

import io
import itertools
import time
from typing import Any

import pytest

from advisor.management.progress import ProgressLine, progress_text
from advisor.planning import words
from advisor.planning.effort import Step, baseline_seconds
from advisor.planning.sentence import sentence
from advisor.planning.text_tables import Column, table
from tests.advisor.result_examples import ANSWER, IMPOSSIBLE, answer

ROW: dict[str, Any] = ANSWER["purchases"][0]
ON_DEMAND = {"name": "all_on_demand", "status": "optimal", "npv": 80_300.0, "gap": 0.0, "note": ""}


@pytest.mark.parametrize(
    ("figure", "text"),
    [(1_608_712.0, "1,608,712"), (0.4, "0"), (-0.4, "0"), (-12.6, "−13"), (None, "–")],
)
def test_money_has_whole_units_and_a_missing_figure_is_never_zero(figure: float | None, text: str) -> None:
    assert words.money(figure) == text


def test_whole_percents_have_no_decimals_that_floats_put_there() -> None:
    assert [words.percent(n / 100) for n in range(10)] == [f"{n} %" for n in range(10)]  # 0.07 x 100 > 7


def test_what_is_below_zero_has_a_minus_and_no_hyphen() -> None:
    shown = [words.money(-1200.0), words.amount(-12.43), words.four_digits(-0.3296), words.percent(-0.034)]
    shown += [words.short_money(figure) for figure in (-1_612_345.0, -842_000.0, -96.4)]
    assert shown == ["−1,200", "−12.4", "−0.3296", "−3.4 %", "−1.61 M", "−842 k", "−96.40"]
    assert words.amount(1.2e-7) == "1.2e-07"  # an exponent is no figure below zero


@pytest.mark.parametrize(
    ("figure", "text"),
    [(12_400.0, "12,400"), (12.43, "12.4"), (12.0, "12"), (0.056, "0.056"), (250.4, "250")],
)
def test_amounts_have_decimals_only_where_they_tell_something(figure: float, text: str) -> None:
    assert words.amount(figure) == text


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (1_612_345.0, "1.61 M"),
        (999_900.0, "1.00 M"),
        (842_400.0, "842 k"),
        (9_999.0, "9,999"),
        (96.4, "96.40"),
        (2.5e9, "2.50 bn"),
    ],
)
def test_sentences_shorten_money(figure: float, text: str) -> None:
    assert words.short_money(figure) == text


@pytest.mark.parametrize(
    ("fraction", "down", "text"),
    [
        (0.23, False, "23 %"),
        (-0.00001, False, "0.0 %"),
        (0.02, False, "2 %"),
        (0.004, False, "0.4 %"),
        (0.6199, True, "61 %"),
        (0.9999, True, "99 %"),
    ],
)
def test_a_shortage_is_never_rounded_away(fraction: float, down: bool, text: str) -> None:
    assert words.percent(fraction, down=down) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.0, "0 %"), (0.00001, "0.01 %"), (0.00082, "0.09 %"), (0.001, "0.1 %"), (0.0131, "1.31 %")],
)
def test_a_proof_is_never_rounded_to_a_better_one(gap: float, text: str) -> None:
    assert words.proof(gap) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.0, "0 %"), (1e-7, "0.00001 %"), (0.00005, "0.005 %"), (0.001, "0.1 %"), (0.5, "50 %")],
)
def test_a_gap_that_was_asked_for_is_told_as_it_was(gap: float, text: str) -> None:
    assert words.gap_asked(gap) == text


def test_tables_set_figures_right_and_cut_only_words() -> None:
    lines = table(
        [
            Column(title="name", cells=["a very long name indeed", "b"]),
            Column(title="USD", cells=["1", "12,345"], is_figure=True),
        ],
        indent="",
        width=21,
    )
    assert lines == ["name              USD", "a very long …       1", "b              12,345"]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step(stage="solving", currency="USD"), "12 s  solving"),
        (
            Step(stage="solving", currency="USD", best=1_610_000.0, bound=1_608_712.0, gap=0.0008),
            "12 s  solving  best 1,610,000 USD  bound 1,608,712 USD  gap 0.08 %",
        ),
        (Step(stage="solving", currency="EUR", bound=5.0), "12 s  solving  best –  bound 5 EUR  gap –"),
    ],
)
def test_progress_says_only_what_is_known(step: Step, text: str) -> None:
    assert progress_text(step, elapsed_seconds=12.3) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "every"), [(io.StringIO(), 10.0), (Terminal(), 0.5)])
def test_progress_is_a_line_on_a_terminal_and_rare_elsewhere(stream: io.StringIO, every: float) -> None:
    moments = iter([0.0, every / 2, every, every * 1.5, every * 2])
    line = ProgressLine(stream, lambda: next(moments))
    for _ in range(4):  # told at `every` and at twice that, not between
        line(Step(stage="solving", currency="USD"))
    line.close()
    assert stream.getvalue().count("solving") == 2
    assert stream.getvalue().endswith("\r" if stream.isatty() else "solving\n")


def test_progress_goes_on_while_the_solver_is_silent() -> None:
    stream = Terminal()
    moments = itertools.count(0.0, 1.0)
    with ProgressLine(stream, lambda: next(moments)) as line:
        line(Step(stage="solving", currency="USD"))
        begin = time.monotonic()
        while stream.getvalue().count("solving") < 2 and time.monotonic() - begin < 10:
            time.sleep(0.05)
    assert stream.getvalue().count("solving") >= 2
    assert stream.getvalue().endswith(" \r")


def test_the_sentence_says_what_to_do_what_it_costs_and_how_sure_it_is() -> None:
    text = sentence(answer(baselines=[ON_DEMAND | {"regret_npv": 40_150.0, "regret_fraction": 0.5}]))
    assert text == (
        "Rent up to 1 × p5.48xlarge (8 × H100) on demand in Northern Virginia (aws): 40 k USD NPV over "
        "1 month, 50 % less than all on demand; proven to be the best in 0.2 s."
    )


def test_a_feasible_answer_says_what_was_asked() -> None:
    text = sentence(answer(status="feasible", gap=0.0131, solved_in_seconds=300.2))
    assert text.endswith("; verified, and proven within 1.31 % (0.1 % was asked) in 300 s.")


def test_a_saving_too_small_to_see_is_not_claimed() -> None:
    text = sentence(answer(baselines=[ON_DEMAND | {"regret_npv": 10.0, "regret_fraction": 0.0001}]))
    assert "less than" not in text


def test_a_saving_against_a_cost_that_is_not_proven_is_not_claimed() -> None:
    row = ON_DEMAND | {"status": "feasible", "gap": 0.4, "regret_npv": 40_150.0, "regret_fraction": 0.5}
    assert "less than" not in sentence(answer(baselines=[row]))


@pytest.mark.parametrize(
    ("answer_npv", "words"),
    [
        # on demand costs 1000, proven to 0.5 %: 995 at least
        (995.0, ""),
        (999.0, ""),
        # 200 of 1000 are saved, 195 of 995 for sure: both 20 %
        (800.0, ", 20 % less than all on demand"),
        # 20 of 1000 are saved, 15 of 995 for sure: 1.507 %
        (980.0, ", at least 1.5 % less than all on demand"),
    ],
)
def test_no_more_of_a_saving_is_claimed_than_is_proven(answer_npv: float, words: str) -> None:
    regret = 1000.0 - answer_npv
    row = ON_DEMAND | {"npv": 1000.0, "gap": 0.005, "regret_npv": regret, "regret_fraction": regret / 1000}
    text = sentence(answer(baselines=[row | {"status": "feasible"}]))
    assert ("less than" in text, words in text) == (bool(words), True)


@pytest.mark.parametrize(
    ("elapsed", "together", "each"),
    [(4.0, 50.0, 12.5), (30.0, 30.0, 7.5), (300.0, 60.0, 15.0), (-46.0, 100.0, 20.0)],
)
def test_comparisons_share_what_is_left_of_a_minute(elapsed: float, together: float, each: float) -> None:
    # 54 s less what has passed, or as long as that, up to 60 s; each a quarter of it, at most 20 s
    assert baseline_seconds(elapsed) == (together, each)


def test_an_impossible_plan_gives_no_figures() -> None:
    assert sentence(answer(**IMPOSSIBLE)) == "One month: no plan can hold all its limits together."


def purchase(**changes: Any) -> dict[str, Any]:
    return ROW | changes


def server(name: str, quantity: int, start: str) -> dict[str, Any]:
    return purchase(
        offer=f"own/colo/{name}/self_hosted",
        provider="own",
        region="colo",
        site="colo",
        instance_type=name,
        purchase="self_hosted",
        start=start,
        quantity=quantity,
        npv=9e5,
    )


def reservation(quantity: int, start: str, npv: float = 1e5) -> dict[str, Any]:
    return purchase(
        purchase="reserved",
        offer="r",
        term_months=36,
        payment="none",
        quantity=quantity,
        start=start,
        npv=npv,
    )


@pytest.mark.parametrize(
    ("purchases", "start"),
    [
        (
            [server("HGX", 12, "2027-01"), server("HGX", 3, "2027-09"), server("CPU", 1, "2027-09")],
            "Open colo with 15 × HGX (8 × H100) and 1 × CPU (8 × H100), bought in 2 steps "
            "from 2027-01 to 2027-09: ",
        ),
        (
            [server("HGX", 2, "2027-03"), server("HGX", 4, "2027-01") | {"purchase": "owned"}],
            "Add 2 × HGX (8 × H100) to colo, bought in 2027-03: ",
        ),
        (
            [reservation(6, "2027-01")],
            "Reserve 6 × p5.48xlarge (8 × H100) in Northern Virginia (aws) for 36 months from 2027-01: ",
        ),
        (
            [reservation(1, f"2027-0{month}") for month in (1, 2, 3)],
            "Reserve 3 × p5.48xlarge (8 × H100) in Northern Virginia (aws) for 36 months in 3 steps "
            "from 2027-01 to 2027-03: ",
        ),
        (
            [purchase(purchase="capacity_block", npv=5.0)],
            "Book 1 × p5.48xlarge (8 × H100) as a capacity block in Northern Virginia (aws) from 2027-01: ",
        ),
        (
            [purchase(purchase="partner", partner="uni", provider="partner", region="uni", quantity=4)],
            "Take up to 4 × p5.48xlarge (8 × H100) of uni: ",
        ),
        (
            [purchase(purchase="spot", accelerator=None, accelerator_count=None, region="nowhere-1")],
            "Rent up to 1 × p5.48xlarge spot in nowhere-1 (aws): ",
        ),
        ([purchase(purchase="owned")], "Nothing needs to be bought: "),
        (
            [purchase(offer=str(n), instance_type=f"m{n}", npv=float(n)) for n in range(5)],
            "Rent up to 1 × m4 (8 × H100) on demand in Northern Virginia (aws), rent up to 1 × m3 (8 × H100) "
            "on demand in Northern Virginia (aws), rent up to 1 × m2 (8 × H100) on demand in Northern "
            "Virginia (aws) and 2 more (below): ",
        ),
    ],
)
def test_each_kind_of_purchase_is_an_action(purchases: list[dict[str, Any]], start: str) -> None:
    assert sentence(answer(purchases=purchases)).startswith(start)
