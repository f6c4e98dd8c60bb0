"""Market names of accelerators find their canonical name, or say that they do not."""

from decimal import Decimal

import pytest

from providers import accelerators
from providers.accelerators import COLUMNS, AcceleratorTable, accelerator_from
from providers.errors import ReferenceDataError
from providers.tables import parse_table
from tests.providers.price_csv import accelerator

TABLE = AcceleratorTable(
    [
        accelerator("A100-40GB", "A100", 40),
        accelerator("A100-80GB", "A100", 80, "ND A100"),
        accelerator("H100", "H100", 80, "H100-MEGA"),
        accelerator("H100-PCIE", "H100", 80),
        accelerator("H100-NVL", "H100", 94),
        accelerator("V100-16GB", "V100", 16),
        accelerator("V100-32GB", "V100", 32),
        accelerator("RTX-6000", "RTX-6000", 24),
        accelerator("RTX-6000-ADA", "RTX-6000-ADA", 48),
        accelerator("RTX-A6000", "RTX-A6000", 48),
        accelerator("L40", "L40", 48),
        accelerator("L40S", "L40S", 48),
        accelerator("A10G", "A10G", 24),
        accelerator("MI300X", "MI300", 192),
        accelerator("TPU-v5e", "TPU", 16, "tpu-v5-lite-podslice"),
        accelerator("Ascend", "Ascend", None),
    ]
)


@pytest.mark.parametrize(
    ("raw", "memory_gib", "expected"),
    [
        ("A100-80GB", None, "A100-80GB"),
        ("a100 80gb", None, "A100-80GB"),
        ("A100 (80 GB)", None, "A100-80GB"),
        ("A100_SXM_80GB", None, "A100-80GB"),
        ("A100 80GB PCIe", None, "A100-80GB"),
        ("A100-PCIE-40GB", None, "A100-40GB"),
        ("NVIDIA A100-SXM4-80GB", None, "A100-80GB"),
        ("ND A100", None, "A100-80GB"),
        ("NVIDIA A100 SXM", "80", "A100-80GB"),
        ("A100", "40", "A100-40GB"),
        # 80e9 bytes are 74.5 GiB; 81,559 MiB, as the driver says, are 79.6 GiB.
        ("A100", "74.5", "A100-80GB"),
        ("A100", "79.6", "A100-80GB"),
        ("H100", None, "H100"),
        ("H100-MEGA", None, "H100"),
        ("NVIDIA H100 80GB HBM3", None, "H100"),
        ("HGX H100", "80", "H100"),
        ("H100", "94", "H100-NVL"),
        ("H100 94GB", None, "H100-NVL"),
        # Eight cards' memory written as one's does not change a canonical name.
        ("H100", "640", "H100"),
        ("H100 PCIe", None, "H100-PCIE"),
        ("H100 NVL", None, "H100-NVL"),
        ("V100-SXM2-32GB", None, "V100-32GB"),
        ("Tesla V100", "16", "V100-16GB"),
        ("RTX 6000", None, "RTX-6000"),
        ("RTX6000Ada", None, "RTX-6000-ADA"),
        ("rtx a6000", None, "RTX-A6000"),
        ("L40", "48", "L40"),
        ("l40s", None, "L40S"),
        ("A10G", "24", "A10G"),
        ("MI300", None, "MI300X"),
        ("AMD Instinct MI300X", None, "MI300X"),
        ("google tpu v5e", None, "TPU-v5e"),
        ("tpu-v5-lite-podslice", None, "TPU-v5e"),
        ("Ascend", "64", "Ascend"),
    ],
)
def test_a_market_name_finds_its_canonical_name(raw: str, memory_gib: str | None, expected: str) -> None:
    memory = None if memory_gib is None else Decimal(memory_gib)
    assert TABLE.canonical_name(raw, memory) == expected


@pytest.mark.parametrize(
    ("raw", "memory_gib"),
    [
        ("A100", None),
        ("NVIDIA A100 SXM", None),
        ("A100", "640"),
        ("A100", "60"),
        ("A100 60GB", None),
        ("H100 640GB", None),
        ("PPU 810", None),
        ("NVIDIA", None),
        ("", None),
        ("GPU", "80"),
        ("H1000", None),
    ],
)
def test_an_unknown_or_ambiguous_name_finds_none(raw: str, memory_gib: str | None) -> None:
    memory = None if memory_gib is None else Decimal(memory_gib)
    assert TABLE.canonical_name(raw, memory) is None


def test_a_pcie_card_is_not_taken_for_an_sxm_card_where_the_list_tells_them_apart() -> None:
    only_nvl = AcceleratorTable([accelerator("H200", "H200", 141), accelerator("H200-NVL", "H200", 141)])
    assert only_nvl.canonical_name("H200 PCIe", None) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A100", ("A100-40GB", "A100-80GB")),
        ("nvidia a100", ("A100-40GB", "A100-80GB")),
        ("v100 sxm2", ("V100-16GB", "V100-32GB")),
        ("A100-80GB", ("A100-80GB",)),
        # A canonical name that is also a family means the one card.
        ("H100", ("H100",)),
        ("MI300", ("MI300X",)),
        ("Q100", ()),
        ("", ()),
    ],
)
def test_a_bare_family_means_all_its_members(name: str, expected: tuple[str, ...]) -> None:
    assert TABLE.members(name) == expected


@pytest.mark.parametrize(
    ("name", "first"),
    [("H10O", "H100"), ("A1000", "A100"), ("L40X", "L40"), ("MI300A", "MI300X"), ("tpu v5", "TPU-v5e")],
)
def test_a_misspelt_name_has_a_nearest_one(name: str, first: str) -> None:
    assert first in TABLE.suggest(name)[:3]
    assert all(TABLE.members(suggestion) for suggestion in TABLE.suggest(name))


def test_nonsense_has_no_suggestions() -> None:
    assert TABLE.suggest("qqqqqqqq") == []
    assert TABLE.suggest("H100" * 50) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([accelerator("L4", "L4", 24, "X"), accelerator("T4", "T4", 16, "x")], "'x' means both L4 and T4"),
        ([accelerator("L4", "L4", 24), accelerator("l-4", "L4", 24)], "'l-4' means both L4 and l-4"),
        (
            [accelerator("A100-40GB", "A100", 40, "A100"), accelerator("A100-80GB", "A100", 80)],
            "alias 'A100' of A100-40GB hides a whole family",
        ),
        ([accelerator("A100", "B", 40), accelerator("X", "A100", 80)], "A100 also names the family A100"),
    ],
)
def test_a_list_with_two_meanings_of_one_name_is_refused(
    rows: list[accelerators.Accelerator], words: str
) -> None:
    with pytest.raises(ReferenceDataError, match=words):
        AcceleratorTable(rows)


def test_a_row_of_the_list_is_read_with_its_units() -> None:
    text = (
        ",".join(COLUMNS)
        + '\nH100,H100,NVIDIA,gpu,80,989.4,1978.9,3350,700,"NVLink 4, 900 GB/s",A|B,https://e.org\n'
    )
    (row,) = parse_table(text, table="t.csv", columns=COLUMNS)
    found = accelerator_from(row)
    assert (found.name, found.kind, found.interconnect) == ("H100", "gpu", "NVLink 4, 900 GB/s")
    assert (found.bf16_tflops, found.fp8_tflops) == (Decimal("989.4"), Decimal("1978.9"))
    assert found.aliases == ("A", "B")


def test_an_unknown_kind_in_the_list_is_refused_with_its_line() -> None:
    text = ",".join(COLUMNS) + "\nH100,H100,NVIDIA,card,80,,,,,,,https://e.org\n"
    (row,) = parse_table(text, table="t.csv", columns=COLUMNS)
    with pytest.raises(
        ReferenceDataError, match=r"t\.csv, line 2, kind: 'card': must be one of asic, fpga, gpu, tpu"
    ):
        accelerator_from(row)


def test_the_list_shipped_with_the_code_answers_by_module_functions() -> None:
    assert accelerators.ACCELERATORS["H100"].vendor == "NVIDIA"
    assert accelerators.canonical_name("A100", Decimal(80)) == "A100-80GB"
    assert set(accelerators.members("A100")) == {"A100-40GB", "A100-80GB"}
    assert "H100" in accelerators.suggest("H10O")


def test_every_name_and_alias_of_the_shipped_list_means_its_accelerator() -> None:
    wrong = [
        (name, found)
        for known in accelerators.ACCELERATORS.values()
        for name in (known.name, *known.aliases)
        if (found := accelerators.canonical_name(name, known.memory_gib)) != known.name
    ]
    assert wrong == []
