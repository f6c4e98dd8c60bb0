"""Google Cloud as a source of prices: the Billing Catalog, and Compute Engine's machine types."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any, ClassVar

from providers.base import Document, PriceSource, Refused
from providers.errors import SourceFormatChanged
from providers.gcp.clients import (
    Bounds,
    Caller,
    Endpoint,
    catalogue_client,
    compute_clients,
    credentials_of,
    key_credentials,
)
from providers.gcp.parse import parse
from providers.gcp.skus import CLOUD_TPU, COMPUTE_ENGINE, SERVICES
from providers.offers import Offer

_BILLING = Endpoint(host="cloudbilling.googleapis.com")
_COMPUTE = Endpoint(host="compute.googleapis.com")


class GcpSource(PriceSource):
    """Prices of Google Cloud.

    With an API key the catalogue alone can be asked, and the shapes of accelerator machines come from our
    table. With Application Default Credentials and a project the machine types come from Compute Engine.
    `on_google`: it runs on Google Cloud itself, whose metadata server has credentials.
    """

    name: ClassVar[str] = "gcp"
    title: ClassVar[str] = "Google Cloud"

    def __init__(
        self,
        *,
        project: str | None = None,
        api_key: str | None = None,
        credentials: Any = None,
        currency: str = "USD",
        on_google: bool = False,
        billing: Endpoint = _BILLING,
        compute: Endpoint = _COMPUTE,
        bounds: Bounds | None = None,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._project = project or os.environ.get("GOOGLE_CLOUD_PROJECT") or None
        self._api_key = api_key or os.environ.get("GOOGLE_CLOUD_API_KEY") or None
        self._credentials = credentials
        self._currency = currency
        self._on_google = on_google
        self._billing = billing
        self._compute = compute
        self._bounds = bounds or Bounds()
        self._pause = pause

    def not_configured(self) -> str:
        """Empty when there are credentials to try; looks for files only, asks nobody."""
        if self._credentials is not None or self._api_key or self._on_google:
            return ""
        named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
        if named:
            there = Path(named).is_file()
            return "" if there else "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there."
        if (_gcloud_folder() / "application_default_credentials.json").is_file():
            return ""
        return (
            "No credentials of Google Cloud: set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service "
            "account that may read Compute Engine, or GOOGLE_CLOUD_API_KEY to a key for Cloud Billing."
        )

    def fetch(self, folder: Path) -> Iterator[Document]:
        """Pages of the catalogue and, with a project, of machine and accelerator types, as files."""
        credentials, found_project = credentials_of(self._api_key, self._credentials)
        caller = Caller(
            self._bounds,
            secrets=lambda: (self._api_key or "", str(getattr(credentials, "token", None) or "")),
            sleep=self._pause,
        )
        client = catalogue_client(credentials, self._billing, self._bounds)
        for service in (COMPUTE_ENGINE, CLOUD_TPU):
            pages = caller.pages(f"Google Cloud SKUs of {SERVICES[service]}", self._skus(client, service))
            yield from _documents(folder, f"gcp-skus-{service}", pages, "skus")
        project = self._project or found_project
        if project and not isinstance(credentials, key_credentials()):
            machines, accelerators = compute_clients(credentials, self._compute, self._bounds)
            for name, one in (("machineTypes", machines), ("acceleratorTypes", accelerators)):
                pages = caller.pages(f"Google Cloud {name}", self._aggregated(one, name, project))
                yield from _documents(folder, f"gcp-{name}", pages, "items")

    def _skus(self, client: Any, service: str) -> Callable[[str], Any]:
        from google.cloud.billing_v1.types import ListSkusRequest

        def ask(token: str) -> Any:
            request = ListSkusRequest(
                parent=f"services/{service}",
                currency_code=self._currency,
                page_size=self._bounds.page_size,
                page_token=token,
            )
            return _first_page(
                client.list_skus(request=request, retry=None, timeout=self._bounds.call_seconds)
            )

        return ask

    def _aggregated(self, client: Any, name: str, project: str) -> Callable[[str], Any]:
        from google.cloud import compute_v1

        kinds = {
            "machineTypes": compute_v1.AggregatedListMachineTypesRequest,
            "acceleratorTypes": compute_v1.AggregatedListAcceleratorTypesRequest,
        }

        def ask(token: str) -> Any:
            request = kinds[name](project=project, max_results=500, page_token=token)
            pager = client.aggregated_list(request=request, retry=None, timeout=self._bounds.call_seconds)
            return _first_page(pager)

        return ask

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        """See `providers.base.PriceSource.parse`; what is read is in SOURCES.md."""
        return parse(documents)


def _first_page(pager: Any) -> Any:
    return next(iter(pager.pages))


def _documents(folder: Path, name: str, pages: Iterator[Any], field: str) -> Iterator[Document]:
    """Each page as a file of `folder`. A listing without a single entry is not Google's."""
    entries = 0
    for number, page in enumerate(pages, 1):
        entries += len(getattr(page, field))
        path = folder / f"{name}-{number:04}.json"
        path.write_text(type(page).to_json(page, use_integers_for_enums=False, indent=None), encoding="utf-8")
        yield Document.of_file(path, received_at=datetime.now(UTC))
    if not entries:
        raise SourceFormatChanged(f"{name}: Google listed nothing")


def _gcloud_folder() -> Path:
    stated = os.environ.get("CLOUDSDK_CONFIG")
    return Path(stated) if stated else Path.home() / ".config" / "gcloud"
