"""The kinds of value a plan is made of: numbers, money, fractions, months, names, countries, currencies."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from advisor.demand.currencies import CURRENCIES
from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.months import PATTERN as MONTH_PATTERN
from advisor.demand.months import is_month
from providers.places import COUNTRIES, suggest_country

LARGEST_MONEY = Decimal(10) ** 15
LARGEST_NUMBER = Decimal(10) ** 30
SMALLEST = Decimal("1e-18")
LARGEST_COUNT = 10_000_000
LONGEST_MONTHS = 600
LONGEST_NAME = 120
FORM = "form: "  # begins the tags of unions, so that an error's path can be told from them
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?\Z")


class Part(BaseModel):
    """A part of a plan: cannot be changed, knows all its fields, refuses others."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def problem(message: str) -> PydanticCustomError:
    """An error whose text is the message, whatever braces it holds."""
    return PydanticCustomError("plan", "{message}", {"message": message})


Found = tuple[tuple[str | int, ...], object, str]  # path below the validated part, value there, message


def refuse(found: Iterable[Found]) -> None:
    """Raise all of `found` at once, each a path below the validated part, the value there and the message."""
    errors = [InitErrorDetails(type=problem(text), loc=path, input=value) for path, value, text in found]
    if errors:
        raise ValidationError.from_exception_data("plan", errors)


def _exact(value: object, *, largest: Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise problem(
            "must be a number" if value is not None else "is empty: give a number or remove the line"
        )
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise problem("must be a finite number")
    if abs(exact) > largest:
        raise problem(f"is too large: at most {float(largest):g}")
    if exact and abs(exact) < SMALLEST:
        raise problem(f"is too small: 0, or at least {float(SMALLEST):g}")
    return exact


def number(value: object) -> float:
    """A finite number that was not written as text."""
    if isinstance(value, str) and _DECIMAL_TEXT.match(value):
        raise problem("must be a number, not text: remove the quotes")
    return float(_exact(value, largest=LARGEST_NUMBER))


def _money(value: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL_TEXT.match(value):
        value = Decimal(value)
    return _exact(value, largest=LARGEST_MONEY)


def whole(value: object) -> int:
    """A number without a fraction; `12.0` is one."""
    found = number(value)
    if not found.is_integer():
        raise problem("must be a whole number")
    return int(found)


def _month(value: object) -> str:
    if isinstance(value, str) and is_month(value):
        return value
    raise problem("must be a month written YYYY-MM, for example 2027-01")


def text(value: object) -> str:
    """Text of at least one visible character on one line, stripped; numbers stand for their digits."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise problem("is empty: give a text" if value is None else "must be text")
    stripped = value.strip()
    if not stripped:
        raise problem("is empty: give a text")
    if len(stripped) > LONGEST_NAME:
        raise problem(f"is too long: at most {LONGEST_NAME} characters")
    if not stripped.isprintable():
        raise problem("must be one line of visible characters")
    return stripped


def _id_part(value: object) -> str:
    name = text(value)
    if "/" in name:
        raise problem("must not contain `/`: it becomes a part of an offer's name")
    return name


def _country(value: object) -> str:
    code = text(value)
    if code in COUNTRIES:
        return code
    hint = did_you_mean(suggest_country(code))
    raise problem(f"is no country: write its ISO 3166-1 code, for example DE{hint}")


def _currency(value: object) -> str:
    code = text(value)
    if code in CURRENCIES:
        return code
    raise problem(f"is no currency: write its ISO 4217 code, for example EUR{_alike_currency(code)}")


def _alike_currency(code: str) -> str:
    return did_you_mean(nearest(code, CURRENCIES))


# Bounds stand before the validator: written after it, they would be missing from the JSON Schema.
NonNegative = Annotated[float, Field(ge=0), BeforeValidator(number)]
Positive = Annotated[float, Field(gt=0), BeforeValidator(number)]
Fraction = Annotated[float, Field(ge=0, le=1), BeforeValidator(number)]
PositiveFraction = Annotated[float, Field(gt=0, le=1), BeforeValidator(number)]
Money = Annotated[Decimal, Field(ge=0), BeforeValidator(_money)]
PositiveMoney = Annotated[Decimal, Field(gt=0), BeforeValidator(_money)]
ExactFraction = Annotated[Decimal, Field(ge=0, le=1), BeforeValidator(_money)]
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT), BeforeValidator(whole)]
PositiveCount = Annotated[int, Field(ge=1, le=LARGEST_COUNT), BeforeValidator(whole)]
Months = Annotated[int, Field(ge=0, le=LONGEST_MONTHS), BeforeValidator(whole)]
PositiveMonths = Annotated[int, Field(ge=1, le=LONGEST_MONTHS), BeforeValidator(whole)]
_NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
Name = Annotated[str, BeforeValidator(text), WithJsonSchema(_NAME_SCHEMA)]
IdPart = Annotated[str, BeforeValidator(_id_part), WithJsonSchema({**_NAME_SCHEMA, "pattern": "^[^/]+$"})]
Month = Annotated[str, BeforeValidator(_month), WithJsonSchema({"type": "string", "pattern": MONTH_PATTERN})]
Country = Annotated[
    str, BeforeValidator(_country), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})
]
Currency = Annotated[
    str, BeforeValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]
