"""What is said of Google's machines that lack a part, and which parts a machine is billed for."""

from decimal import Decimal

from providers.gcp.parts import family_of
from providers.offers import Purchase
from tests.providers.gcp_replies import N2, N2_4, document, machine, of_skus, parsed, prices, reasons, sku

ON_DEMAND = (Purchase.ON_DEMAND, None)
SPOT_A2 = sku("Spot Preemptible A2 Instance Core running in Iowa", "0.01", usage="Preemptible")
E2 = [
    sku("E2 Instance Core running in Iowa", "0.02"),
    sku("E2 Instance Ram running in Iowa", "0.003", group="RAM"),
]
LOCAL_SSD = sku("SSD backed Local Storage", "0.073", group="LocalSSD")


def test_that_a_machine_is_not_sold_as_spot_at_all_is_no_loss() -> None:
    """Spot prices of other machines do not make its lack of one worth a word."""
    offers, refused = of_skus(*N2, SPOT_A2, machines=[N2_4])
    assert [offer.purchase for offer in offers] == [Purchase.ON_DEMAND]
    assert "n2-standard-4" not in reasons(refused)


def test_that_a_machine_is_sold_as_spot_in_part_is_told() -> None:
    half = sku("Spot Preemptible N2 Instance Core running in Iowa", "0.01", usage="Preemptible")
    _, refused = of_skus(*N2, half, machines=[N2_4])
    assert "n2-standard-4 spot in us-central1: no SKU for N2 Instance Ram" in reasons(refused)


def test_that_a_machine_is_not_sold_on_demand_is_told_with_all_its_regions_in_order() -> None:
    zones = ("us-west1-a", "asia-east1-b", "europe-west4-c", "us-central1-a")
    _, refused = of_skus(*E2, machines=[N2_4 | {"zone": zone} for zone in zones])
    regions = "asia-east1, europe-west4, us-central1, us-west1"
    parts = "N2 Instance Core, N2 Instance Ram"
    assert f"n2-standard-4 on demand in {regions}: no SKU for {parts}" in reasons(refused)
    _, refused = parsed(document([N2_4 | {"zone": zone} for zone in zones]))
    assert reasons(refused).endswith(f": n2-standard-4 in {regions}: no SKU for {parts}")


def test_machines_of_our_table_that_nothing_prices_are_not_told() -> None:
    have = {"kind": "compute#acceleratorType", "name": "nvidia-tesla-a100", "zone": "europe-west4-a"}
    offers, refused = parsed(document({"skus": N2}), document({"items": [have]}))
    assert offers == []
    assert "a2-" not in reasons(refused)


def test_local_ssd_that_may_be_missing_is_no_lack() -> None:
    ultra = machine("a2-ultragpu-1g", 12, 170 * 1024, gpus=("nvidia-a100-80gb", 1))
    _, refused = parsed(document([ultra]))
    assert reasons(refused).endswith(
        "no SKU for Nvidia Tesla A100 80GB GPU, A2 Instance Core, A2 Instance Ram"
    )


def test_offers_come_by_region_in_order() -> None:
    regions = ["us-west1", "asia-east1", "europe-west4", "us-central1", "us-east1"]
    skus = [one | {"serviceRegions": regions} for one in E2]
    zones = [machine("e2-standard-2", 2, 8192, zone=f"{region}-b") for region in regions]
    offers, _ = of_skus(*skus, machines=zones)
    assert [offer.region for offer in offers] == sorted(regions)


def test_a_machine_billed_as_a_whole_costs_its_one_sku() -> None:
    micro = sku("Micro Instance with burstable CPU running in Iowa", "0.0076")
    offers, refused = of_skus(micro, machines=[machine("f1-micro", 1, 614)])
    assert prices(offers) == {("us-central1", "f1-micro", *ON_DEMAND): Decimal("0.0076")}
    assert refused == []


def test_a_machine_without_local_ssd_is_not_billed_for_any() -> None:
    c3 = [
        sku("C3 Instance Core running in Iowa", "0.03"),
        sku("C3 Instance Ram running in Iowa", "0.004", group="RAM"),
    ]
    without = machine("c3-standard-4", 4, 16384)
    named_so = machine("c3-standard-4-nolssd", 4, 16384, bundledLocalSsds={"partitionCount": 1})
    with_one = machine("c3-standard-4-lssd", 4, 16384, bundledLocalSsds={"partitionCount": 1})
    offers, _ = of_skus(*c3, LOCAL_SSD, machines=[without, named_so, with_one])
    # 4 x 0.03 + 16 x 0.004, and 375 x 0.073 / 730 = 0.0375 for the partition
    assert {offer.instance_type: offer.price_per_hour for offer in offers} == {
        "c3-standard-4": Decimal("0.184"),
        "c3-standard-4-nolssd": Decimal("0.184"),
        "c3-standard-4-lssd": Decimal("0.2215"),
    }


def test_a_machine_that_needs_its_local_ssd_is_refused_without_its_price() -> None:
    c3 = [
        sku("C3 Instance Core running in Iowa", "0.03"),
        sku("C3 Instance Ram running in Iowa", "0.004", group="RAM"),
    ]
    lssd = machine("c3-standard-4-lssd", 4, 16384, bundledLocalSsds={"partitionCount": 1})
    offers, refused = of_skus(*c3, machines=[lssd])
    assert offers == []
    assert "no SKU for SSD backed Local Storage" in reasons(refused)


def test_a_machine_that_is_created_as_spot_only_is_offered_as_spot() -> None:
    spot = [
        sku("Spot Preemptible A3 Instance Core running in Iowa", "0.01", usage="Preemptible"),
        sku("Spot Preemptible A3 Instance Ram running in Iowa", "0.001", usage="Preemptible", group="RAM"),
        sku(
            "Nvidia H100 80GB GPU attached to Spot Preemptible VMs running in Iowa",
            "2.5",
            usage="Preemptible",
            group="GPU",
        ),
    ]
    one = machine("a3-highgpu-1g", 26, 234 * 1024, gpus=("nvidia-h100-80gb", 1))
    offers, refused = of_skus(*spot, machines=[one])
    # 26 x 0.01 + 234 x 0.001 + 2.5
    assert prices(offers) == {("us-central1", "a3-highgpu-1g", Purchase.SPOT, None): Decimal("2.994")}
    assert refused == []


def test_of_two_currencies_without_dollars_the_first_by_name_is_taken() -> None:
    both = [
        sku(f"E2 Instance {part} running in Iowa", "2", group=group, currency=code, sku_id=f"{part} {code}")
        for code in ("IDR", "EUR")
        for part, group in (("Core", "CPU"), ("Ram", "RAM"))
    ]
    (offer,), _ = of_skus(*both, machines=[machine("e2-standard-2", 2, 8192)])
    assert (offer.currency, offer.price_per_hour) == ("EUR", Decimal(20))  # (2 + 8) x 2


def test_the_memory_of_an_accelerator_is_that_of_one_however_many_there_are() -> None:
    a2 = [
        sku("A2 Instance Core running in Iowa", "0.03"),
        sku("A2 Instance Ram running in Iowa", "0.004", group="RAM"),
        sku("Nvidia Tesla A100 GPU running in Iowa", "3", group="GPU"),
    ]
    offers, _ = of_skus(*a2)
    assert {offer.accelerator_count: offer.accelerator_memory_gib for offer in offers} == {
        Decimal(count): Decimal(40) for count in (1, 2, 4, 8, 16)
    }
    assert not any("local SSD" in (offer.note or "") for offer in offers)  # they bring none along


def test_a_machine_s_name_is_no_beginning_of_another_s() -> None:
    """g4-standard-6 is an eighth of a GPU; g4-standard-64 would be billed by its parts."""
    eighth, whole, known = (family_of(f"g4-standard-{size}") for size in ("6", "64", "48"))
    assert eighth is not None
    assert (eighth.core, eighth.whole) == ((), ("1/8 vGPU no lssd",))
    assert whole == known != eighth
    assert family_of("g4-standard-6-lssd") == eighth
    assert family_of("e2-mediumish") == family_of("e2-standard-2") != family_of("e2-medium")
