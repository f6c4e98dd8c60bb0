"""A request for a bill: usage, commitments, and the hours they are for."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from advisor.billing.commitment_row import CommitmentRow, ReservedRow
from advisor.billing.usage_row import UsageRow
from advisor.demand.fields import Currency, Found, Part, problem, refuse, whole
from optimizer.billing import Kind

MAX_HOURS = 8784  # a leap year
MAX_LINES = 200_000


def _version(value: object) -> object:
    if value is None or isinstance(value, bool) or value != 1:
        raise problem("must be 1, the version of the file this program reads")
    return 1


class BillRequest(Part):
    """The file of `bill`."""

    schema_: Annotated[int, Field(ge=1, le=1), BeforeValidator(_version)] = Field(
        alias="schema", description="Version of this form: 1."
    )
    currency: Currency = Field(default="USD", description="Currency of all prices (ISO 4217).")
    hours: Annotated[int, Field(ge=1, le=MAX_HOURS), BeforeValidator(whole)] | None = Field(
        default=None, description="Number of hours; default the length of the lists of quantities, or 1."
    )
    usage: tuple[UsageRow, ...] = Field(default=(), description="What was used.")
    commitments: tuple[CommitmentRow, ...] = Field(default=(), description="What was committed to.")

    @model_validator(mode="after")
    def _fits_together(self) -> "BillRequest":
        refuse(
            [
                *_twice("usage", [row.id for row in self.usage]),
                *_twice("commitments", [row.id for row in self.commitments]),
                *self._lengths(),
                *self._reserved_prices(),
            ]
        )
        return self

    @property
    def length(self) -> int:
        """Number of hours, said or not."""
        if self.hours is not None:
            return self.hours
        return max(1, *(len(row.quantity) for row in self.usage if isinstance(row.quantity, tuple)), 1)

    def per_hour(self, row: ReservedRow) -> Decimal | None:
        """What a reserved machine costs in every hour; None where neither it nor the usage says so."""
        if row.per_hour is not None:
            return row.per_hour
        found = {
            usage.rates[Kind.RESERVED]
            for usage in self.usage
            if usage.rates and Kind.RESERVED in usage.rates and _names_same_machine(usage, row)
        }
        return found.pop() if len(found) == 1 else None

    def _lengths(self) -> Iterator[Found]:
        hours = self.length
        if not self.usage and not self.commitments:
            yield ("usage",), "", "is required, or commitments: there is nothing to bill"
        if hours > MAX_HOURS:
            yield ("hours",), hours, f"must be {MAX_HOURS} or less"
        for index, row in enumerate(self.usage):
            if isinstance(row.quantity, tuple) and len(row.quantity) != hours:
                counted = f"{hours} entr{'y' if hours == 1 else 'ies'}, one per hour"
                yield (
                    ("usage", index, "quantity"),
                    row.quantity,
                    f"must have {counted}, not {len(row.quantity)}",
                )
        if hours * len(self.usage) > MAX_LINES:
            lines = hours * len(self.usage)
            yield ("hours",), hours, f"makes {lines:,} lines with this usage: at most {MAX_LINES:,}"

    def _reserved_prices(self) -> Iterator[Found]:
        for index, row in enumerate(self.commitments):
            if isinstance(row, ReservedRow) and self.per_hour(row) is None:
                message = (
                    "is required: no usage of this machine and region has a `reserved` rate, or they differ"
                )
                yield ("commitments", index, "per_hour"), "", message


def _names_same_machine(usage: UsageRow, row: ReservedRow) -> bool:
    same = usage.provider == row.provider and usage.instance_type == row.instance_type
    return same and (usage.zone == row.zone if row.is_zonal else usage.region == row.region)


def _twice(field: str, ids: Sequence[str]) -> Iterator[Found]:
    seen: dict[str, int] = {}
    for index, name in enumerate(ids):
        first = seen.setdefault(name, index)
        if first != index:
            yield (field, index, "id"), name, f"is also the id of {field}[{first}]"
