"""Shapes of load: named, given hour by hour, and measured."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from advisor.demand import Plan, PlanError, csv_profile, parse_plan
from advisor.demand.demand import Demand
from advisor.demand.profiles import NAMED, Profile, flat
from tests.advisor.demand_examples import plan_with, spoilt

WHERE = "workloads[0].demand.profile"
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def profile_of(plan: Plan) -> Profile:
    return plan.workloads[0].demand.profile


def csv_of(value: Callable[[datetime], float], *, hours: int = 24 * 7, minutes: int = 60) -> bytes:
    """Rows from a Monday's midnight on."""
    moments = [MONDAY + timedelta(minutes=step) for step in range(0, hours * 60, minutes)]
    rows = [f"{moment:%Y-%m-%dT%H:%M:%SZ},{value(moment)!r}" for moment in moments]
    return "\n".join(["timestamp,value", *rows, ""]).encode()


def measured(data: bytes) -> Profile:
    plan = parse_plan(
        spoilt(WHERE, "{csv: load/chat.csv}"), source="x", read_file=lambda name: {name: data}[name]
    )
    return profile_of(plan)


def refused(data: bytes) -> str:
    with pytest.raises(PlanError) as caught:
        measured(data)
    (found,) = caught.value.problems
    assert found.path == WHERE
    return found.message


@pytest.mark.parametrize("name", NAMED)
def test_a_named_profile_is_a_step_shape_that_reaches_one(name: str) -> None:
    profile = profile_of(plan_with(WHERE, name))
    levels = {*profile.weekday, *profile.weekend}
    assert len(profile.weekday) == len(profile.weekend) == 24
    assert max(levels) == 1
    assert min(levels) > 0
    assert len(levels) <= 7  # few levels make few load blocks


def test_office_hours_are_full_in_the_morning_and_low_at_night_and_on_sunday() -> None:
    profile = profile_of(plan_with(WHERE, "office_hours"))
    assert [profile.level(hour, weekend=False) for hour in (3, 10, 12, 15, 22)] == [0.1, 1.0, 0.7, 1.0, 0.1]
    assert set(profile.weekend) == {0.1}


def test_the_mean_level_weighs_five_weekdays_and_two_weekend_days() -> None:
    fragment = f"{{weekday: [{', '.join(['1'] * 12 + ['0.5'] * 12)}], weekend: [{', '.join(['0.1'] * 24)}]}}"
    # weekdays 0.75 on average, weekend 0.1: (5 * 0.75 + 2 * 0.1) / 7 = 3.95 / 7
    assert profile_of(plan_with(WHERE, fragment)).mean_level == pytest.approx(3.95 / 7)


@pytest.mark.parametrize("shift", [-23, -8, 0, 8, 23])
def test_a_shifted_profile_happens_later(shift: int) -> None:
    shifted = profile_of(plan_with(WHERE, f"{{name: diurnal, shift_hours: {shift}}}"))
    plain = profile_of(plan_with(WHERE, "diurnal"))
    for hour in range(24):
        assert shifted.weekday[(hour + shift) % 24] == plain.weekday[hour]
        assert shifted.weekend[(hour + shift) % 24] == plain.weekend[hour]


def test_a_profile_object_is_taken_as_it_is() -> None:
    demand = Demand.model_validate({"unit": "accelerators", "peak": 2, "profile": flat()})
    assert demand.profile == flat()
    assert flat().level(5, weekend=True) == 1


def test_measured_load_is_scaled_by_its_largest_mean() -> None:
    def load(moment: datetime) -> float:
        weekend = moment.weekday() >= 5
        return 50.0 if weekend else 100.0 + 10 * moment.hour

    # largest mean: weekdays at 23 h, 100 + 230 = 330. Weekday 0 h: 100 / 330. Weekend: 50 / 330.
    profile = measured(csv_of(load))
    assert profile.weekday[0] == pytest.approx(100 / 330)
    assert profile.weekday[23] == 1
    assert set(profile.weekend) == {50 / 330}
    assert profile.peak_to_slot_ratio == pytest.approx(1)


def test_a_single_high_hour_is_told_by_the_ratio_to_its_mean() -> None:
    def load(moment: datetime) -> float:
        return 200.0 if moment == MONDAY + timedelta(hours=12) else 100.0

    # 12 h of weekdays: (200 + 4 * 100) / 5 = 120, the largest mean; the highest hour is 200 / 120 of it.
    profile = measured(csv_of(load))
    assert profile.weekday[12] == 1
    assert profile.weekday[11] == pytest.approx(100 / 120)
    assert profile.peak_to_slot_ratio == pytest.approx(200 / 120)


def test_finer_rows_are_averaged_to_hours_first() -> None:
    def load(moment: datetime) -> float:
        return 80.0 if moment.minute < 30 else 120.0

    profile = measured(csv_of(load, minutes=15))
    assert set(profile.weekday) == {1.0}
    assert profile.peak_to_slot_ratio == pytest.approx(1)


def test_times_with_an_offset_are_turned_to_utc() -> None:
    rows = csv_of(lambda moment: 1.0 + moment.hour).decode().replace("Z,", "+02:00,").encode()
    profile = measured(rows)
    # 23 h at +02:00 is 21 h UTC: the largest hour moves two hours earlier.
    assert profile.weekday[21] == max(profile.weekday)


def test_a_measured_profile_is_stored_as_its_levels() -> None:
    plan = parse_plan(
        spoilt(WHERE, "{csv: load.csv}"),
        source="x",
        read_file=lambda _: csv_of(lambda moment: 1.0 + moment.hour),
    )
    stored = plan.as_data()["workloads"][0]["demand"]["profile"]
    assert sorted(stored) == ["weekday", "weekend"]
    assert stored["weekday"][23] == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must begin with the line `timestamp,value`"),
        (b"time,value\n", "must begin with the line `timestamp,value`"),
        (b"timestamp,value\n2027-01-04T00:00Z\n", "line 2: has 1 cells, must have 2"),
        (b"timestamp,value\nyesterday,1\n", "line 2: timestamp 'yesterday' must be ISO 8601"),
        (b"timestamp,value\n0001-01-01T00:00+14:00,1\n", "line 2: timestamp"),
        (b"timestamp,value\n2027-01-04T00:00Z,much\n", "line 2: value 'much' must be a number"),
        (b"timestamp,value\n2027-01-04T00:00Z,nan\n", "must be from 0 to 1e+30"),
        (b"timestamp,value\n2027-01-04T00:00Z,1e308\n", "must be from 0 to 1e+30"),
        (b"timestamp,value\n2027-01-04T00:00Z,-1\n", "must be from 0 to 1e+30"),
        (b"timestamp,value\n2027-01-04T00:00Z,1\n2027-01-04T00:00Z,2\n", "line 3: the time of line 2 again"),
        (b"timestamp,value\n2027-01-04T00:00Z,1\n", "has no weekday value for hour 1, 2, 3"),
        (csv_of(lambda _: 1.0, hours=24 * 5), "has no weekend value for hour 0, 1, 2"),
        (csv_of(lambda _: 0.0), "has no load in any hour"),
        (b"timestamp,value\n\xff\xfe,1\n", "is not UTF-8 text"),
        (b'timestamp,value\n"' + b"x" * 200_000 + b'",1\n', "is not readable as CSV"),
        (b"x" * (10 * 1024 * 1024 + 1), "at most 10 MiB are read"),
    ],
)
def test_a_measured_load_that_is_none_says_why(data: bytes, message: str) -> None:
    assert message in refused(data)


@pytest.mark.parametrize(
    "name", ["../load.csv", "/etc/passwd", "a/../../b.csv", "C:\\load.csv", "..\\x.csv", "."]
)
def test_only_files_below_the_plans_folder_can_be_named(name: str) -> None:
    def never(_: str) -> bytes:
        raise AssertionError("the file must not be read")

    with pytest.raises(PlanError, match="beside the plan file or in a folder below"):
        parse_plan(spoilt(WHERE, f"{{csv: '{name}'}}"), source="x", read_file=never)


def test_a_file_that_cannot_be_read_is_named_with_the_reason() -> None:
    def missing(name: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", name)

    with pytest.raises(PlanError, match="cannot be read \\(No such file or directory\\)"):
        parse_plan(spoilt(WHERE, "{csv: load.csv}"), source="x", read_file=missing)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_profile, "MAX_ROWS", 100)
    assert refused(csv_of(lambda _: 1.0)) == "has more than 100 rows"


def test_exactly_as_many_rows_as_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_profile, "MAX_ROWS", 24 * 7)
    assert measured(csv_of(lambda _: 1.0)).weekday[0] == 1
