"""Recorded replies as they come on bad days: cut off, bytes changed, values replaced."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from providers.base import Refused
from providers.offers import Offer

_JUNK: Any = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([[], {}, [[]], [{}], "9" * 400, "\ud800", "1e400", "-1", "0"]),
)  # fmt: skip


@st.composite
def damaged_bytes(draw: st.DrawFn, recorded: Sequence[bytes]) -> bytes:
    """A reply cut off at any place, up to three of its bytes changed."""
    whole = draw(st.sampled_from(recorded))
    data = bytearray(whole[: draw(st.integers(0, len(whole)))])
    for _ in range(draw(st.integers(0, 3)) if data else 0):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@st.composite
def damaged_json(draw: st.DrawFn, recorded: Sequence[bytes]) -> bytes:
    """A reply of JSON with one of its values replaced by something else."""
    tree = json.loads(draw(st.sampled_from(recorded)))
    at = tree
    while keys := list(at) if isinstance(at, dict) else list(range(len(at))):
        key = draw(st.sampled_from(keys))
        if not isinstance(at[key], dict | list) or draw(st.integers(0, 4)) == 0:
            at[key] = draw(_JUNK)
            break
        at = at[key]
    return json.dumps(tree).encode()


def assert_sound(found: Sequence[Offer | Refused]) -> None:
    """Offers have a price, refusals say what and where, and all of it can be written as UTF-8."""
    for one in found:
        if isinstance(one, Offer):
            assert one.price_per_hour > 0 or (one.upfront or 0) > 0
            words = (one.offer_id, one.accelerator or "", one.note or "")
        else:
            words = (one.where, one.reason, "")
            assert one.where
            assert one.reason
        "".join(words).encode()
