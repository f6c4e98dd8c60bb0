"""Families of Google's machines that are billed in ways of their own."""

from decimal import Decimal

import pytest

from providers.offers import PriceState, Purchase
from tests.providers.gcp_replies import machine, of_skus, prices, reasons, sku

ON_DEMAND = (Purchase.ON_DEMAND, None)


H100 = [
    sku("A3 Instance Core running in Americas", "0.02931"),
    sku("A3 Instance Ram running in Americas", "0.002552", group="RAM"),
    sku("Nvidia H100 80GB GPU running in Americas", "9.796550569", group="GPU"),
]
LOCAL_SSD = sku("SSD backed Local Storage", "0.08", group="LocalSSD", sku_id="SSD")


def test_local_ssd_that_a_machine_brings_is_in_its_price() -> None:
    offers, _ = of_skus(*H100, LOCAL_SSD)
    found = prices(offers)
    # 208 x 0.02931 + 1872 x 0.002552 + 8 x 9.796550569 = 6.09648 + 4.777344 + 78.372404552 = 89.246228552;
    # 6000 x 0.08 / 730 = 0.657534246575…; rounded to nanos
    assert found == {("us-central1", "a3-highgpu-8g", *ON_DEMAND): Decimal("89.903762799")}
    assert offers[0].local_storage_gib == 6000


def test_where_no_sku_prices_its_local_ssd_the_offer_says_so() -> None:
    offers, _ = of_skus(*H100)
    assert prices(offers)[("us-central1", "a3-highgpu-8g", *ON_DEMAND)] == Decimal("89.246228552")
    assert "without its local SSD of 6000 GiB" in (offers[0].note or "")


def test_small_h100_machines_are_spot_only() -> None:
    _, refused = of_skus(
        *H100, machines=[machine("a3-highgpu-1g", 26, 234 * 1024, gpus=("nvidia-h100-80gb", 1))]
    )
    assert "Google creates this size as Spot or Flex-start only" in reasons(refused)


@pytest.mark.parametrize(
    "name", ["Nvidia H100 80GB Mega GPU", "Nvidia H100 Mega 80GB GPU", "Nvidia H100 80GB Plus GPU"]
)
def test_the_mega_gpu_has_three_names_and_is_not_the_plain_one(name: str) -> None:
    mega = [
        sku("A3Plus Instance Core running in Americas", "0.026924"),
        sku("A3Plus Instance Ram running in Americas", "0.002344", group="RAM"),
        sku(f"{name} running in Americas", "10.344275712", group="GPU"),
    ]
    offers, _ = of_skus(*mega, *H100)
    found = prices(offers)
    # 208 x 0.026924 + 1872 x 0.002344 + 8 x 10.344275712 = 5.600192 + 4.387968 + 82.754205696
    assert found[("us-central1", "a3-megagpu-8g", *ON_DEMAND)] == Decimal("92.742365696")
    assert found[("us-central1", "a3-highgpu-8g", *ON_DEMAND)] == Decimal("89.246228552")


def test_a_commitment_that_is_not_sold_is_no_offer_and_no_loss() -> None:
    """A2 Ultra has no commitment of one year (price-traps B10): not one at 0, nor at the on-demand price."""
    ways = [("", "", "OnDemand", "1"), ("Commitment v1: ", " for 3 Years", "Commit3Yr", "0.4")]
    ultra = [
        sku(f"{before}{part} in Americas{behind}", price, usage=usage, group=group)
        for before, behind, usage, price in ways
        for part, group in (("A2 Instance Core", "CPU"), ("A2 Instance Ram", "RAM"))
    ]
    ultra += [
        sku(f"{before}Nvidia Tesla A100 80GB GPU in Americas{behind}", price, usage=usage, group="GPU")
        for before, behind, usage, price in ways
    ]
    one = machine("a2-ultragpu-1g", 12, 170 * 1024, gpus=("nvidia-a100-80gb", 1))
    offers, refused = of_skus(*ultra, machines=[one])
    # 12 cores, 170 GiB and a GPU at 1 each, and at 0.4 each
    assert prices(offers) == {
        ("us-central1", "a2-ultragpu-1g", *ON_DEMAND): Decimal(183),
        ("us-central1", "a2-ultragpu-1g", Purchase.RESERVED, 36): Decimal("73.2"),
    }
    assert refused == []


def test_a_commitment_without_an_hourly_price_is_an_offer_and_the_gap_is_told() -> None:
    c2 = [
        sku("Commitment: Compute optimized Core running in Iowa for 1 Year", "0.02", usage="Commit1Yr"),
        sku(
            "Commitment: Compute optimized Ram running in Iowa for 1 Year",
            "0.003",
            usage="Commit1Yr",
            group="RAM",
        ),
        sku("Compute optimized Ram running in Iowa", "0.005", group="RAM"),
    ]
    offers, refused = of_skus(*c2, machines=[machine("c2-standard-4", 4, 16384)])
    # 4 x 0.02 + 16 x 0.003
    assert prices(offers) == {("us-central1", "c2-standard-4", Purchase.RESERVED, 12): Decimal("0.128")}
    assert "c2-standard-4 on demand in us-central1: no SKU for Compute optimized Core" in reasons(refused)


def test_h200_machines_are_in_our_shapes_and_need_a_reservation() -> None:
    h200 = [
        sku("A3Ultra Instance Core running in Americas", "0.03"),
        sku("A3Ultra Instance Ram running in Americas", "0.002", group="RAM"),
        sku("H200 141GB GPU running in Americas", "9", group="GPU"),
    ]
    (offer,), refused = of_skus(*h200)
    assert (offer.instance_type, offer.accelerator, offer.accelerator_count) == (
        "a3-ultragpu-8g",
        "H200",
        Decimal(8),
    )
    # 224 x 0.03 + 2952 x 0.002 + 8 x 9
    assert (offer.price_per_hour, offer.state) == (Decimal("84.624"), PriceState.RESERVATION_ONLY)
    assert refused == []


def test_a_b200_slice_is_the_whole_machine_by_eighths_also_when_spot_is_tagged_on_demand() -> None:
    b200 = [
        sku("A4 Nvidia B200 (1 gpu slice) running in Americas", "16.11", group="GPU"),
        sku("Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Americas", "4.9542", group="GPU"),
    ]
    offers, refused = of_skus(*b200)
    assert prices(offers) == {
        ("us-central1", "a4-highgpu-8g", Purchase.ON_DEMAND, None): Decimal("128.88"),
        ("us-central1", "a4-highgpu-8g", Purchase.SPOT, None): Decimal("39.6336"),
    }
    assert {(o.purchase, o.state) for o in offers} == {
        (Purchase.ON_DEMAND, PriceState.RESERVATION_ONLY),
        (Purchase.SPOT, PriceState.LISTED),
    }
    assert refused == []


def test_a_share_of_a_gpu_is_an_eighth_not_the_one_that_the_api_counts() -> None:
    said = "Graphics Optimized: 1/4 NVIDIA RTX PRO 6000 GPU, 12 vCPUs, 45GB RAM"
    kind = ("nvidia-rtx-pro-6000", 1)
    machines = [
        machine("g4-standard-6", 6, 22528, gpus=kind),
        machine("g4-standard-12", 12, 46080, gpus=kind, description=said),
    ]
    offers, _ = of_skus(sku("1/8 vGPU no lssd running in Iowa", "0.64688", group="GPU"), machines=machines)
    facts = {
        o.instance_type: (o.price_per_hour, o.accelerator_count, o.accelerator_memory_gib) for o in offers
    }
    assert facts == {
        "g4-standard-6": (Decimal("0.64688"), Decimal("0.125"), Decimal(12)),
        "g4-standard-12": (Decimal("1.29376"), Decimal("0.25"), Decimal(24)),
    }
    assert all("unverified" in (offer.note or "") for offer in offers)


def test_memory_priced_per_decimal_gigabyte_is_converted() -> None:
    c4d = [
        sku("C4D Instance Core running in Americas", "0.0327035"),
        sku("C4D Instance Ram running in Americas", "0.003495578", group="RAM", unit="GBy.h"),
    ]
    offers, _ = of_skus(*c4d, machines=[machine("c4d-standard-8", 8, 31 * 1024)])
    # 8 x 0.0327035 + 31 x 0.003495578 x 1.073741824 = 0.261628 + 0.116354041…
    assert offers[0].price_per_hour == Decimal("0.261628") + Decimal("0.108362918") * Decimal("1.073741824")
    assert offers[0].accelerator is None


def test_shared_cores_are_billed_by_their_share() -> None:
    e2 = [
        sku("E2 Instance Core running in Americas", "327.173848364", currency="IDR"),
        sku("E2 Instance Ram running in Americas", "43.85294978", group="RAM", currency="IDR"),
    ]
    offers, _ = of_skus(*e2, machines=[machine("e2-micro", 2, 1024), machine("e2-standard-8", 8, 32768)])
    # micro: 0.25 x 327.173848364 + 43.85294978; standard: 8 x 327.173848364 + 32 x 43.85294978
    assert prices(offers) == {
        ("us-central1", "e2-micro", *ON_DEMAND): Decimal("125.646411871"),
        ("us-central1", "e2-standard-8", *ON_DEMAND): Decimal("4020.685179872"),
    }
    assert {offer.currency for offer in offers} == {"IDR"}


def test_m2_needs_its_upgrade_premium_on_top_of_m1() -> None:
    base = [
        sku("Memory-optimized Instance Core running in Iowa", "0.0348"),
        sku("Memory-optimized Instance Ram running in Iowa", "0.0051", group="RAM"),
    ]
    premium = [
        sku("Memory Optimized Upgrade Premium for Memory-optimized Instance Core running in Iowa", "0.0045"),
        sku(
            "Memory Optimized Upgrade Premium for Memory-optimized Instance Ram running in Iowa",
            "0.0007",
            group="RAM",
        ),
    ]
    machines = [machine("m1-ultramem-40", 40, 961 * 1024), machine("m2-ultramem-208", 208, 5888 * 1024)]
    offers, _ = of_skus(*base, *premium, machines=machines)
    assert prices(offers) == {
        # 40 x 0.0348 + 961 x 0.0051
        ("us-central1", "m1-ultramem-40", Purchase.ON_DEMAND, None): Decimal("6.2931"),
        # 208 x (0.0348 + 0.0045) + 5888 x (0.0051 + 0.0007)
        ("us-central1", "m2-ultramem-208", Purchase.ON_DEMAND, None): Decimal("42.3248"),
    }
    offers, refused = of_skus(*base, machines=machines)
    assert [offer.instance_type for offer in offers] == ["m1-ultramem-40"]
    assert "no SKU for Memory Optimized Upgrade Premium" in reasons(refused)


def test_a_custom_machine_type_is_no_offer() -> None:
    offers, refused = of_skus(
        *H100, machines=[machine("a3-custom-208-1916928", 208, 1872 * 1024, gpus=("nvidia-h100-80gb", 8))]
    )
    assert offers == []
    assert "is a custom machine type, which is billed at prices of its own" in reasons(refused)


@pytest.mark.parametrize("state", ["OBSOLETE", "DELETED"])
def test_a_machine_type_that_google_no_longer_creates_is_no_offer(state: str) -> None:
    gone = machine("a3-highgpu-8g", 208, 1872 * 1024, gpus=("nvidia-h100-80gb", 8))
    offers, refused = of_skus(*H100, machines=[gone | {"deprecated": {"state": state}}])
    assert offers == []
    assert f"is {state.lower()}: it can no longer be had" in reasons(refused)


def test_a_deprecated_machine_type_is_an_offer_that_says_so_where_it_is() -> None:
    skus = [one | {"serviceRegions": ["us-central1", "us-east1"]} for one in H100]
    both = [
        machine("a3-highgpu-8g", 208, 1872 * 1024, gpus=("nvidia-h100-80gb", 8), zone=zone, deprecated=state)
        for zone, state in (("us-central1-a", {"state": "DEPRECATED"}), ("us-east1-b", {"state": "ACTIVE"}))
    ]
    offers, refused = of_skus(*skus, machines=both)
    # 208 x 0.02931 + 1872 x 0.002552 + 8 x 9.796550569
    assert {offer.price_per_hour for offer in offers} == {Decimal("89.246228552")}
    said = {offer.region: "deprecated: Google still creates it" in (offer.note or "") for offer in offers}
    assert said == {"us-central1": True, "us-east1": False}
    assert refused == []
