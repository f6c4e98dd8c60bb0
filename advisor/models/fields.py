"""A decimal column that gives back exactly the number it was given."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Base = models.Field[Decimal | str | None, Decimal | None]
else:
    _Base = models.Field


class ExactDecimalField(_Base):
    """Any finite Decimal, lossless.

    Django's DecimalField fixes the number of places and, on SQLite, stores a binary float: a price
    of 16 digits comes back changed. This one is unbounded NUMERIC on PostgreSQL
    and text on SQLite, where SQL can compare it for equality but not order it; prices are ordered
    after conversion to one currency anyway.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, *_context: object) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(f"{value!r} is not a decimal number") from error

    def get_prep_value(self, value: Any) -> Decimal | None:
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: ARG002  Django passes it
    ) -> Any:
        number = self.to_python(value)
        if number is None or connection.vendor == "postgresql":
            return number
        return str(number)
