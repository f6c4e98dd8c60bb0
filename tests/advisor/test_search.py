"""The search: which offers, in which order, at which price, and why there are none."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from advisor.catalog.queries import Catalogue
from advisor.catalog.search import Listing, Request, search
from advisor.catalog.sources import FileSource
from advisor.errors import BadInput
from providers.offers import Offer, Payment, PriceState, Purchase
from providers.rates import ReferenceRates
from tests.factories import NOW, SEEN, make_cpu_offer, make_offer

RATES = ReferenceRates(
    rates_to_usd={"USD": Decimal(1), "EUR": Decimal("1.25"), "CNY": Decimal("0.16")},
    observed_on=SEEN.date(),
    source="by hand",
)


def find(offers: list[Offer], query: str = "", **asked: Any) -> Listing:
    source = FileSource(Catalogue(as_of=NOW, version=0, offers=tuple(offers)))
    return search(Request(query=query, **asked), source, rates=RATES, now=NOW, max_age_hours=90 * 24)


def found(listing: Listing) -> list[str]:
    return [line.priced.offer.instance_type for line in listing.lines]


def machine(name: str, price: str, count: int = 8, **changes: Any) -> Offer:
    values = {"price_per_hour": Decimal(price), "accelerator_count": Decimal(count)}
    return make_offer(instance_type=name, **(values | changes))


def reserved(name: str, price: str, upfront: str | None, payment: Payment, term: int = 12) -> Offer:
    return machine(
        name,
        price,
        purchase=Purchase.RESERVED,
        term_months=term,
        payment=payment,
        upfront=None if upfront is None else Decimal(upfront),
    )


def test_the_cheapest_machine_comes_first_and_ties_go_by_name() -> None:
    offers = [machine("c", "30"), machine("b", "20"), machine("a", "30")]
    assert found(find(offers)) == ["b", "a", "c"]


def test_sorting_per_accelerator_puts_machines_without_any_last() -> None:
    # 30 / 8 = 3.75 beats 4 / 1 = 4
    offers = [make_cpu_offer(instance_type="cpu"), machine("one", "4", 1), machine("eight", "30")]
    assert found(find(offers, sort="per_accelerator")) == ["eight", "one", "cpu"]


def test_counts_match_exactly_unless_more_is_fine() -> None:
    offers = [machine("four", "10", 4), machine("eight", "20"), machine("sixteen", "90", 16)]
    assert found(find(offers, "H100:8")) == ["eight"]
    assert found(find(offers, "H100", count=8)) == ["eight"]
    assert found(find(offers, "H100:8", at_least=True)) == ["eight", "sixteen"]
    assert found(find(offers, "H100:4..8")) == ["four", "eight"]


def test_packing_buys_whole_machines_and_compares_their_sum() -> None:
    # 8 from ones: 8 x 3 = 24; from threes: ceil(8/3) = 3 machines x 7 = 21; one of eight: 22
    offers = [machine("one", "3", 1), machine("three", "7", 3), machine("eight", "22"), machine("x", "1", 16)]
    listing = find(offers, "H100:8", pack=True)
    assert found(listing) == ["three", "eight", "one"]
    assert [(x.priced.quantity, x.priced.total) for x in listing.lines] == [
        (3, Decimal(21)),
        (1, Decimal(22)),
        (8, Decimal(24)),
    ]


def test_packing_respects_how_many_can_be_had_and_how_many_must_be() -> None:
    few = machine("few", "1", 1, max_quantity=7)
    many = machine("many", "1", 1, min_quantity=20)
    listing = find([few, many], "H100:8", pack=True)
    assert [(x.priced.offer.instance_type, x.priced.quantity) for x in listing.lines] == [("many", 20)]


def test_other_currencies_are_converted_and_keep_their_own_price() -> None:
    # 40 EUR x 1.25 = 50 USD; in EUR 30 USD / 1.25 = 24
    offers = [machine("euro", "40", currency="EUR"), machine("dollar", "45")]
    listing = find(offers)
    assert [(x.priced.price, x.priced.currency) for x in listing.lines] == [
        (Decimal(45), "USD"),
        (Decimal(50), "USD"),
    ]
    assert find([machine("d", "30")], currency="eur").lines[0].priced.price == Decimal(24)


def test_a_currency_without_a_rate_is_listed_last_and_never_dropped() -> None:
    offers = [machine("krone", "1", currency="NOK"), machine("dollar", "45")]
    listing = find(offers)
    assert found(listing) == ["dollar", "krone"]
    assert (listing.lines[1].priced.price, listing.lines[1].priced.currency) == (Decimal(1), "NOK")
    assert listing.total == 2


def test_a_price_without_a_rate_cannot_meet_a_price_limit() -> None:
    offers = [machine("krone", "1", currency="NOK"), machine("dollar", "45")]
    assert found(find(offers, max_price=Decimal(50))) == ["dollar"]


def test_upfront_money_is_spread_over_the_term() -> None:
    # all upfront: 87600 / (12 x 730) = 10; partial: 4 + 43800 / 8760 = 9; three years: 87600 / 26280 = 3.333
    offers = [
        reserved("all", "0", "87600", Payment.ALL),
        reserved("partial", "4", "43800", Payment.PARTIAL),
        reserved("none", "9.5", None, Payment.NONE),
        reserved("long", "0", "87600", Payment.ALL, term=36),
    ]
    listing = find(offers)
    assert found(listing) == ["long", "partial", "none", "all"]
    assert [x.priced.price for x in listing.lines[1:]] == [Decimal(9), Decimal("9.5"), Decimal(10)]
    assert listing.lines[0].priced.price.quantize(Decimal("0.001")) == Decimal("3.333")


def test_the_same_machine_shows_its_other_prices_beside() -> None:
    offers = [
        machine("m", "50"),
        machine("m", "20", purchase=Purchase.SPOT, zone="a"),
        machine("m", "18", purchase=Purchase.SPOT, zone="b"),
        reserved("m", "30", None, Payment.NONE),
        reserved("m", "0", "262800", Payment.ALL, term=36),  # 262800 / 26280 = 10
        machine("m", "5", purchase=Purchase.SPOT, region="elsewhere"),
    ]
    lines = {x.priced.offer.offer_id: x.beside for x in find(offers).lines}
    on_demand = lines["aws/eu-central-1/m/on_demand"]
    assert (on_demand.on_demand, on_demand.spot) == (Decimal(50), Decimal(18))
    assert (on_demand.one_year, on_demand.three_years) == (Decimal(30), Decimal(10))
    assert lines["aws/eu-central-1/m/spot@a"].spot == Decimal(20)
    elsewhere = lines["aws/elsewhere/m/spot"]
    assert (elsewhere.on_demand, elsewhere.one_year) == (None, None)


def test_age_is_counted_from_the_observation_and_old_prices_are_stale() -> None:
    old = machine("old", "1", observed_at=NOW - timedelta(hours=90 * 24 + 1))
    edge = machine("edge", "2", observed_at=NOW - timedelta(hours=90 * 24))
    said = machine("said", "3", state=PriceState.STALE)
    unknown = machine("unknown", "4", observed_at=None)
    lines = {x.priced.offer.instance_type: x.priced for x in find([old, edge, said, unknown]).lines}
    assert {name: p.stale for name, p in lines.items()} == {
        "old": True,
        "edge": False,
        "said": True,
        "unknown": False,
    }
    assert lines["edge"].age_hours == 90 * 24
    assert lines["unknown"].age_hours is None
    assert found(find([old, edge, said, unknown], max_age_hours=Decimal(100))) == ["said"]


def test_each_condition_filters_on_its_own() -> None:
    offers = [
        make_offer(),
        make_offer(provider="gcp", region="us-central1", country="US", zone="us-central1-a"),
        make_offer(provider="azure", region="uksouth", country="GB", purchase=Purchase.SPOT),
        make_cpu_offer(memory_gib=None, vcpus=None),
    ]

    def providers(**asked: Any) -> list[str]:
        return sorted(x.priced.offer.provider for x in find(offers, **asked).lines)

    assert providers(residency=("EU",)) == ["aws", "aws"]
    assert providers(residency=("GB", "us")) == ["azure", "gcp"]
    assert providers(providers=("AWS",)) == ["aws", "aws"]
    assert providers(purchases=("spot",)) == ["azure"]
    assert providers(purchases=("on-demand",)) == ["aws", "aws", "gcp"]
    assert providers(regions=("aws/eu-*", "uksouth")) == ["aws", "aws", "azure"]
    assert providers(regions=("us-central1-a",)) == ["gcp"]
    assert providers(regions=("gcp/*",)) == ["gcp"]
    assert providers(min_memory_gib=Decimal(2048)) == ["aws", "azure", "gcp"]
    assert providers(min_vcpus=Decimal(193), limit=5) == []
    assert providers(query="cpu") == ["aws"]
    assert providers(query="80GB") == ["aws", "azure", "gcp"]


def test_memory_a_row_leaves_out_is_taken_from_the_list_of_accelerators() -> None:
    silent = machine("silent", "1", accelerator_memory_gib=None)
    said = machine("said", "2", accelerator_memory_gib=Decimal(94))
    unknown = machine("unknown", "3", accelerator="MysteryChip", accelerator_memory_gib=None)
    assert found(find([silent, said, unknown], "80GB")) == ["silent"]
    assert found(find([silent, said, unknown], "81GB+")) == ["said"]


def test_a_block_whose_window_has_ended_is_left_out_and_counted() -> None:
    def block(end: int) -> Offer:
        return machine(
            f"b{end}",
            "40",
            purchase=Purchase.CAPACITY_BLOCK,
            available_from=NOW - timedelta(days=9),
            available_until=NOW + timedelta(days=end),
        )

    listing = find([block(-1), block(0), block(1)])
    assert found(listing) == ["b1"]
    assert (listing.total, listing.ended) == (1, 2)


def test_the_list_is_cut_but_the_total_is_not() -> None:
    listing = find([machine(f"m{n}", str(n + 1)) for n in range(30)], limit=3)
    assert (len(listing.lines), listing.total, listing.in_catalogue) == (3, 30, 30)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"query": "H1000"}, "H1000: unknown accelerator; did you mean H100"),
        ({"residency": ("UE",)}, "--residency UE: unknown place"),
        ({"providers": ("amazn",)}, "--provider amazn: unknown provider; did you mean amazon"),
        (
            {"regions": ("eu-centrl-1",)},
            "--region eu-centrl-1: matches no known region; did you mean eu-central-1",
        ),
        ({"regions": ("gpc/eu-*",)}, "matches no known region; did you mean gcp"),
        ({"purchases": ("sport",)}, "--purchase sport: unknown purchase option; did you mean spot?"),
        ({"currency": "EURO"}, "--currency EURO: no exchange rate; did you mean EUR?"),
        ({"currency": "XYZ"}, "--currency XYZ: no exchange rate"),
        ({"sort": "name"}, "--sort name: write price, per_accelerator, provider"),
        ({"limit": 0}, "--limit 0: must be 1 or more"),
        ({"sort": "-regoin"}, "--sort -regoin: write price, per_accelerator"),
        ({"sort": "--price"}, "--sort --price: write price"),
        ({"offset": -1}, "--offset -1: must be 0 or more"),
        ({"count": 0}, "--count 0: must be 1 or more"),
        ({"query": "H100:8", "count": 4}, "--count 4: the query already asks for 8"),
        ({"query": "cpu", "count": 4}, "`cpu` asks for machines without accelerators"),
        ({"pack": True}, "--pack: needs a number of accelerators"),
        ({"query": "H100:..8", "at_least": True}, "--at-least: needs a number of accelerators"),
        ({"max_price": Decimal(0)}, "--max-price 0: must be a number above 0"),
        ({"max_price": Decimal("NaN")}, "--max-price NaN: must be a number above 0"),
        ({"min_vcpus": Decimal("-1")}, "--min-vcpus -1: must be a number above 0"),
        ({"min_memory_gib": Decimal("Infinity")}, "--min-memory-gib Infinity: must be a number above 0"),
        ({"max_age_hours": Decimal(0)}, "--max-age-hours 0: must be a number above 0"),
    ],
)
def test_what_cannot_be_asked_names_option_value_and_what_would_be_right(
    asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        find([make_offer(provider="amazon"), make_offer(provider="gcp")], **asked)
    assert message in caught.value.message
