"""Catalogues of gpuhunt, as CSV or as the zip they are published in, to offers."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from providers.base import Document, Refused
from providers.errors import SourceFormatChanged
from providers.gpuhunt.places import NOT_TAKEN, PROVIDERS, provider_in
from providers.gpuhunt.rows import NEEDED, BadRow, NoAccelerator, offer_of
from providers.offers import Offer
from providers.text import shown

MOST_BYTES = 64 * 1024**2
_MOST_FILES = 100
_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})-?([01][0-9])-?([0-3][0-9])(?![0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    where: str
    provider: str | None
    text: str
    observed_at: datetime | None


def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
    """See `PriceSource.parse`. Raises SourceFormatChanged when no document is a catalogue of gpuhunt."""
    refused: list[Refused] = []
    kept: dict[str, tuple[Offer, str]] = {}
    known = 0
    for document in documents:
        for sheet in _sheets(document):
            if isinstance(sheet, Refused):
                refused.append(sheet)
                continue
            known += 1
            yield from _rows(sheet, kept)
    if documents and not known:
        first = refused[0]
        raise SourceFormatChanged(f"no catalogue of gpuhunt: {first.where}: {first.reason}")
    yield from refused
    yield from (offer for offer, _ in kept.values())


def _sheets(document: Document) -> Iterator[_Sheet | Refused]:
    name = shown(document.name, limit=120)
    with document.open() as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        yield Refused(where=name, reason=f"larger than {MOST_BYTES:,} bytes")
    elif data.startswith(b"PK"):
        yield from _unzipped(document, name, data)
    else:
        yield _sheet(document, name, document.name, data)


def _unzipped(document: Document, name: str, data: bytes) -> Iterator[_Sheet | Refused]:
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".csv")]
            if not members:
                yield Refused(where=name, reason="no CSV file in it")
            if len(members) > _MOST_FILES:
                yield Refused(where=name, reason=f"{len(members)} files; the first {_MOST_FILES} are read")
            for member in members[:_MOST_FILES]:
                with archive.open(member) as file:
                    text = file.read(left + 1)
                where = f"{name}, {shown(member.filename)}"
                left -= len(text)
                if left < 0:
                    yield Refused(where=where, reason=f"larger than {MOST_BYTES:,} bytes when unpacked")
                    return
                yield _sheet(document, where, member.filename, text)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
        yield Refused(where=name, reason="a damaged zip file")


def _sheet(document: Document, where: str, name: str, data: bytes) -> _Sheet | Refused:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Refused(where=where, reason="not text of UTF-8")
    header = {cell.strip() for cell in text.partition("\n")[0].split(",")}
    missing = [column for column in NEEDED if column not in header]
    if missing:
        return Refused(where=where, reason=f"no catalogue: without the columns {', '.join(missing)}")
    provider = provider_in(name) or provider_in(document.name)
    if provider is None and "provider" not in header:
        return Refused(where=where, reason="its name does not say whose catalogue it is, as runpod.csv does")
    return _Sheet(where=where, provider=provider, text=text, observed_at=_observed(document))


def _observed(document: Document) -> datetime | None:
    """The day of the catalogue's version in its name, else when it was received."""
    match = _DATE.search(document.name)
    try:
        if match:
            return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        return document.received_at
    return document.received_at


def _rows(sheet: _Sheet, kept: dict[str, tuple[Offer, str]]) -> Iterator[Refused]:
    plain: list[int] = []
    left_out: dict[str, int] = {}
    reader = csv.DictReader(io.StringIO(sheet.text, newline=""), restval="", skipinitialspace=True)
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    try:
        for raw in reader:
            row = {key: value.strip() for key, value in raw.items() if isinstance(key, str)}
            provider = (sheet.provider or row.get("provider", "")).casefold()
            where = f"{sheet.where}, line {reader.line_num}"
            if None in raw:
                yield Refused(where=where, reason="more cells than columns")
            elif provider in NOT_TAKEN:
                left_out[provider] = left_out.get(provider, 0) + 1
            elif provider not in PROVIDERS:
                yield Refused(where=where, reason=f"{shown(provider) or 'empty'}: not a provider of gpuhunt")
            else:
                try:
                    offer = offer_of(row, PROVIDERS[provider], sheet.observed_at)
                except NoAccelerator:
                    plain.append(reader.line_num)
                except BadRow as error:
                    yield Refused(where=where, reason=str(error))
                else:
                    yield from _keep(offer, where, kept)
    except csv.Error as error:
        yield Refused(where=f"{sheet.where}, line {reader.line_num}", reason=f"no CSV from here on: {error}")
    if reader.line_num <= 1:
        yield Refused(where=sheet.where, reason="the catalogue holds no rows")
    for name, count in left_out.items():
        yield Refused(where=sheet.where, reason=f"{count:,} rows not taken: {name} {NOT_TAKEN[name]}")
    if plain:
        lines = ", ".join(map(str, plain[:5])) + (", …" if len(plain) > 5 else "")
        yield Refused(where=sheet.where, reason=f"{len(plain):,} rows without accelerator (lines {lines})")


def _keep(offer: Offer, where: str, kept: dict[str, tuple[Offer, str]]) -> Iterator[Refused]:
    """One offer per key: the later statement, else the cheaper."""
    before = kept.get(offer.key)
    if before is None:
        kept[offer.key] = (offer, where)
        return
    winner, loser = sorted((before, (offer, where)), key=lambda pair: _rank(pair[0]))
    kept[offer.key] = winner
    reason = f"{offer.offer_id}: stated again in {winner[1]}; the later, else the cheaper one is taken"
    yield Refused(where=loser[1], reason=reason)


def _rank(offer: Offer) -> tuple[float, object]:
    return -(offer.observed_at.timestamp() if offer.observed_at else 0.0), offer.price_per_hour
