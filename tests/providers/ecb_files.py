"""Files of euro reference rates in every form the ECB has, written here with figures of our own."""

import io
import json
import zipfile
from collections.abc import Mapping

Days = Mapping[str, Mapping[str, str]]

DAYS: Days = {
    "2026-11-20": {"USD": "1.25", "CNY": "8", "JPY": "160"},
    "2026-11-19": {"USD": "1.2", "CNY": "7.5", "JPY": "150", "BGN": "1.9558"},
}
"""Units for one euro: on the 20th one euro is 1.25 US dollars, so one yuan is 1.25 / 8."""


def xml(days: Days = DAYS, *, head: str = "") -> bytes:
    """As eurofxref-daily.xml and eurofxref-hist.xml are."""
    cubes = "".join(
        f"<Cube time='{day}'>"
        + "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
        + "</Cube>"
        for day, rates in days.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        "<gesmes:subject>Reference rates</gesmes:subject>"
        "<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>"
        f"<Cube>{cubes}</Cube></gesmes:Envelope>"
    ).encode()


def csv(days: Days = DAYS) -> bytes:
    """As eurofxref-hist.csv is: an empty column at the end, N/A where there is no rate."""
    codes = list(dict.fromkeys(code for rates in days.values() for code in rates))
    lines = [f"Date,{','.join(codes)},"]
    lines += [f"{day},{','.join(rates.get(code, 'N/A') for code in codes)}," for day, rates in days.items()]
    return "\n".join([*lines, ""]).encode()


def csv_of_a_day(day: str = "20 November 2026", rates: Mapping[str, str] | None = None) -> bytes:
    """As eurofxref.csv is: the month written out, blanks after commas."""
    rates = DAYS["2026-11-20"] if rates is None else rates
    return f"Date, {', '.join(rates)}, \n{day}, {', '.join(rates.values())}, \n".encode()


def zipped(data: bytes, name: str = "eurofxref-hist.csv") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return held.getvalue()


def sdmx(days: Days = DAYS, *, freq: str = "D", denominator: str = "EUR") -> bytes:
    """As the data service answers in JSON: places of values instead of the values."""
    codes = list(dict.fromkeys(code for rates in days.values() for code in rates))
    dates = list(days)
    series = {
        f"0:{n}:0:0:0": {
            "observations": {
                str(dates.index(day)): [float(rates[code])] for day, rates in days.items() if code in rates
            }
        }
        for n, code in enumerate(codes)
    }
    axes = {
        "FREQ": [freq],
        "CURRENCY": codes,
        "CURRENCY_DENOM": [denominator],
        "EXR_TYPE": ["SP00"],
        "EXR_SUFFIX": ["A"],
    }
    structure = {
        "dimensions": {
            "series": [{"id": name, "values": [{"id": v} for v in held]} for name, held in axes.items()],
            "observation": [{"id": "TIME_PERIOD", "values": [{"id": day} for day in dates]}],
        }
    }
    return json.dumps({"dataSets": [{"series": series}], "structure": structure}).encode()
