"""What the description of a SKU of Google's says, and which are no price of a machine."""

from decimal import Decimal

import pytest

from providers.gcp.descriptions import Meaning, meaning_of, stem_key, tpu_chips
from providers.offers import Purchase
from tests.providers.gcp_replies import N2, N2_4, N2_PRICE, machine, of_skus, prices, reasons, sku


@pytest.mark.parametrize(
    ("description", "usage", "expected"),
    [
        ("A2 Instance Core running in Finland", "OnDemand", ("a2 core", Purchase.ON_DEMAND, None)),
        (
            "Spot Preemptible A2 Instance Core running in Finland",
            "Preemptible",
            ("a2 core", Purchase.SPOT, None),
        ),
        ("Preemptible A2 Instance Core running in Finland", "OnDemand", ("a2 core", Purchase.SPOT, None)),
        ("A2 Instance Core running in Finland", "Preemptible", ("a2 core", Purchase.SPOT, None)),
        ("Spot A2 Instance Core running in Finland", "OnDemand", ("a2 core", Purchase.SPOT, None)),
        (
            "Nvidia L4 GPU attached to Spot Preemptible VMs running in Iowa",
            "Preemptible",
            ("l4", Purchase.SPOT, None),
        ),
        ("Commitment v1: A2 Cpu in Americas for 1 Year", "Commit1Yr", ("a2 core", Purchase.RESERVED, 12)),
        ("Commitment v1: A2 Cpu in Americas for 3 Years", "Commit3Yr", ("a2 core", Purchase.RESERVED, 36)),
        (
            "Commitment: Compute optimized Core running in Iowa for 3 Year",
            "Commit3Yr",
            ("compute optimized core", Purchase.RESERVED, 36),
        ),
        (
            "Commitment v1: N4A Core in Johannesburg for 5 Years",
            "Commit",
            ("n4a core", Purchase.RESERVED, 60),
        ),
        ("Commitment v1: Cpu in Americas for 1 Year", "Commit1Yr", ("core", Purchase.RESERVED, 12)),
        ("N2D AMD Instance Ram running in Virginia", "OnDemand", ("n2d ram", Purchase.ON_DEMAND, None)),
        ("SSD backed Local Storage", "OnDemand", ("ssd backed local storage", Purchase.ON_DEMAND, None)),
        (
            "SSD backed Local Storage attached to Spot Preemptible VMs",
            "Preemptible",
            ("ssd backed local storage", Purchase.SPOT, None),
        ),
        ("A2 Instance Core running in Finland", "", ("a2 core", Purchase.ON_DEMAND, None)),
    ],
)
def test_a_description_says_part_and_purchase(
    description: str, usage: str, expected: tuple[str, Purchase, int | None]
) -> None:
    assert meaning_of(description, usage) == Meaning(*expected)


@pytest.mark.parametrize(
    ("description", "usage", "reason"),
    [
        ("Reserved Nvidia Tesla A100 GPU in Milan", "OnDemand", "reservation paid elsewhere"),
        ("Reserved Nvidia H100 80GB Mega GPU in Americas in Calendar Mode", "OnDemand", "Calendar mode"),
        ("A4 Nvidia B200 (1 gpu slice) DWS Calendar Mode in Iowa", "OnDemand", "Calendar mode"),
        ("Nvidia L4 GPU attached to DWS Defined Duration VMs running in Iowa", "OnDemand", "Flex-start"),
        ("DWS Defined Duration A3 Core running in Americas", "OnDemand", "Flex-start"),
        ("Capacity Optimized TpuV6e running in Columbus", "OnDemand", "Capacity Optimized"),
        ("C3 Sole Tenancy Instance Core running in Americas", "OnDemand", "sole-tenant"),
        ("Sole Tenancy Premium for C4 Sole Tenancy Instance Core in Iowa", "OnDemand", "sole-tenant"),
        ("N2 Custom Instance Core running in Americas", "OnDemand", "custom machine types"),
        ("Custom Extended Instance Ram running in Americas", "OnDemand", "custom machine types"),
        ("Committed Use Discount Premium for E2 Instance Core in Iowa", "CmtCudPremium", "surcharge"),
        ("Commitment - dollar based v1: GCE for 1 year", "Commit1Yr", "spend-based"),
        ("Licensing Fee for Windows Server 2019 Datacenter Edition (CPU cost)", "OnDemand", "licence"),
        ("Commitment v1: A2 Cpu in Americas", "Commit1Yr", "for how many years"),
        ("Commitment v1: A2 Cpu in Americas for 3 Years", "Commit1Yr", "36 months in its description"),
        ("A2 Instance Core running in Finland", "CmtCudPremium", "usage type CmtCudPremium"),
    ],
)
def test_other_ways_of_selling_are_told_apart(description: str, usage: str, reason: str) -> None:
    meaning = meaning_of(description, usage)
    assert isinstance(meaning, str)
    assert reason in meaning
    offers, refused = of_skus(sku(description, "0.5", usage=usage), *N2, machines=[N2_4])
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert reason in reasons(refused)


@pytest.mark.parametrize(
    ("description", "start"),
    [
        ("Overcommit N2 Instance Core running in Iowa", "is for sole-tenant nodes"),
        ("N2 Instance Core on Sole Tenant running in Iowa", "is for sole-tenant nodes"),
        ("DWS N2 Instance Core running in Iowa", "is DWS Flex-start"),
        ("N2 Instance Core attached to Defined Duration VMs running in Iowa", "is DWS Flex-start"),
        ("Flex Start N2 Instance Core running in Iowa", "is DWS Flex-start"),
        ("N2 Instance Core Flex-Start running in Iowa", "is DWS Flex-start"),
        ("DWS Calendar Mode N2 Instance Core in Iowa", "is DWS Calendar mode"),
        ("Reserved N2 Instance Core in Iowa", "is the use of a reservation paid elsewhere"),
        ("License for N2 Instance Core in Iowa", "is a licence, no price of a machine"),
        ("Suspended N2 Instance Core running in Iowa", "is for suspended machines"),
        ("Nvidia L4 Virtual Workstation GPU running in Iowa", "is a licence for virtual workstations"),
        ("Premium for N2 Instance Core running in Iowa", "is a surcharge on another price"),
    ],
)
@pytest.mark.parametrize("usage", ["OnDemand", "Preemptible", "Commit1Yr"])
def test_each_word_of_another_way_of_selling_is_enough(description: str, usage: str, start: str) -> None:
    """Whatever `usageType` says: Google tags Calendar mode and Flex-start OnDemand."""
    for written in (description, description.upper(), description.replace(" ", "  ")):
        meaning = meaning_of(written, usage)
        assert isinstance(meaning, str)
        assert meaning.startswith(start)


def test_usage_types_are_read_in_any_case() -> None:
    assert meaning_of("N2 Instance Core", " preemptible ") == Meaning("n2 core", Purchase.SPOT)
    assert meaning_of("N2 Instance Core", "COMMIT3YR") == Meaning("n2 core", Purchase.RESERVED, 36)


def test_stems_forget_the_words_that_vary() -> None:
    plain = "N1 Predefined Instance Core", "Google Cloud N1 Core", "N1 (Core)", "N1-Arm, CPU"
    assert {stem_key(stem) for stem in plain} == {"n1 core"}
    assert stem_key("Nvidia Tesla T4 GPU") == stem_key("T4") == "t4"
    assert stem_key("N2D AMD Instance Core") == stem_key("N2D AMD Cpu") == "n2d core"
    assert stem_key("A3 Instance Core") != stem_key("A3Plus Instance Core")
    assert stem_key("Nvidia Tesla A100 GPU") != stem_key("Nvidia Tesla A100 80GB GPU")


TPU = [
    sku("TpuV5e running in Singapore", "1.56", group="TPU", regions=["asia-southeast1"], sku_id="V5E"),
    sku(
        "TpuV5e attached to Spot Preemptible VMs running in Singapore",
        "0.78",
        group="TPU",
        usage="Preemptible",
        regions=["asia-southeast1"],
    ),
    sku(
        "Commitment v1: TpuV5p running in Netherlands for 3 Years",
        "1.911",
        group="TPU",
        usage="Commit3Yr",
        regions=["europe-west4"],
    ),
    sku("TPU7x running in Americas", "12", group="TPU", regions=["us-west1", "us-central1"]),
]


def test_tpus_are_offered_by_the_chip() -> None:
    offers, refused = of_skus(*TPU)
    assert prices(offers) == {
        ("asia-southeast1", "tpu-v5e", Purchase.ON_DEMAND, None): Decimal("1.56"),
        ("asia-southeast1", "tpu-v5e", Purchase.SPOT, None): Decimal("0.78"),
        ("europe-west4", "tpu-v5p", Purchase.RESERVED, 36): Decimal("1.911"),
        ("us-central1", "tpu7x", Purchase.ON_DEMAND, None): Decimal(12),
        ("us-west1", "tpu7x", Purchase.ON_DEMAND, None): Decimal(12),
    }
    assert {offer.accelerator_count for offer in offers} == {Decimal(1)}
    assert {offer.accelerator for offer in offers} == {"TPU-v5e", "TPU-v5p", "TPU-v7"}
    assert all("unverified" in (o.note or "") for o in offers if o.accelerator == "TPU-v7")
    assert refused == []


def test_a_tpu_machine_is_its_chips() -> None:
    four = machine("ct5lp-hightpu-4t", 112, 192 * 1024, gpus=("ct5lp", 4), zone="asia-southeast1-b")
    offers, _ = of_skus(TPU[0], machines=[four])
    found = {offer.instance_type: (offer.price_per_hour, offer.accelerator_count) for offer in offers}
    assert found == {
        "tpu-v5e": (Decimal("1.56"), Decimal(1)),
        "ct5lp-hightpu-4t": (Decimal("6.24"), Decimal(4)),
    }


@pytest.mark.parametrize(
    ("description", "chips"),
    [
        ("Cloud TPU v2-8 running in Iowa", 4),
        ("Cloud TPU V3-2 running in Iowa", 1),
        ("Cloud TPU v3-32 Pod running in Iowa", 16),
        ("TPU v4-64 in Iowa", 32),
        ("TPU v5e-8 in Iowa", 8),
        ("v5litepod-8 TPU in Iowa", 8),
        ("TPU v6e-1 in Iowa", 1),
        ("TPU v6e-256 in Iowa", 256),
        ("tpu-v5p-12288 in Iowa", 6144),
        ("tpu7x-8 in Iowa", 4),
    ],
)
def test_the_number_of_a_slice_counts_cores_or_chips(description: str, chips: int) -> None:
    assert tpu_chips(description) == chips


@pytest.mark.parametrize("size", ["v3-3", "v2-1", "v4-0", "v5e-0", "v5p-7"])
def test_a_slice_of_no_whole_chips_is_refused(size: str) -> None:
    assert (
        tpu_chips(f"Cloud TPU {size} running in Iowa")
        == f"prices a TPU slice of a size that cannot be: {size}"
    )


@pytest.mark.parametrize(
    ("size", "name", "accelerator", "each"),
    [
        ("v5litepod-8", "tpu-v5e", "TPU-v5e", "1.2"),  # 9.6 / 8 chips
        ("V2-8", "tpu-v2", "TPU-v2", "2.4"),  # 9.6 / (8 cores / 2)
        ("tpu7x-8", "tpu-v7", "TPU-v7", "2.4"),
    ],
)
def test_a_slice_is_offered_by_the_chip_under_its_generation(
    size: str, name: str, accelerator: str, each: str
) -> None:
    (offer,), refused = of_skus(sku(f"Cloud TPU {size} running in Iowa", "9.6"))
    assert (offer.instance_type, offer.accelerator) == (name, accelerator)
    assert (offer.price_per_hour, offer.accelerator_count) == (Decimal(each), Decimal(1))
    assert "price of a slice of" in (offer.note or "")
    assert refused == []


def test_a_slice_is_divided_only_where_its_size_is_stated() -> None:
    legacy = "E000-3F24-B8AA"
    stated = sku("Cloud TPU v3-8 running in Netherlands", "8.8", regions=["europe-west4"], service=legacy)
    bare = sku("TPU-v2 Accelerator USA", "4.5", group="TPU", service=legacy)
    offers, refused = of_skus(stated, bare)
    # a v3-8 has eight cores, two per chip
    assert prices(offers) == {("europe-west4", "tpu-v3", Purchase.ON_DEMAND, None): Decimal("2.2")}
    assert offers[0].source_url == "https://cloudbilling.googleapis.com/v1/services/E000-3F24-B8AA/skus"
    assert "does not state of how many chips" in reasons(refused)


def test_of_two_slices_of_one_chip_the_first_counts() -> None:
    first, second = (
        sku(f"Cloud TPU v3-{size} running in Netherlands", price, regions=["europe-west4"])
        for size, price in (("8", "8.8"), ("32", "16"))
    )
    offers, refused = of_skus(first, second)
    assert [offer.price_per_hour for offer in offers] == [Decimal("2.2")]  # 8.8 / (8 cores / 2)
    assert [one.reason for one in refused] == [
        "gcp/europe-west4/tpu-v3/on_demand: another slice has a price per chip too"
    ]


def test_a_chip_is_offered_in_dollars_else_in_the_first_currency_by_name() -> None:
    def chip(*codes: str) -> list[str]:
        skus = [sku("TpuV5e running in Iowa", "1.2", currency=code, sku_id=code) for code in codes]
        return [offer.currency for offer in of_skus(*skus)[0] if offer.instance_type == "tpu-v5e"]

    assert chip("EUR", "USD", "AUD") == ["USD"]
    assert chip("JPY", "EUR") == ["EUR"]
