"""Documents to items: whatever of Google's replies a file holds, each with its place in it.

Taken: pages of `services.skus.list`, single SKUs, lists of them, objects one per line or one after the
other; `machineTypes` and `acceleratorTypes` of Compute Engine, plain or aggregated; rows of the BigQuery
pricing export. Keys are folded (`unitPrice`, `unit_price` and `UnitPrice` are one), because the SDK, the
REST API and dumps of other tools spell them differently.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from providers.base import Document, Refused
from providers.errors import SourceFormatChanged
from providers.gcp.console import refused_console_table
from providers.text import shown

MOST_BYTES = 512 * 1024**2
"""A page of 5,000 SKUs has 10 MB; nothing of Google's comes near this."""

SKU, PRICING_ROW, MACHINE, ACCELERATOR = "sku", "pricing row", "machine type", "accelerator type"

_LISTS = ("skus", "items", "machinetypes", "acceleratortypes")
_OF_A_SKU = frozenset({"category", "serviceregions", "geotaxonomy"})  # Azure has a skuId as well
_SPACE = re.compile(r"[\s,]*")
_NEXT_LINE = re.compile(r"\n(?=[{\[])")


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a reply. `zone` is where an aggregated list had it, else None."""

    kind: str
    where: str
    value: dict[str, Any]
    document: Document
    zone: str | None = None


def items_of(documents: Sequence[Document]) -> Iterator[Item | Refused]:
    """Everything in the documents, in order. Raises SourceFormatChanged for one that is none of Google's."""
    for document in documents:
        yield from _items(document)


def _items(document: Document) -> Iterator[Item | Refused]:
    text = _text(document)
    if isinstance(text, Refused):
        yield text
        return
    if refusal := refused_console_table(document.name, text):
        yield refusal
        return
    found, known = 0, False
    for where, value in _values(document.name, text):
        if isinstance(value, Refused):
            yield value
            continue
        known = known or _is_reply(value)
        if not known:
            raise SourceFormatChanged(f"{where}: is no reply of Google Cloud: it has {_keys(value)}")
        for item in _walk(value, where, document):
            found += 1
            yield item
    if not found:
        yield Refused(where=document.name, reason="holds no SKU and no machine type")


def _text(document: Document) -> str | Refused:
    with document.open() as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return Refused(
            where=document.name, reason=f"larger than {MOST_BYTES:,} bytes: no reply of Google's is"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceFormatChanged(f"{document.name}: is not text: {error.reason}") from error
    if not text.strip():
        raise SourceFormatChanged(f"{document.name}: is empty")
    return text


@lru_cache(maxsize=4096)
def _folded(key: str) -> str:
    return key if "/" in key else key.replace("_", "").lower()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_folded(key): value for key, value in pairs}


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_no_number)


def _values(name: str, text: str) -> Iterator[tuple[str, Any]]:
    """JSON values of a text, one or many; a damaged one is passed over with a refusal once one was whole."""
    at, line, counted, whole = 0, 1, 0, False
    while (at := _after_space(text, at)) < len(text):
        line, counted = line + text.count("\n", counted, at), at
        where = f"{name} line {line}" if whole else name
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            if not whole and not _one_whole_line(text):
                raise SourceFormatChanged(
                    f"{name}: is not JSON of Google Cloud, or is cut off: {_words(error)}"
                ) from error
            yield where, Refused(where=where, reason=f"is not whole JSON: {_words(error)}")
            following = _NEXT_LINE.search(text, at)
            at = following.end() if following else len(text)
            continue
        whole = True
        yield where, value


def _one_whole_line(text: str) -> bool:
    """Whether the first line is damaged but a later one stands alone, as in JSON by lines."""
    rest = _NEXT_LINE.search(text)
    if rest is None:
        return False
    try:
        _DECODER.raw_decode(text, rest.end())
    except (ValueError, RecursionError):
        return False
    return True


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    return shown(str(error), limit=100)


def _walk(value: Any, where: str, document: Document, zone: str | None = None) -> Iterator[Item | Refused]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _walk(one, f"{where} [{number}]", document, zone)
    elif not isinstance(value, dict):
        yield Refused(where=where, reason="is no object of Google Cloud's")
    elif kind := _kind(value):
        yield Item(kind, _named(where, value), value, document, zone)
    elif isinstance(error := value.get("error"), dict):
        status = shown(f"{error.get('code', '')} {error.get('status', '')}".strip())
        yield Refused(where=where, reason=f"is an error of Google's, no prices: {status}")
    else:
        yield from _inside(value, where, document, zone)


def _inside(
    value: dict[str, Any], where: str, document: Document, zone: str | None
) -> Iterator[Item | Refused]:
    lists = [key for key in _LISTS if key in value]
    if "services" in value:
        yield Refused(where=f"{where} services", reason="is a list of services, no prices")
    elif not lists and not _is_reply(value):
        yield Refused(where=where, reason=f"is no SKU and no machine type: it has {_keys(value)}")
    for key in lists:
        inner = value[key]
        if isinstance(inner, dict):  # an aggregated list: zones/us-central1-a -> its machine types
            for place, scoped in inner.items():
                if not (isinstance(scoped, dict) and set(scoped) <= {"warning"}):
                    yield from _walk(scoped, f"{where} {shown(place)}", document, place.rpartition("/")[2])
        elif isinstance(inner, list):
            for number, one in enumerate(inner):
                yield from _walk(one, f"{where} {key}[{number}]", document, zone)
        elif inner is not None:
            yield Refused(where=f"{where} {key}", reason="is no list")


def _is_reply(value: Any) -> bool:
    """Whether a whole value looks like Google's: one of its objects, a list of them, or an empty page."""
    if isinstance(value, list):
        return not value or any(_is_reply(one) for one in value)
    if not isinstance(value, dict):
        return False
    if _kind(value) or "skus" in value or isinstance(value.get("error"), dict):
        return True
    if str(value.get("kind", "")).startswith("compute#") or set(value) == {"nextpagetoken"}:
        return True
    services = value.get("services")
    if isinstance(services, list) and any(isinstance(one, dict) and "serviceid" in one for one in services):
        return True
    inner = [value[key] for key in _LISTS if isinstance(value.get(key), list | dict)]
    return any(_is_reply(list(one.values()) if isinstance(one, dict) else one) for one in inner)


def _kind(value: dict[str, Any]) -> str:
    if "pricinginfo" in value or ("skuid" in value and _OF_A_SKU & value.keys()):
        return SKU
    if "sku" in value and ("listprice" in value or "pricingunit" in value):
        return PRICING_ROW
    if "guestcpus" in value or value.get("kind") == "compute#machineType":
        return MACHINE
    if "maximumcardsperinstance" in value or value.get("kind") == "compute#acceleratorType":
        return ACCELERATOR
    return ""


def _named(where: str, value: dict[str, Any]) -> str:
    sku = value.get("sku")
    name = sku.get("id") if isinstance(sku, dict) else value.get("skuid") or value.get("name")
    return f"{where} {shown(name)}" if isinstance(name, str) and name else where


def _keys(value: Any) -> str:
    if not isinstance(value, dict):
        return "no object"
    return shown(", ".join(list(value)[:6])) or "nothing in it"
