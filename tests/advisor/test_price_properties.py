"""Properties of the search that hold for any offers."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.pricing import HOURS_PER_MONTH, effective_price_per_hour
from advisor.catalog.search import Listing
from providers.offers import Offer, Payment, Purchase
from tests.advisor.test_search import find, machine

PRICES = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(10000), places=4)
MACHINES = st.lists(st.tuples(PRICES, st.integers(1, 16)), min_size=1, max_size=12)


def offers_of(drawn: list[tuple[Decimal, int]], factor: int = 1) -> list[Offer]:
    return [machine(f"m{n}", str(price * factor), count) for n, (price, count) in enumerate(drawn)]


def prices(listing: Listing) -> list[Decimal]:
    return [line.priced.total for line in listing.lines]


@given(MACHINES)
def test_prices_never_fall_down_the_list_and_nothing_is_lost(drawn: list[tuple[Decimal, int]]) -> None:
    listing = find(offers_of(drawn))
    assert prices(listing) == sorted(price for price, _ in drawn)
    assert listing.total == len(drawn)


@given(MACHINES, st.integers(2, 9))
def test_k_times_the_prices_are_k_times_the_list(drawn: list[tuple[Decimal, int]], factor: int) -> None:
    once, often = find(offers_of(drawn)), find(offers_of(drawn, factor))
    assert prices(often) == [price * factor for price in prices(once)]


@given(MACHINES, st.integers(1, 16))
def test_packed_machines_reach_the_count_with_none_to_spare(
    drawn: list[tuple[Decimal, int]], wanted: int
) -> None:
    for line in find(offers_of(drawn), f"H100:{wanted}", pack=True).lines:
        held = line.priced.offer.accelerator_count
        assert held is not None
        assert held * line.priced.quantity >= wanted
        assert held * (line.priced.quantity - 1) < wanted


@given(MACHINES, PRICES)
def test_one_more_condition_never_finds_more(drawn: list[tuple[Decimal, int]], limit: Decimal) -> None:
    free, limited = find(offers_of(drawn)), find(offers_of(drawn), max_price=limit)
    assert limited.total == sum(price <= limit for price in prices(free))


@given(PRICES, st.decimals(min_value=1, max_value=10**7, places=2), st.sampled_from([12, 36]))
def test_the_effective_price_over_the_term_is_what_is_paid(
    hourly: Decimal, upfront: Decimal, term: int
) -> None:
    offer = machine(
        "m",
        str(hourly),
        purchase=Purchase.RESERVED,
        term_months=term,
        payment=Payment.PARTIAL,
        upfront=upfront,
    )
    hours = term * HOURS_PER_MONTH
    paid = hourly * hours + upfront
    assert abs(effective_price_per_hour(offer) * hours - paid) < Decimal("1e-9") * paid
