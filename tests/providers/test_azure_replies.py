"""What Azure's replies may look like, what is none of them, and which of competing prices is kept."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.azure.source import AzureSource
from providers.base import Document, Refused
from providers.errors import ProviderError, SourceFormatChanged
from providers.offers import Offer
from providers.pricefile.read import read_price_file
from providers.pricefile.write import write_price_file
from tests.providers.azure_replies import PAGES, document, item, offers, page, parsed, priced, recorded, sku


def as_csv(items: list[dict[str, Any]], *, delimiter: str = ",", ends: str = "\n") -> str:
    """Items as a CSV export of the same columns; lists as JSON."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(items[0]), delimiter=delimiter, lineterminator=ends)
    writer.writeheader()
    for one in items:
        writer.writerow({k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in one.items()})
    return out.getvalue()


@pytest.mark.parametrize(
    "shape",
    [
        page,
        list,
        lambda items: items[0],
        lambda items: [page(items)],
        lambda items: json.dumps(page(items)).encode("utf-8-sig"),
        lambda items: "\n\n   " + json.dumps(page(items)),
        lambda items: "\n".join(map(json.dumps, items)),
        lambda items: json.dumps(page(items), indent=2).replace("\n", "\r\n"),
        lambda items: {"items": items},
        as_csv,
        lambda items: as_csv(items, ends="\r\n").encode("utf-8-sig"),
        lambda items: as_csv(items).encode("utf-16"),
        lambda items: as_csv(items, delimiter=";"),
        lambda items: as_csv(items, delimiter="\t"),
    ],
)
def test_an_item_is_found_in_every_shape(shape: Callable[[list[dict[str, Any]]], Any]) -> None:
    plan = [{"term": "1 Year", "retailPrice": 0.3, "unitPrice": 0.3}]
    found = offers(shape([item(savingsPlan=plan)]))
    assert [(offer.purchase.value, offer.price_per_hour) for offer in found] == [
        ("on_demand", Decimal("0.46")),
        ("spend_commitment", Decimal("0.3")),
    ]


def test_a_csv_cell_may_hold_a_python_literal() -> None:
    row = item(savingsPlan="[{'term': '1 Year', 'retailPrice': 0.3}]")
    assert [offer.price_per_hour for offer in offers(as_csv([row]))] == [Decimal("0.46"), Decimal("0.3")]


@pytest.mark.parametrize("cell", ["[{'term'", "none at all", "[" * 5000, "1e99999999999999999999", "[1]"])
def test_a_csv_cell_without_plans_is_refused_alone(cell: str) -> None:
    found, refused = parsed(as_csv([item(savingsPlan=cell)]))
    assert [offer.purchase.value for offer in found] == ["on_demand"]
    assert "savingsPlan" in refused[0].reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n ",
        b"\xef\xbb\xbf",
        b"\x00\x01\x02" * 50,
        b"<html>Too many requests</html>",
        "Name;Wert\nD8;0,46\n",
        json.dumps(page([item(), item()]))[:-40],
        json.dumps(page([item()])) + "}",
        '{"Items": [' + "[" * 20000,
        '[{"armSkuName": "Standard_D8_v4", "retailPrice": 1' + "0" * 5000 + "}",
        '{"Items": [{"armSkuName": "\ud800"}]}'.encode("utf-8", "surrogatepass"),
        {"formatVersion": "v1.0", "offerCode": "AmazonEC2", "products": {"A": {}}, "terms": {}},
        {"skus": [{"name": "services/6F81/skus/0001", "pricingInfo": []}], "nextPageToken": ""},
        {"error": {"code": "AuthorizationFailed", "message": "The client 'secret' has no right"}},
        [{"InstanceType": "p5.48xlarge", "SpotPrice": "20.1"}] * 200,
        {},
        [],
        "42",
        "null",
        "armSkuName,armRegionName,retailPrice,armSkuName\na,b,1,c\n",
    ],
)
def test_what_is_none_of_azures_replies_is_said(content: Any) -> None:
    with pytest.raises(SourceFormatChanged) as caught:
        parsed(document(content, name="odd.json"))
    assert str(caught.value).startswith("odd.json: ")
    assert "secret" not in str(caught.value)


def test_one_foreign_document_among_good_ones_is_named() -> None:
    with pytest.raises(SourceFormatChanged, match=r"^reply1\.json: "):
        parsed(page([item()]), {"products": {}})


def test_what_is_missing_from_a_page_is_said() -> None:
    assert parsed(page([]))[1] == [Refused(where="reply0.json", reason="the page holds no rows")]
    found, refused = parsed(page([item()], Count=100))
    assert len(found) == 1
    assert refused[0].reason == "the page says it has 100 rows but holds 1"


def test_rows_that_are_no_records_are_refused_by_place() -> None:
    found, refused = parsed([item(), "text", None, 7, {"name": "x"}])
    assert len(found) == 1
    assert [one.where for one in refused] == [
        "reply0.json: [1]", "reply0.json: [2]", "reply0.json: [3]", "reply0.json: [4] x"
    ]  # fmt: skip


def test_a_csv_row_cut_off_is_refused_by_line() -> None:
    whole = as_csv([item(), item(armSkuName="Standard_D2_v4")])
    found, refused = parsed(whole[: whole.index("Standard_D2_v4") - 30])
    assert len(found) == 1
    assert refused[0].where == "reply0.json: line 3"
    assert "cells where the header has" in refused[0].reason


@pytest.mark.parametrize(
    ("kept", "lost", "why"),
    [
        (
            priced(0.4, effectiveStartDate="2024-01-01T00:00:00Z"),
            priced(0.5),
            "superseded by the price in force",
        ),
        (priced(0.4), priced(0.4), "repeats"),
        (priced(0.4), priced(0.5, currencyCode="EUR"), "the same in EUR; USD is kept"),
        (priced(0.4), priced(0.5, isPrimaryMeterRegion=False), "not the meter's primary region"),
        (priced(0.4), priced(0.5, isPrimaryMeterRegion="False"), "not the meter's primary region"),
        (priced(0.5), priced(0.4), "the dearer is kept"),
        (priced(0.5), priced(0.4, isPrimaryMeterRegion="True"), "the dearer is kept"),
        (priced(0.4), priced(0.4, armSkuName="standard_d8_V4"), "repeats"),
    ],
)
def test_of_competing_prices_one_is_kept_whatever_their_order(
    kept: dict[str, Any], lost: dict[str, Any], why: str
) -> None:
    for order in permutations([kept, lost]):
        found, refused = parsed(page(order))
        assert [offer.price_per_hour for offer in found] == [Decimal(str(kept["retailPrice"]))]
        assert why in refused[0].reason


@pytest.mark.parametrize("placeholder", [99999999, 0.0000001])
def test_a_placeholder_does_not_take_the_place_of_a_price(placeholder: float) -> None:
    newer = priced(placeholder, effectiveStartDate="2024-01-01T00:00:00Z")
    found, refused = parsed(page([newer, priced(0.4)]))
    assert [offer.price_per_hour for offer in found] == [Decimal("0.4")]
    assert [one.reason.startswith("price_per_hour: ") for one in refused] == [True]


def test_the_spelling_most_prices_use_is_kept() -> None:
    names = ["standard_e16_v3", "Standard_E16_v3", "Standard_E16_v3"]
    items = [
        item(armSkuName=name, effectiveStartDate=f"202{number}-01-01T00:00:00Z")
        for number, name in enumerate(names)
    ]
    for order in permutations(items):
        assert {offer.instance_type for offer in parsed(page(order))[0]} == {"Standard_E16_v3"}


def test_one_meter_of_several_sizes_gives_each_its_offer() -> None:
    items = [item(armSkuName=f"Standard_E16{letter}_v3") for letter in ("", "s", "a", "as")]
    assert len(offers(page(items))) == 4


def test_offers_survive_a_price_file() -> None:
    names = ("retail_eastus.json", "skus_eastus.json", "sheet_ea_2022.csv", "sheet_mca.csv")
    found, _ = parsed(*map(recorded, names))
    assert len(found) > 10
    assert len({offer.key for offer in found}) == len(found)
    again = read_price_file(write_price_file(found).encode(), source="prices.csv")
    assert not again.refused
    assert list(again.offers) == found


def _judge(data: bytes) -> None:
    """Anything may come: it is parsed, refused, or said to be none of Azure's; never a crash."""
    try:
        found = list(AzureSource.parse([Document.of_bytes(data, name="fuzz")]))
    except ProviderError:
        return
    keys = [one.key for one in found if isinstance(one, Offer)]
    assert len(set(keys)) == len(keys)
    assert all(one.price_per_hour > 0 for one in found if isinstance(one, Offer))
    assert all(one.reason and one.where for one in found if isinstance(one, Refused))


_SEEDS = [path.read_bytes() for path in sorted(PAGES.iterdir()) if path.suffix in (".json", ".csv")]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(_SEEDS), st.integers(0, 40_000), st.integers(0, 40), st.binary(max_size=8))
def test_damaged_replies_never_crash(seed: bytes, at: int, cut: int, put: bytes) -> None:
    at %= len(seed) + 1
    _judge(seed[:at])
    _judge(seed[:at] + put + seed[at + cut :])


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(item())), _VALUES, st.sampled_from(["item", "plan", "sku"]))
def test_fields_of_any_value_never_crash(name: str, value: Any, where: str) -> None:
    plans = [{"term": "1 Year", "retailPrice": 0.3}]
    if where == "item":
        content: Any = page([item(savingsPlan=plans) | {name: value}])
    elif where == "plan":
        content = page(
            [item(savingsPlan=value), item(savingsPlan=[value, {"term": value, "retailPrice": value}])]
        )
    else:
        limits = [value, {"values": value, "type": "Zone", "restrictionInfo": value}]
        described = sku(vCPUs=value, GPUs=value, MemoryGB=value, restrictions=limits) | {"locations": value}
        content = [item(), described, sku() | {"capabilities": value}, sku() | {"name": value}]
    _judge(json.dumps(content).encode())
