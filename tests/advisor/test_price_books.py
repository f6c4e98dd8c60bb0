"""Price books of organisations: in every search and plan of theirs, and of nobody else."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.accounts.middleware import organisation_of
from advisor.books.plain import BookedFiles, booked_catalogue
from advisor.books.pricing import BookedSnapshot, source_for
from advisor.books.queries import in_force
from advisor.books.services import BookRefused, remove_book, save_book
from advisor.catalog.queries import Catalogue
from advisor.catalog.rows import Rows
from advisor.catalog.search import Listing, Request, search
from advisor.catalog.services import publish
from advisor.catalog.snapshot import Snapshot
from advisor.catalog.snapshot_source import SnapshotSource
from advisor.catalog.sources import OfferSource
from advisor.errors import BadInput
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Organisation, PriceBookVersion
from advisor.planning.result import Result
from advisor.runs.services import Ask, start_run
from providers.offers import Offer
from providers.pricebook import read_price_book
from providers.rates import reference_rates
from tests.advisor.api_calls import with_token
from tests.advisor.commands import call
from tests.advisor.test_catalog_properties import catalogues, requests
from tests.factories import NOW, make_offer
from tests.people import make_member, make_plan, signed_in

pytestmark = pytest.mark.django_db
HEADER = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,"
    "accelerator,accelerator_count,discount_fraction\n"
)
BOOK = HEADER + "aws,eu-*,,p5.*,on_demand,,,,,0.2\n" + "friend,cellar,DE,box,on_demand,30,USD,H100,8,\n"


@pytest.fixture
def ada() -> User:
    publish(
        [make_offer(), make_offer(region="us-east-1", country="US", price_per_hour=Decimal(45))],
        source="test",
        label="test",
    )
    return make_member("ada", "Analytics")


def own(user: User) -> Organisation:
    found = organisation_of(user)
    assert found is not None
    return found


def save(user: User, text: str = BOOK) -> PriceBookVersion:
    return save_book(organisation=own(user), user=user, name="2026.csv", data=text.encode())


def ask(source: OfferSource, request: Request | None = None) -> Listing:
    return search(request or Request(), source, rates=reference_rates(), now=NOW, max_age_hours=2160)


def listed(source: OfferSource) -> list[tuple[str, Decimal, int | None]]:
    return [
        (line.priced.offer.provider, line.priced.price, line.ruled.line if line.ruled else None)
        for line in ask(source).lines
    ]


WITH_BOOK = [("friend", Decimal(30), 3), ("aws", Decimal("40.0"), 2), ("aws", Decimal(45), None)]


def test_a_book_counts_in_searches_of_its_organisation_only(ada: User) -> None:
    bob = make_member("bob", "Bolts")
    save(ada)
    assert listed(source_for(own(ada))) == WITH_BOOK
    for other in (own(bob), None):
        assert [price for _, price, _ in listed(source_for(other))] == [45, 50]


def test_the_past_has_the_book_of_its_day(ada: User) -> None:
    before = datetime.now(UTC)
    version = save(ada)
    assert [price for _, price, _ in listed(source_for(own(ada), before))] == [45, 50]
    assert listed(source_for(own(ada), version.created_at + timedelta(seconds=1))) == WITH_BOOK
    remove_book(organisation=own(ada), user=ada)
    assert in_force(own(ada)) is None
    assert [price for _, price, _ in listed(source_for(own(ada)))] == [45, 50]
    assert listed(source_for(own(ada), version.created_at + timedelta(microseconds=1))) == WITH_BOOK
    assert remove_book(organisation=own(ada), user=ada) is None


@pytest.mark.parametrize("as_of", [None, datetime.now(UTC) + timedelta(hours=1)])
def test_a_row_without_an_accelerator_leaves_the_listed_machine_its_own(
    ada: User, as_of: datetime | None
) -> None:
    row = "aws,us-east-1,US,p5.48xlarge,on_demand,31.5,USD,,,\n"
    save(ada, HEADER + row)
    source = source_for(own(ada), as_of)
    assert listed(source)[0] == ("aws", Decimal("31.5"), 2)
    assert ask(source, Request(query="H100:8")).lines[0].priced.price == Decimal("31.5")
    assert not ask(source, Request(query="cpu")).lines


def test_a_new_publication_is_priced_by_the_book_too(ada: User) -> None:
    save(ada)
    assert listed(source_for(own(ada)))[1][1] == 40
    publish([make_offer(price_per_hour=Decimal(60))], source="test", label="dearer")
    assert listed(source_for(own(ada)))[2][1] == 48  # 60 less 20 %


def test_bad_rows_change_nothing_unless_they_are_skipped(ada: User) -> None:
    text = BOOK + "aws,*,,*,spot,,,,,7\n"
    with pytest.raises(BookRefused, match=r"1 of 3 rows are refused; nothing was taken") as refused:
        save(ada, text)
    assert "line 4, discount_fraction: 7" in refused.value.details[0]
    assert not PriceBookVersion.objects.exists()
    version = save_book(organisation=own(ada), user=ada, name="b", data=text.encode(), skip_bad_rows=True)
    assert (version.number, version.rows, version.refused_rows) == (1, 2, 1)
    with pytest.raises(BadInput, match="holds no row"):
        save(ada, HEADER)
    assert PriceBookVersion.objects.count() == 1


PLAN = """\
schema: 1
name: Tiny
currency: USD
start: 2027-01
months: 1
workloads:
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
"""


@pytest.mark.django_db(transaction=True)
def test_a_run_is_worked_out_at_agreed_prices_and_says_so(ada: User) -> None:
    plan = make_plan(ada, text=PLAN)
    version = save(ada)
    run, _ = start_run(plan.versions.get(), organisation=own(ada), user=ada, ask=Ask(baselines=False))
    save(ada, HEADER + "*,*,,*,*,,,,,0.9\n")  # comes too late for this run
    assert run.price_book == version
    assert perform(run.job_id, HANDLERS) == "done"
    run.refresh_from_db()
    assert run.objective_npv == pytest.approx(30 * 730)
    result = Result.model_validate_json(run.result.document)
    (row,) = result.purchases
    assert (row.offer, row.price_book_line) == ("friend/cellar/box/on_demand", 3)
    assert result.catalogue.version == "1+book:1"
    (said,) = [warning.message for warning in result.warnings if warning.code == "price_book"]
    assert "1 offer bought at agreed prices of the price book, which has prices for 2 of 3 offers" in said


def test_the_api_takes_gives_back_and_removes_a_book(ada: User) -> None:
    program = with_token(ada)
    assert program.get("/price-book").status == 404
    assert program.delete("/price-book").status == 404
    sent = program.post("/price-book", BOOK, content_type="text/csv")
    assert (sent.status, sent.json["number"], sent.json["rows"]) == (200, 1, 2)
    assert program.get("/price-book").data.decode() == BOOK
    first, second, third = program.get("/offers").json["offers"]
    assert (first["price_per_hour"], first["price_book_line"], first["list_price_per_hour"]) == (30, 3, None)
    assert (second["price_per_hour"], second["list_price_per_hour"], second["list_currency"]) == (
        40,
        50,
        "USD",
    )
    assert second["note"] == "api: 20 % off the list price of 50 USD"
    assert third["price_book_line"] is None
    refused = program.post("/price-book", BOOK + "aws,*,,*,spot,,,,,7\n", content_type="text/csv")
    assert (refused.status, refused.code) == (422, "price_rows_refused")
    assert refused.error["problems"][0]["line"] == 4
    assert program.delete("/price-book").status == 204
    assert [row["rows"] for row in program.get("/price-book/versions").json["items"]] == [0, 2]


def test_the_page_shows_what_each_line_does(ada: User) -> None:
    client = signed_in(ada)
    assert "You have no price book" in client.get("/price-book/").content.decode()
    sent = client.post("/price-book/", {"file": SimpleUploadedFile("deal.csv", BOOK.encode())})
    assert sent.status_code == 302
    page = client.get("/price-book/").content.decode()
    assert "20 % off the list price" in page
    assert "friend/cellar/box/on_demand" in page
    assert "pricing 2 offers today" in page
    found = client.get("/offers?q=H100:8").content.decode()
    assert "your price" in found
    assert "2 of these prices are of your price book." in found
    assert client.get("/price-book/1.csv").content.decode() == BOOK
    assert client.get("/price-book/2.csv").status_code == 404
    bad = client.post("/price-book/", {"file": SimpleUploadedFile("bad.csv", b"a,b\n1,2\n")})
    assert bad.status_code == 400
    assert "unknown column a" in bad.content.decode()
    assert client.post("/price-book/", {}).status_code == 400
    template = client.get("/price-book/template.csv").content
    assert not read_price_book(template, source="t", name="t").refused
    assert client.post("/price-book/remove").status_code == 302
    assert "You have no price book" in client.get("/price-book/").content.decode()


def test_commands_take_a_book_from_a_file(ada: User, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(BOOK)
    said = call("cheapest", "H100:8", "--price-book", str(book), "--json", "-")
    first = json.loads(said.out)["offers"][0]
    assert (said.code, first["provider"], first["price_per_hour"]) == (0, "friend", 30)
    book.write_text(BOOK + "aws,*,,*,spot,,,,,7\n")
    refused = call("cheapest", "H100:8", "--price-book", str(book))
    assert refused.code == 2
    assert "1 of 3 rows are refused" in refused.first
    assert "line 4, discount_fraction: 7" in refused.err
    assert call("cheapest", "--price-book", str(tmp_path / "none.csv")).code == 2


books = st.lists(
    st.tuples(
        st.sampled_from(["aws", "gcp", "*"]),
        st.sampled_from(["*", "eu-*", "us-east-1", "e*3"]),
        st.sampled_from(["*", "a", "b*", "z"]),
        st.sampled_from(["*", "on_demand", "spot"]),
        st.sampled_from([",,,0.25", "2,EUR,,", "7,USD,,"]),
    ),
    max_size=5,
)


def with_tiers(offers: list[Offer]) -> list[Offer]:
    """Volume tiers from eight machines on, a tenth off."""
    return [
        replace(offer, min_quantity=8, tier_from=8, price_per_hour=offer.price_per_hour * Decimal("0.9"))
        for offer in offers
        if offer.max_quantity is None or offer.max_quantity >= 8
    ]


@settings(deadline=None, max_examples=60)
@given(catalogues, books, requests(), st.lists(st.sampled_from(["", "", "2", "8"]), min_size=9, max_size=9))
def test_columns_at_agreed_prices_answer_as_a_plain_pass_does(
    held: list[Offer], rows: list[tuple[str, ...]], request: Request, least: list[str]
) -> None:
    text = (
        "provider,region,instance_type,purchase,price_per_hour,currency,country,discount_fraction,"
        "min_quantity\n"
    )
    for row, number in zip(rows, least, strict=False):
        text += f"{','.join(row).replace('spot,2,EUR,,', 'spot,2,EUR,DE,')},{number}\n"
    held = [*held, *with_tiers(held[:3])]
    book = read_price_book(text.encode(), source="b", name="b").book
    plain = Catalogue(as_of=NOW, version=3, offers=tuple(held))
    snapshot = Snapshot(number=3, published_at=NOW, rows=Rows.of((offer, "test") for offer in held))
    ours = ask(SnapshotSource(BookedSnapshot(snapshot, book, NOW.date())), request)
    assert ours == ask(BookedFiles(booked_catalogue(plain, book, NOW.date())), request)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_offers_put_into_columns_are_those_of_the_columns_made_anew(data: st.DataObject) -> None:
    regions, prices = st.integers(0, 8), st.integers(1, 9)

    def drawn(name: str) -> Offer:
        return make_offer(
            region=f"r{data.draw(regions)}", instance_type=name, price_per_hour=Decimal(data.draw(prices))
        )

    held = [drawn(f"m{n}") for n in range(data.draw(st.integers(0, 7)))]
    rows = Rows.of((offer, "list") for offer in held)
    expected = {offer.offer_id: (offer, "list") for offer in held}
    instead = {}
    for place in data.draw(st.sets(st.integers(0, len(held) - 1))) if held else ():
        offer = replace(rows.offer(place), price_per_hour=Decimal(99), note="agreed")
        instead[place] = expected[offer.offer_id] = (offer, "book")
    # names before, between and after those that are held
    added = [(drawn(name), "book") for name in data.draw(st.sets(st.sampled_from(["a", "m2x", "m3x", "z"])))]
    expected |= {offer.offer_id: (offer, source) for offer, source in added}
    new = rows.with_offers(instead, added)
    by_id = sorted(range(new.count), key=lambda place: int(new.id_ranks[place]))
    found = [
        (new.offer(place).offer_id, (new.offer(place), new.column("source").of(place))) for place in by_id
    ]
    assert found == sorted(expected.items())
    assert [new.place_of(offer_id) for offer_id, _ in found] == by_id
