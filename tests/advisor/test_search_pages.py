"""Pages of a listing and the orders it can have."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from advisor.catalog.listing_json import listing_json
from advisor.catalog.request import request_from
from advisor.catalog.table import columns_of, footer
from advisor.errors import BadInput
from tests.advisor.test_search import find, found, machine
from tests.factories import NOW, make_cpu_offer, make_offer

SEVEN = [machine(f"m{n}", str(n + 1)) for n in range(7)]


def test_pages_laid_end_to_end_are_the_whole_list() -> None:
    pages = [find(SEVEN, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [found(page) for page in pages] == [["m0", "m1", "m2"], ["m3", "m4", "m5"], ["m6"]]
    assert [(page.offset, page.total) for page in pages] == [(0, 7), (3, 7), (6, 7)]


def test_a_page_beyond_the_end_is_empty_and_not_explained() -> None:
    page = find(SEVEN, limit=3, offset=7)
    assert (page.lines, page.total, page.offset, page.empty) == ((), 7, 7, None)
    assert footer(page) == ["Shown 0 of 7 offers (7 in the price files), prices in USD."]
    assert all(column.cells == () for column in columns_of(page))
    answer = json.loads(json.dumps(listing_json(page)))
    assert (answer["shown"], answer["total"], answer["offset"], answer["offers"]) == (0, 7, 7, [])
    assert "explanation" not in answer


def test_the_footer_says_which_part_is_shown() -> None:
    assert footer(find(SEVEN, limit=3, offset=3))[0].startswith("Shown 4 to 6 of 7 offers")
    assert footer(find(SEVEN, limit=3))[0].startswith("Shown 3 of 7 offers")


def test_a_list_empty_for_its_conditions_is_explained_on_any_page() -> None:
    assert find(SEVEN, "H100:4", offset=20).empty is not None


@pytest.mark.parametrize("text", ["x", "1.5"])
def test_an_offset_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=f"--offset {text}: write a whole number"):
        request_from({"offset": text})
    assert request_from({"offset": "40"}).offset == 40
    assert request_from({"offset": ""}).offset == 0


MIXED = [
    machine("b", "8", 8, provider="gcp", region="us-central1", country="US"),  # 1 per accelerator
    machine("A", "6", 2, region="eu-west-1", zone="eu-west-1b", observed_at=NOW - timedelta(days=9)),  # 3
    machine("c", "9", 4, accelerator="L4", accelerator_memory_gib=Decimal(24), observed_at=None),  # 2.25
    make_cpu_offer(instance_type="d", price_per_hour=Decimal(7), observed_at=NOW - timedelta(days=1)),
    machine("e", "1", 1, currency="NOK", accelerator_memory_gib=None),  # no rate; 80 GiB by the list
]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("price", "A d b c e"),  # 6 7 8 9, and what has no rate
        ("-price", "c b d A e"),
        ("per_accelerator", "b c A d e"),  # 1 2.25 3, none, no rate
        ("-per_accelerator", "A c b d e"),
        ("provider", "c d e A b"),  # aws: by id, eu-central-1 before eu-west-1; gcp
        ("-provider", "b c d e A"),
        ("region", "c d e A b"),  # eu-central-1 thrice, eu-west-1b, us-central1
        ("-region", "b A c d e"),
        ("instance", "A b c d e"),
        ("-instance", "e d c b A"),
        ("age", "d e b A c"),  # 1 day; b and e 2.5 days, aws before gcp; 9 days; unknown
        ("-age", "A e b d c"),
        ("accelerators", "e A c b d"),
        ("-accelerators", "b c A e d"),
        ("memory", "c e A b d"),  # 24, three of 80 by id, none
        ("-memory", "e A b c d"),
    ],
)
def test_missing_values_come_last_either_way_and_ties_go_by_id(sort: str, order: str) -> None:
    assert found(find(MIXED, sort=sort)) == order.split()
    assert found(find(list(reversed(MIXED)), sort=sort)) == order.split()


def test_packed_machines_are_sorted_by_their_sum() -> None:
    # 8 accelerators: 8 x 3 = 24, 2 x 11 = 22, 1 x 23
    offers = [machine("one", "3", 1), machine("four", "11", 4), machine("eight", "23")]
    asked: dict[str, Any] = {"query": "H100:8", "pack": True}
    assert found(find(offers, **asked)) == ["four", "eight", "one"]
    assert found(find(offers, **asked, sort="-price")) == ["one", "eight", "four"]


def test_an_empty_page_is_titled_in_the_currency_asked_for() -> None:
    titles = [column.title for column in columns_of(find([make_offer()], currency="EUR", offset=9))]
    assert "EUR/instance-h" in titles
