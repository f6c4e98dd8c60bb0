"""Google's SDK, page by page: imports it when used, bounds every call, and speaks our errors.

One page is one call, so a failed page is asked for again without those before it. Nothing of a credential
goes into an error: messages of Google are cleaned of the secrets at hand and of anything shaped like one.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from providers.errors import ProviderError, SourceFormatChanged, SourceRefused, SourceUnavailable
from providers.text import shown

T = TypeVar("T")
SCOPES = (
    "https://www.googleapis.com/auth/cloud-billing.readonly",
    "https://www.googleapis.com/auth/compute.readonly",
)
_SECRETS = re.compile(
    r"AIza[\w-]{20,}|ya29\.[\w.-]+|1//[\w-]{20,}|eyJ[\w.-]{20,}|Bearer\s+\S+|-----BEGIN.*?-----END[^-]*-----",
    re.S,
)
_REQUEST = re.compile(r"^[A-Z]+ https?://\S+: ")
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one call: seconds, tries, bytes. Of a listing: pages and seconds."""

    call_seconds: float = 60.0
    total_seconds: float = 900.0
    tries: int = 4
    most_bytes: int = 128 * 1024**2
    most_pages: int = 2000
    page_size: int = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an API is; another host and `http` for tests."""

    host: str
    url_scheme: str = "https"


def credentials_of(api_key: str | None, credentials: Any) -> tuple[Any, str | None]:
    """Credentials and project: those given, an API key, or Application Default Credentials.

    Raises SourceRefused when there are none.
    """
    import google.auth
    from google.auth import exceptions
    from google.auth.credentials import with_scopes_if_required

    if credentials is not None:
        scoped = with_scopes_if_required(credentials, SCOPES)  # type: ignore[no-untyped-call]  # google-auth
        return scoped, None
    if api_key:
        return key_credentials()(api_key), None
    try:
        found, project = google.auth.default(scopes=SCOPES)
    except exceptions.GoogleAuthError:
        raise SourceRefused("Google Cloud: no application default credentials were found") from None
    return found, project


def key_credentials() -> Any:
    """The class of credentials that are an API key, which is sent in a header."""
    from google.auth.api_key import Credentials

    return Credentials


def catalogue_client(credentials: Any, endpoint: Endpoint, bounds: Bounds) -> Any:
    """The client of the Cloud Billing Catalog."""
    from google.cloud import billing_v1
    from google.cloud.billing_v1.services.cloud_catalog.transports import CloudCatalogRestTransport

    transport = CloudCatalogRestTransport(
        host=endpoint.host, url_scheme=endpoint.url_scheme, credentials=credentials
    )
    return billing_v1.CloudCatalogClient(transport=_bounded(transport, bounds))


def compute_clients(credentials: Any, endpoint: Endpoint, bounds: Bounds) -> tuple[Any, Any]:
    """The clients of machine types and of accelerator types."""
    from google.cloud import compute_v1
    from google.cloud.compute_v1.services.accelerator_types.transports import AcceleratorTypesRestTransport
    from google.cloud.compute_v1.services.machine_types.transports import MachineTypesRestTransport

    machines = MachineTypesRestTransport(
        host=endpoint.host, url_scheme=endpoint.url_scheme, credentials=credentials
    )
    accelerators = AcceleratorTypesRestTransport(
        host=endpoint.host, url_scheme=endpoint.url_scheme, credentials=credentials
    )
    return (
        compute_v1.MachineTypesClient(transport=_bounded(machines, bounds)),
        compute_v1.AcceleratorTypesClient(transport=_bounded(accelerators, bounds)),
    )


def _bounded(transport: Any, bounds: Bounds) -> Any:
    from providers.gcp.bounded import BoundedAdapter

    adapter = BoundedAdapter(most_bytes=bounds.most_bytes, seconds=bounds.call_seconds)
    transport._session.mount("https://", adapter)
    transport._session.mount("http://", adapter)
    return transport


class Caller:
    """Calls with bounded tries and waits, within one budget of time for all of them."""

    def __init__(
        self,
        bounds: Bounds,
        *,
        secrets: Callable[[], Iterable[str]] = tuple,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bounds = bounds
        self._secrets = secrets  # asked each time: a token is renewed as it goes
        self._sleep = sleep
        self._ends = time.monotonic() + bounds.total_seconds

    def pages(self, what: str, ask: Callable[[str], Any]) -> Iterator[Any]:
        """The replies to `ask(page token)`, from the first page to the last."""
        token, seen = "", {""}
        for _ in range(self._bounds.most_pages):
            if time.monotonic() > self._ends:
                raise SourceUnavailable(f"{what}: not done within {self._bounds.total_seconds:g} s")
            reply = self._tried(what, partial(ask, token))
            yield reply
            token = reply.next_page_token
            if not token:
                return
            if token in seen:
                raise SourceFormatChanged(f"{what}: a page token came twice")
            seen.add(token)
        raise SourceFormatChanged(f"{what}: more than {self._bounds.most_pages:,} pages")

    def _tried(self, what: str, call: Callable[[], T]) -> T:
        for attempt in range(1, self._bounds.tries + 1):
            try:
                return call()
            except ProviderError:
                raise
            except Exception as error:
                ours, wait = self._ours(what, error)
                if wait is None or wait > _LONGEST_WAIT_SECONDS or attempt == self._bounds.tries:
                    raise ours from None
            pause = max(wait, 2.0 ** (attempt - 1))
            if time.monotonic() + pause > self._ends:
                raise SourceUnavailable(f"{what}: not done within {self._bounds.total_seconds:g} s") from None
            self._sleep(pause)
        raise SourceUnavailable(f"{what}: no tries are allowed")

    def _ours(self, what: str, error: Exception) -> tuple[ProviderError, float | None]:
        """Our error, and the seconds to wait before the next try; None when no try can help."""
        from google.api_core import exceptions as calls
        from google.auth import exceptions as auth
        from google.protobuf import json_format  # type: ignore[import-untyped]  # ships no types
        from requests import exceptions as wire

        if isinstance(error, calls.GoogleAPICallError):
            return self._answered(what, error)
        if isinstance(error, auth.TransportError):
            return SourceUnavailable(f"{what}: Google's token service could not be reached"), 0.0
        if isinstance(error, auth.GoogleAuthError):
            return SourceRefused(f"{what}: Google refuses the credentials (expired, revoked or wrong)"), None
        if isinstance(error, wire.RequestException):
            return SourceUnavailable(f"{what}: no reply ({type(error).__name__})"), 0.0
        if isinstance(error, json_format.ParseError | ValueError | TypeError | RecursionError):
            # a reply cut off on its way looks like this as well, so it is tried again
            return SourceFormatChanged(f"{what}: the reply is not what Google documents"), 0.0
        raise error

    def _answered(self, what: str, error: Any) -> tuple[ProviderError, float | None]:
        code = int(error.code or 0)
        said = _REQUEST.sub("", str(error.message))
        text = f"{what}: {code} {self.cleaned(said)}"
        if code in {408, 429} or code >= 500 or code == 0:
            return SourceUnavailable(text), _retry_after(error)
        return SourceRefused(text), None

    def cleaned(self, text: str) -> str:
        """A foreign text without secrets, on one line."""
        for secret in filter(None, self._secrets()):
            text = text.replace(secret, "***")
        return shown(_SECRETS.sub("***", text), limit=300)


def _retry_after(error: Any) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    stated = str(headers.get("Retry-After", ""))
    return float(stated) if re.fullmatch(r"[0-9]{1,6}", stated) else 0.0
