"""The page of prices that wait for an operator."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.models import CatalogueVersion, OfferRow, QuarantinedOffer, SourceState
from advisor.refresh.quarantine import columns_of, price_key
from providers.offers import Offer, Payment, Purchase
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_offer
from tests.people import make_member, signed_in

pytestmark = pytest.mark.django_db
FIRST, LAST = datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 25, 20, tzinfo=UTC)


@pytest.fixture
def root() -> User:
    return make_member("root", is_staff=True)


@pytest.fixture
def operator(root: User) -> Client:
    return signed_in(root)


def offer(number: int = 0, price: str = "8", **given: Any) -> Offer:
    return make_offer(provider="lambda", region=f"r-{number}", price_per_hour=Decimal(price), **given)


def keep(held: Offer, *, source: str = "gpuhunt", **given: Any) -> QuarantinedOffer:
    return QuarantinedOffer.objects.create(
        source=source, offer_id=held.offer_id, price_key=price_key(held), provider=held.provider,
        price_per_hour=held.price_per_hour, currency=held.currency, offer=columns_of(held),
        **{"reason": "moved from 40 USD to 8 USD", "first_seen_at": FIRST, "last_seen_at": LAST} | given,
    )  # fmt: skip


def price_in(region: str) -> list[Decimal]:
    return [one.price_per_hour for one in current_offers().offers if one.region == region]


def test_a_waiting_price_stands_beside_the_one_in_force_with_its_reason(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    keep(offer())
    keep(offer(2, "0.68275714285714285714"))
    keep(offer(3, "0.000001"))
    keep(offer(1, "12.505", purchase=Purchase.RESERVED, term_months=12, payment=Payment.PARTIAL,
               upfront=Decimal("100000.50")))  # fmt: skip
    answer = operator.get("/sources/quarantine")
    page = text_of(answer)
    assert (
        "lambda/r-0/p5.48xlarge/on_demand gpuhunt 8 USD 40 USD moved from 40 USD to 8 USD "
        "2026-11-23 08:00 2026-11-25 20:00 waiting"
    ) in page
    assert "12.505 USD and 100,000.5 upfront – moved" in page  # not for sale now
    assert "on_demand gpuhunt 0.682757 USD –" in page
    assert "on_demand gpuhunt 0.000001 USD –" in page  # small is not 0
    links = links_of(answer)
    assert links["lambda/r-0/p5.48xlarge/on_demand"] == "/offer?id=lambda/r-0/p5.48xlarge/on_demand"
    assert "lambda/r-1/p5.48xlarge/reserved/12m-partial" not in links


def test_several_are_accepted_at_once_and_published(operator: Client, root: User) -> None:
    publish([offer(price="40"), offer(1, "40"), offer(2, "40")], source="gpuhunt", label="t")
    rows = [keep(offer(n)) for n in range(3)]
    said = operator.post(
        "/sources/quarantine/decide",
        {"id": [rows[0].pk, rows[2].pk], "decision": "accept", "source": "gpuhunt", "state": "waiting"},
        follow=True,
    )
    assert said.redirect_chain == [("/sources/quarantine?source=gpuhunt&state=waiting", 302)]
    assert "2 prices are accepted and published, also in later refreshes that state the same." in text_of(
        said
    )
    assert [price_in(f"r-{n}") for n in range(3)] == [[8], [40], [8]]
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].decided_by) == ("accepted", root)
    accepted = text_of(operator.get("/sources/quarantine?state=accepted"))
    assert "accepted root, " in accepted
    assert "lambda/r-1/" not in accepted


def test_rejected_prices_stay_out_and_a_word_may_be_changed(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    row = keep(offer())
    said = operator.post("/sources/quarantine/decide", {"id": row.pk, "decision": "reject"}, follow=True)
    assert "1 price is rejected and stays out" in text_of(said)
    assert price_in("r-0") == [40]
    assert "No price waits." in text_of(said)
    operator.post("/sources/quarantine/decide", {"id": row.pk, "decision": "accept"})
    assert price_in("r-0") == [8]


def test_prices_of_several_sources_are_each_published_as_their_own(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    publish([offer(1, "40")], source="azure", label="t")
    ids = [keep(offer()).pk, keep(offer(1), source="azure").pk]
    operator.post("/sources/quarantine/decide", {"id": ids, "decision": "accept"})
    assert price_in("r-0") == price_in("r-1") == [8]


def test_what_waits_no_more_is_said_and_the_rest_decided(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    form = {"id": [keep(offer()).pk, 7777, 7778], "decision": "accept"}
    said = text_of(operator.post("/sources/quarantine/decide", form, follow=True))
    assert "2 prices are stated no longer and wait no more." in said
    assert "1 price is accepted" in said
    assert price_in("r-0") == [8]


def test_while_a_publication_is_written_the_price_in_force_is_the_one_before(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    keep(offer())
    version = CatalogueVersion.everything.create(number=2, source="t", label="t")  # nobody reads it yet
    OfferRow.objects.update(closed_in=version)
    assert "8 USD 40 USD moved" in text_of(operator.get("/sources/quarantine"))
    CatalogueVersion.everything.filter(number=2).update(published_at=datetime.now(UTC))
    assert "8 USD – moved" in text_of(operator.get("/sources/quarantine"))


def test_two_prices_of_one_offer_are_refused_in_words(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    ids = [keep(offer()).pk, keep(offer(price="9")).pk]
    said = operator.post("/sources/quarantine/decide", {"id": ids, "decision": "accept"}, follow=True)
    assert "Two prices of one offer were chosen: accept one of them." in text_of(said)
    assert price_in("r-0") == [40]
    assert set(QuarantinedOffer.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"decision": "accept"}, "Tick one price or more."),
        ({"decision": "accept", "id": "x"}, "Tick one price or more."),
        ({"decision": "accept", "id": "9" * 40}, "Tick one price or more."),
        ({"decision": "accept", "id": "77"}, "These prices wait no more"),
        ({"id": "1"}, "Choose whether to accept or to reject."),
    ],
)
def test_nothing_to_decide_is_said_in_words(operator: Client, form: dict[str, str], words: str) -> None:
    assert words in text_of(operator.post("/sources/quarantine/decide", form, follow=True))


def test_the_list_is_filtered_and_comes_by_pages(
    operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish([offer()], source="t", label="t")
    for n in range(60):
        keep(offer(n))
    keep(offer(0, "7"), source="azure", state="rejected", decided_at=LAST)
    operator.get("/sources/quarantine")
    # session, user, organisation; how many, which, what is in force
    with django_assert_num_queries(6):
        first = operator.get("/sources/quarantine")
    assert "1 to 50 of 60 prices" in text_of(first)
    assert "51 to 60 of 60 prices" in text_of(operator.get("/sources/quarantine?page=2"))
    assert "of 61 prices" in text_of(operator.get("/sources/quarantine?state=all"))
    none = text_of(operator.get("/sources/quarantine?source=azure"))
    assert "Nothing here" in none
    assert "Show all sources" in none
    rejected = text_of(operator.get("/sources/quarantine?source=azure&state=rejected"))
    assert "rejected somebody who has left, 2026-11-25 20:00" in rejected
    for odd in ("?source=nobody", "?state=odd", "?page=x"):
        assert "of 60 prices" in text_of(operator.get(f"/sources/quarantine{odd}"))


def test_only_operators_see_it_and_decide(client: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    row = keep(offer())
    member = signed_in(make_member())
    assert member.get("/sources/quarantine").status_code == 404
    form = {"id": row.pk, "decision": "accept"}
    assert member.post("/sources/quarantine/decide", form).status_code == 404
    assert client.get("/sources/quarantine").status_code == 302
    assert client.post("/sources/quarantine/decide", form).status_code == 302
    assert price_in("r-0") == [40]
    assert "/sources/quarantine" not in member.get("/sources").content.decode()


def test_the_page_of_prices_counts_what_waits(operator: Client) -> None:
    publish([offer(price="40")], source="gpuhunt", label="t")
    SourceState.objects.create(source="gpuhunt", state="ok", rows_quarantined=2, seconds=1.0)
    for n in range(2):
        keep(offer(n))
    keep(offer(3), state="accepted")
    answer = operator.get("/sources")
    assert links_of(answer)["Quarantine 2 waiting"] == "/sources/quarantine"
    assert links_of(answer)["2"] == "/sources/quarantine?source=gpuhunt"
