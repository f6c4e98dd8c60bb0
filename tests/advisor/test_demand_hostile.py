"""Files that are no plans: whatever they hold, they are refused in words, quickly."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.demand import PlanError, parse_plan
from tests.advisor.demand_examples import CONTRACT, problems_of, spoilt

SECONDS = 1.0
BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "[" * 200
MANY = "[" + "1," * 200_000 + "1]"

HOSTILE = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\t\n", "the file is empty"),
    "only a comment": (b"# nothing\n", "the plan must be a map of fields"),
    "a list": (b"- 1\n- 2\n", "the plan must be a map of fields"),
    "a word": (b"plan", "the plan must be a map of fields"),
    "not YAML": (b"a: [1, 2\nb: }", "not readable as YAML"),
    "a tab": (b"a:\n\t- 1", "not readable as YAML"),
    "an open quote": (b"name: 'x", "not readable as YAML"),
    "binary": (bytes(range(256)) * 16, "is not UTF-8 text"),
    "zero bytes": (b"\x00" * 64, "not readable as YAML"),
    "UTF-16": ("schema: 1".encode("utf-16"), "is not UTF-8 text"),
    "10 MB": (b"\x8f\x01g!" * 2_500_000, "at most 1 MiB are read"),
    "1 MiB of text": (b"lorem: ipsum\n" * 80_000, "written twice"),
    "1 MiB of braces": (b"[{a: " * 200_000, "nested deeper than 30 levels"),
    "1 MiB of one word": (b"x" * 1_000_000, "the plan must be a map of fields"),
    "a bomb": (BOMB.encode(), "anchors and aliases"),
    "an alias to nothing": (b"a: *b", "anchors and aliases"),
    "an alias as a field": (b"&a a: 1\n*a : 2", "anchors and aliases"),
    "a merge": (b"base: &b {x: 1}\nplan: {<<: *b}", "anchors and aliases"),
    "a tag": (b"name: !!python/object/apply:os.system [ls]", "tags (`!name`) are not allowed"),
    "a tag on text": (b"name: !secret x", "tags (`!name`) are not allowed"),
    "a repeated field": (b"schema: 1\nname: x\nschema: 1", "written twice (first on line 1)"),
    "a repeated field inside": (b"limits: {capex_total: 1, capex_total: 2}", "written twice"),
    "a list as a field": (b"? [a, b]\n: 1", "a field name must be plain text"),
    "two documents": (b"schema: 1\n---\nschema: 1", "a second document starts here"),
    "deep": (DEEP.encode(), "nested deeper than 30 levels"),
    "many values": (MANY.encode(), "more than 100,000 values"),
    "a repeated field in JSON": (
        b'{"schema": 1, "name": "\\ud83d\\ude00", "schema": 1}',
        "not readable as YAML",
    ),
    "NaN in JSON": (b'{"schema": NaN, "name": "\\ud83d\\ude00"}', "not readable as YAML"),
    "deep JSON": (b'{"name": "\\ud83d\\ude00", "x": ' + b"[" * 100_000, "not readable as YAML"),
    "a very long number": (b"schema: " + b"9" * 5000, "must be 1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_plan_is_refused_quickly_and_in_words(name: str) -> None:
    data, message = HOSTILE[name]
    begin = time.process_time()
    with pytest.raises(PlanError) as caught:
        parse_plan(data, source="garbage.yaml")
    assert time.process_time() - begin < SECONDS
    assert message in caught.value.headline
    assert caught.value.headline.startswith("garbage.yaml: ")
    assert "\n" not in caught.value.headline


def test_the_place_of_a_syntax_error_is_named() -> None:
    (found,) = problems_of(b"schema: 1\nname: [a, b\nmonths: 3\n")
    assert found.line == 3
    assert "column" in found.message


def test_the_place_of_a_byte_that_is_no_text_is_named() -> None:
    (found,) = problems_of(b"schema: 1\nname: caf\xe9\n")
    assert (found.line, found.message) == (2, "byte 19 is not UTF-8 text: save the file as UTF-8")


def test_ten_thousand_workloads_are_answered_quickly() -> None:
    workloads = [{"name": str(n), "kind": "batch", "demand": {"unit": "x"}} for n in range(10_000)]
    plan = {"schema": 1, "start": "2027-01", "months": 1, "workloads": workloads}
    begin = time.process_time()
    found = problems_of(json.dumps(plan).encode())
    assert time.process_time() - begin < 3 * SECONDS
    assert len(found) == 10_000


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["H100", "EU"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PLACES = (
    "schema",
    "months",
    "start",
    "exchange_rates",
    "workloads",
    "workloads[0]",
    "workloads[0].demand",
    "workloads[0].demand.profile",
    "workloads[0].demand.total",
    "workloads[0].throughput",
    "workloads[0].residency",
    "workloads[0].residency.allow",
    "workloads[0].latency",
    "workloads[0].latency.users_in",
    "workloads[1].checkpoint",
    "workloads[1].demand.mfu",
    "workloads[1].demand.total",
    "workloads[1].window",
    "capacity",
    "capacity.offers",
    "capacity.sites[0].servers",
    "capacity.partners[0].hours",
    "capacity.owned[0]",
    "limits",
    "limits.cash_per_month",
)


def accepts_or_refuses(data: bytes) -> None:
    """Parse; anything but a plan or a `PlanError` with printable lines fails the test."""
    lines = ["accepted"]
    try:
        parse_plan(data, source="fuzz")
    except PlanError as error:
        lines = error.lines() if error.problems else []
    assert lines
    assert all(line.isprintable() for line in lines)


@given(st.binary(max_size=400))
def test_random_bytes_never_raise_anything_else(data: bytes) -> None:
    accepts_or_refuses(data)


@given(st.text(alphabet="ab:-,[]{}&*!|>'\"#%@`? \n\t01.", max_size=200))
def test_random_yaml_never_raises_anything_else(text: str) -> None:
    accepts_or_refuses(text.encode())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), anything)
def test_random_data_anywhere_in_a_plan_never_raises_anything_else(where: str, value: object) -> None:
    accepts_or_refuses(spoilt(where, json.dumps(value)))


@given(st.integers(0, len(CONTRACT) - 1), st.integers(1, 40), st.text(max_size=6))
def test_a_plan_with_a_piece_cut_out_never_raises_anything_else(
    begin: int, length: int, instead: str
) -> None:
    accepts_or_refuses((CONTRACT[:begin] + instead + CONTRACT[begin + length :]).encode())
