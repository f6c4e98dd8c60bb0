"""The ECB's CSV and JSON, taken apart into days: units of each currency for one euro, still as text."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NoReturn

from providers.errors import RatesFileError
from providers.text import shown

Day = Mapping[str, str]
Days = Mapping[date, Day]

_WRITTEN_OUT = re.compile(r"(?P<day>[0-9]{1,2}) (?P<month>[A-Za-z]{3,9}) (?P<year>[0-9]{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NO_RATE = ("", "N/A", "-")  # not published on the day
_WANTED = {"FREQ": "D", "CURRENCY_DENOM": "EUR", "EXR_TYPE": "SP00"}  # daily, for one euro, spot


def csv_days(text: str) -> Days:
    """Days of the bank's CSV: `Date, USD, JPY, ...`, a row a day, and an empty column at the end."""
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    days: dict[date, Day] = {}
    try:
        header = [cell.strip() for cell in next(reader)]
        if header[:1] != ["Date"] or len(header) < 2:
            raise RatesFileError(
                f"line 1: {shown(','.join(header))!r}: is no form of the ECB's rates; its XML begins with "
                "<, its JSON with {, its CSV with Date,USD,JPY"
            )
        names = [name for name in header[1:] if name]
        if len(set(names)) != len(names):
            raise RatesFileError("line 1: a currency occurs twice")
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise RatesFileError(
                    f"line {reader.line_num}: {len(cells)} cells; must be {len(header)} as in line 1"
                )
            day = _csv_date(cells[0], reader.line_num)
            if day in days:
                raise RatesFileError(f"line {reader.line_num}: {day} occurs twice")
            pairs = zip(header[1:], cells[1:], strict=True)
            days[day] = {name: cell for name, cell in pairs if name and cell not in _NO_RATE}
    except csv.Error as error:
        raise RatesFileError(f"line {reader.line_num}: {error}") from error
    return days


def _csv_date(text: str, line: int) -> date:
    """`2026-08-31` in the file of all days, `31 August 2026` in that of one."""
    try:
        if found := _WRITTEN_OUT.fullmatch(text):
            return date(int(found["year"]), _MONTHS.index(found["month"][:3].title()) + 1, int(found["day"]))
        return date.fromisoformat(text)
    except ValueError:
        raise RatesFileError(
            f"line {line}, Date: {shown(text)!r}: must be a date, for example 2026-08-31 or 31 August 2026"
        ) from None


def json_days(text: str) -> Days:
    """Days of the data service's answer (SDMX-JSON 1.0): the series of daily spot rates for one euro."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise RatesFileError("is nested too deeply for JSON of the ECB") from None
    except ValueError as error:
        raise RatesFileError(f"is no JSON: {error}") from error
    structure = _map(_get(data, "structure"), "structure")
    dimensions = _map(_get(structure, "dimensions"), "structure.dimensions")
    axes = [_axis(axis, "structure.dimensions.series") for axis in _list(dimensions, "series")]
    times = [_axis(axis, "structure.dimensions.observation") for axis in _list(dimensions, "observation")]
    if not times or times[0][0] != "TIME_PERIOD" or "CURRENCY" not in [name for name, _ in axes]:
        raise RatesFileError("structure.dimensions: has no CURRENCY and TIME_PERIOD; is no table of rates")
    found: dict[date, dict[str, str]] = {}
    for number, part in enumerate(_list(_map(data, "it"), "dataSets")):
        where = f"dataSets[{number}].series"
        for key, series in _map(_get(part, "series"), where).items():
            named = _named(key, axes, where)
            if any(named.get(name, wanted) != wanted for name, wanted in _WANTED.items()):
                continue
            observations = _map(_get(series, "observations"), f"{where}.{shown(key)}.observations")
            _take(found, named["CURRENCY"], observations, times[0][1], f"{where}.{shown(key)}")
    if not found:
        raise RatesFileError("holds no daily spot rates for one euro (FREQ D, CURRENCY_DENOM EUR, SP00)")
    return found


def _take(
    found: dict[date, dict[str, str]],
    currency: str,
    observations: Mapping[str, object],
    days: list[str],
    where: str,
) -> None:
    for key, values in observations.items():
        day = _json_date(_pick(days, key, f"{where}.observations"), where)
        value = values[0] if isinstance(values, list) and values else None
        if value is None:
            continue  # the bank's way of saying that there is none
        if isinstance(value, bool) or not isinstance(value, Decimal):
            raise RatesFileError(f"{where}.observations.{shown(key)}: {value!r:.40}: must be a number")
        rates = found.setdefault(day, {})
        if currency in rates:
            raise RatesFileError(f"{where}: {shown(currency)} occurs twice on {day}")
        rates[currency] = str(value)


def _named(key: str, axes: list[tuple[str, list[str]]], where: str) -> dict[str, str]:
    """What a key such as `0:7:0:0:0` stands for, by the names of its places."""
    places = key.split(":")
    if len(places) != len(axes):
        raise RatesFileError(f"{where}: {shown(key)!r}: must have {len(axes)} places, one for each dimension")
    pairs = zip(axes, places, strict=True)
    return {name: _pick(values, place, f"{where}, {shown(name)}") for (name, values), place in pairs}


def _pick(values: list[str], place: str, where: str) -> str:
    if not (place.isascii() and place.isdigit() and len(place) < 7 and int(place) < len(values)):
        raise RatesFileError(f"{where}: {shown(place)!r}: must be a number from 0 to {len(values) - 1}")
    return values[int(place)]


def _axis(axis: object, where: str) -> tuple[str, list[str]]:
    ids = [_get(value, "id") for value in _list(_map(axis, where), "values")]
    name = _get(axis, "id")
    if not isinstance(name, str) or not all(isinstance(one, str) for one in ids):
        raise RatesFileError(f"{where}: a dimension or one of its values has no id")
    return name, [one for one in ids if isinstance(one, str)]


def _json_date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RatesFileError(f"{where}: {shown(text)!r}: must be a date, for example 2026-08-31") from None


def _get(part: object, name: str) -> object:
    return part.get(name) if isinstance(part, dict) else None


def _map(part: object, where: str) -> dict[str, object]:
    if not isinstance(part, dict):
        raise RatesFileError(f"{where}: is missing or no object; is no answer of the ECB's data service")
    return part


def _list(part: Mapping[str, object], name: str) -> list[object]:
    found = part.get(name)
    if not isinstance(found, list):
        raise RatesFileError(f"{name}: is missing or no list; is no answer of the ECB's data service")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
