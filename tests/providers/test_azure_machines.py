"""What Azure's machines have: Resource SKUs joined onto prices, and our table of accelerators."""

import csv
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from providers.accelerators import ACCELERATORS, canonical_name
from providers.azure import families
from providers.azure.families import family_of, fraction, known_sizes
from providers.offers import Offer
from tests.providers.azure_replies import item, offers, page, parsed, priced, reason, recorded, sku

H100 = "Standard_ND96isr_H100_v5"
TABLE = Path(families.__file__).with_name("families.csv")


def machine(name: str, *skus: dict[str, Any]) -> Offer:
    """The on-demand offer of a size, described by records of Resource SKUs."""
    found, _ = parsed(page([priced(5.5, armSkuName=name)]), {"value": list(skus)})
    (offer,) = found
    return offer


def test_a_size_gets_its_facts_from_resource_skus() -> None:
    """20480 MiB of temporary disk and 915527 MiB of NVMe are 20 + 894.069... GiB."""
    described = sku(
        vCPUs=8, vCPUsAvailable=8, MemoryGB="32", MaxResourceVolumeMB=20480, NvmeDiskSizeInMiB=915527
    )
    offer = machine("Standard_D8_v4", described)
    assert (offer.vcpus, offer.memory_gib) == (Decimal(8), Decimal(32))
    assert offer.local_storage_gib == Decimal(20) + Decimal(915527) / 1024
    assert (offer.accelerator, offer.accelerator_count) == (None, None)


def test_names_and_regions_join_without_regard_to_case() -> None:
    described = sku("STANDARD_D8_V4", region="WestEurope", vCPUs=8, MemoryGB=32)
    (offer,) = offers(page([item(armSkuName="standard_d8_v4")]), {"value": [described]})
    assert offer.vcpus == 8
    assert offer.instance_type == "STANDARD_D8_V4"  # as Azure's list of machines spells it


def test_another_region_describes_the_parts_but_not_the_restrictions() -> None:
    limits = [{"type": "Location", "values": ["eastus"], "reasonCode": "NotAvailableForSubscription"}]
    offer = machine("Standard_D8_v4", sku(region="eastus", restrictions=limits, vCPUs=8, MemoryGB=32))
    assert offer.vcpus == 8
    assert "NotAvailable" not in (offer.note or "")


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        (
            {"type": "Location", "values": ["westeurope"], "reasonCode": "NotAvailableForSubscription"},
            "not to be had by the subscription (NotAvailableForSubscription)",
        ),
        (
            {
                "type": "Zone",
                "values": ["westeurope"],
                "restrictionInfo": {"locations": ["westeurope"], "zones": ["1", "3"]},
                "reasonCode": "NotAvailableForSubscription",
            },
            "not in zones 1, 3 (NotAvailableForSubscription)",
        ),
        ({"type": "Location", "reasonCode": "QuotaId"}, "not to be had by the subscription (QuotaId)"),
    ],
)
def test_restrictions_are_told(restriction: dict[str, Any], said: str) -> None:
    assert said in (machine("Standard_D8_v4", sku(restrictions=[restriction], vCPUs=8)).note or "")


def test_constrained_cores_and_retirement_are_told() -> None:
    described = sku(
        "Standard_M8-2ms", vCPUs=8, vCPUsAvailable=2, MemoryGB="218.75", RetirementDateUtc="09/03/2024"
    )
    offer = machine("Standard_M8-2ms", described)
    assert (offer.vcpus, offer.memory_gib) == (Decimal(2), Decimal("218.75"))
    assert "2 of its 8 vCPUs usable; retirement date 09/03/2024" in (offer.note or "")


@pytest.mark.parametrize(
    ("name", "accelerator", "count", "memory_gib"),
    [
        ("Standard_ND96isr_H100_v5", "H100", "8", 80),
        ("Standard_ND96isr_H200_v5", "H200", "8", 141),
        ("Standard_ND96isr_MI300X_v5", "MI300X", "8", 192),
        ("Standard_ND128isr_NDR_GB200_v6", "GB200", "4", 186),
        ("Standard_NC24ads_A100_v4", "A100-80GB", "1", 80),
        ("Standard_ND96asr_v4", "A100-40GB", "8", 40),
        ("Standard_ND96amsr_A100_v4", "A100-80GB", "8", 80),
        ("Standard_NC6s_v3", "V100-16GB", "1", 16),
        ("Standard_ND40rs_v2", "V100-32GB", "8", 32),
        ("Standard_NC64as_T4_v3", "T4", "4", 16),
        ("Standard_NC80adis_H100_v5", "H100-NVL", "2", 94),
        ("Standard_NV6ads_A10_v5", "A10", "0.166667", 4),
        ("Standard_NV18ads_A10_v5", "A10", "0.5", 12),
        ("Standard_NV72ads_A10_v5", "A10", "2", 24),
        ("Standard_NG16ads_V620_v1", "V620", "0.5", 16),
        ("Standard_NP40s", "Alveo-U250", "4", 64),
        ("standard_nd96ISR_h100_V5", "H100", "8", 80),
    ],
)
def test_accelerators_are_named_by_size(name: str, accelerator: str, count: str, memory_gib: int) -> None:
    offer = machine(name)
    assert (offer.accelerator, offer.accelerator_count) == (accelerator, Decimal(count))
    assert offer.accelerator_memory_gib == memory_gib
    assert offer.vcpus is not None
    assert offer.memory_gib is not None


@pytest.mark.parametrize("counted", ["1", "0.1667", "1/6", "1/6X A10", "0"])
def test_a_share_stays_a_share_however_azure_counts_it(counted: str) -> None:
    offer = machine(
        "Standard_NV6ads_A10_v5", sku("Standard_NV6ads_A10_v5", GPUs=counted, vCPUs=6, MemoryGB=55)
    )
    assert (offer.accelerator_count, offer.accelerator_memory_gib) == (Decimal("0.166667"), Decimal(4))
    assert "a share of one A10" in (offer.note or "")


def test_an_unlisted_size_of_a_known_accelerator_takes_azures_count() -> None:
    name = "Standard_ND96isr_B300_v7"
    offer = machine(name, sku(name, GPUs=8, vCPUs=96))
    assert (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib) == (
        "B300",
        Decimal(8),
        Decimal(268),  # of one card, as everywhere
    )


def test_an_accelerator_nobody_knows_keeps_azures_name_and_says_so() -> None:
    name = "Standard_ND96isr_Z900_v7"
    offer = machine(name, sku(name, GPUs=4))
    assert (offer.accelerator, offer.accelerator_count) == ("Z900", Decimal(4))
    assert "accelerator named as Azure does" in (offer.note or "")


@pytest.mark.parametrize("name", ["Standard_ND96isr_B300_v7", "Standard_NC99_v9", "Standard_NC8ads_A10_v4"])
def test_an_accelerator_machine_of_unknown_count_is_refused_not_sold_as_a_plain_one(name: str) -> None:
    assert "not known" in reason([item(armSkuName=name)])


@pytest.mark.parametrize(
    ("name", "counted", "why"),
    [
        (H100, "4", "Resource SKUs count 4 accelerators, its series has 8"),
        ("Standard_NC8ads_A10_v4", "1", "how many A10 it has is not known"),
        ("Standard_NC99_v9", "2", "which accelerators"),
        ("Standard_D8_v4", "2", "which accelerators"),
        ("Standard_NX96_A100_v9", "8", "which of A100-40GB, A100-80GB it has is not known"),
    ],
)
def test_counts_that_contradict_or_say_nothing_are_refused(name: str, counted: str, why: str) -> None:
    found, refused = parsed([item(armSkuName=name)], {"value": [sku(name, GPUs=counted)]})
    assert found == []
    assert why in refused[0].reason


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"resourceType": "disks", "name": "Premium_LRS", "capabilities": []}, "resourceType: disks"),
        ({"resourceType": "virtualMachines", "name": "", "capabilities": []}, "name: empty"),
        ({"resourceType": "virtualMachines", "name": "Standard_D8_v4"}, "capabilities: missing"),
        (sku(vCPUs="many"), "vCPUs: many"),
        (sku(vCPUs=8), "a machine without a price"),
    ],
)
def test_a_record_that_describes_nothing_is_refused(described: dict[str, Any], why: str) -> None:
    assert why in reason({"value": [described]})


def test_records_of_the_sdk_and_of_the_command_line_are_read_too() -> None:
    snake = {
        "resource_type": "virtualMachines",
        "name": "Standard_D8_v4",
        "locations": ["westeurope"],
        "capabilities": [{"name": "vCPUs", "value": "8"}],
        "restrictions": [{"type": "Location", "reason_code": "QuotaId", "values": ["westeurope"]}],
    }
    found, _ = parsed([item()], [snake])
    assert found[0].vcpus == 8
    assert "QuotaId" in (found[0].note or "")


def test_documents_are_joined_in_any_order() -> None:
    contents = [recorded("skus_eastus.json"), recorded("retail_eastus.json"), recorded("sheet_ea_2023.csv")]
    answers = [parsed(*order)[0] for order in permutations(contents)]
    assert all(answer == answers[0] for answer in answers)
    h100 = {offer.purchase.value: offer for offer in answers[0] if offer.instance_type == H100}
    assert h100["spot"].vcpus == 96
    assert h100["spot"].local_storage_gib == 27700  # (1024000 + 27340800) MiB / 1024
    assert h100["on_demand"].price_per_hour == Decimal("88.5")  # the agreement's, not the list's 98.32


def test_the_table_is_whole() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 70
    for row in rows:
        assert row["source_url"].startswith("https://learn.microsoft.com/"), row["size"]
        assert canonical_name(row["accelerator"]) in (row["accelerator"], None)
        assert row["accelerator"] in ACCELERATORS or row["accelerator"] == "Alveo-MA35D"
        share = fraction(row["accelerator_count"])
        assert row["accelerator_count"] or "*" in row["size"]
        if share:
            whole = next(
                r for r in rows if r["accelerator"] == row["accelerator"] and r["accelerator_count"] == "1"
            )
            expected = Decimal(whole["accelerator_memory_gib"]) * share
            assert round(expected, 3) == Decimal(row["accelerator_memory_gib"]), row["size"]
    assert all(family_of(size) for size in known_sizes())


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("usgovvirginia", "Azure Government, for vetted US customers only"),
        ("usdodcentral", "Azure Government, for the US Department of Defense only"),
        ("usdodeast", "Azure Government, for the US Department of Defense only"),
        ("chinanorth3", "Azure China, separate account and operator (21Vianet)"),
    ],
)
def test_an_offer_of_a_region_that_is_not_open_to_everyone_says_so(region: str, said: str) -> None:
    closed, public = offers(page([item(armRegionName=region), item(armRegionName="westus")]))
    assert (closed.region, closed.country) == (region, "CN" if region == "chinanorth3" else "US")
    assert said in (closed.note or "").split("; ")
    assert "Azure" not in (public.note or "")


def test_the_memory_of_several_accelerators_is_that_of_one_and_of_a_share_its_share() -> None:
    size = "Standard_NC40xds_RTXPRO6000BSE_v6"  # of a pattern of our table, 96 GiB each
    for counted, memory in (("2", 96), ("0.5", 48), ("1/4", 24)):
        offer = machine(size, sku(size, GPUs=counted))
        assert (offer.accelerator, offer.accelerator_memory_gib) == ("RTX-PRO-6000", Decimal(memory))


def test_a_note_says_which_accelerators_are_named_as_azure_does() -> None:
    said = "accelerator named as Azure does"
    assert said in (machine("Standard_NM16ads_MA35D").note or "")
    assert said not in (machine(H100).note or "")
