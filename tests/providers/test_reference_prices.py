"""Prices of the embedded list make sense against each other, as price-traps teaches."""

from decimal import Decimal
from statistics import median

from providers.accelerators import ACCELERATORS
from providers.offers import Offer, PriceState, Purchase
from tests.providers.reference_offers import (
    embedded_offers,
    grouped,
    hourly_cost,
    machine,
    median_usd_on_demand,
    on_demand_price,
    usd_per_accelerator_hour,
)

# Old cards that hyperscalers still list at their first price and neo-clouds sell off.
SOLD_OFF = {("verda", "V100-16GB"), ("lambda", "V100-16GB")}


def test_every_accelerator_is_known_by_its_canonical_name() -> None:
    named = {offer.accelerator for offer in embedded_offers() if offer.accelerator}
    assert named <= set(ACCELERATORS)


def test_accelerator_count_and_memory_come_with_the_accelerator() -> None:
    for offer in embedded_offers():
        filled = [
            v is not None for v in (offer.accelerator, offer.accelerator_count, offer.accelerator_memory_gib)
        ]
        assert all(filled) or not any(filled), offer.offer_id


def test_memory_is_that_of_the_accelerator_or_of_the_share_of_it() -> None:
    """1/6 of an A10 (24 GiB) has 4 GiB, and says so in its note."""
    for offer in embedded_offers():
        if offer.accelerator is None:
            continue
        assert offer.accelerator_count is not None
        assert offer.accelerator_memory_gib is not None
        known = ACCELERATORS[offer.accelerator].memory_gib
        assert known is not None
        share = min(Decimal(1), offer.accelerator_count)
        assert abs(offer.accelerator_memory_gib - known * share) <= known * share / 10, offer.offer_id
        assert (share == 1) or "fraction" in (offer.note or "") or offer.provider == "gcp", offer.offer_id


def test_whole_accelerators_come_in_plausible_numbers() -> None:
    """1 to 16 in a machine, 36 or 72 in an NVLink rack; below one only as a share like 1/8 or 1/6."""
    counts = {o.accelerator_count for o in embedded_offers() if o.accelerator_count is not None}
    whole = {count for count in counts if count >= 1}
    assert whole <= {Decimal(n) for n in (1, 2, 4, 6, 8, 12, 16, 36, 72)}
    assert all(abs(1 / count - round(1 / count)) < Decimal("0.001") for count in counts - whole)


def test_known_machines_have_the_accelerators_their_vendor_states() -> None:
    expected = {
        "p5.48xlarge": ("H100", 8), "p4d.24xlarge": ("A100-40GB", 8), "p4de.24xlarge": ("A100-80GB", 8),
        "p5en.48xlarge": ("H200", 8), "p6-b200.48xlarge": ("B200", 8), "trn1.32xlarge": ("Trainium1", 16),
        "trn2.48xlarge": ("Trainium2", 16), "inf2.48xlarge": ("Inferentia2", 12),
        "inf2.24xlarge": ("Inferentia2", 6),
        "g6f.2xlarge": ("L4", Decimal("0.25")), "f2.48xlarge": ("FPGA-VU47P", 8),
        "Standard_ND96isr_H100_v5": ("H100", 8), "Standard_NC80adis_H100_v5": ("H100-NVL", 2),
        "Standard_ND128isr_NDR_GB200_v6": ("GB200", 4), "Standard_NP40s": ("Alveo-U250", 4),
        "a2-highgpu-8g": ("A100-40GB", 8), "a2-ultragpu-8g": ("A100-80GB", 8),
        "a2-megagpu-16g": ("A100-40GB", 16),
        "a3-megagpu-8g": ("H100", 8), "g2-standard-96": ("L4", 8), "ct6e-standard-8t": ("TPU-v6e", 8),
        "tpu-v5e-chip": ("TPU-v5e", 1), "gpu_8x_h100_sxm5": ("H100", 8), "BM.GPU.MI300X.8": ("MI300X", 8),
    }  # fmt: skip
    found = {o.instance_type: (o.accelerator, o.accelerator_count) for o in embedded_offers()}
    assert {name: found.get(name) for name in expected} == expected


def test_no_price_is_a_sentinel() -> None:
    """700.0 stands for "no price known" in one public catalogue, for a slice of any size."""
    assert [o.offer_id for o in embedded_offers() if o.price_per_hour == 700] == []


def test_no_price_is_the_floor_of_an_auction() -> None:
    """Where nobody bids, an auction shows its floor for spot and on demand alike (price-traps A3)."""
    floors = [
        offer.offer_id
        for offer in embedded_offers()
        if offer.purchase is Purchase.SPOT and on_demand_price().get(machine(offer)) == offer.price_per_hour
    ]
    assert floors == []


def test_price_per_accelerator_stays_near_the_median_of_its_kind() -> None:
    """Ten times off in either direction is a unit mistaken (slice for chip, node for card), not a price."""
    odd = []
    for offer in embedded_offers():
        if offer.accelerator is None or (offer.provider, offer.accelerator) in SOLD_OFF:
            continue
        middle = median_usd_on_demand().get(offer.accelerator)
        if middle is None:  # only to be had in capacity blocks: compared with each other below
            continue
        low, high = (
            (Decimal("0.04"), Decimal(2)) if offer.purchase is Purchase.SPOT else (Decimal("0.1"), Decimal(8))
        )
        if not low <= usd_per_accelerator_hour(offer) / middle <= high:
            odd.append((offer.offer_id, usd_per_accelerator_hour(offer), middle))
    assert odd == []


def test_the_same_machine_costs_the_same_within_a_factor_of_four_everywhere() -> None:
    """Near-zero typos: a tenth of the median in one region (price-traps A4)."""
    by_type = grouped(
        (o for o in embedded_offers() if o.purchase is Purchase.ON_DEMAND),
        lambda o: (o.provider, o.instance_type, o.currency),
    )
    for offers in by_type.values():
        middle = Decimal(median([o.price_per_hour for o in offers]))
        for offer in offers:
            assert middle / 4 <= offer.price_per_hour <= middle * 4, offer.offer_id


def test_spot_never_costs_more_than_on_demand() -> None:
    dearer = [
        offer.offer_id
        for offer in embedded_offers()
        if offer.purchase is Purchase.SPOT
        and machine(offer) in on_demand_price()
        and offer.price_per_hour > on_demand_price()[machine(offer)]
    ]
    assert dearer == []


def test_a_spot_price_derived_from_a_published_saving_says_so() -> None:
    advisor = [o for o in embedded_offers() if (o.source_url or "").endswith("/spotinfo")]
    assert advisor
    assert all("derived: on demand x (1 - spot advisor saving)" in (o.note or "") for o in advisor)


def test_a_commitment_costs_less_per_hour_than_on_demand() -> None:
    compared = 0
    for offer in embedded_offers():
        if offer.purchase is Purchase.RESERVED:
            assert hourly_cost(offer) < on_demand_price()[machine(offer)], offer.offer_id
            compared += 1
    assert compared > 300


def _commitments() -> list[list[Offer]]:
    reserved = (o for o in embedded_offers() if o.purchase is Purchase.RESERVED)
    return list(grouped(reserved, machine).values())


def test_three_years_cost_less_per_hour_than_one() -> None:
    compared = 0
    for offers in _commitments():
        for short in offers:
            for long in offers:
                if (short.term_months, long.term_months) == (12, 36) and short.payment is long.payment:
                    assert hourly_cost(long) < hourly_cost(short), long.offer_id
                    compared += 1
    assert compared > 100


def test_paying_upfront_never_costs_more_than_paying_monthly() -> None:
    """Upfront is a total for the whole term. A cent per hour is left for rounded totals."""
    compared = 0
    for offers in _commitments():
        by_terms = {(o.term_months, str(o.payment)): hourly_cost(o) for o in offers}
        for (term_months, payment), cost in by_terms.items():
            if payment == "all" and (term_months, "none") in by_terms:
                assert cost <= by_terms[term_months, "none"] + Decimal("0.01")
                compared += 1
    assert compared > 20


def test_the_azure_h100_reservation_is_read_as_a_term_total() -> None:
    """551,221 for a year is 551221 / 8760 = 62.92 per hour; read as hourly it would be absurd."""
    prefix = "azure/eastus/Standard_ND96isr_H100_v5/reserved"
    found = {offer.offer_id: offer for offer in embedded_offers() if offer.offer_id.startswith(prefix)}
    assert found[f"{prefix}/12m-all"].upfront == 551221
    assert found[f"{prefix}/36m-all"].upfront == 1134310
    assert round(found[f"{prefix}/12m-none"].price_per_hour, 2) == Decimal("62.92")
    assert round(found[f"{prefix}/36m-none"].price_per_hour, 2) == Decimal("43.16")


def test_tpus_are_priced_per_chip() -> None:
    """A v6e chip lists at 2.70 in South Carolina, so eight of them cost 21.60 and not 2.70 or 691.20."""
    found = {offer.offer_id: offer.price_per_hour for offer in embedded_offers()}
    assert found["gcp/us-east1/tpu-v6e-chip/on_demand"] == Decimal("2.7")
    assert found["gcp/us-east1/ct6e-standard-8t/on_demand"] == Decimal("21.6")


def test_google_a100_prices_include_the_accelerator() -> None:
    """a2-highgpu-1g is 3.67 per hour with its A100; 0.74 would be the host alone (price-traps C15)."""
    prices = [
        o.price_per_hour
        for o in embedded_offers()
        if o.instance_type == "a2-highgpu-1g" and not o.term_months
    ]
    on_demand = [p for p in prices if p > 3]
    assert len(on_demand) >= 10
    assert not any(Decimal("0.7") < p < Decimal("0.8") for p in on_demand)


def test_prices_in_yuan_are_marked_old_and_chinese() -> None:
    yuan = [offer for offer in embedded_offers() if offer.currency == "CNY"]
    assert {offer.provider for offer in yuan} == {"alibaba", "aws"}
    assert {offer.state for offer in yuan} == {PriceState.STALE}
    assert {o.region for o in yuan if o.provider == "aws"} == {"cn-north-1"}
