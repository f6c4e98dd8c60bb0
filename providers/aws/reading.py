"""Which of AWS's replies a document is, by what is in it, and the records of those that are not price files.

Replies are read as a stream. They come as the API, the command line, an SDK or a recorder (placebo) writes
them: a page, a list of pages, one item, several values after each other, or JSON in JSON.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import ijson  # type: ignore[import-untyped]  # ships no types
from ijson.common import ObjectBuilder  # type: ignore[import-untyped]  # ships no types

from providers.aws.places import region_in
from providers.aws.streams import BUFFER_BYTES, json_of, named, opened
from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.text import shown

NONE_OF_AWS = (
    "no reply of AWS that holds prices or machines: neither a price list, nor spot prices, reservations, "
    "Savings Plans rates, Capacity Blocks or instance types"
)
_LISTS = frozenset({
    "pricelist", "spotpricehistory", "reservedinstancesofferings", "reservedinstances", "searchresults",
    "capacityblockofferings", "instancetypes", "instancetypeofferings", "savingsplans",
})  # fmt: skip
_WRAPPERS = frozenset({"data", "response", "result", "output"})
_INDEX = frozenset({"offers", "regions", "versions"})
_MOST_EVENTS = 2_000_000  # of one record; the largest real one has about 5,000
_UNKNOWN_BEFORE_GIVING_UP = 50
_DEEPEST = 8  # lists and pages within each other; Python cannot undo tens of thousands of generators
_NO_ROWS = "the reply holds no rows"
_DEPTH = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}

Event = tuple[str, Any]


class Shape(Enum):
    """What a document is."""

    OFFER_FILE = auto()  # products and terms by SKU
    SAVINGS_FILE = auto()  # products and terms of Savings Plans, as lists
    INDEX = auto()  # where price files are
    RECORDS = auto()  # everything else in JSON
    CSV = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row or item. `where` is its place in the document; `replied_at` when AWS said it, if known.

    `region` is the one the document's name gives, for replies that leave it to the request; `came_by` is
    the document's.
    """

    document: str
    where: str
    fields: Mapping[str, Any]
    replied_at: datetime | None
    region: str = ""
    came_by: datetime | None = None

    @property
    def place(self) -> str:
        """`where` with what the record is about, for refusals."""
        names = (self.fields.get(name) for name in ("InstanceType", "AvailabilityZone", "usageType"))
        about = " ".join(shown(name.strip()) for name in names if isinstance(name, str) and name.strip())
        return f"{self.where} {about}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A place in a document that is no record of AWS, and why."""

    where: str
    reason: str


def shape_of(document: Document) -> Shape:
    """What the document is. Raises SourceFormatChanged where it is empty or no text."""
    name = named(document)
    with opened(document) as stream:
        head = stream.read(64)
        while head and not head.strip() and (more := stream.read(64)):
            head = more
    start = head.strip()
    if not start:
        raise SourceFormatChanged(f"{name}: the reply is empty")
    if start.startswith(b"PK\x03\x04"):
        raise SourceFormatChanged(f"{name}: packed; unpack it first")
    if start.startswith(b"<"):
        raise SourceFormatChanged(f"{name}: XML or HTML; replies are read as JSON or CSV")
    if start[:1] not in b"{[" and not start.startswith(b'"{'):
        return Shape.CSV
    with json_of(document) as stream:
        return _shape_of_json(ijson.basic_parse(stream, multiple_values=True, buf_size=BUFFER_BYTES))


def _shape_of_json(events: Iterator[Event]) -> Shape:
    if next(events)[0] != "start_map":
        return Shape.RECORDS
    for event, value in events:
        if event != "map_key":
            break
        key, (inner, _) = str(value), next(events)
        if key == "products" and inner == "start_map":
            return Shape.OFFER_FILE
        if key == "products" and inner == "start_array":
            return Shape.SAVINGS_FILE
        if key in _INDEX and inner in _DEPTH:
            return Shape.INDEX
        if key == "product" or key.lower() in _LISTS:
            break
        if inner in _DEPTH:
            _skip(events)
    return Shape.RECORDS


def kind_of(fields: Mapping[str, Any]) -> str:
    """What a record is, empty when none of AWS's that we know."""
    keys = fields.keys()
    for kind, needed in (
        ("price", {"product"}),
        ("spot", {"SpotPrice"}),
        ("rate", {"rate", "savingsPlanOffering"}),
        ("block", {"CapacityBlockOfferingId"}),
        ("block", {"UpfrontFee", "CapacityBlockDurationHours"}),
        ("reserved", {"OfferingType", "FixedPrice"}),
        ("reserved", {"ReservedInstancesOfferingId"}),
        ("type", {"InstanceType", "VCpuInfo"}),
        ("plan", {"SavingsPlanArn"}),
        ("plan", {"savingsPlanArn"}),
        ("plan offering", {"offeringId", "planType"}),
        ("availability", {"InstanceType", "LocationType"}),
    ):
        if needed <= keys:
            return kind
    return ""


def records(document: Document) -> Iterator[Record | Unread]:
    """All records of a reply. Raises SourceFormatChanged for one that is none of AWS's, or cut off."""
    name = named(document)
    replied_at = _replied_at(document) or document.received_at
    region = region_in(document.name)
    known = unknown = 0
    with json_of(document) as stream:
        events = ijson.basic_parse(stream, multiple_values=True, buf_size=BUFFER_BYTES)
        for where, fields in _values(events, name):
            if isinstance(fields, str):
                known += 1
                yield Unread(where=where, reason=fields)
            elif kind_of(fields):
                known += 1
                yield Record(
                    document=name,
                    where=where,
                    fields=fields,
                    replied_at=replied_at,
                    region=region,
                    came_by=document.came_by,
                )
            else:
                unknown += 1
                if not known and unknown > _UNKNOWN_BEFORE_GIVING_UP:
                    break
                yield Unread(where=where, reason="neither a price nor a machine of AWS")
    if not known:
        raise SourceFormatChanged(f"{name}: {NONE_OF_AWS}")


Found = tuple[str, Mapping[str, Any] | str]
"""A place, and the record there or why there is none."""


def _values(events: Iterator[Event], name: str) -> Iterator[Found]:
    for number, (event, value) in enumerate(events, 1):
        where = "" if number == 1 else f"value {number}"
        if event == "start_map":
            yield from _of_map(events, where, name)
        elif event == "start_array":
            yield from _of_list(events, where, name)
        else:
            yield where, _json_in_json(value)


def _of_map(events: Iterator[Event], where: str, name: str, depth: int = 1) -> Iterator[Found]:
    """A page of records, or a single record: known when its end is reached."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    own: dict[str, Any] = {}
    pages = 0
    for event, value in events:
        if event == "end_map":
            break
        key, (inner, start) = str(value), next(events)
        inside = f"{where}.{shown(key)}" if where else shown(key)
        if inner == "start_array" and key.lower() in _LISTS:
            pages += 1
            yield from _of_list(events, inside, name, depth + 1, empty=_NO_ROWS)
        elif inner == "null" and key.lower() in _LISTS:
            pages += 1
            yield inside, _NO_ROWS
        elif inner == "start_map" and key.lower() in _WRAPPERS:
            pages += 1
            yield from _of_map(events, inside, name, depth + 1)
        else:
            own[key] = _build(events, inner, start)
    _refuse_error(own, name)
    if own and not pages:
        yield where, own


def _of_list(
    events: Iterator[Event], place: str, name: str, depth: int = 1, *, empty: str = ""
) -> Iterator[Found]:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    number = 0
    for event, value in events:
        if event == "end_array":
            break
        where = f"{place}[{number}]"
        number += 1
        if event == "start_map":
            yield from _of_map(events, where, name, depth + 1)
        elif event == "start_array":
            yield from _of_list(events, where, name, depth + 1)
        else:
            yield where, _json_in_json(value)
    if empty and not number:
        yield place, empty


def _json_in_json(value: Any) -> Mapping[str, Any] | str:
    """The record a string holds: GetProducts writes its items as JSON within JSON."""
    if not isinstance(value, str):
        return {}
    try:
        found = json.loads(value, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return "the JSON within this string is cut off or damaged"
    return found if isinstance(found, dict) else {}


def _refuse_error(own: Mapping[str, Any], name: str) -> None:
    """An error instead of prices: its code only, for its message may quote the request."""
    error = own.get("Error")
    code = error.get("Code") if isinstance(error, Mapping) else own.get("__type")
    if isinstance(code, str):
        raise SourceFormatChanged(f"{name}: an error reply {shown(code)}, not prices")


def _replied_at(document: Document) -> datetime | None:
    """The date among the reply's HTTP headers, which SDKs and recorders keep."""
    for prefix in ("ResponseMetadata.HTTPHeaders.date", "data.ResponseMetadata.HTTPHeaders.date"):
        with json_of(document) as stream:
            for stated in ijson.items(stream, prefix, multiple_values=True, buf_size=BUFFER_BYTES):
                found = _http_date(stated)
                if found is not None:
                    return found
    return None


def _http_date(stated: Any) -> datetime | None:
    try:
        found = parsedate_to_datetime(stated) if isinstance(stated, str) else None
        return found.astimezone(UTC) if found and found.tzinfo and 2000 <= found.year <= 2200 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _build(events: Iterator[Event], event: str, value: Any) -> Any:
    if event not in _DEPTH:
        return value
    builder, depth = ObjectBuilder(), 0
    for _ in range(_MOST_EVENTS):
        builder.event(event, value)
        depth += _DEPTH.get(event, 0)
        if not depth:
            return builder.value
        event, value = next(events)
    raise ValueError("a record of more than two million parts")


def _skip(events: Iterator[Event]) -> None:
    depth = 1
    while depth:
        event, _ = next(events)
        depth += _DEPTH.get(event, 0)
