"""Any small catalogue, any question: the snapshot answers as a plain pass over the offers does."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.queries import Catalogue
from advisor.catalog.rows import Rows
from advisor.catalog.search import Listing, Request, search
from advisor.catalog.snapshot import Snapshot
from advisor.catalog.snapshot_source import SnapshotSource
from advisor.catalog.sorting import SORTS
from advisor.catalog.sources import FileSource, OfferSource
from providers.offers import Offer, Purchase
from tests.advisor.test_search import RATES
from tests.factories import NOW, make_offer

MACHINES = st.sampled_from([("H100", 8), ("H100", 1), ("A100-80GB", 4), ("L4", 1), (None, None)])
PLACES = st.sampled_from(
    [("aws", "eu-central-1", "DE"), ("aws", "us-east-1", "US"), ("gcp", "europe-west3", "DE")]
)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    """Few values of each kind, so that offers share machines, places, prices and ages."""
    (accelerator, count), (provider, region, country) = draw(MACHINES), draw(PLACES)
    return make_offer(
        provider=provider,
        region=region,
        country=country,
        instance_type=draw(st.sampled_from("abc")),
        accelerator=accelerator,
        accelerator_count=None if count is None else Decimal(count),
        accelerator_memory_gib=None,
        purchase=draw(st.sampled_from([Purchase.ON_DEMAND, Purchase.SPOT])),
        price_per_hour=Decimal(draw(st.integers(1, 6))),
        currency=draw(st.sampled_from(["USD", "EUR", "NOK"])),
        zone=draw(st.sampled_from([None, "z1"])),
        observed_at=draw(st.sampled_from([None, NOW, NOW - timedelta(days=100)])),
    )


catalogues = st.lists(offers(), max_size=25, unique_by=lambda offer: offer.offer_id)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    query = draw(st.sampled_from(["", "H100", "H100:8", "A100", "cpu", "gpu", "80GB", "nvidia:2", "K80"]))
    counted = ":" in query
    return Request(
        query=query,
        at_least=counted and draw(st.booleans()),
        pack=counted and draw(st.booleans()),
        purchases=draw(st.sampled_from([(), ("spot",), ("spot", "on_demand")])),
        residency=draw(st.sampled_from([(), ("EU",), ("US",), ("JP",)])),
        regions=draw(st.sampled_from([(), ("aws/eu-*",), ("europe-west3",)])),
        providers=draw(st.sampled_from([(), ("aws",), ("azure",)])),
        max_price=draw(st.none() | st.just(Decimal(3))),
        max_age_hours=draw(st.none() | st.just(Decimal(48))),
        currency=draw(st.sampled_from(["USD", "EUR"])),
        sort=draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(SORTS)),
        limit=draw(st.integers(1, 9)),
        offset=draw(st.integers(0, 9)),
    )


def ask(request: Request, source: OfferSource) -> Listing:
    return search(request, source, rates=RATES, now=NOW, max_age_hours=2160)


@settings(deadline=None)
@given(catalogues, requests())
def test_the_snapshot_answers_as_a_plain_pass_over_the_offers(held: list[Offer], request: Request) -> None:
    plain = FileSource(Catalogue(as_of=NOW, version=3, offers=tuple(held)))
    snapshot = Snapshot(number=3, published_at=NOW, rows=Rows.of((offer, "test") for offer in held))
    assert ask(request, SnapshotSource(snapshot)) == ask(request, plain)


@settings(deadline=None)
@given(catalogues, requests())
def test_what_is_listed_turned_round_is_the_same_offers(held: list[Offer], request: Request) -> None:
    source = SnapshotSource(
        Snapshot(number=3, published_at=NOW, rows=Rows.of((offer, "test") for offer in held))
    )
    name = request.sort.removeprefix("-")
    whole = [
        ask(Request(query=request.query, pack=request.pack, sort=sort, limit=99), source)
        for sort in (name, f"-{name}")
    ]
    forth, back = ([line.priced.offer_id for line in listing.lines] for listing in whole)
    assert sorted(forth) == sorted(back)
    assert len(forth) == whole[0].total


def test_a_long_walk_along_the_order_misses_and_repeats_nothing() -> None:
    """Many offers that fit, most of them far down the order: found in several steps."""
    held = [
        make_offer(
            region=f"r-{n:04}",
            country="US" if n < 1200 else "DE",
            price_per_hour=Decimal(n + 1),
        )
        for n in range(3000)
    ]
    plain = FileSource(Catalogue(as_of=NOW, version=3, offers=tuple(held)))
    columns = SnapshotSource(Snapshot(number=3, published_at=NOW, rows=Rows.of((o, "test") for o in held)))
    for residency, sort, offset, limit in (
        (("EU",), "price", 0, 9),
        (("EU",), "price", 0, 150),  # begins in one step and ends in the next
        (("EU",), "price", 700, 300),
        (("US",), "-price", 40, 500),
        ((), "price", 250, 600),
        (("EU",), "-region", 1490, 20),
    ):
        request = Request(residency=residency, sort=sort, offset=offset, limit=limit)
        assert ask(request, columns) == ask(request, plain), request
