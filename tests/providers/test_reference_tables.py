"""Accelerators, regions, grid carbon and exchange rates shipped with the code."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from providers.accelerators import ACCELERATORS, canonical_name, members
from providers.places import GROUPS, grid_intensity_g_per_kwh, region
from providers.rates import reference_rates
from tests.providers.reference_offers import embedded_offers

REFERENCE = Path(__file__).parents[2] / "providers" / "reference"

NAMES_IN_THE_MARKET = [
    ("A100-80GB", None, "A100-80GB"),
    ("A100 (80 GB)", None, "A100-80GB"),
    ("A100_SXM_80GB", None, "A100-80GB"),
    ("NVIDIA A100 SXM", 80, "A100-80GB"),
    ("A100 80GB PCIe", None, "A100-80GB"),
    ("A100", 40, "A100-40GB"),
    ("H100-SXM", None, "H100"),
    ("H100-MEGA", None, "H100"),
    ("NVIDIA H100 PCIe", None, "H100-PCIE"),
    ("H100 NVL", None, "H100-NVL"),
    ("H100-NVLINK", None, "H100-PCIE"),  # two PCIe cards with a bridge; SXM cards are not called so
    ("nvidia-h100-mega-80gb", None, "H100"),
    ("NVIDIA HGX H200", None, "H200"),
    ("RTX6000-Ada", None, "RTX-6000-ADA"),
    ("RTX6000Ada", None, "RTX-6000-ADA"),
    ("NVIDIA RTX 6000 Ada Generation", None, "RTX-6000-ADA"),
    ("RTX 6000", None, "RTX-6000"),
    ("RTX A6000", None, "RTX-A6000"),
    ("RTX PRO 6000", None, "RTX-PRO-6000"),
    ("Gaudi HL-205", None, "Gaudi1"),
    ("Radeon MI25", None, "MI25"),
    ("TPU v5e", None, "TPU-v5e"),
    ("tpu-v5-lite-podslice", None, "TPU-v5e"),
    ("Ironwood", None, "TPU-v7"),
    ("Tesla V100", 32, "V100-32GB"),
    ("Virtex UltraScale+ (VU47P)", None, "FPGA-VU47P"),
    ("V100", 16, "V100-16GB"),
]


@pytest.mark.parametrize(("raw", "memory_gib", "expected"), NAMES_IN_THE_MARKET)
def test_names_of_the_market_find_the_canonical_accelerator(
    raw: str, memory_gib: int | None, expected: str
) -> None:
    assert canonical_name(raw, None if memory_gib is None else Decimal(memory_gib)) == expected


@pytest.mark.parametrize(
    ("raw", "memory_gib"),
    [
        ("A100", None),  # of 40 or of 80 GiB
        ("NVIDIA A100 SXM", None),
        ("ND A100", None),
        ("GPU H", None),  # Alibaba does not say what these are
        ("GPU H", 80),
        ("GPU H-e", 96),
        ("G49E", None),
        ("PPU 810", 96),
    ],
)
def test_names_that_leave_the_accelerator_open_find_none(raw: str, memory_gib: int | None) -> None:
    assert canonical_name(raw, None if memory_gib is None else Decimal(memory_gib)) is None


def test_a_bare_family_finds_all_its_members() -> None:
    assert set(members("A100")) == {"A100-40GB", "A100-80GB"}
    assert set(members("V100")) == {"V100-16GB", "V100-32GB"}


def test_the_canonical_list_is_complete() -> None:
    expected = """
        H100 H100-PCIE H100-NVL H200 H200-NVL B200 B300 GB200 GB300 GH200 A100-40GB A100-80GB A10G
        A10 L4 L40 L40S T4 V100-16GB V100-32GB P100 P4 K80 M60 RTX-A6000 RTX-6000-ADA RTX-PRO-6000
        RTX-4090 RTX-5090 MI300X MI325X MI355X Gaudi2 Gaudi3 TPU-v2 TPU-v3 TPU-v4 TPU-v5e TPU-v5p
        TPU-v6e TPU-v7 Trainium1 Trainium2 Trainium3 Inferentia1 Inferentia2 FPGA-VU9P FPGA-VU47P
        Alveo-U250 Kunlun Ascend
    """
    assert set(expected.split()) <= set(ACCELERATORS)


def test_every_accelerator_has_memory_bandwidth_and_a_datasheet() -> None:
    for accelerator in ACCELERATORS.values():
        assert accelerator.memory_gib is not None, accelerator.name
        assert accelerator.memory_bandwidth_gb_per_s is not None, accelerator.name
        assert accelerator.source_url.startswith("https://"), accelerator.name


def test_only_fpgas_and_gaudi1_lack_a_throughput() -> None:
    """FPGAs have none to state; Habana published none for the first Gaudi. Unknown is empty, never zero."""
    lacking = {a.name for a in ACCELERATORS.values() if a.bf16_tflops is None}
    assert lacking == {a.name for a in ACCELERATORS.values() if a.kind == "fpga"} | {"Gaudi1"}
    assert all(a.bf16_tflops > 0 for a in ACCELERATORS.values() if a.bf16_tflops is not None)


@pytest.mark.parametrize(
    ("name", "bf16_tflops"), [("H100", "989.4"), ("H200", "989.5"), ("A100-80GB", "312"), ("L4", "121")]
)
def test_throughput_is_dense_not_sparse(name: str, bf16_tflops: str) -> None:
    """With sparsity the datasheets print twice this: 1979 for H100 and H200, 624 for A100, 242 for L4."""
    assert ACCELERATORS[name].bf16_tflops == Decimal(bf16_tflops)


def test_fp8_is_about_twice_bf16_where_both_are_known() -> None:
    """Gaudi3 states the same figure for both and Trainium3 runs microscaled FP8 at 3.75 times bf16."""
    for accelerator in ACCELERATORS.values():
        if accelerator.fp8_tflops is None or accelerator.name in {"Gaudi3", "Trainium3"}:
            continue
        assert accelerator.bf16_tflops is not None
        assert Decimal("1.9") <= accelerator.fp8_tflops / accelerator.bf16_tflops <= Decimal("2.1"), (
            accelerator.name
        )


def test_every_region_has_coordinates_grid_carbon_and_a_source() -> None:
    for provider, name in {(offer.provider, offer.region) for offer in embedded_offers()}:
        place = region(provider, name)
        assert place is not None, f"{provider}/{name}"
        assert place.latitude is not None
        assert place.longitude is not None
        assert place.grid_g_per_kwh is not None
        assert place.source.startswith("https://")


def test_regions_csv_holds_every_region_with_offers() -> None:
    """And those whose prices come by a source of prices only, so have no embedded offer."""
    with (REFERENCE / "regions.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["provider"], row["region"]) for row in csv.DictReader(file)}
    assert listed >= {(offer.provider, offer.region) for offer in embedded_offers()}


@pytest.mark.parametrize(
    ("provider", "name", "latitude", "longitude"),
    [
        ("aws", "eu-north-1", 59.3, 18.1),
        ("azure", "westeurope", 52.4, 4.9),
        ("gcp", "europe-west4", 53.4, 6.8),
        ("aws", "ap-southeast-2", -33.9, 151.2),
        ("gcp", "southamerica-east1", -23.5, -46.8),
    ],
)
def test_regions_lie_where_they_should(provider: str, name: str, latitude: float, longitude: float) -> None:
    place = region(provider, name)
    assert place is not None
    assert float(place.latitude or 0) == pytest.approx(latitude, abs=0.1)
    assert float(place.longitude or 0) == pytest.approx(longitude, abs=0.1)


def test_places_of_one_country_lie_near_each_other() -> None:
    """Two regions of a country may not be further apart than the country: catches swapped coordinates."""
    span = {"US": 70, "CA": 50, "AU": 40, "CN": 20, "IN": 20, "BR": 15}
    with (REFERENCE / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for country in {row["country"] for row in rows}:
        inside = [(float(r["latitude"]), float(r["longitude"])) for r in rows if r["country"] == country]
        for axis in (0, 1):
            values = [point[axis] for point in inside]
            assert max(values) - min(values) <= span.get(country, 12), country


def test_the_grid_table_covers_60_countries_the_eu_and_every_country_with_offers() -> None:
    with (REFERENCE / "grid.csv").open(encoding="utf-8", newline="") as file:
        years = {row["country"]: int(row["year"]) for row in csv.DictReader(file)}
    assert len(years) >= 60
    assert GROUPS["EU"] <= set(years)
    assert {offer.country for offer in embedded_offers()} <= set(years)
    assert all(2022 <= year <= 2026 for year in years.values())


@pytest.mark.parametrize(("clean", "dirty"), [("SE", "DE"), ("FR", "PL"), ("NO", "NL"), ("CH", "IN")])
def test_grids_rank_as_everybody_knows(clean: str, dirty: str) -> None:
    low, high = grid_intensity_g_per_kwh(clean), grid_intensity_g_per_kwh(dirty)
    assert low is not None
    assert high is not None
    assert low * 3 < high


def test_exchange_rates_are_dollars_per_unit_and_recent() -> None:
    rates = reference_rates()
    wanted = {"EUR", "CNY", "GBP", "JPY", "CHF", "INR", "CAD", "SEK", "AUD", "KRW", "SGD", "BRL", "PLN"}
    assert wanted <= set(rates.rates_to_usd)
    assert date(2026, 1, 1) <= rates.observed_on <= date(2026, 11, 22)
    assert Decimal("0.9") < rates.rates_to_usd["EUR"] < Decimal("1.4")
    assert Decimal("0.12") < rates.rates_to_usd["CNY"] < Decimal("0.18")
    assert Decimal("0.005") < rates.rates_to_usd["JPY"] < Decimal("0.01")
