"""What can go wrong between foreign bytes and offers. Each class knows whether a retry can help."""

from collections.abc import Sequence


class ProviderError(Exception):
    """Base of every error of this package that a caller may want to catch as one."""

    retryable = False


class PriceFileError(ProviderError):
    """The bytes are no price file at all. Bad rows are never raised; see `RefusedRow`."""


class RatesFileError(ProviderError):
    """The bytes are no exchange rates, or damaged ones; nothing of them is used."""


class ReferenceDataError(ProviderError):
    """A table shipped with the code is missing or damaged: a defect of the installation."""


class UnknownPlace(ProviderError, ValueError):
    """Neither an ISO 3166-1 alpha-2 country nor a known group of countries."""

    def __init__(self, name: str, suggestions: Sequence[str], message: str) -> None:
        super().__init__(message)
        self.name = name
        self.suggestions = tuple(suggestions)


class UnknownCurrency(ProviderError, ValueError):
    """A currency the rates at hand do not hold."""

    def __init__(self, currency: str, message: str) -> None:
        super().__init__(message)
        self.currency = currency


class UnknownSource(ProviderError, ValueError):
    """No source of prices has this name."""


class SourceUnavailable(ProviderError):
    """The provider could not be reached, or asked to come later (429, 5xx, time-out)."""

    retryable = True


class SourceRefused(ProviderError):
    """The provider refuses the request: credentials, rights, or a request it does not understand."""


class SourceFormatChanged(ProviderError):
    """The reply is not what SOURCES.md says. A person must look; the last good prices keep serving."""


class ReplyTooLarge(ProviderError):
    """The reply is larger than anything the source has ever sent."""
