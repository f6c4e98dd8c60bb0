"""However a reply of Google Cloud is damaged, it is refused or read, and no price is zero."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import Document, Refused
from providers.errors import ProviderError
from providers.gcp.source import GcpSource
from providers.offers import Offer
from tests.providers.gcp_server import PAGES

FILES = {path.name: path.read_bytes() for path in sorted(PAGES.glob("*.json"))}
VALUES = [json.loads(data) for data in FILES.values()]
ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, float("inf"), "", "0", "-5", "1e400", "NaN", "x" * 500, "\x00", "１２",
    [], {}, [None], {"a": {}}, "us-central1", "9999-12-31T23:59:59+23:59",
    "0001-01-01T00:00:00-23:59", [[[[]]]],
]  # fmt: skip


def judged(*documents: Document) -> None:
    try:
        found = list(GcpSource.parse(documents))
    except ProviderError:
        return
    for one in found:
        assert isinstance(one, Offer | Refused)
        if isinstance(one, Offer):
            assert one.price_per_hour > 0
        else:
            assert one.where
            assert one.reason


def leaves(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(leaves(one) for one in inner)


def replaced(value: Any, at: list[int], odd: Any) -> Any:
    """A copy whose place number `at[0]`, counted through, is `odd`."""
    if at[0] == 0:
        at[0] = -1
        return odd
    at[0] -= 1
    if isinstance(value, dict):
        return {key: replaced(one, at, odd) for key, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, at, odd) for one in value]
    return value


@given(
    st.sampled_from(list(FILES.values())), st.integers(0, 10_000), st.binary(max_size=8), st.integers(0, 30)
)
@settings(max_examples=300, deadline=None)
def test_bytes_cut_out_or_put_in(data: bytes, at: int, put: bytes, out: int) -> None:
    at %= len(data)
    judged(Document.of_bytes(data[:at] + put + data[at + out :], name="x"))
    judged(Document.of_bytes(data[:at], name="x"))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_values_of_another_kind_anywhere(data: st.DataObject) -> None:
    documents = []
    for number, value in enumerate(VALUES):
        at = data.draw(st.integers(0, leaves(value) - 1))
        odd = data.draw(st.sampled_from(ODD))
        text = json.dumps(replaced(value, [at], odd)).encode()
        documents.append(Document.of_bytes(text, name=f"d{number}"))
    judged(*documents)


@given(st.recursive(st.sampled_from(ODD), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(max_examples=200, deadline=None)
def test_any_json(value: Any) -> None:
    judged(Document.of_bytes(json.dumps(value).encode(), name="x"))


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    judged(Document.of_bytes(data, name="x"))


def test_json_nested_too_deep_and_numbers_too_long() -> None:
    judged(Document.of_bytes(b"[" * 100_000, name="x"))
    judged(Document.of_bytes(b'{"skus": ' + b"[" * 5000 + b"]" * 5000 + b"}", name="x"))
    judged(
        Document.of_bytes(b'{"skus": [{"skuId": "x", "category": {}, "n": ' + b"9" * 5000 + b"}]}", name="x")
    )
