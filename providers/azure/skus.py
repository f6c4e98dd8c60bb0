"""Resource SKUs through azure-mgmt-compute: what each machine has, and what the subscription may not use."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

for _name in ("azure", "msal"):  # below this level they log requests, accounts and what servers say of them
    logging.getLogger(_name).setLevel(logging.ERROR)

MOST_SKUS = 20_000  # of one region; the largest has about 1,500
_TRIES = 3
_LONGEST_WAIT_SECONDS = 60.0
_AGAIN = frozenset({408, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSkus:
    """How to ask. Without `credential` the usual chain of azure-identity is used."""

    subscription_id: str
    credential: "TokenCredential | None" = None
    url: str = "https://management.azure.com"
    authentication_policy: Any = None  # for tests: the SDK sends tokens over TLS only
    timeout_seconds: float = 60.0
    total_seconds: float = 600.0

    def of_region(self, region: str, folder: Path) -> Path:
        """Write the machines of a region to a file. Raises ProviderError only, its text without secrets."""
        try:
            listed = list(self._listed(region))
        except ProviderError:
            raise
        except Exception as error:
            raise _told(error) from None
        path = folder / f"azure-skus-{region}.json"
        try:
            path.write_text(json.dumps({"value": listed}, default=str), encoding="utf-8")
        except OSError as error:
            raise SourceUnavailable(f"{path.name}: cannot be written: {error.strerror}") from None
        return path

    def _listed(self, region: str) -> Iterator[dict[str, Any]]:
        deadline = time.monotonic() + self.total_seconds
        with self._client() as client:
            for number, sku in enumerate(client.resource_skus.list(filter=f"location eq '{region}'")):
                if number >= MOST_SKUS:
                    raise ReplyTooLarge(f"Resource SKUs: more than {MOST_SKUS} in {region}")
                if time.monotonic() > deadline:
                    raise SourceUnavailable(f"Resource SKUs: not done within {self.total_seconds:g} s")
                if (sku.resource_type or "").casefold() == "virtualmachines":
                    yield sku.as_dict()

    def _client(self) -> Any:
        from azure.core.pipeline.policies import RetryPolicy
        from azure.identity import DefaultAzureCredential
        from azure.mgmt.compute import ComputeManagementClient

        class Retries(RetryPolicy[Any, Any]):
            """The SDK's own, but never waiting as long as a server may ask for."""

            def get_retry_after(self, response: Any) -> float | None:
                asked = super().get_retry_after(response)
                if asked is not None and asked > _LONGEST_WAIT_SECONDS:
                    raise SourceUnavailable(f"Resource SKUs: asks to come back in {asked:.0f} s")
                return asked

        options: dict[str, Any] = {
            "retry_policy": Retries(retry_total=_TRIES),
            "connection_timeout": self.timeout_seconds,
            "read_timeout": self.timeout_seconds,
        }
        if self.authentication_policy is not None:
            options["authentication_policy"] = self.authentication_policy
        credential = self.credential or DefaultAzureCredential(exclude_interactive_browser_credential=True)
        return ComputeManagementClient(credential, self.subscription_id, base_url=self.url, **options)


def _told(error: Exception) -> ProviderError:
    """The error in our words: those of the SDK may quote requests, tokens and secrets."""
    from azure.core import exceptions
    from azure.identity import CredentialUnavailableError

    if isinstance(error, CredentialUnavailableError):
        return SourceRefused("Resource SKUs: a subscription is named, but no Azure credentials were found")
    if isinstance(error, exceptions.ClientAuthenticationError):
        return SourceRefused("Resource SKUs: Azure does not accept the credentials; they may have expired")
    if isinstance(error, exceptions.DecodeError | exceptions.DeserializationError):
        return SourceFormatChanged("Resource SKUs: the reply is damaged, or not what it used to be")
    if isinstance(error, exceptions.HttpResponseError):
        status = error.status_code or 0
        told = f"Resource SKUs: HTTP {status}"
        return (
            SourceUnavailable(told)
            if status >= 500 or status in _AGAIN or not status
            else SourceRefused(told)
        )
    if isinstance(error, exceptions.AzureError):
        return SourceUnavailable("Resource SKUs: Azure could not be reached")
    return SourceFormatChanged(f"Resource SKUs: the reply is not as expected ({type(error).__name__})")
