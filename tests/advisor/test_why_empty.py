"""An empty list is explained: what each condition alone keeps out, and what comes nearest."""

from decimal import Decimal

from advisor.catalog.table import why_empty
from tests.advisor.test_search import find, machine
from tests.factories import make_cpu_offer


def test_an_empty_list_says_which_condition_alone_is_to_blame() -> None:
    offers = [
        machine("de", "50"),
        machine("us", "4", region="us-east-1", country="US"),
        machine("d1", "2", 1),
    ]
    listing = find(offers, "H100:8", residency=("EU",), max_price=Decimal(3))
    assert listing.empty is not None
    assert [(r.without, r.count, r.best.price) for r in listing.empty.reliefs] == [
        ("8 accelerators", 1, Decimal(2)),
        ("--max-price 3 USD", 1, Decimal(50)),
    ]
    assert why_empty(listing) == [
        "No offer fits H100 and 8 accelerators and --residency EU and --max-price 3 USD "
        "(3 offers in the price files).",
        "Without 8 accelerators: 1 offer, the cheapest 2.000 USD per hour "
        "(aws eu-central-1 d1, 1 × H100, on demand).",
        "Without --max-price 3 USD: 1 offer, the cheapest 50.00 USD per hour "
        "(aws eu-central-1 de, 8 × H100, on demand).",
        "Nearest: 50.00 USD per hour (aws eu-central-1 de, 8 × H100, on demand); "
        "it misses --max-price 3 USD.",
    ]


def test_an_accelerator_nobody_offers_is_answered_with_the_most_alike() -> None:
    # K80: 12 GiB each, NVIDIA; the T4 (16 GB) is nearer than the L4 (24 GB), AMD or no accelerator at all
    offers = [
        machine("l4", "1", accelerator="L4", accelerator_memory_gib=Decimal(24)),
        machine("t4", "9", accelerator="T4", accelerator_memory_gib=Decimal(16)),
        machine("amd", "0.5", accelerator="MI300X", accelerator_memory_gib=Decimal(192)),
        make_cpu_offer(),
    ]
    lines = why_empty(find(offers, "K80"))
    assert lines[1] == (
        "Without K80: 4 offers, the most alike 9.000 USD per hour (aws eu-central-1 t4, 8 × T4, on demand)."
    )
    assert lines[2].startswith("Nearest: 9.000 USD per hour (aws eu-central-1 t4")


def test_an_empty_list_with_several_culprits_shows_the_nearest_offer() -> None:
    offers = [machine("us", "40", region="us-east-1", country="US"), make_cpu_offer(country="JP")]
    listing = find(offers, "H100:8", residency=("EU",), max_price=Decimal(3))
    assert why_empty(listing)[1:] == [
        "No single condition is to blame. Nearest: 40.00 USD per hour "
        "(aws us-east-1 us, 8 × H100, on demand); it misses --residency EU and --max-price 3 USD."
    ]
