"""Price books: what a row is about, what it costs, which of several rows counts, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from providers.errors import PriceFileError
from providers.offers import Offer, Payment, Purchase
from providers.pricebook import BookFile, read_price_book
from tests.factories import make_offer

TODAY = date(2026, 11, 25)
AGREED = datetime(2026, 10, 1, tzinfo=UTC)


def book(text: str) -> BookFile:
    return read_price_book(text.encode(), source="book.csv", name="our prices", agreed_at=AGREED)


def priced(text: str, offer: Offer, on: date = TODAY) -> Offer | None:
    read = book(text)
    assert not read.refused
    found = read.book.priced(offer, on)
    return None if found is None else found.offer


DISCOUNTS = "provider,region,instance_type,purchase,discount_fraction\n"


def test_a_discount_is_taken_off_price_and_upfront_to_the_digit() -> None:
    offer = make_offer(
        purchase=Purchase.RESERVED,
        term_months=12,
        payment=Payment.PARTIAL,
        price_per_hour=Decimal("20.01"),
        upfront=Decimal("70000.5"),
    )
    found = priced(DISCOUNTS + "aws,*,p5.*,reserved,0.12\n", offer)
    assert found is not None
    assert found.price_per_hour == Decimal("17.6088")  # 20.01 * 0.88
    assert found.upfront == Decimal("61600.44")  # 70000.5 * 0.88
    assert found.observed_at == offer.observed_at
    assert found.note == "our prices: 12 % off the list price of 20.01 USD"
    assert found.offer_id == offer.offer_id


@pytest.mark.parametrize(
    ("row", "is_about"),
    [
        ("aws,*,*,*,0.1", True),
        ("AWS,*,*,*,0.1", True),
        ("aws,eu-*,*,*,0.1", True),
        ("aws,EU-CENTRAL-1,*,on_demand,0.1", True),
        ("a*,*,p5.48xlarge,*,0.1", True),
        ("aws,us-*,*,*,0.1", False),
        ("aws,*,p5,*,0.1", False),
        ("aws,*,p5?48xlarge,*,0.1", False),
        ("aws,*,p[5].48xlarge,*,0.1", False),
        ("gcp,*,*,*,0.1", False),
        ("aws,*,*,spot,0.1", False),
    ],
)
def test_which_offers_a_row_is_about(row: str, is_about: bool) -> None:
    text = DISCOUNTS + row + "\n"
    if row.startswith("AWS"):  # a name without a wildcard is written as in price files
        assert book(text).refused[0].field == "provider"
        return
    assert (priced(text, make_offer()) is not None) == is_about


def test_terms_zones_accelerators_and_countries_narrow_a_row() -> None:
    header = (
        "provider,region,instance_type,purchase,term_months,payment,accelerator,country,discount_fraction\n"
    )
    offer = make_offer(purchase=Purchase.RESERVED, term_months=12, payment=Payment.NONE)
    for cells, is_about in (
        ("12,none,H100,DE", True),
        ("12,,h100,de", True),
        ("36,none,H100,DE", False),
        (",all,H100,DE", False),
        (",,A100*,", False),
        (",,H1*,D*", True),
        (",,,FR", False),
    ):
        assert (priced(f"{header}aws,*,*,*,{cells},0.1\n", offer) is not None) == is_about, cells


def test_of_several_rows_the_one_that_says_most_counts() -> None:
    rows = (
        "aws,*,*,*,0.1",
        "aws,eu-*,*,*,0.2",
        "aws,eu-central-1,*,*,0.3",
        "aws,*,p5.48xlarge,on_demand,0.4",
    )
    for shown in range(1, len(rows) + 1):
        found = priced(DISCOUNTS + "\n".join(rows[:shown]) + "\n", make_offer(price_per_hour=Decimal(100)))
        assert found is not None
        assert found.price_per_hour == 100 - 10 * shown
    twice = priced(DISCOUNTS + "aws,*,*,*,0.1\naws,*,*,*,0.2\n", make_offer(price_per_hour=Decimal(100)))
    assert twice is not None
    assert twice.price_per_hour == 80  # the later line


def test_a_rate_stands_before_a_discount_and_has_its_own_currency_and_age() -> None:
    header = "provider,region,instance_type,purchase,price_per_hour,currency,discount_fraction\n"
    found = priced(header + "aws,*,*,*,40.5,EUR,\naws,*,*,*,,,0.5\n", make_offer())
    assert found is not None
    assert (found.price_per_hour, found.currency, found.observed_at) == (Decimal("40.5"), "EUR", AGREED)
    assert found.note == "our prices: agreed price instead of the list price of 50 USD"


def test_a_row_is_in_force_on_its_days_only() -> None:
    text = (
        "provider,region,instance_type,purchase,discount_fraction,valid_from,valid_until\n"
        "aws,*,*,*,0.1,2026-11-25,2026-11-26\n"
    )
    days = [TODAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [priced(text, make_offer(), on) is not None for on in days] == [False, True, True, False]


ONE = "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count\n"


def test_a_row_without_wildcards_is_one_offer_listed_or_not() -> None:
    listed, other = make_offer(), make_offer(region="us-east-1", country="US")
    read = book(
        ONE
        + "aws,eu-central-1,DE,p5.48xlarge,on_demand,33,USD,h100,8\n"
        + "friend,basement,DE,box,on_demand,9,EUR,A100-80GB,4\n"
    )
    found = read.book.apply([listed, other], TODAY)
    assert [(offer.provider, offer.price_per_hour) for offer, _ in found] == [
        ("aws", Decimal(33)),
        ("aws", Decimal(50)),
        ("friend", Decimal(9)),
    ]
    assert [ruled and (ruled.line, ruled.listed) for _, ruled in found] == [(2, listed), None, (3, None)]
    assert found[0][0].accelerator == "H100"
    assert found[0][0].observed_at == AGREED


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (DISCOUNTS + "aws,,p5,spot,0.1", "region", "write * for any"),
        (DISCOUNTS + "aws,*,p5,spot,1.2", "discount_fraction", "below 1"),
        (DISCOUNTS + "aws,*,p5,spot,12%", "discount_fraction", "0.05 instead of 5%"),
        (DISCOUNTS + "aws,*,p5,sopt,0.1", "purchase", "spot"),
        (DISCOUNTS + "aws,*,p5,spot", "row", "has 4 cells; must have 5"),
        (DISCOUNTS + "aws,*,p5,spot,", "price_per_hour", "without discount_fraction"),
        (ONE + "aws,*,DE,p5,on_demand,40,,,", "currency", "must not be empty"),
        (ONE + "aws,*,DE,p5,on_demand,0,USD,,", "price_per_hour", "above 0"),
        (ONE + "aws,*,DE,p5,on_demand,40,USD,,8", "accelerator_count", "several offers"),
        (ONE + "aws,x,,p5,on_demand,40,USD,,", "country", "about one offer"),
        (ONE + "aws,x,DE,p5,on_demand,-1,USD,,", "price_per_hour", "above 0"),
        (
            "provider,region,instance_type,purchase,discount_fraction,price_per_hour\naws,*,*,*,0.1,5",
            "price_per_hour",
            "not both",
        ),
        (
            DISCOUNTS.replace("\n", ",valid_from,valid_until\n") + "aws,*,*,*,0.1,2026-02-01,2026-01-01",
            "valid_until",
            "2026-02-01 or later",
        ),
    ],
)
def test_a_bad_row_is_listed_with_its_line_field_and_what_would_be_right(
    text: str, field: str, says: str
) -> None:
    read = book(text + "\n")
    assert not read.book.rules
    assert not read.book.offers
    (refused,) = read.refused
    assert (refused.line, refused.field) == (2, field)
    assert says in refused.reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing column"),
        ("provider,region\n", "missing column instance_type, purchase"),
        ("provider,region,instance_type,purchase\n", "price_per_hour or discount_fraction"),
        (DISCOUNTS.replace("discount_fraction", "discount_fracton"), "did you mean discount_fraction?"),
        ("provider,provider,region,instance_type,purchase,discount_fraction\n", "more than once"),
        ("PK\x03\x04", "spreadsheet"),
    ],
)
def test_what_is_no_price_book_is_raised(text: str, says: str) -> None:
    with pytest.raises(PriceFileError, match=says.replace("?", r"\?")):
        book(text)


def test_a_price_too_small_to_be_one_leaves_the_list_price() -> None:
    cheap = make_offer(price_per_hour=Decimal("0.000001"))
    assert priced(DISCOUNTS + "aws,*,*,*,0.5\n", cheap) is None


def test_a_row_about_one_offer_keeps_what_the_list_says_of_its_machine() -> None:
    listed = make_offer(max_quantity=4, vcpus=Decimal(192), memory_gib=Decimal(2048))
    assert listed.accelerator is not None
    where = f"{listed.provider},{listed.region},{listed.country},{listed.instance_type},on_demand"
    head = "provider,region,country,instance_type,purchase,price_per_hour,currency"
    found = priced(f"{head}\n{where},31.5,USD\n", listed)
    assert found is not None
    facts = ("accelerator", "accelerator_count", "accelerator_memory_gib", "vcpus", "memory_gib")
    for name in (*facts, "max_quantity"):
        assert getattr(found, name) == getattr(listed, name)
    assert found.price_per_hour == Decimal("31.5")

    own = priced(f"{head},accelerator,accelerator_count\n{where},31.5,USD,B200,4\n", listed)
    assert own is not None
    assert (own.accelerator, own.accelerator_count) == ("B200", Decimal(4))
    assert own.accelerator_memory_gib is None
    assert own.vcpus == listed.vcpus
