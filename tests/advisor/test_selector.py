"""What the short query means."""

from decimal import Decimal

import pytest

from advisor.catalog.selector import Selector, Span, resolve_selector, rest_of_family
from advisor.errors import BadInput
from providers.accelerators import ACCELERATORS


def resolve(text: str) -> Selector:
    return resolve_selector(text, lambda: ("MysteryChip",))


def names_of(text: str) -> set[str]:
    return set(resolve(text).names or ())


def exactly(number: int) -> Span:
    return Span(low=Decimal(number), high=Decimal(number))


def test_a_canonical_name_means_that_accelerator() -> None:
    assert names_of("A100-80GB") == {"A100-80GB"}
    assert resolve("A100-80GB").memory_gib is None


def test_a_bare_family_means_all_its_members() -> None:
    assert names_of("A100") == {"A100-40GB", "A100-80GB"}


def test_an_alias_and_any_case_mean_the_same() -> None:
    assert names_of("h100") == names_of("H100") == {"H100"}


def test_a_number_behind_the_name_is_the_count() -> None:
    selector = resolve("A100-80GB:4")
    assert selector.names == frozenset({"A100-80GB"})
    assert selector.count == exactly(4)


@pytest.mark.parametrize("text", ["8xH100", "8 x H100", "8× H100", "H100 : 8", "8:H100"])
def test_a_number_in_front_means_the_same(text: str) -> None:
    assert resolve(text) == resolve("H100:8")


def test_vendor_memory_and_count_ranges_together() -> None:
    selector = resolve("nvidia:24GB..80GB:1..8")
    assert set(selector.names or ()) == {
        name for name, known in ACCELERATORS.items() if known.vendor == "NVIDIA"
    }
    assert selector.memory_gib == Span(low=Decimal(24), high=Decimal(80))
    assert selector.count == Span(low=Decimal(1), high=Decimal(8))


def test_a_vendor_with_names_means_those_names() -> None:
    selector = resolve("nvidia:A10,A100:24GB..80GB:1..8")
    assert selector.names == frozenset({"A10", "A100-40GB", "A100-80GB"})


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("H100:4..", 4, None), ("H100:..4", None, 4), ("H100:16+", 16, None), ("H100:2..4", 2, 4)],
)
def test_counts_may_be_open(text: str, low: int | None, high: int | None) -> None:
    assert resolve(text).count == Span(
        low=None if low is None else Decimal(low), high=None if high is None else Decimal(high)
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("24GB..", 24, None),
        ("..80GB", None, 80),
        ("80GB", 80, 80),
        ("24..80GB", 24, 80),
        ("48gib+", 48, None),
    ],
)
def test_memory_may_be_open_and_stand_alone(text: str, low: int | None, high: int | None) -> None:
    selector = resolve(text)
    assert selector.names is None
    assert selector.memory_gib == Span(
        low=None if low is None else Decimal(low), high=None if high is None else Decimal(high)
    )


def test_a_kind_means_all_of_that_kind() -> None:
    names = resolve("tpu").names
    assert names
    assert all(ACCELERATORS[name].kind == "tpu" for name in names)


def test_cpu_means_machines_without_accelerators() -> None:
    assert resolve("cpu") == Selector(no_accelerator=True, named="cpu")


def test_an_empty_query_means_everything() -> None:
    assert resolve("  ") == Selector()


def test_a_name_outside_the_canonical_list_is_found_in_the_offers() -> None:
    assert names_of("mysterychip:2") == {"MysteryChip"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("H10O", "H10O: unknown accelerator; did you mean H100"),
        ("nvidai", "did you mean nvidia"),
        ("H100:", "an empty part between colons"),
        ("H100:8:4", "the number of accelerators is given twice"),
        ("24GB:48GB", "the memory is given twice"),
        ("H100:8..4", "the range runs backwards; write 4..8"),
        ("H100:0", "must be above 0"),
        ("amd:H100", "H100 is not among amd; drop one of the two"),
        ("cpu:8", "it stands alone"),
        ("..", "unknown accelerator"),
        ("H100:-8", "unknown accelerator"),
        (",", "is not a list of names"),
        ("\x00\n", "unknown accelerator"),
        ("A" * 5000, "unknown accelerator"),
    ],
)
def test_what_cannot_be_read_says_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        resolve(text)
    assert message in caught.value.message
    assert len(caught.value.message) < 400
    assert "\n" not in caught.value.message


def test_the_rest_of_a_family_is_told_when_its_name_is_also_a_member() -> None:
    assert "H100-NVL" in rest_of_family(frozenset({"H100"}))
    assert rest_of_family(frozenset({"A100-80GB"})) == []
    assert rest_of_family(frozenset({"A100-80GB", "H100"})) == []


def test_a_span_holds_its_ends_and_never_an_unknown() -> None:
    span = Span(low=Decimal(1), high=Decimal(8))
    assert span.holds(Decimal(1))
    assert span.holds(Decimal(8))
    assert not span.holds(Decimal("8.1"))
    assert not span.holds(None)
    assert not Span().holds(None)
