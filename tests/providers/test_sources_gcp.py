"""Google Cloud's machines are the sum of their parts, or are refused for what is missing."""

from decimal import Decimal

import pytest

from providers.accelerators import ACCELERATORS, canonical_name
from providers.base import Document
from providers.gcp.parts import accelerator_parts, family_of, known_shapes
from providers.gcp.source import GcpSource
from providers.offers import Offer, Payment, Purchase
from providers.registry import source_class
from tests.providers.gcp_replies import document, machine, of_skus, parsed, prices, reasons, sku

A2 = [
    sku("A2 Instance Core running in Americas", "0.031611", sku_id="CORE"),
    sku("A2 Instance Ram running in Americas", "0.004237", group="RAM", sku_id="RAM"),
    sku("Nvidia Tesla A100 GPU running in Americas", "2.933908", group="GPU", sku_id="GPU"),
]
A2_HOST = A2[:2]
A100_1G = machine("a2-highgpu-1g", 12, 87040, gpus=("nvidia-tesla-a100", 1))
ON_DEMAND = (Purchase.ON_DEMAND, None)


def test_the_registry_finds_the_source() -> None:
    assert source_class("gcp") is GcpSource
    assert (GcpSource.name, GcpSource.title) == ("gcp", "Google Cloud")


def test_an_a100_machine_is_its_cores_its_memory_and_its_gpu() -> None:
    offers, refused = of_skus(*A2, machines=[A100_1G])
    (offer,) = offers
    # 12 x 0.031611 = 0.379332; 85 x 0.004237 = 0.360145; + 2.933908
    assert offer.price_per_hour == Decimal("3.673385")
    assert (offer.region, offer.country, offer.instance_type) == ("us-central1", "US", "a2-highgpu-1g")
    assert (offer.accelerator, offer.accelerator_count) == ("A100-40GB", Decimal(1))
    assert offer.accelerator_memory_gib == 40
    assert (offer.vcpus, offer.memory_gib) == (Decimal(12), Decimal(85))
    assert offer.observed_at is not None
    assert offer.observed_at.isoformat() == "2026-11-24T08:00:00.123456+00:00"
    assert offer.source_url == "https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus"
    assert offer.note == "SKUs GPU x 1 + CORE x 12 + RAM x 85"
    assert refused == []


def test_an_a100_host_is_never_offered_without_its_gpu() -> None:
    offers, refused = of_skus(*A2_HOST, machines=[A100_1G])
    assert offers == []
    assert "a2-highgpu-1g on demand in us-central1: no SKU for Nvidia Tesla A100 GPU" in reasons(refused)


def test_a_gpu_alone_is_no_machine() -> None:
    offers, refused = of_skus(A2[2], machines=[A100_1G])
    assert offers == []
    assert "no SKU for A2 Instance Core, A2 Instance Ram" in reasons(refused)
    assert "skus.json skus[0] GPU" in reasons(refused)


def test_the_smaller_a100_is_not_the_larger() -> None:
    large = machine("a2-ultragpu-1g", 12, 170 * 1024, gpus=("nvidia-a100-80gb", 1))
    offers, refused = of_skus(*A2, machines=[large])
    assert offers == []
    assert "no SKU for Nvidia Tesla A100 80GB GPU" in reasons(refused)


def test_machine_types_alone_have_no_price() -> None:
    offers, refused = parsed(document([A100_1G]))
    assert offers == []
    assert "a2-highgpu-1g in us-central1: no SKU for Nvidia Tesla A100 GPU, A2 Instance Core" in reasons(
        refused
    )


def test_documents_are_joined_in_any_order() -> None:
    machines = document({"kind": "compute#machineTypeList", "items": [A100_1G]}, "m")
    pages = [document({"skus": [one]}, f"p{number}") for number, one in enumerate(A2)]
    for order in ([machines, *pages], [*pages, machines], [pages[2], machines, pages[0], pages[1]]):
        offers, _ = parsed(*order)
        assert [offer.price_per_hour for offer in offers] == [Decimal("3.673385")]


def test_a_machine_is_offered_in_the_regions_of_its_zones_only() -> None:
    skus = [one | {"serviceRegions": ["us-central1", "us-east1"]} for one in A2]
    offers, refused = of_skus(*skus, machines=[A100_1G, A100_1G | {"zone": "us-central1-b"}])
    assert [offer.region for offer in offers] == ["us-central1"]
    assert refused == []


def test_without_machine_types_our_shapes_give_an_offer_per_region() -> None:
    skus = [one | {"serviceRegions": ["us-central1", "europe-west4"]} for one in A2]
    offers, refused = of_skus(*skus)
    found = prices(offers)
    assert {region for region, *_ in found} == {"us-central1", "europe-west4"}
    # 96 x 0.031611 + 1360 x 0.004237 + 16 x 2.933908 = 3.034656 + 5.76232 + 46.942528
    assert found[("europe-west4", "a2-megagpu-16g", *ON_DEMAND)] == Decimal("55.739504")
    assert len(found) == 2 * 5
    assert refused == []


def test_accelerator_types_say_where_our_shapes_are() -> None:
    skus = [one | {"serviceRegions": ["us-central1", "europe-west4"]} for one in A2]
    have = {"kind": "compute#acceleratorType", "name": "nvidia-tesla-a100", "zone": "europe-west4-a"}
    offers, _ = parsed(document({"skus": skus}), document({"items": [have]}))
    assert {offer.region for offer in offers} == {"europe-west4"}


def test_spot_and_commitments_are_told_apart() -> None:
    def way(
        core: str, ram: str, gpu: str, usage: str, cents: tuple[str, str, str]
    ) -> list[dict[str, object]]:
        return [
            sku(core, cents[0], usage=usage),
            sku(ram, cents[1], usage=usage, group="RAM"),
            sku(gpu, cents[2], usage=usage, group="GPU"),
        ]

    spot = way(
        "Spot Preemptible A2 Instance Core running in Americas",
        "Spot Preemptible A2 Instance Ram running in Americas",
        "Nvidia Tesla A100 GPU attached to Spot Preemptible VMs running in Americas",
        "Preemptible",
        ("0.018967", "0.002542", "1.48434"),
    )
    one = way(
        "Commitment v1: A2 Cpu in Americas for 1 Year",
        "Commitment v1: A2 Ram in Americas for 1 Year",
        "Commitment v1: Nvidia Tesla A100 GPU running in Americas for 1 Year",
        "Commit1Yr",
        ("0.019915", "0.002669", "1.84836"),
    )
    three = way(
        "Commitment v1: A2 Cpu in Americas for 3 Years",
        "Commitment v1: A2 Ram in Americas for 3 Years",
        "Commitment v1: Nvidia Tesla A100 GPU running in Americas for 3 Years",
        "Commit3Yr",
        ("0.011064", "0.001483", "1.02687"),
    )
    offers, refused = of_skus(*A2, *spot, *one, *three, machines=[A100_1G])
    assert prices(offers) == {
        ("us-central1", "a2-highgpu-1g", Purchase.ON_DEMAND, None): Decimal("3.673385"),
        # 12 x 0.018967 + 85 x 0.002542 + 1.48434 = 0.227604 + 0.21607 + 1.48434
        ("us-central1", "a2-highgpu-1g", Purchase.SPOT, None): Decimal("1.928014"),
        # 0.23898 + 0.226865 + 1.84836
        ("us-central1", "a2-highgpu-1g", Purchase.RESERVED, 12): Decimal("2.314205"),
        # 0.132768 + 0.126055 + 1.02687
        ("us-central1", "a2-highgpu-1g", Purchase.RESERVED, 36): Decimal("1.285693"),
    }
    reserved = [offer for offer in offers if offer.purchase is Purchase.RESERVED]
    assert {offer.payment for offer in reserved} == {Payment.NONE}
    assert all("resource-based commitment" in (offer.note or "") for offer in reserved)
    assert refused == []


def test_a_commitment_of_the_host_alone_is_refused() -> None:
    host = [
        sku("Commitment v1: A2 Cpu in Americas for 1 Year", "0.019915", usage="Commit1Yr"),
        sku("Commitment v1: A2 Ram in Americas for 1 Year", "0.002669", usage="Commit1Yr", group="RAM"),
    ]
    offers, refused = of_skus(*A2, *host, machines=[A100_1G])
    assert [offer.purchase for offer in offers] == [Purchase.ON_DEMAND]
    assert "12 months of commitment in us-central1: no SKU for Nvidia Tesla A100 GPU" in reasons(refused)


def test_parts_in_different_currencies_make_no_price() -> None:
    mixed = [
        A2[0],
        A2[1],
        sku("Nvidia Tesla A100 GPU running in Americas", "44000", group="GPU", currency="IDR"),
    ]
    offers, refused = of_skus(*mixed, machines=[A100_1G])
    assert offers == []
    assert "priced in different currencies" in reasons(refused)


def test_of_two_currencies_dollars_are_taken() -> None:
    euros = [one | {"skuId": f"EUR{number}"} for number, one in enumerate(A2)]
    for one in euros:
        expression = one["pricingInfo"][0]["pricingExpression"]
        money = {"currencyCode": "EUR", "units": "0", "nanos": 900000000}
        rates = [{"startUsageAmount": 0, "unitPrice": money}]
        one["pricingInfo"] = [
            one["pricingInfo"][0] | {"pricingExpression": expression | {"tieredRates": rates}}
        ]
    offers, refused = of_skus(*euros, *A2, machines=[A100_1G])
    assert [(o.price_per_hour, o.currency) for o in offers] == [(Decimal("3.673385"), "USD")]
    assert reasons(refused).count("it is in EUR; the offers here are in USD") == 3
    offers, refused = of_skus(*euros, machines=[A100_1G])
    # 12 x 0.9 + 85 x 0.9 + 0.9
    assert [(o.price_per_hour, o.currency) for o in offers] == [(Decimal("88.2"), "EUR")]


def test_a_gpu_whose_host_has_no_spot_price_is_told_once_per_machine() -> None:
    name = "Nvidia Tesla A100 GPU attached to Spot Preemptible VMs running in Americas"
    spot = sku(name, "0.9", group="GPU", usage="Preemptible", sku_id="SPOT")
    offers, refused = of_skus(*A2, spot)
    assert {offer.purchase for offer in offers} == {Purchase.ON_DEMAND}
    assert {one.where for one in refused} == {"skus.json skus[3] SPOT"}
    assert "a2-highgpu-1g spot in us-central1: no SKU for A2 Instance Core" in reasons(refused)
    assert len(refused) == 5


def test_two_prices_of_one_part_are_not_chosen_between() -> None:
    other = sku("A2 Instance Core running in Iowa", "0.04", sku_id="OTHER")
    offers, refused = of_skus(*A2, other, machines=[A100_1G])
    assert offers == []
    assert "A2 Instance Core has two prices, skus.json skus[0] CORE and skus.json skus[3] OTHER" in reasons(
        refused
    )


def test_of_one_sku_the_newer_price_holds() -> None:
    newer = sku(
        "A2 Instance Core running in Americas", "0.041611", sku_id="CORE", since="2026-11-25T00:00:00Z"
    )
    for order in ([*A2, newer], [newer, *A2]):
        offers, refused = of_skus(*order, machines=[A100_1G])
        assert [offer.price_per_hour for offer in offers] == [Decimal("3.793385")]  # 12 x 0.01 more
        assert "has a newer price in" in reasons(refused)


def test_a_sku_of_a_page_read_twice_is_told() -> None:
    offers, refused = of_skus(*A2, A2[0], machines=[A100_1G])
    assert [offer.price_per_hour for offer in offers] == [Decimal("3.673385")]
    assert reasons(refused) == (
        "skus.json skus[3] CORE: us-central1: is already priced the same by skus.json skus[0] CORE"
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"accelerators": None}, "does not state which and how many"),
        ({"accelerators": [{"guestAcceleratorType": "nvidia-tesla-a100"}]}, "guestAcceleratorCount None"),
        (
            {"accelerators": [{"guestAcceleratorType": "nvidia-x9", "guestAcceleratorCount": 1}]},
            "nvidia-x9 is not in",
        ),
        ({"guestCpus": 0}, "guestCpus 0: must be a whole number above 0"),
        ({"memoryMb": "much"}, "memoryMb much"),
        ({"zone": "mars-north1-a"}, "its region is not in our list"),
        ({"zone": "us-central1"}, "must be a zone such as"),
        ({"deprecated": {"state": "OBSOLETE"}}, "is obsolete"),
        ({"name": "x9-highgpu-1g"}, "its family is not in our table"),
        ({"name": "n2-custom-4-8192"}, "custom machine type"),
        ({"name": "c3-standard-4-lssd", "accelerators": None}, "does not state how much"),
    ],
)
def test_a_machine_type_of_unclear_facts_is_refused(changed: dict[str, object], reason: str) -> None:
    offers, refused = of_skus(*A2, machines=[A100_1G | changed])
    assert offers == []
    assert reason in reasons(refused)


def test_two_shapes_of_one_name_are_not_mixed() -> None:
    _, refused = of_skus(*A2, machines=[A100_1G, A100_1G | {"guestCpus": 24, "zone": "us-east1-b"}])
    assert "items[1] a2-highgpu-1g: differs from the machine of this name in machines.json" in reasons(
        refused
    )


def test_places_that_are_no_region_are_refused_and_the_others_kept() -> None:
    skus = [one | {"serviceRegions": ["us-central1", "global", "us-moon1"]} for one in A2]
    offers, refused = of_skus(*skus)
    assert {offer.region for offer in offers} == {"us-central1"}
    assert "global: is the price of an area of several regions" in reasons(refused)
    assert "us-moon1: is not in our list of regions" in reasons(refused)


def test_our_tables_agree_with_the_accelerators_and_with_each_other() -> None:
    for part in accelerator_parts().values():
        assert part.accelerator in ACCELERATORS
        assert canonical_name(part.type) in {part.accelerator, None}
    for shape in known_shapes():
        family = family_of(shape.name)
        assert family is not None, shape.name
        assert family.accelerated, shape.name
        assert shape.accelerator_type in accelerator_parts(), shape.name


def test_a_file_with_a_byte_order_mark_reads_the_same() -> None:
    plain = document({"skus": A2})
    marked = Document.of_bytes(b"\xef\xbb\xbf" + plain.open().read(), name="bom.json")
    wide = Document.of_bytes(plain.open().read().decode().encode("utf-16"), name="utf-16.json")
    expected = prices(parsed(plain)[0])
    assert len(expected) == 5
    assert prices(parsed(marked)[0]) == expected
    assert prices(parsed(wide)[0]) == expected


def test_every_offer_is_one_of_google_cloud_s() -> None:
    offers, _ = of_skus(*A2)
    assert {offer.provider for offer in offers} == {"gcp"}
    assert len({offer.key for offer in offers}) == len(offers)
    assert all(isinstance(offer, Offer) for offer in offers)
