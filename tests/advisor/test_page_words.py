"""Words and figures of pages: what may not be torn apart, and ages."""

import pytest

from advisor.planning.words import four_digits, percent
from advisor.templatetags.pages import for_page, unbroken


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1.61 M USD NPV over 12 months", "1.61~M~USD NPV over 12~months"),
        ("842 k EUR, 9.20 bn CNY, 96.40 USD", "842~k~EUR, 9.20~bn~CNY, 96.40~USD"),
        (
            "Reserve 3 × a3-highgpu-8g (8 × H100) and 2 more",
            "Reserve 3~×~a3-highgpu-8g (8~×~H100) and 2 more",
        ),
        ("18 % less, within 0.04 % in 2.1 s", "18~% less, within 0.04~% in 2.1~s"),
        ("in 3 steps, 1 USDx, 4 k-means", "in 3 steps, 1 USDx, 4 k-means"),
    ],
)
def test_figures_are_not_torn_from_their_units(text: str, kept: str) -> None:
    assert unbroken(text) == kept.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (0.32961, "0.3296"),
        (12.5, "12.5"),
        (12345.6, "12,346"),
        (999.96, "1000"),
        (0.00001234, "0.00001234"),
        (0.0, "0"),
    ],
)
def test_four_digits_are_never_written_with_a_power(figure: float, text: str) -> None:
    assert four_digits(figure) == text


def test_a_share_of_more_than_ten_times_has_separators_too() -> None:
    assert (percent(15.04), percent(0.5), percent(0.0449)) == ("1,504 %", "50 %", "4.5 %")


def test_a_page_has_quotes_where_a_terminal_has_backticks() -> None:
    assert (
        for_page("write it as in `months = 24`, or with --as-of")
        == "write it as in “months = 24”, or with as of"
    )
