"""A load profile from measured load: rows of `timestamp,value`, hourly or finer."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from math import fsum
from pathlib import PurePosixPath

from advisor.demand.fields import problem, text
from advisor.demand.surroundings import ReadFile

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 400_000
LARGEST_VALUE = 1e30
HOURS = range(24)
SATURDAY = 5

Slot = tuple[bool, int]  # (weekend, hour of day UTC)


def levels_from_csv(
    name: object, read_file: ReadFile | None
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Weekday levels, weekend levels, and the largest single hour divided by the largest mean.

    Level = mean value of that hour of weekdays or weekend days, divided by the largest such mean. Finer rows
    are first averaged to hours, so that an hour with more rows does not weigh more.
    """
    path = _plain_path(name)
    if read_file is None:
        raise problem(
            "names a file, but this plan was not read from a folder: give weekday and weekend levels"
        )
    try:
        data = read_file(path)
    except OSError as error:
        raise problem(f"cannot be read ({error.strerror or type(error).__name__})") from error
    hourly = _hourly_means(_rows(data))
    slots: dict[Slot, list[float]] = defaultdict(list)
    for hour, value in hourly.items():
        slots[hour.weekday() >= SATURDAY, hour.hour].append(value)
    means = {slot: fsum(values) / len(values) for slot, values in slots.items()}
    _check_complete(means)
    largest = max(means.values())
    if largest <= 0:
        raise problem("has no load in any hour: at least one value must be above 0")
    days = [tuple(means[weekend, hour] / largest for hour in HOURS) for weekend in (False, True)]
    return days[0], days[1], max(hourly.values()) / largest


def _plain_path(name: object) -> str:
    written = text(name)
    path = PurePosixPath(written.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in written or path == PurePosixPath("."):
        raise problem("must be a file beside the plan file or in a folder below it, without `..`")
    return str(path)


def _rows(data: bytes) -> Iterator[tuple[int, datetime, float]]:
    """Line number, UTC time and value of each row."""
    if len(data) > MAX_BYTES:
        raise problem(f"has {len(data):,} bytes: at most {MAX_BYTES // 1024**2} MiB are read")
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = [cell.strip() for cell in next(reader, [])]
        if header != ["timestamp", "value"]:
            raise problem("must begin with the line `timestamp,value`")
        for count, row in enumerate(reader):
            if count >= MAX_ROWS:
                raise problem(f"has more than {MAX_ROWS:,} rows")
            if row:
                yield _row(reader.line_num, row)
    except UnicodeDecodeError as error:
        raise problem("is not UTF-8 text") from error
    except csv.Error as error:
        raise problem(f"is not readable as CSV ({error})") from error


def _row(line: int, row: list[str]) -> tuple[int, datetime, float]:
    if len(row) != len(("timestamp", "value")):
        raise problem(f"line {line}: has {len(row)} cells, must have 2 (timestamp,value)")
    return line, _moment(line, row[0].strip()), _value(line, row[1])


def _moment(line: int, written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"line {line}: timestamp {written[:40]!r} must be ISO 8601, for example 2027-01-04T13:00Z"
        raise problem(message) from error


def _value(line: int, written: str) -> float:
    try:
        value = float(written)
    except ValueError as error:
        raise problem(f"line {line}: value {written[:40]!r} must be a number") from error
    if not 0 <= value <= LARGEST_VALUE:
        raise problem(f"line {line}: value {written[:40]!r} must be from 0 to {LARGEST_VALUE:g}")
    return value


def _hourly_means(rows: Iterator[tuple[int, datetime, float]]) -> dict[datetime, float]:
    values: dict[datetime, list[float]] = defaultdict(list)
    seen: dict[datetime, int] = {}
    for line, moment, value in rows:
        if moment in seen:
            raise problem(f"line {line}: the time of line {seen[moment]} again: keep one value for each time")
        seen[moment] = line
        values[moment.replace(minute=0, second=0, microsecond=0)].append(value)
    return {hour: fsum(found) / len(found) for hour, found in values.items()}


def _check_complete(means: dict[Slot, float]) -> None:
    for weekend, label in ((False, "weekday"), (True, "weekend")):
        missing = [hour for hour in HOURS if (weekend, hour) not in means]
        if missing:
            hours = ", ".join(str(hour) for hour in missing)
            raise problem(f"has no {label} value for hour {hours} UTC: every hour of the day needs one")
