"""The colours of charts: they stand out from the card and stay apart, in both themes, for every eye."""

import itertools
import re

import pytest

from tests.browser.contrast import contrast
from tests.browser.shower import Shower, browser, colour, server, show

__all__ = ["browser", "server", "show"]  # fixtures
pytestmark = pytest.mark.browser
KEYS = (
    "on_demand", "spot", "reserved", "spend_commitment", "capacity_block", "partner", "self_hosted", "owned",
    "site", "carbon", "demand",
)  # fmt: skip
STACKED = (*KEYS[:9], "demand")  # seen together in one chart
# Machado, Oliveira and Fernandes 2009: how linear RGB looks without red, green or blue cones
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_colour_stands_out_and_apart(show: Shower, dark: bool) -> None:
    page = show("charts", dark=dark)
    names = [*KEYS, *(str(number) for number in range(1, 9))]
    colours = {name: colour(page, f"--chart-{name}") for name in names}
    card = colour(page, "--card")
    assert len({colours[key] for key in KEYS}) == len(KEYS)
    # 3 : 1 is what WCAG 2 asks of graphics
    assert {name: one for name, one in colours.items() if contrast(one, card) < 3} == {}
    near = {
        (blind, one, other): round(distance, 3)
        for blind in BLINDNESS
        for one, other in itertools.combinations(STACKED, 2)
        if (distance := apart(colours[one], colours[other], blind)) < 0.07
    }
    assert near == {}


def apart(one: str, other: str, blind: str) -> float:
    """Distance in Oklab (black to white is 1) as seen with this kind of colour blindness."""
    first, second = oklab(one, blind), oklab(other, blind)
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)


def oklab(text: str, blind: str) -> list[float]:
    shares = [int(part) / 255 for part in re.findall(r"\d+", text)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    seen = [min(max(value, 0.0), 1.0) for value in times(BLINDNESS[blind], linear)]
    cones = times(((0.41222, 0.53633, 0.05145), (0.2119, 0.6807, 0.1074), (0.0883, 0.28172, 0.62998)), seen)
    roots = [cone ** (1 / 3) for cone in cones]
    return times(
        ((0.21045, 0.79362, -0.00407), (1.978, -2.42859, 0.45059), (0.0259, 0.78277, -0.80868)), roots
    )


def times(rows: tuple[tuple[float, ...], ...], column: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, column, strict=True)) for row in rows]


def test_the_measure_of_distance_is_right() -> None:
    assert apart("rgb(0, 0, 0)", "rgb(255, 255, 255)", "none") == pytest.approx(1, abs=0.001)
    # red and green are far apart, and much nearer for who sees no green
    red_green = [apart("rgb(200, 60, 40)", "rgb(90, 120, 40)", blind) for blind in ("none", "green")]
    assert red_green[1] < red_green[0] / 2


def test_contrast_is_counted_as_defined() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
