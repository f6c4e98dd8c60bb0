"""Price books whose rows count from a quantity on."""

from decimal import Decimal

from providers.offers import Offer, Purchase
from tests.factories import make_offer

from .test_pricebook import TODAY, book

LEAST = "provider,region,instance_type,purchase,discount_fraction,min_quantity,price_per_hour,currency\n"
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def applied(text: str, *offers: Offer) -> dict[str, tuple[Decimal, int | None, int | None, int | None]]:
    """Price, least, most and line of the book of everything there is."""
    read = book(text)
    assert not read.refused
    return {
        offer.offer_id: (
            offer.price_per_hour,
            offer.min_quantity,
            offer.max_quantity,
            ruled.line if ruled else None,
        )
        for offer, ruled in read.book.apply(offers, TODAY)
    }


def test_a_discount_from_a_quantity_on_is_a_tier_beside_the_list_offer() -> None:
    assert applied(LEAST + "aws,*,*,on_demand,0.1,8,,\n", make_offer()) == {
        ID: (Decimal(50), None, None, None),
        f"{ID}/from-8": (Decimal(45), 8, None, 2),
    }


def test_the_tier_of_a_discount_knows_its_list_price() -> None:
    (tier,) = book(LEAST + "aws,*,*,on_demand,0.1,8,,\n").book.tiers(make_offer(max_quantity=20), TODAY)
    assert (tier.listed, tier.offer.max_quantity) == (make_offer(max_quantity=20), 20)
    assert tier.offer.note == "our prices: 10 % off the list price of 50 USD"


def test_discounts_from_several_quantities_on() -> None:
    text = LEAST + "aws,*,*,*,0.2,16,,\naws,*,*,*,0.05,,,\naws,*,*,*,0.1,8,,\n"
    assert applied(text, make_offer()) == {
        ID: (Decimal("47.50"), None, None, 3),
        f"{ID}/from-8": (Decimal("45.0"), 8, None, 4),
        f"{ID}/from-16": (Decimal("40.0"), 16, None, 2),
    }


def test_the_row_that_names_more_columns_counts_at_every_quantity() -> None:
    text = LEAST + "aws,*,p5.48xlarge,*,0.05,,,\naws,*,*,*,0.1,8,,\n"
    assert applied(text, make_offer()) == {ID: (Decimal("47.50"), None, None, 2)}


def test_list_tiers_have_the_discount_that_their_quantity_reaches() -> None:
    few, many = (
        make_offer(max_quantity=7),
        make_offer(min_quantity=8, tier_from=8, price_per_hour=Decimal(40)),
    )
    assert applied(LEAST + "aws,*,*,*,0.1,4,,\n", few, many) == {
        ID: (Decimal(50), None, 7, None),
        f"{ID}/from-4": (Decimal("45.0"), 4, 7, 2),
        f"{ID}/from-8": (Decimal("36.0"), 8, None, 2),
    }
    assert applied(LEAST + "aws,*,*,*,0.1,16,,\n", few, many) == {
        ID: (Decimal(50), None, 7, None),
        f"{ID}/from-8": (Decimal(40), 8, None, None),
        f"{ID}/from-16": (Decimal("36.0"), 16, None, 2),
    }


def test_a_price_for_many_offers_may_be_a_tier_too() -> None:
    assert applied(LEAST + "aws,*,*,on_demand,,8,41,USD\n", make_offer())[f"{ID}/from-8"][0] == 41


def test_rates_of_spend_commitments_have_no_tiers() -> None:
    rate = make_offer(purchase=Purchase.SPEND_COMMITMENT, commitment_family="aws-compute-sp-1y-none")
    assert list(applied(LEAST + "aws,*,*,*,0.1,8,,\n", rate).values()) == [(Decimal(50), None, None, None)]


OWN = "provider,region,country,instance_type,purchase,price_per_hour,currency,min_quantity,max_quantity\n"


def test_rows_of_one_offer_are_volume_tiers_of_the_book() -> None:
    row = "aws,eu-central-1,DE,p5.48xlarge,on_demand"
    text = OWN + f"{row},44,USD,,7\n{row},40,USD,8,\n"
    assert applied(text, make_offer()) == {
        ID: (Decimal(44), None, 7, 2),
        f"{ID}/from-8": (Decimal(40), 8, None, 3),
    }
    (refused,) = book(OWN + f"{row},44,USD,,\n{row},40,USD,8,\n").refused
    assert (refused.line, refused.field, refused.value) == (3, "min_quantity", "8")
    assert refused.reason.startswith("overlaps line 2")


def test_what_the_book_says_of_an_offer_counts_for_its_list_tiers() -> None:
    many = make_offer(min_quantity=8, tier_from=8, price_per_hour=Decimal(46))
    text = OWN + "aws,eu-central-1,DE,p5.48xlarge,on_demand,44,USD,,\n"
    assert applied(text, make_offer(max_quantity=7), many) == {
        ID: (Decimal(44), None, 7, 2),
        f"{ID}/from-8": (Decimal(44), 8, None, 2),
    }


def test_a_row_about_several_offers_has_no_most() -> None:
    text = LEAST.replace("min_", "max_") + "aws,*,*,on_demand,0.1,8,,\n"
    (refused,) = book(text).refused
    assert (refused.field, refused.value) == ("max_quantity", "8")
