"""Azure's replies as records: JSON pages, lists and single items, and CSV, read as a stream.

Field names are folded (`Unit of measure`, `unitOfMeasure` and `unit_of_measure` are one), because the REST
replies, the SDK, the command line and the two kinds of price sheet spell them differently.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]  # ships no types
from ijson.common import ObjectBuilder  # type: ignore[import-untyped]  # ships no types

from providers.base import Document, Refused
from providers.errors import SourceFormatChanged
from providers.text import shown

_LISTS = frozenset({"items", "value"})
_OF_ONE_RECORD = frozenset(
    {"savingsplan", "capabilities", "locations", "locationinfo", "restrictions", "properties", "error"}
)
_ENVELOPE = frozenset({"items", "nextpagelink", "billingcurrency", "customerentityid", "count"})
_PRICE_COLUMNS = (
    frozenset({"armregionname", "retailprice"}),
    frozenset({"armregionname", "unitprice"}),
    frozenset({"metername", "unitofmeasure", "unitprice"}),
)
_NONE_OF_AZURE = "no reply of Azure: neither retail prices, nor resource SKUs, nor a price sheet"
_PERIOD = re.compile(r"period\D{1,5}(20[0-9]{2})(0[1-9]|1[0-2])\b", re.IGNORECASE)
_LONGEST_LINE = 64 * 1024
_TITLE_LINES = 20  # a price sheet may have a title above its header
_UNKNOWN_BEFORE_GIVING_UP = 50
_MARK = b"\xef\xbb\xbf"  # of UTF-8

# A number of thousands of digits makes ijson's parser in C raise SystemError.
_DAMAGE = (ijson.JSONError, ValueError, ArithmeticError, RecursionError, SystemError)
_DEPTH = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}

Event = tuple[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row or item. `where` names document and place.

    `currency` is that of the page around it, `dated` the month a price sheet says it is of, where known.
    """

    where: str
    fields: Mapping[str, Any]
    received_at: datetime | None
    currency: str = ""
    dated: datetime | None = None

    @property
    def place(self) -> str:
        """`where` with what the record is about, for refusals."""
        names = (self.fields.get(name) for name in ("armskuname", "metername", "name", "armregionname"))
        about = " ".join(shown(name.strip()) for name in names if isinstance(name, str) and name.strip())
        return f"{self.where} {about}".strip()


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A field name without case, spaces, hyphens and underscores.

    >>> fold("Meter sub-category")
    'metersubcategory'
    """
    return re.sub(r"[\s_-]", "", name).casefold()


def kind_of(fields: Mapping[str, Any]) -> str:
    """What a record is: `sku`, `retail`, `sheet`, or empty when none of Azure's."""
    if "resourcetype" in fields or ("capabilities" in fields and "name" in fields):
        return "sku"
    if fields.keys() & {"armskuname", "armregionname"} and fields.keys() & {"retailprice", "unitprice"}:
        return "retail"
    if {"metername", "unitprice"} <= fields.keys():
        return "sheet"
    return ""


def records(document: Document) -> Iterator[Record | Refused]:
    """All records of a reply. Raises SourceFormatChanged for one that is none of Azure's, or cut off."""
    known = unknown = 0
    for found in _records(document):
        if isinstance(found, Record) and not kind_of(found.fields):
            unknown += 1
            if not known and unknown > _UNKNOWN_BEFORE_GIVING_UP:
                break
            yield Refused(where=found.place, reason="neither a price nor a machine of Azure")
            continue
        known += 1
        yield found
    if not known:
        raise SourceFormatChanged(f"{shown(document.name, limit=200)}: {_NONE_OF_AZURE}")


def _records(document: Document) -> Iterator[Record | Refused]:
    name = shown(document.name, limit=200)
    with document.open() as stream:
        head = stream.read(64)
        while head and not head.strip() and (more := stream.read(64)):
            head = more
    start = head.removeprefix(_MARK)
    if not start.strip():
        raise SourceFormatChanged(f"{name}: the reply is empty")
    with document.open() as stream:
        if head.startswith(_MARK):
            stream.read(len(_MARK))
        if start.lstrip()[:1] in (b"{", b"["):
            yield from _from_json(stream, name, document.received_at)
        else:
            yield from _from_csv(stream, name, document.received_at)


def _from_json(stream: BinaryIO, name: str, received_at: datetime | None) -> Iterator[Record | Refused]:
    events: Iterator[Event] = ijson.basic_parse(stream, multiple_values=True)
    try:
        for event, _ in events:
            if event == "start_map":
                yield from _of_map(events, name, received_at)
            elif event == "start_array":
                yield from _of_list(events, f"{name}: ", received_at, "")
    except _DAMAGE:
        raise SourceFormatChanged(f"{name}: no complete JSON: cut off or damaged") from None


def _of_map(events: Iterator[Event], name: str, received_at: datetime | None) -> Iterator[Record | Refused]:
    """A page of records, or a single record: known when its end is reached."""
    own: dict[str, Any] = {}
    listed = -1
    for event, value in events:
        if event == "end_map":
            break
        key, (event, value) = value, next(events)
        folded = fold(key)
        if event == "start_array" and folded in _LISTS:
            own[folded] = None
            currency = own.get("billingcurrency")
            page_currency = currency if isinstance(currency, str) else ""
            for found in _of_list(events, f"{name}: {shown(key)}", received_at, page_currency):
                listed += 1
                yield found
        elif event in _DEPTH and folded not in _OF_ONE_RECORD:
            _skip(events)
        else:
            own[folded] = folded_names(_build(events, event, value))
    yield from _around(own, name, received_at, listed + 1)


def _around(
    own: dict[str, Any], name: str, received_at: datetime | None, listed: int
) -> Iterator[Record | Refused]:
    """What the fields outside a page's list say: a single record, an error, or that something is missing."""
    if own.keys() & _LISTS:
        count = own.get("count")
        if not listed:
            yield Refused(where=name, reason="the page holds no rows")
        elif isinstance(count, int) and count > listed and own.keys() & _ENVELOPE:
            yield Refused(where=name, reason=f"the page says it has {count} rows but holds {listed}")
        return
    if isinstance(error := own.get("error"), Mapping):
        code = error.get("code")
        said = f" {shown(code)}" if isinstance(code, str) else ""
        raise SourceFormatChanged(f"{name}: an error reply{said}, not prices")
    properties = own.get("properties")
    sheet = properties.get("pricesheets") if isinstance(properties, Mapping) else None
    if isinstance(sheet, list):
        for number, row in enumerate(sheet):
            yield _record(row, f"{name}: pricesheets[{number}]", received_at, "")
        return
    yield Record(where=name, fields=own, received_at=received_at)


def _of_list(
    events: Iterator[Event], place: str, received_at: datetime | None, currency: str
) -> Iterator[Record | Refused]:
    for number, (event, value) in enumerate(events):
        if event == "end_array":
            return
        row = _build(events, event, value)
        where = f"{place}[{number}]"
        inner = next((key for key in row if fold(key) == "items"), "") if isinstance(row, dict) else ""
        if inner and isinstance(row[inner], list):  # a list of pages
            for position, item in enumerate(row[inner]):
                yield _record(item, f"{where}.{shown(inner)}[{position}]", received_at, currency)
        else:
            yield _record(row, where, received_at, currency)


def _record(row: Any, where: str, received_at: datetime | None, currency: str) -> Record:
    fields = folded_names(row)
    if not isinstance(fields, dict):
        fields = {}
    meter = fields.get("meterdetails")
    if isinstance(meter, dict):  # the consumption API's price sheet
        fields = {**meter, **fields}
        fields.setdefault("meterregion", meter.get("meterlocation"))
    return Record(where=where, fields=fields, received_at=received_at, currency=currency)


def folded_names(value: Any) -> Any:
    """`value` with the field names of its maps folded, at every depth."""
    if isinstance(value, dict):
        return {fold(str(key)): folded_names(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [folded_names(inner) for inner in value]
    return value


def _build(events: Iterator[Event], event: str, value: Any) -> Any:
    if event not in _DEPTH:
        return value
    builder, depth = ObjectBuilder(), 0
    while True:
        builder.event(event, value)
        depth += _DEPTH.get(event, 0)
        if not depth:
            return builder.value
        event, value = next(events)


def _skip(events: Iterator[Event]) -> None:
    depth = 1
    while depth:
        event, _ = next(events)
        depth += _DEPTH.get(event, 0)


def _from_csv(stream: BinaryIO, name: str, received_at: datetime | None) -> Iterator[Record | Refused]:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        header, delimiter, title = _header(text)
        above, dated = len(title) + 1, _month("".join(title))
        if not header:
            raise SourceFormatChanged(f"{name}: {_NONE_OF_AZURE}")
        if len(set(header)) != len(header):
            raise SourceFormatChanged(f"{name}: a column occurs twice in the header")
        reader = csv.reader(text, delimiter=delimiter)
        for cells in reader:
            where = f"{name}: line {above + reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                yield Refused(
                    where=where, reason=f"has {len(cells)} cells where the header has {len(header)}"
                )
                continue
            fields = dict(zip(header, cells, strict=True))
            yield Record(where=where, fields=fields, received_at=received_at, dated=dated)
    except UnicodeError:
        raise SourceFormatChanged(f"{name}: neither JSON nor text") from None
    except csv.Error as error:
        raise SourceFormatChanged(f"{name}: no CSV: {error}") from None


def _header(text: io.TextIOWrapper) -> tuple[Sequence[str], str, list[str]]:
    """Folded column names, the delimiter and the lines above; no columns without a header."""
    above: list[str] = []
    while len(above) < _TITLE_LINES and (line := text.readline(_LONGEST_LINE)):
        for delimiter in ",;\t":
            columns = [fold(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
            if any(needed <= set(columns) for needed in _PRICE_COLUMNS):
                return columns, delimiter, above
        above.append(line)
    return (), ",", above


def _month(title: str) -> datetime | None:
    """The month of `Price Sheet Report for billing period - 202208`: its first day."""
    match = _PERIOD.search(title)
    return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC) if match else None
