"""Volume tiers in price files: several rows of one offer whose ranges of quantities do not overlap."""

from hypothesis import given
from hypothesis import strategies as st

from providers.offers import Offer
from providers.pricefile import write_price_file
from providers.tiers import tier_of

from .price_csv import price_csv, read

ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def tier(low: str, high: str, price: str = "50", **cells: str) -> dict[str, str]:
    return {"min_quantity": low, "max_quantity": high, "price_per_hour": price} | cells


def ids(*rows: dict[str, str]) -> list[str]:
    found = read(price_csv(*rows))
    assert found.refused == ()
    return [offer.offer_id for offer in found.offers]


def why_not(*rows: dict[str, str]) -> str:
    (refused,) = read(price_csv(*rows)).refused
    return str(refused)


def test_the_row_from_the_fewest_machines_keeps_the_name() -> None:
    assert ids(tier("8", "15"), tier("16", ""), tier("", "7")) == [f"{ID}/from-8", f"{ID}/from-16", ID]


def test_a_row_alone_is_no_tier_whatever_its_minimum() -> None:
    assert ids(tier("8", "")) == [ID]


def test_tiers_need_not_begin_at_one_nor_follow_each_other_closely() -> None:
    assert ids(tier("4", "8"), tier("20", "30")) == [ID, f"{ID}/from-20"]


def test_zones_and_terms_have_tiers_of_their_own() -> None:
    reserved = {"purchase": "reserved", "term_months": "12", "payment": "none"}
    found = ids(
        tier("1", "7"), tier("1", "7", zone="b"), tier("8", "", zone="b"),
        tier("1", "7") | reserved, tier("8", "") | reserved,
    )  # fmt: skip
    term = "aws/eu-central-1/p5.48xlarge/reserved/12m-none"
    assert found == [ID, f"{ID}@b", f"{ID}@b/from-8", term, f"{term}/from-8"]


def test_rows_that_overlap_are_refused_with_what_would_be_right() -> None:
    assert why_not(tier("1", "10"), tier("8", "")) == (
        "line 3, min_quantity: 8: overlaps line 2, the same offer for 1 to 10 machines; must be above 10"
    )
    assert why_not(tier("", ""), tier("8", "")) == (
        "line 3, min_quantity: 8: overlaps line 2, the same offer for 1 machines and more; "
        "line 2 must have a max_quantity below it"
    )
    assert why_not(tier("8", ""), tier("1", "9")) == (
        "line 3, max_quantity: 9: overlaps line 2, the same offer from 8 machines on; must be at most 7"
    )
    assert why_not(tier("8", ""), tier("", "")) == (
        "line 3, max_quantity: empty: overlaps line 2, the same offer from 8 machines on; must be at most 7"
    )


def test_rows_that_begin_alike_are_refused() -> None:
    assert "duplicate: the same offer as on line 2; must occur once" in why_not(tier("", ""), tier("", ""))
    assert why_not(tier("8", ""), tier("8", "9")).startswith("line 3, min_quantity: 8: duplicate")
    assert why_not(tier("", "7"), tier("0", "5")).startswith("line 3, min_quantity: 0: duplicate")


def test_tiers_are_of_one_machine() -> None:
    gpu = {"accelerator": "H100", "accelerator_count": "8"}
    assert why_not(tier("1", "7", **gpu), tier("8", "", **(gpu | {"accelerator_count": "4"}))) == (
        "line 3, accelerator_count: 4: differs from line 2, a volume tier of the same offer; must be 8"
    )
    assert "country: FR: differs from line 2" in why_not(tier("1", "7"), tier("8", "", country="FR"))


def test_a_third_row_is_held_against_all_before_it() -> None:
    rows = (tier("1", "7"), tier("16", ""), tier("8", "16"))
    assert why_not(*rows).startswith("line 4, max_quantity: 16: overlaps line 3")


def test_rates_of_spend_commitments_have_no_tiers() -> None:
    rate = {"purchase": "spend_commitment", "commitment_family": "aws-compute-sp-1y-none"}
    assert "duplicate" in why_not(tier("1", "7") | rate, tier("8", "") | rate)


def test_where_bad_rows_are_skipped_what_is_left_makes_the_tiers() -> None:
    found = read(price_csv(tier("1", "7", price="0"), tier("8", "15"), tier("16", "")))
    assert [offer.offer_id for offer in found.offers] == [ID, f"{ID}/from-16"]


def test_an_id_tells_the_offer_it_is_a_tier_of() -> None:
    assert tier_of(f"{ID}@b/from-8") == f"{ID}@b"
    assert tier_of(ID) is None


@given(st.sets(st.integers(0, 40), min_size=1), st.booleans(), st.permutations(range(41)))
def test_what_is_written_is_read_as_the_same_offers(
    starts: set[int], open_end: bool, order: list[int]
) -> None:
    lows = sorted(starts)
    highs = [str(after - 1) for after in lows[1:]] + ["" if open_end else "99"]
    rows = [tier(str(low) if low else "", high) for low, high in zip(lows, highs, strict=True) if high != "0"]
    rows.sort(key=lambda row: order[int(row["min_quantity"] or 0)])
    offers: tuple[Offer, ...] = read(price_csv(*rows)).offers
    assert len({offer.offer_id for offer in offers}) == len(rows)
    again = read(write_price_file(offers).encode())
    assert (again.offers, again.refused) == (offers, ())
