"""What AWS's machines have: DescribeInstanceTypes joined to prices, and our own table."""

from decimal import Decimal
from typing import Any

import pytest

from providers.accelerators import ACCELERATORS
from providers.aws.machines import accelerated
from providers.aws.places import CITIES, LOCATIONS, USAGE_PREFIXES
from providers.places import COUNTRIES, region
from providers.reference import load
from tests.providers.aws_replies import item, on_demand, only_offer, only_reason, parsed, spot


def typed(name: str, **groups: Any) -> dict[str, Any]:
    return {
        "InstanceType": name, "VCpuInfo": {"DefaultVCpus": 8}, "MemoryInfo": {"SizeInMiB": 31232},
        "NetworkInfo": {"NetworkPerformance": "8x 100 Gigabit"}, **groups,
    }  # fmt: skip


def types(*machines: dict[str, Any]) -> dict[str, Any]:
    return {"InstanceTypes": list(machines)}


def gpus(name: str, count: int, mib: int) -> dict[str, Any]:
    return {"Gpus": [{"Name": name, "Manufacturer": "X", "Count": count, "MemoryInfo": {"SizeInMiB": mib}}]}


def priced(name: str) -> dict[str, Any]:
    return {"SpotPriceHistory": [spot("eu-west-1a", "1.5", "2026-08-01T00:00:00Z", machine=name)]}


def test_machine_facts_in_gib_and_gigabits() -> None:
    machine = typed("r9.odd", InstanceStorageInfo={"TotalSizeInGB": 1900})
    for replies in ((types(machine), priced("r9.odd")), (priced("r9.odd"), types(machine))):
        offer = only_offer(*replies)
        assert (offer.vcpus, offer.memory_gib) == (Decimal(8), Decimal("30.5"))  # 31,232 / 1,024
        assert offer.local_storage_gib == Decimal("1769.51")  # 1,900 x 10^9 / 2^30
        assert offer.network_gbps == 800
        assert offer.accelerator is None


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"GpuInfo": gpus("H100", 8, 81920)}, ("H100", 8, 80)),
        ({"GpuInfo": gpus("A100", 8, 40960)}, ("A100-40GB", 8, 40)),
        ({"GpuInfo": gpus("A100", 8, 81920)}, ("A100-80GB", 8, 80)),
        ({"GpuInfo": gpus("L40S", 4, 45776)}, ("L40S", 4, 48)),
        ({"GpuInfo": gpus("Gaudi HL-205", 8, 32768)}, ("Gaudi1", 8, 32)),
        ({"GpuInfo": gpus("L4", 0, 2861)}, ("L4", Decimal("0.125"), 3)),
        ({"GpuInfo": gpus("L4", 0, 5722)}, ("L4", Decimal("0.25"), 6)),
        ({"GpuInfo": gpus("L4", 0, 11444)}, ("L4", Decimal("0.5"), 12)),
        ({"GpuInfo": gpus("Radeon Pro V520", 2, 8192)}, ("Radeon Pro V520", 2, 8)),
        (
            {"FpgaInfo": {"Fpgas": [{"Name": "Virtex UltraScale (VU9P)", "Count": 2,
                                     "MemoryInfo": {"SizeInMiB": 65536}}]}},
            ("FPGA-VU9P", 2, 64),
        ),
        (
            {"NeuronInfo": {"NeuronDevices": [{"Name": "Trainium2", "Count": 16,
                                               "MemoryInfo": {"SizeInMiB": 524288}}]}},
            ("Trainium2", 16, 96),  # AWS says 512 GiB of a chip that has 96
        ),
        (
            {"InferenceAcceleratorInfo": {"Accelerators": [{"Name": "Inferentia", "Count": 4,
                                                            "MemoryInfo": {"SizeInMiB": 8192}}]},
             "NeuronInfo": {"NeuronDevices": [{"Name": "Inferentia", "Count": 4,
                                               "MemoryInfo": {"SizeInMiB": 8192}}]}},
            ("Inferentia1", 4, 8),
        ),
    ],
)  # fmt: skip
def test_accelerators_of_every_kind(groups: dict[str, Any], expected: tuple[object, ...]) -> None:
    offer = only_offer(types(typed("x9.odd", **groups)), priced("x9.odd"))
    assert (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib) == expected


def test_a_share_of_an_accelerator_says_so_and_has_a_price_per_accelerator() -> None:
    offer = only_offer(types(typed("g6f.large", GpuInfo=gpus("L4", 0, 2861))), priced("g6f.large"))
    assert "0.125 of one accelerator" in (offer.note or "")
    assert offer.price_per_accelerator_hour == 12  # 1.5 / 0.125


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ({"GpuInfo": gpus("L4", 0, 9000)}, "no known share of L4"),
        ({"GpuInfo": gpus("X1", 0, 2861)}, "size is not known"),
        ({"GpuInfo": gpus("", 1, 2861)}, "GpuInfo.Name: missing"),
        ({"GpuInfo": {"Gpus": [{"Name": "L4"}]}}, "GpuInfo.Count: missing"),
        ({"GpuInfo": {"Gpus": gpus("L4", 1, 1)["Gpus"] * 2}}, "2 kinds of accelerator"),
        ({"MemoryInfo": {"SizeInMiB": -1}}, "SizeInMiB: -1"),
        ({"InstanceType": None}, "InstanceType: missing"),
    ],
)
def test_machines_that_cannot_be_read_are_refused(groups: dict[str, Any], reason: str) -> None:
    assert reason in only_reason(types(typed("x9.odd", **groups)))


def test_machines_alone_are_no_offers() -> None:
    assert only_reason(types(typed("m9.odd"))) == "a machine without a price: give its prices too"


def test_an_accelerated_machine_without_its_facts_is_refused_not_listed_as_plain() -> None:
    assert "give its DescribeInstanceTypes too" in only_reason(priced("p9.48xlarge"))
    assert "give its DescribeInstanceTypes too" in only_reason(item(instanceType="x9.large", gpu="4"))
    assert only_offer(item(instanceType="x9.large", gpu="NA")).accelerator is None
    known = only_offer(types(typed("p9.48xlarge", GpuInfo=gpus("B300", 8, 275040))), priced("p9.48xlarge"))
    assert (known.accelerator, known.accelerator_count) == ("B300", Decimal(8))


def test_the_price_lists_own_facts_are_used_where_no_other_are() -> None:
    machine = item(instanceType="g5.xlarge", vcpu="4", memory="16 GiB", gpu="1",
                   storage="1 x 250 GB NVMe SSD", terms={"OnDemand": on_demand("1.006")})  # fmt: skip
    offer = only_offer(machine)
    assert (offer.vcpus, offer.memory_gib, offer.local_storage_gib) == (
        Decimal(4),
        Decimal(16),
        Decimal("232.83"),
    )
    assert (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib) == (
        "A10G",
        Decimal(1),
        Decimal(24),
    )
    odd = item(memory="NA", vcpu="many", storage="some", networkPerformance="High")
    plain = only_offer(odd)
    assert (plain.vcpus, plain.memory_gib, plain.local_storage_gib, plain.network_gbps) == (None,) * 4


def test_a_price_list_and_instance_types_agree_on_a_machine() -> None:
    offers, _ = parsed(item(), types(typed("m5.large")))
    assert [(one.vcpus, one.memory_gib) for one in offers] == [(Decimal(8), Decimal("30.5"))]


def test_our_table_agrees_with_the_embedded_list() -> None:
    compared = 0
    for offer in load().offers:
        facts = accelerated().get(offer.instance_type)
        if offer.provider != "aws" or facts is None or facts.accelerators is None:
            continue
        compared += 1
        has = facts.accelerators
        assert (has.name, has.count) == (offer.accelerator, offer.accelerator_count), offer.instance_type
        assert has.memory_gib == offer.accelerator_memory_gib, offer.instance_type
        assert (facts.vcpus, facts.memory_gib) == (offer.vcpus, offer.memory_gib), offer.instance_type
        assert facts.local_storage_gib == offer.local_storage_gib, offer.instance_type
    assert compared > 500


def test_our_tables_name_what_exists() -> None:
    names = {facts.accelerators.name for facts in accelerated().values() if facts.accelerators}
    assert names - set(ACCELERATORS) == {"Radeon Pro V520", "GRID K520"}
    assert {
        code for code in (*LOCATIONS.values(), *USAGE_PREFIXES.values()) if region("aws", code) is None
    } == set()
    assert set(CITIES.values()) <= set(COUNTRIES)


def test_replies_that_disagree_give_one_answer_whatever_their_order() -> None:
    one, other = types(typed("r9.odd")), types(typed("r9.odd", VCpuInfo={"DefaultVCpus": 16}))
    assert only_offer(one, other, priced("r9.odd")) == only_offer(other, one, priced("r9.odd"))


def test_of_two_price_lists_the_later_says_what_a_machine_has() -> None:
    said = {
        "2026-08-03T10:11:12Z": "8 GiB",
        "2026-09-03T10:11:12Z": "16 GiB",
        "2026-07-03T10:11:12Z": "32 GiB",
    }
    lists = [item(published=published, memory=memory) for published, memory in said.items()]
    for replies in (lists, lists[::-1]):
        (offer,), _ = parsed(*replies)
        assert offer.memory_gib == 16
    (offer,), _ = parsed(item(published=None, memory="64 GiB"), lists[0])  # one without a date is the oldest
    assert offer.memory_gib == 8


@pytest.mark.parametrize(
    ("stated", "gbps"),
    [
        ("Up to 10 Gigabit", "10"),
        ("8x 100 Gigabit", "800"),
        ("Up to 750 Megabit", "0.75"),
        ("Moderate", None),
    ],
)
def test_the_network_of_a_machine_is_in_gigabits(stated: str, gbps: str | None) -> None:
    offer = only_offer(item(networkPerformance=stated))
    assert offer.network_gbps == (None if gbps is None else Decimal(gbps))
    assert offer.vcpus == 2


@pytest.mark.parametrize(
    ("stated", "gb"),
    [
        ("1 x 250 GB NVMe SSD", 250),
        ("4 x 900 NVMe SSD", 3600),
        ("8x1,900 GB", 15200),
        ("150 GB", 150),
        ("EBS only", None),
        ("2 x 1.9 TB NVMe SSD", None),  # not read, rather than a thousandth
        ("1 x 100 or 2 x 100 SSD", None),
    ],
)
def test_the_disks_of_a_machine_are_in_gib(stated: str, gb: int | None) -> None:
    offer = only_offer(item(storage=stated))
    assert offer.local_storage_gib == (None if gb is None else round(Decimal(gb) * 10**9 / 2**30, 2))
