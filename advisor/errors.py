"""Errors a person can act on. Each class carries the exit code of a command and the status of a page."""

from collections.abc import Iterable


class AdvisorError(Exception):
    """`message` is one line; `details` are further lines, one thought each.

    `code` is stable and for programs; `field` names what was given wrongly, where it is one thing.
    """

    exit_code = 3
    http_status = 500
    code = "error"

    def __init__(self, message: str, details: Iterable[str] = (), *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.field = field

    def lines(self) -> list[str]:
        return [self.message, *self.details]


class BadInput(AdvisorError):
    """What was asked cannot be understood: names the field, the value, and what would be right."""

    exit_code = 2
    http_status = 400
    code = "bad_input"


class NotFound(AdvisorError):
    """There is no such thing, or it belongs to others: the two are never told apart."""

    exit_code = 2
    http_status = 404
    code = "not_found"


class Conflict(AdvisorError):
    """Understood, but not possible in the state things are in."""

    exit_code = 2
    http_status = 409
    code = "conflict"


class NothingFound(AdvisorError):
    """Understood, and the answer is that there is none; the details say why."""

    exit_code = 1
    http_status = 200
    code = "nothing_found"


class DatabaseUnavailable(AdvisorError):
    """The database is missing, not migrated, or cannot be written."""

    http_status = 503
    code = "database_unavailable"


class CatalogueEmpty(AdvisorError):
    """The database is ready but holds no prices."""

    http_status = 503
    code = "catalogue_empty"


class NoPricesThen(CatalogueEmpty):
    """There are prices, but none for the moment of the past that was asked for."""

    http_status = 404
    code = "no_prices_then"
