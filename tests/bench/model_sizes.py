"""What made-up plans are made of: their sizes, accelerators, places and terms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large an instance is. `band_hours`: hours of a day that share one level of load."""

    offers: int
    workloads: int
    months: int
    band_hours: int
    large: int  # providers with many regions
    small: int
    large_regions: int
    small_regions: int
    sites: int
    site_kw: float
    site_capex: float
    partners: int
    quota: int
    load: float  # typical load in H100s
    share_max: float


SIZES = {
    "S": Size(
        offers=206,
        workloads=3,
        months=12,
        band_hours=8,
        large=2,
        small=2,
        large_regions=2,
        small_regions=2,
        sites=1,
        site_kw=120,
        site_capex=120_000,
        partners=1,
        quota=1,
        load=12,
        share_max=0.65,
    ),
    "M": Size(
        offers=3016,
        workloads=10,
        months=36,
        band_hours=4,
        large=4,
        small=5,
        large_regions=9,
        small_regions=4,
        sites=3,
        site_kw=1200,
        site_capex=800_000,
        partners=2,
        quota=4,
        load=60,
        share_max=0.5,
    ),
    "L": Size(
        offers=15_031,
        workloads=30,
        months=60,
        band_hours=2,
        large=4,
        small=8,
        large_regions=24,
        small_regions=7,
        sites=6,
        site_kw=6000,
        site_capex=2_500_000,
        partners=4,
        quota=12,
        load=220,
        share_max=0.5,
    ),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An accelerator: USD per hour on demand, speed (H100 = 1), kW with its host's share, capex in USD."""

    name: str
    memory_gib: int
    usd_per_hour: float
    inference: float
    training: float
    kw: float
    capex: float


CHIPS = (
    Chip("T4", 16, 0.53, 0.06, 0.03, 0.14, 3500),
    Chip("L4", 24, 0.80, 0.12, 0.06, 0.13, 5000),
    Chip("A10G", 24, 1.05, 0.14, 0.07, 0.25, 6000),
    Chip("L40S", 48, 1.90, 0.32, 0.18, 0.50, 12_000),
    Chip("A100-40GB", 40, 2.70, 0.42, 0.31, 0.55, 14_000),
    Chip("A100-80GB", 80, 3.40, 0.50, 0.34, 0.58, 17_000),
    Chip("H100", 80, 5.60, 1.0, 1.0, 1.05, 34_000),
    Chip("H200", 141, 6.60, 1.35, 1.05, 1.10, 40_000),
    Chip("B200", 192, 10.2, 2.4, 2.2, 1.55, 58_000),
    Chip("MI300X", 192, 4.60, 1.05, 0.8, 1.15, 28_000),
    Chip("GH200", 96, 3.60, 1.05, 1.0, 1.0, 32_000),
    Chip("TPU-v5e", 16, 1.20, 0.20, 0.2, 0.25, 8000),
    Chip("Gaudi2", 96, 2.60, 0.55, 0.45, 0.75, 14_000),
    Chip("Trainium", 32, 1.34, 0.18, 0.25, 0.4, 9000),
    Chip("Inferentia2", 32, 0.76, 0.16, 0.0, 0.3, 7000),
)
ONLY_LARGE = {"T4", "TPU-v5e", "Trainium", "Inferentia2", "Gaudi2", "A10G"}
NOT_CUDA = {"MI300X", "TPU-v5e", "Gaudi2", "Trainium", "Inferentia2"}
OWN = tuple(chip for chip in CHIPS if chip.name in {"H100", "H200", "B200", "MI300X"})
H100 = CHIPS[6]
PLACES = ("DE", "US", "GB", "JP", "BR", "CA")
PLACE_ODDS = (0.3, 0.3, 0.08, 0.2, 0.05, 0.07)
RESIDENCIES = (("DE",), ("US",), ("DE", "GB"), ("US", "CA"), PLACES, ("DE", "US", "GB", "CA"), ("JP",))
LARGE_TERMS = (
    (12, 0.66, 0.0),
    (12, 0.645, 0.5),
    (12, 0.63, 1.0),
    (36, 0.47, 0.0),
    (36, 0.455, 0.5),
    (36, 0.44, 1.0),
)
SMALL_TERMS = ((6, 0.85, 0.0), (12, 0.74, 0.0), (24, 0.64, 0.0), (36, 0.56, 0.0))
