"""Kinds of fields that several operations share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja.params.functions import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

MOST_NUMBER = 2_147_483_647  # the largest whole number a column of the database holds
_NO_NUL = r"^[^\u0000]*$"  # PostgreSQL stores no NUL character


class In(BaseModel):
    """A body: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(value: Any) -> Any:
    """Text only: a number would be read as seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("write a moment as 2027-01-31T12:00:00Z")
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("write a moment as 2027-01-31T12:00:00Z") from None


Moment = Annotated[
    datetime,
    PlainSerializer(_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""In answers: ISO 8601, UTC."""

MomentIn = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]


def whole(value: Any) -> Any:
    """JSON does not tell 3.0 from 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


NumberIn = Annotated[int, Field(ge=1, le=MOST_NUMBER), BeforeValidator(whole)]
"""In bodies: the number of a version."""
Line = Annotated[str, Field(pattern=_NO_NUL, max_length=200)]

_UUID = WithJsonSchema({"type": "string", "format": "uuid"})
Uuid = Annotated[str, _UUID]
PlanId = Annotated[str, _UUID, Path(description="Id of a plan of your organisation")]
RunId = Annotated[str, _UUID, Path(description="Id of a run of your organisation")]
SweepId = Annotated[str, _UUID, Path(description="Id of a sweep of your organisation")]
TokenId = Annotated[str, _UUID, Path(description="Id of a token of your own")]
VersionNumber = Annotated[
    int, Path(ge=1, le=MOST_NUMBER, description="Number of a version, from 1", example=1)
]
