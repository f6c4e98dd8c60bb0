"""However a reply of AWS is damaged, it is refused or read, and no price is zero."""

import json
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.aws.source import AwsSource
from providers.base import Document, Refused
from providers.errors import ProviderError, SourceFormatChanged
from tests.providers.aws_replies import (
    block,
    item,
    offer_file,
    on_demand,
    product,
    rate,
    reservation,
    reserved,
    spot,
)
from tests.providers.damage import assert_sound, damaged_bytes, damaged_json
from tests.providers.test_aws_commitments import _plan_file, _plan_rate
from tests.providers.test_aws_machines import gpus, typed
from tests.providers.test_aws_sheet import row, sheet, upfront

REPLIES = [
    {"PriceList": [json.dumps(item())], "NextToken": "x"},
    item(terms={"Reserved": {"a": reserved("0.03", "280", option="Partial Upfront")}}),
    offer_file([product("A"), product("B", operatingSystem="Windows")], {
        "OnDemand": {"A": on_demand()}, "Reserved": {"A": {"a": reserved("0", "9", option="All Upfront")}},
    }),
    {"SpotPriceHistory": [
        spot("eu-west-1a", "0.04", "2026-08-01T00:00:00Z"),
        spot("us-east-1-atl-2a", "9", "2026-08-01T00:00:00Z"),
    ]},
    {"CapacityBlockOfferings": [block()]},
    {"ReservedInstancesOfferings": [reservation()]},
    {"data": {"ReservedInstances": [{**reservation(), "ReservedInstancesId": "x", "State": "active"}]}},
    {"searchResults": [rate()]},
    _plan_file(_plan_rate()),
    {"InstanceTypes": [typed("p5.48xlarge", GpuInfo=gpus("H100", 8, 81920))]},
]  # fmt: skip
JSON = [json.dumps(reply).encode() for reply in REPLIES]
SHEETS = [sheet(row(), upfront("All Upfront", "549", unit="Quantity")).open().read()]


def judged(*replies: bytes) -> None:
    documents = [Document.of_bytes(data, name=f"d{number}") for number, data in enumerate(replies)]
    try:
        found = list(AwsSource.parse(documents))
    except ProviderError:
        return
    assert_sound(found)


@given(damaged_bytes(JSON + SHEETS))
@settings(max_examples=400, deadline=None)
def test_bytes_cut_off_or_changed(data: bytes) -> None:
    judged(data)


@given(st.lists(damaged_json(JSON), min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_values_of_another_kind_anywhere(replies: list[bytes]) -> None:
    judged(*replies)


@given(damaged_json(JSON))
@settings(max_examples=200, deadline=None)
def test_values_of_another_kind_within_json_in_json(data: bytes) -> None:
    judged(json.dumps({"PriceList": [data.decode()]}).encode())


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes) -> None:
    judged(data)


def test_json_nested_too_deep_and_numbers_too_long() -> None:
    judged(b"[" * 20_000)
    judged(b'{"PriceList": ' + b"[" * 5000 + b"]" * 5000 + b"}")
    judged(b'{"products": {"A": ' + b"[" * 20_000)
    judged(b'{"SpotPriceHistory": [{"SpotPrice": ' + b"9" * 5000 + b"}]}")
    judged(json.dumps({"PriceList": ["[" * 100_000, "9" * 5000]}).encode())


def told(replies: list[bytes]) -> tuple[list[str], list[str]]:
    documents = [Document.of_bytes(data, name=f"d{zlib.crc32(data)}") for data in replies]
    found = list(AwsSource.parse(documents))
    refused = sorted(f"{one.where}: {one.reason}" for one in found if isinstance(one, Refused))
    return [repr(one) for one in found if not isinstance(one, Refused)], refused


def test_the_order_of_documents_makes_no_difference() -> None:
    doubled = [*JSON, *(data + b" " for data in JSON)]  # every reply twice, as in overlapping recordings
    expected = told(doubled)
    assert len(expected[0]) >= 9
    mixed = random.Random(4)  # noqa: S311  # the same order every time
    for _ in range(20):
        assert told(mixed.sample(doubled, len(doubled))) == expected


def test_numbers_too_long_wherever_they_stand_do_not_reach_the_parser() -> None:
    for before in range(0, 4096, 311):
        for data in (
            b" " * before + b'{"PriceList": [{"n": ' + b"9" * 4400 + b"}]}",
            b" " * before + b'{"products": {"A": {"n": -' + b"1" * 4400 + b"}}}",
        ):
            with pytest.raises(SourceFormatChanged):
                list(AwsSource.parse([Document.of_bytes(data, name="long.json")]))
