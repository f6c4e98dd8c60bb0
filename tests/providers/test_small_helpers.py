"""Conversions, nearest names and the tables shipped with the code."""

import doctest
from decimal import Decimal
from pathlib import Path

import pytest

from providers import units
from providers.errors import ReferenceDataError
from providers.tables import LazyMapping, parse_table, read_table
from providers.text import did_you_mean, nearest, shown


def test_every_conversion_has_an_example_that_holds() -> None:
    conversions = [
        name for name, value in vars(units).items() if callable(value) and value.__module__ == units.__name__
    ]
    result = doctest.testmod(units)
    assert result.failed == 0
    assert result.attempted >= len(conversions) == 6


def test_a_term_total_needs_a_term_and_a_machine_an_accelerator() -> None:
    with pytest.raises(ValueError, match="term_months: 0: must be 1 or more"):
        units.per_hour_from_term_total(Decimal(1), term_months=0)
    with pytest.raises(ValueError, match="accelerator_count: 0: must be above 0"):
        units.per_instance_hour(Decimal(1), accelerator_count=Decimal(0))


def test_a_term_total_of_three_years_is_spread_over_its_hours() -> None:
    # Azure's ND96isr_H100_v5, three years: 1,134,310 / (36 x 730 h) = 43.1625...
    assert round(units.per_hour_from_term_total(Decimal(1_134_310), term_months=36), 2) == Decimal("43.16")


def test_the_nearest_name_is_found_without_regard_to_case() -> None:
    assert nearest("REGOIN", ["region", "zone", "provider"]) == ["region"]
    assert nearest("x", ["region"]) == []
    assert nearest("", ["region"]) == []
    assert nearest("r" * 1000, ["r" * 1000]) == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["A"], "; did you mean A?"),
        (["A", "B"], "; did you mean A or B?"),
        (["A", "B", "C"], "; did you mean A, B or C?"),
    ],
)
def test_suggestions_read_as_a_question(names: list[str], words: str) -> None:
    assert did_you_mean(names) == words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain é 中", "plain é 中"),
        ("a\nb\x1b", r"a\nb\x1b"),
        ("x" * 70, "x" * 60 + "…"),
        ("\ud800", r"\ud800"),
    ],
)
def test_a_foreign_value_is_shown_safely(value: str, expected: str) -> None:
    assert shown(value) == expected


def test_a_table_is_read_with_quotes_marks_and_blank_lines() -> None:
    rows = parse_table('\ufeffb,a\n"x, y", 1 \n\n z |w,\n', table="t.csv", columns=("a", "b"))
    assert [(row.line, row.optional("a"), row.text("b")) for row in rows] == [
        (2, "1", "x, y"),
        (4, None, "z |w"),
    ]
    assert rows[1].names("b") == ("z", "w")
    assert rows[1].optional_number("a") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\n", "t.csv: columns are a; must be a,b"),
        ("a,b,c\n", "t.csv: columns are a,b,c; must be a,b"),
        ("", "t.csv: columns are ; must be a,b"),
        ("a,b\n1\n", "t.csv, line 2: 1 cells; must be 2"),
    ],
)
def test_a_damaged_table_is_refused(text: str, words: str) -> None:
    with pytest.raises(ReferenceDataError, match=words):
        parse_table(text, table="t.csv", columns=("a", "b"))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"gone\.csv: cannot be read"):
        read_table(tmp_path / "gone.csv", columns=("a",))


def test_a_table_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes(b"a\n\xff\n")
    with pytest.raises(ReferenceDataError, match=r"odd\.csv: cannot be read"):
        read_table(tmp_path / "odd.csv", columns=("a",))


def test_a_lazy_mapping_loads_once_and_only_when_asked() -> None:
    calls = []

    def load() -> dict[str, int]:
        calls.append("load")
        return {"a": 1}

    lazy = LazyMapping(load)
    assert calls == []
    assert (lazy["a"], len(lazy), list(lazy), lazy.get("b")) == (1, 1, ["a"], None)
    assert calls == ["load"]
