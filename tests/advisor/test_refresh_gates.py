"""Gates: each holds back, or sets aside, what it is for, and lets pass what it is not for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from advisor.catalog.services import publish
from advisor.refresh.gates import Past, breaches
from advisor.refresh.known import Known
from advisor.refresh.limits import LIMITS, Limits, limits_of
from advisor.refresh.sources import TITLES
from advisor.refresh.staging import Staged, stage
from advisor.refresh.suspects import suspects
from providers.base import Refused
from providers.offers import Offer, Payment, Purchase
from providers.rates import reference_rates
from providers.registry import SOURCES, source_class
from tests.factories import NOW, SEEN, make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
LIMITS_HERE = Limits()
RATES = reference_rates()


def machines(count: int, price: Any = 40, **given: Any) -> list[Offer]:
    """As many machines of one provider in one region, all at one price and of one size."""
    return [
        make_offer(provider="lambda", instance_type=f"m{n}", price_per_hour=Decimal(price), **given)
        for n in range(count)
    ]


def places(prices: Sequence[Any], **given: Any) -> list[Offer]:
    """One machine in as many regions, at these prices."""
    values: dict[str, Any] = {"provider": "lambda", "instance_type": "m"} | given
    return [
        make_offer(region=f"r{n}", price_per_hour=Decimal(str(price)), **values)
        for n, price in enumerate(prices)
    ]


def before(offers: Sequence[Offer], source: str = "fake") -> None:
    publish(offers, source=source, label=source)


def staged_of(offers: Sequence[Offer | Refused]) -> Staged:
    return stage(offers, Known("fake"), rates=RATES, latest=NOW)


def judged(
    offers: Sequence[Offer | Refused], limits: Limits = LIMITS_HERE, past: Past | None = None
) -> tuple[list[str], dict[str, str]]:
    """Breaches, and the doubtful offers with their reasons by region or machine."""
    staged = staged_of(offers)
    replaced = [one.known.id for one in staged.taken.values() if one.offer is not None and one.known]
    rows = Known.prices(replaced)
    doubtful = suspects(staged, rows, limits, RATES)
    held = breaches(staged, doubtful, rows, limits=limits, past=past, rates=RATES)
    return held, doubtful


def doubts_of(offers: Sequence[Offer], limits: Limits = LIMITS_HERE) -> dict[str, str]:
    return judged(offers, limits)[1]


def test_nothing_usable_is_held_back() -> None:
    held, _ = judged([Refused(where="line 1", reason="no price")])
    assert held == ["It holds no usable offer (1 rows, 1 refused)."]


@pytest.mark.parametrize(("count", "held"), [(69, True), (70, False), (300, False), (301, True)])
def test_a_provider_with_far_fewer_or_more_offers_is_held_back(count: int, held: bool) -> None:
    before(machines(100))
    said = [line for line in judged(machines(count))[0] if line.startswith("lambda:")]
    assert bool(said) is held
    if held:
        assert f"{count} offers, there were 100" in said[0]


def test_a_provider_that_is_gone_is_held_back_whatever_the_others_bring() -> None:
    before([*machines(30), *(replace(one, provider="nebius") for one in machines(30))])
    assert any(line.startswith("nebius: 0 offers, there were 30") for line in judged(machines(30))[0])


def test_a_small_number_is_not_judged_by_its_past() -> None:
    before(machines(19))
    assert judged(machines(1))[0] == []


def test_required_regions_and_machines_must_be_there() -> None:
    limits = Limits(regions=frozenset({"eu-central-1", "us-east-1"}), types=frozenset({"m1", "m9"}))
    assert judged(machines(5), limits)[0] == ["region us-east-1 is missing.", "machine m9 is missing."]
    assert judged(machines(5), Limits(regions=frozenset({"eu-central-1"}), types=frozenset({"m1"})))[0] == []


@pytest.mark.parametrize(("had", "held"), [(19, False), (20, True)])
def test_a_region_that_is_gone_is_held_back_once_it_mattered(had: int, held: bool) -> None:
    here = machines(100)
    before([*here, *(replace(one, region="gone") for one in machines(had))])
    assert judged(here)[0] == ([f"lambda: region gone is gone; there were {had} offers."] if held else [])


@pytest.mark.parametrize(("refused", "held"), [(40, False), (60, True)])
def test_a_rising_share_of_refused_rows_is_held_back(refused: int, held: bool) -> None:
    rows: list[Offer | Refused] = [*machines(100 - refused)]
    rows += [Refused(where=str(n), reason="?") for n in range(refused)]
    said = judged(rows, past=Past(seen=100, refused=20))[0]
    assert said == (["60% of its rows are refused; it was 20%."] if held else [])
    assert judged(rows)[0] == []  # no past, nothing to compare with


@pytest.mark.parametrize(("moved", "price", "held"), [(20, 60, False), (21, 60, True), (100, 50, False)])
def test_too_many_prices_that_moved_are_held_back(moved: int, price: int, held: bool) -> None:
    # 50 is exactly 25 % above 40, which is no large move
    before(machines(100))
    said = judged([*machines(moved, price=price), *machines(100)[moved:]])[0]
    assert bool(said) is held
    if held:
        assert said == ["21 of 100 prices moved by more than 25% (at most 20% may)."]


def test_falling_prices_are_large_moves_too() -> None:
    before(machines(100))
    assert judged(machines(100, price=30))[0] == [
        "100 of 100 prices moved by more than 25% (at most 20% may)."
    ]


def test_spot_prices_may_move_more() -> None:
    spot = {"purchase": Purchase.SPOT}
    before(machines(100, **spot))
    assert judged(machines(100, price=79, **spot))[0] == []
    assert "spot prices moved" in judged(machines(100, price=81, **spot))[0][0]


def test_prices_of_other_sources_are_no_past_of_this_one() -> None:
    before(machines(100), source="embedded")
    assert judged(machines(50, price=30))[0] == []


def test_many_doubtful_offers_together_hold_all_back() -> None:
    cheap = [
        make_offer(provider="lambda", instance_type=f"c{n}", price_per_hour=Decimal("0.01"))
        for n in range(30)
    ]
    held, doubtful = judged([*machines(100), *cheap])
    assert len(doubtful) == 30
    assert "30 of 130 offers are doubtful (at most 10%)" in held[0]
    assert judged([*machines(100), *cheap[:5]])[0] == []


@pytest.mark.parametrize(("price", "doubtful"), [(160, False), (170, True), (10, False), ("9.9", True)])
def test_a_price_that_moved_too_far_waits(price: Any, doubtful: bool) -> None:
    before(places([40]))
    said = doubts_of(places([price]))
    assert bool(said) is doubtful
    if price == 170:
        assert list(said.values()) == ["moved from 40 USD to 170 USD: 4.25 times what it was"]


@pytest.mark.parametrize(
    ("purchase", "old", "new", "moved"),
    [
        (Purchase.ON_DEMAND, "98.32", "55.04", True),  # p5.48xlarge us-east-1, June 2025
        (Purchase.ON_DEMAND, "32.77", "21.96", True),  # p4d.24xlarge, the same day
        (Purchase.ON_DEMAND, "31.464", "41.528", True),  # a Capacity Block of p5, 2026
        (Purchase.SPOT, "62.5", "20.4", True),  # a3-highgpu-8g, 2024 to 2025
        (Purchase.SPOT, "46", "50.61", False),  # a3-highgpu-8g, two weeks of 2026
    ],
)
def test_moves_the_market_has_made_pass_alone_and_are_counted(
    purchase: Purchase, old: str, new: str, moved: bool
) -> None:
    """None waits for a person (price-traps E31); a refresh in which all prices move so is held back."""
    before(machines(30, price=old, purchase=purchase))
    few = [*machines(2, price=new, purchase=purchase), *machines(30, price=old, purchase=purchase)[2:]]
    assert judged(few) == ([], {})
    held, doubtful = judged(machines(30, price=new, purchase=purchase))
    assert (bool(held), doubtful) == (moved, {})


def test_a_move_is_seen_through_the_upfront_payment_and_the_currency() -> None:
    terms = {"purchase": Purchase.RESERVED, "term_months": 12, "payment": Payment.ALL}
    year = [make_offer(price_per_hour=Decimal(0), upfront=Decimal(8760 * 40), **terms)]
    before(year)
    # the term's total read as a price per hour would be 8,760 times as much; here five times
    dear = [replace(year[0], upfront=Decimal(8760 * 200))]
    assert "5 times" in next(iter(doubts_of(dear).values()))
    assert doubts_of([replace(year[0], upfront=Decimal(8760 * 41))]) == {}
    before(places([40], instance_type="n"))
    in_yen = places([40 / float(RATES.rates_to_usd["JPY"])], instance_type="n", currency="JPY")
    assert doubts_of(in_yen) == {}  # the same money
    assert doubts_of(places([40], instance_type="n", currency="JPY")) != {}


@pytest.mark.parametrize(("odd", "doubtful"), [(161, True), (159, False), ("9.9", True), ("10.1", False)])
def test_a_price_far_from_those_of_its_machine_elsewhere_waits(odd: Any, doubtful: bool) -> None:
    said = doubts_of(places([40, 40, 41, 39, odd]))
    assert set(said) == ({"lambda/r4/m/on_demand"} if doubtful else set())


def test_outliers_are_judged_within_one_currency_and_one_set_of_terms() -> None:
    # seven times as many yuan are the same money; a spot price is another matter than an on-demand one
    yuan = float(RATES.rates_to_usd["CNY"])
    offers = [*places([40, 40, 41, 39]), *places([40 / yuan], currency="CNY", zone="cn")]
    assert doubts_of(offers) == {}
    assert doubts_of([*places([40, 40, 41, 39]), *places([5], purchase=Purchase.SPOT, zone="s")]) == {}


def test_too_few_places_give_no_median_to_be_far_from() -> None:
    assert doubts_of(places([40, 40, 200])) == {}


def test_spot_differs_more_between_places() -> None:
    assert doubts_of(places([10, 10, 11, 9, 54], purchase=Purchase.SPOT)) == {}
    assert len(doubts_of(places([10, 10, 11, 9, 120], purchase=Purchase.SPOT))) == 1


def sized(counts: Sequence[int], price: str) -> list[Offer]:
    return [
        make_offer(
            provider="gcp", instance_type=f"tpu-{n}", accelerator="TPU-v6e", accelerator_count=Decimal(n),
            price_per_hour=Decimal(price),
        )
        for n in counts
    ]  # fmt: skip


def test_one_price_for_slices_of_every_size_is_no_price() -> None:
    # price-traps A2: 700.0 for any slice; the largest would look cheapest per chip
    said = doubts_of(sized([1, 8, 256], "699"))
    assert len(said) == 3
    assert next(iter(said.values())) == ("699 USD stands for 3 sizes of TPU-v6e, from 1 to 256 accelerators")
    assert doubts_of(sized([1, 2, 3], "699")) == {}  # close sizes
    assert doubts_of(sized([1, 8], "699")) == {}  # two of them


def test_one_price_for_machines_of_a_series_is_no_price_but_for_other_series_chance() -> None:
    def cpu(name: str, vcpus: int) -> Offer:
        return make_cpu_offer(instance_type=name, vcpus=Decimal(vcpus), price_per_hour=Decimal("0.18"))

    assert len(doubts_of([cpu("f.a", 2), cpu("f.b", 8), cpu("f.c", 16)])) == 3
    assert doubts_of([cpu("f.a", 2), cpu("g.b", 8), cpu("h.c", 16)]) == {}


def test_known_placeholders_wait() -> None:
    assert set(doubts_of(sized([1], "700"), limits_of("gcp"))) == {"gcp/eu-central-1/tpu-1/on_demand"}
    assert doubts_of(sized([1], "700"), limits_of("azure")) == {}
    assert "no price" in next(iter(doubts_of(sized([1], "99999")).values()))


def test_prices_below_any_floor_wait() -> None:
    assert len(doubts_of(sized([8], "0.07"))) == 1  # 0.00875 per accelerator
    assert doubts_of(sized([8], "0.09")) == {}
    assert len(doubts_of([make_cpu_offer(price_per_hour=Decimal("0.001"))])) == 1  # of four vCPUs
    assert doubts_of([make_cpu_offer(price_per_hour=Decimal("0.002"))]) == {}


def test_what_is_published_already_is_not_doubted_again() -> None:
    odd = places([40, 40, 41, 39, 200])
    before(odd)
    assert doubts_of([replace(one, observed_at=NOW) for one in odd]) == {}


def test_every_source_has_a_title_and_limits_of_real_sources() -> None:
    assert set(TITLES) == set(SOURCES)
    assert set(LIMITS) <= set(SOURCES)
    for name in set(SOURCES) - {"aws"}:
        assert source_class(name).title == TITLES[name]
        assert limits_of(name).interval_hours >= 1


def test_a_reading_stops_when_it_is_told_to() -> None:
    class Stop(Exception):
        pass

    def stop(rows: int) -> None:
        if rows >= 2000:
            raise Stop

    told: Callable[[int], None] = stop
    many = (make_offer(instance_type=f"m{n}") for n in range(10_000))
    with pytest.raises(Stop):
        stage(many, Known("fake"), rates=RATES, latest=datetime.now(UTC), progress=told)
    assert next(many).instance_type == "m2000"
    assert SEEN < NOW
