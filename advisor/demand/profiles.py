"""The shape of a load: a level for each hour of the day (UTC), on weekdays and on weekend days."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from advisor.demand.csv_profile import levels_from_csv
from advisor.demand.fields import Fraction, Part, problem, refuse
from advisor.demand.hints import did_you_mean, nearest, one_of
from advisor.demand.surroundings import surroundings_of

HOURS = 24
Levels = tuple[float, ...]


def _steps(*steps: tuple[int, float]) -> Levels:
    """Levels of 24 hours from (first hour, level) steps."""
    return tuple(next(level for begin, level in reversed(steps) if begin <= hour) for hour in range(HOURS))


NAMED: dict[str, tuple[Levels, Levels]] = {
    "flat": (_steps((0, 1.0)), _steps((0, 1.0))),
    "office_hours": (
        _steps(
            (0, 0.1),
            (7, 0.4),
            (8, 0.7),
            (9, 1.0),
            (12, 0.7),
            (13, 1.0),
            (17, 0.7),
            (18, 0.4),
            (19, 0.2),
            (21, 0.1),
        ),
        _steps((0, 0.1)),
    ),
    "diurnal": (
        _steps((0, 0.4), (1, 0.25), (6, 0.4), (7, 0.6), (9, 0.8), (18, 1.0), (22, 0.8), (23, 0.6)),
        _steps((0, 0.4), (2, 0.25), (7, 0.4), (9, 0.6), (11, 0.8), (18, 0.9), (22, 0.6)),
    ),
    "global": (
        _steps((0, 0.8), (4, 0.7), (7, 0.9), (12, 1.0), (18, 0.9), (21, 0.8)),
        _steps((0, 0.7), (12, 0.8), (21, 0.7)),
    ),
}

Day = Annotated[tuple[Fraction, ...], Field(min_length=HOURS, max_length=HOURS)]


class Profile(Part):
    """Load of an hour = peak × its level. `peak_to_slot_ratio` is above 1 when a CSV's largest single hour is
    higher than the largest mean, which is what level 1 stands for."""

    weekday: Day = Field(description="Level of each hour 0 to 23 UTC, Monday to Friday, each 0 to 1.")
    weekend: Day = Field(description="Level of each hour 0 to 23 UTC, Saturday and Sunday, each 0 to 1.")
    peak_to_slot_ratio: float = Field(default=1.0, exclude=True)

    def level(self, hour: int, *, weekend: bool) -> float:
        """Level of an hour of the day, 0 to 23 UTC."""
        return (self.weekend if weekend else self.weekday)[hour]

    @property
    def mean_level(self) -> float:
        """Mean over all hours of a month: five days of seven are weekdays."""
        return (5 * sum(self.weekday) + 2 * sum(self.weekend)) / (7 * HOURS)


def flat() -> Profile:
    """The same load in every hour."""
    return Profile(weekday=NAMED["flat"][0], weekend=NAMED["flat"][1])


def _named(name: object, shift_hours: object) -> dict[str, Any]:
    if not isinstance(name, str) or name not in NAMED:
        hint = did_you_mean(nearest(name, NAMED)) if isinstance(name, str) else ""
        raise problem(f"is no profile: write one of {one_of(NAMED)}, or weekday and weekend levels{hint}")
    if isinstance(shift_hours, bool) or not isinstance(shift_hours, int) or not -23 <= shift_hours <= 23:
        refuse([(("shift_hours",), shift_hours, "must be a whole number of hours from -23 to 23")])
    shift = int(str(shift_hours))
    days = [tuple(day[(hour - shift) % HOURS] for hour in range(HOURS)) for day in NAMED[name]]
    return {"weekday": days[0], "weekend": days[1]}


def _read(value: object, info: ValidationInfo) -> object:
    """Any way of writing a profile, as weekday and weekend levels."""
    if isinstance(value, Profile):
        return value
    if isinstance(value, str):
        return _named(value, 0)
    if not isinstance(value, dict):
        raise problem(f"must be one of {one_of(NAMED)}, or a map of weekday and weekend levels")
    known = ("name", "shift_hours", "weekday", "weekend", "csv")
    refuse(
        ((str(key),), value[key], f"unknown field `{key}`{did_you_mean(nearest(str(key), known))}")
        for key in value
        if key not in known
    )
    if "csv" in value:
        _only(value, "csv")
        weekday, weekend, ratio = levels_from_csv(value["csv"], surroundings_of(info).read_file)
        return {"weekday": weekday, "weekend": weekend, "peak_to_slot_ratio": ratio}
    if "name" in value or "shift_hours" in value:
        _only(value, "name", "shift_hours")
        return _named(value.get("name"), value.get("shift_hours", 0))
    return value


def _only(value: dict[str, object], *allowed: str) -> None:
    refuse(
        ((key,), value[key], f"cannot stand beside {allowed[0]}: keep one way of giving the profile")
        for key in value
        if key not in allowed
    )


def _has_load(profile: Profile) -> Profile:
    if not any(profile.weekday) and not any(profile.weekend):
        raise problem("has no load in any hour: at least one level must be above 0")
    return profile


_LEVELS_SCHEMA = {
    "type": "array",
    "items": {"type": "number", "minimum": 0, "maximum": 1},
    "minItems": HOURS,
    "maxItems": HOURS,
}


def _form(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"enum": list(NAMED)},
        _form(
            ["name"],
            name={"enum": list(NAMED), "description": "A named profile."},
            shift_hours={
                "type": "integer",
                "minimum": -23,
                "maximum": 23,
                "default": 0,
                "description": "Hours by which the named profile happens later (UTC); negative for earlier.",
            },
        ),
        _form(
            ["weekday", "weekend"],
            weekday=_LEVELS_SCHEMA | {"description": "Level of each hour 0 to 23 UTC, Monday to Friday."},
            weekend=_LEVELS_SCHEMA | {"description": "Level of each hour 0 to 23 UTC, Saturday and Sunday."},
        ),
        _form(
            ["csv"],
            csv={
                "type": "string",
                "description": "File of `timestamp,value` rows beside the plan file, or in a folder below.",
            },
        ),
    ]
}

ProfileField = Annotated[Profile, BeforeValidator(_read), AfterValidator(_has_load), WithJsonSchema(_SCHEMA)]
