"""AWS's SDK, page by page: imported when used, every call bounded, its errors in our words.

An error tells its code and never its message: messages quote requests, accounts and at times signatures.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from providers.errors import (
    ProviderError,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.text import shown

if TYPE_CHECKING:
    from boto3.session import Session  # type: ignore[import-untyped]  # ships no types

for _name in ("boto3", "botocore", "urllib3"):  # below this level they log signed requests
    logging.getLogger(_name).setLevel(logging.ERROR)

_LATER = frozenset({
    "throttling", "throttlingexception", "throttledexception", "requestlimitexceeded", "requestthrottled",
    "toomanyrequestsexception", "slowdown", "priorrequestnotcomplete", "bandwidthlimitexceeded",
    "requesttimeout", "requesttimeoutexception", "internalerror", "internalfailure",
    "internalerrorexception", "internalserverexception", "serviceunavailable", "unavailable",
})  # fmt: skip
_NOT_SOLD = frozenset({
    "invalidparametervalue", "unsupported", "unsupportedoperation", "invalidinstancetype",
    "unsupportedinstancetype", "invalidaction",
})  # fmt: skip
_EXPIRED = frozenset({"expiredtoken", "expiredtokenexception", "requestexpired"})


class NotSold(Exception):
    """The region does not have what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one call: seconds, tries, bytes. Of a whole fetch: seconds. Of a listing: pages."""

    call_seconds: float = 60.0
    total_seconds: float = 3600.0
    tries: int = 4
    most_bytes: int = 64 * 1024**2
    most_pages: int = 2000


def credentials_of(session: "Session | None", *, on_aws: bool) -> "Session | None":
    """A session with credentials, of the standard chain; None where there are none.

    Only `on_aws` is the metadata service of the machine asked: elsewhere that is a wait for nobody. Raises
    SourceRefused for credentials that are named but cannot be had.
    """
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]  # ships no types
    from botocore.session import get_session  # type: ignore[import-untyped]  # ships no types

    if session is None:
        try:
            chain = get_session()
            if not on_aws:
                chain.get_component("credential_provider").remove("iam-role")
            session = Session(botocore_session=chain)
        except BotoCoreError as error:
            raise SourceRefused(f"AWS: the profile cannot be used ({type(error).__name__})") from None
    try:
        return session if session.get_credentials() is not None else None
    except BotoCoreError as error:
        raise SourceRefused(f"AWS: the credentials cannot be had ({type(error).__name__})") from None


class Api:
    """Clients by service and region, and their listings as pages, within one budget of time."""

    def __init__(
        self, session: "Session", bounds: Bounds, endpoints: Mapping[str, str], clock: Callable[[], float]
    ) -> None:
        self._session = session
        self._bounds = bounds
        self._endpoints = endpoints  # service -> URL, for tests and private endpoints
        self._clock = clock
        self._ends = clock() + bounds.total_seconds
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str) -> Any:
        """The SDK's client of a service in a region. Raises SourceRefused where there is none."""
        if (service, region) not in self._clients:
            self._clients[service, region] = self._made(service, region)
        return self._clients[service, region]

    def _made(self, service: str, region: str) -> Any:
        from botocore.config import Config  # type: ignore[import-untyped]  # ships no types
        from botocore.exceptions import BotoCoreError

        from providers.aws.bounded import BoundedSession

        config = Config(
            connect_timeout=self._bounds.call_seconds,
            read_timeout=self._bounds.call_seconds,
            retries={"mode": "standard", "total_max_attempts": self._bounds.tries},
        )
        try:
            client = self._session.client(
                service, region_name=region, config=config, endpoint_url=self._endpoints.get(service)
            )
        except (BotoCoreError, ValueError) as error:
            raise SourceRefused(f"AWS {service} in {region}: {type(error).__name__}") from None
        client._endpoint.http_session = BoundedSession(
            timeout=(self._bounds.call_seconds, self._bounds.call_seconds),
            most_bytes=self._bounds.most_bytes,
            seconds=self._bounds.call_seconds,
        )
        return client

    def pages(
        self, what: str, call: Callable[..., Any], listed: str, *, next_page: str = "NextToken", **asked: Any
    ) -> Iterator[dict[str, Any]]:
        """The replies to `call(**asked)`, from the first page to the last.

        `listed` names their list, `next_page` the token that asks for the next one.

        Raises NotSold where the region does not know what was asked for, else ProviderError only.
        """
        seen: set[str] = set()
        following: dict[str, str] = {}
        for _ in range(self._bounds.most_pages):
            if self._clock() > self._ends:
                raise SourceUnavailable(f"{what}: not done within {self._bounds.total_seconds:g} s")
            page = _called(what, call, {**asked, **following})
            if not isinstance(page.get(listed), list):
                raise SourceFormatChanged(f"{what}: the reply has no list {listed}")
            page.pop("ResponseMetadata", None)
            stated = page.pop(next_page, None)
            yield page
            if not stated:
                return
            if stated in seen:
                raise SourceFormatChanged(f"{what}: a page token came twice")
            seen.add(stated)
            following = {next_page: stated}
        raise SourceFormatChanged(f"{what}: more than {self._bounds.most_pages:,} pages")


def _called(what: str, call: Callable[..., Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = call(**asked)
        return found
    except (ProviderError, NotSold):
        raise
    except Exception as error:
        raise _ours(what, error) from None


def _ours(what: str, error: Exception) -> Exception:
    """The error in our words; an unforeseen one is returned as it is."""
    from botocore import exceptions as boto  # type: ignore[import-untyped]  # ships no types
    from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]  # ships no types

    kind = type(error).__name__
    if isinstance(error, boto.ClientError):
        return _answered(what, error)
    if isinstance(
        error,
        boto.NoCredentialsError
        | boto.PartialCredentialsError
        | boto.CredentialRetrievalError
        | boto.TokenRetrievalError
        | boto.UnauthorizedSSOTokenError,
    ):
        return SourceRefused(f"{what}: the credentials cannot be had or have expired ({kind})")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError | boto.IncompleteReadError):
        return SourceUnavailable(f"{what}: no reply ({kind})")
    if isinstance(error, ResponseParserError | ValueError | TypeError | KeyError | RecursionError):
        return SourceFormatChanged(f"{what}: the reply is damaged, or not what AWS documents ({kind})")
    if isinstance(error, boto.BotoCoreError):
        return SourceRefused(f"{what}: cannot be asked ({kind})")
    return error


def _answered(what: str, error: Any) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"{what}: {shown(code) or 'an error'} (HTTP {status})"
    folded = code.casefold()
    if folded in _LATER or status >= 500 or status == 429:
        return SourceUnavailable(said)
    if folded in _NOT_SOLD:
        return NotSold(said)
    if folded in _EXPIRED:
        return SourceRefused(f"{said}: the credentials have expired")
    return SourceRefused(said)
