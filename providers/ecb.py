"""Euro reference rates as the European Central Bank publishes them: its files to rates in US dollars.

Read are its XML (one day, 90 days, or all since 1999), its CSV (one day or all, also zipped), and the JSON of
its data service (SDMX-JSON, daily rates). All state units of a currency for one euro.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from xml.parsers import expat

from providers.ecb_tables import Day, Days, csv_days, json_days
from providers.errors import RatesFileError
from providers.rates import CURRENCIES, ReferenceRates
from providers.text import shown

SOURCE = "European Central Bank"
MOST_BYTES = 32 * 2**20
"""All rates since 1999 are 8 MiB of XML."""

_EXACT = Context(prec=28)
_MOST_DIGITS = 30  # of one rate; the bank writes five or so
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcbRates:
    """One day's rates. `left_out` are currencies of the file that are in no list of ISO 4217 any more."""

    rates: ReferenceRates
    left_out: tuple[str, ...]
    days: int  # in the file


def read_ecb_rates(data: bytes, *, name: str, on: date | None = None) -> EcbRates:
    """The rates of the day `on`, by default of the newest day in the file. `name` is for messages.

    A rate is US dollars for one unit, to 28 digits. Raises RatesFileError naming what is wrong.
    """
    try:
        days = _days_of(data)
        day = max(days) if on is None else on
        if day not in days:
            raise RatesFileError(_no_such_day(day, days))
        rates, left_out = _in_dollars(day, days[day])
    except RatesFileError as error:
        raise RatesFileError(f"{name}: {error}") from error
    return EcbRates(
        rates=ReferenceRates(rates_to_usd=rates, observed_on=day, source=SOURCE),
        left_out=left_out,
        days=len(days),
    )


def _days_of(data: bytes) -> Days:
    """All days of a file, whichever of the forms it has; at least one."""
    if len(data) > MOST_BYTES:
        raise RatesFileError(f"has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
    if data.startswith(b"PK\x03\x04"):
        data = _unzipped(data)
    begin = data.removeprefix(_BOM).lstrip()[:1]
    if not begin:
        raise RatesFileError("is empty; must be a file of euro reference rates of the ECB")
    if begin == b"<":
        days = _xml_days(data.removeprefix(_BOM).lstrip())
    else:
        text = _text(data.removeprefix(_BOM))
        days = json_days(text) if begin in b"{[" else csv_days(text)
    if not days:
        raise RatesFileError("holds no day with rates")
    return days


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RatesFileError(f"is not UTF-8: byte {error.start + 1} is {data[error.start]:#04x}") from None


def _unzipped(data: bytes) -> bytes:
    """The one file of an archive, never more of it than is read of a plain file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1:
                raise RatesFileError(f"is an archive of {len(members)} files; must hold exactly one")
            with archive.open(members[0]) as file:
                inner = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, OSError) as error:
        raise RatesFileError(f"is a damaged archive: {error}") from error
    except (EOFError, ValueError, zlib.error) as error:
        raise RatesFileError(f"is a damaged archive: {error or 'it ends too early'}") from error
    if len(inner) > MOST_BYTES:
        raise RatesFileError(f"unpacks to more than {MOST_BYTES:,} bytes, the most that is read")
    return inner


class _Cubes:
    """Hears the elements of the bank's XML: `Cube` with a time holds `Cube`s with a currency and a rate."""

    def __init__(self, parser: "expat.XMLParserType") -> None:
        self.days: dict[date, Day] = {}
        self._parser = parser
        self._day: dict[str, str] | None = None
        self._first = True

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._first and local != "Envelope":
            raise RatesFileError(f"begins with <{shown(local)}>; the ECB's files begin with <Envelope>")
        self._first = False
        if local != "Cube":
            return
        if "time" in attributes:
            day = self._date(attributes["time"])
            if day in self.days:
                raise RatesFileError(f"{self._where()}: {day} occurs twice")
            self._day = {}
            self.days[day] = self._day
        elif "currency" in attributes or "rate" in attributes:
            self._rate(attributes)

    def _rate(self, attributes: Mapping[str, str]) -> None:
        currency, rate = attributes.get("currency"), attributes.get("rate")
        if currency is None or rate is None:
            missing = "currency" if currency is None else "rate"
            raise RatesFileError(f"{self._where()}: a Cube has no {missing}")
        if self._day is None:
            raise RatesFileError(f"{self._where()}: the rate of {shown(currency)} has no day")
        if currency in self._day:
            raise RatesFileError(f"{self._where()}: {shown(currency)} occurs twice on one day")
        self._day[currency] = rate

    def _date(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise RatesFileError(
                f"{self._where()}, time: {shown(text)!r}: must be a date, for example 2026-08-31"
            ) from None

    def _where(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"


def _xml_days(data: bytes) -> Days:
    """Days of the bank's XML. A document type is refused: the bank sends none, and entities hide in them."""
    parser = expat.ParserCreate(namespace_separator=" ")
    cubes = _Cubes(parser)
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = cubes.begin
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise RatesFileError(f"line {error.lineno}: is no well-formed XML: {reason}") from error
    except (LookupError, ValueError) as error:  # an encoding nobody knows
        raise RatesFileError(f"is no well-formed XML: {error}") from error
    return cubes.days


def _no_doctype(*_about: object) -> None:
    raise RatesFileError("has a document type (DOCTYPE), which files of the ECB never have; refused")


def _no_such_day(day: date, days: Days) -> str:
    before = max((other for other in days if other < day), default=None)
    hint = f"; the last day before it is {before}" if before else ""
    return f"has no rates of {day}: it holds {len(days):,} days, {min(days)} to {max(days)}{hint}"


def _in_dollars(day: date, per_euro: Day) -> tuple[dict[str, Decimal], tuple[str, ...]]:
    """US dollars for one unit, from units for one euro."""
    units = {currency: _units(day, currency, text) for currency, text in per_euro.items()}
    if "USD" not in units:
        raise RatesFileError(f"{day}: holds no rate of USD, which all others are told in")
    if units.get("EUR", Decimal(1)) != 1:
        raise RatesFileError(f"{day}, EUR: {units['EUR']}: one euro is 1 euro")
    dollars = units["USD"]
    found = {"USD": Decimal(1), "EUR": dollars}
    for currency in sorted(units.keys() & CURRENCIES - found.keys()):
        found[currency] = _EXACT.divide(dollars, units[currency])
    return found, tuple(sorted(units.keys() - CURRENCIES))


def _units(day: date, currency: str, text: str) -> Decimal:
    where = f"{day}, {shown(currency)}: {shown(text)!r}"
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise RatesFileError(f"{where}: {shown(currency)!r} is no ISO 4217 code, such as CNY")
    try:
        value = Decimal(text.strip()) if len(text) <= _MOST_DIGITS else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise RatesFileError(f"{where}: must be a number of at most {_MOST_DIGITS} digits")
    if not Decimal("1e-9") <= value <= Decimal("1e9"):
        raise RatesFileError(f"{where}: must be above 0 and credible, from 1e-9 to 1e9")
    return value
