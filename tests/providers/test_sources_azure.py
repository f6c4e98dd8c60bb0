"""Azure as a source of prices: fetching through fakes on this machine, with every fault they know."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from providers.azure.source import DEFAULT_REGIONS, AzureSource
from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.http import Door
from providers.offers import Offer
from providers.places import region
from providers.registry import source_class
from tests.providers.azure_fake import (
    SECRET,
    Answer,
    Fake,
    Reply,
    always,
    fetched,
    listening,
    offers,
    ok,
    pages,
    source,
    with_skus,
)
from tests.providers.azure_replies import item, page, priced, sku


@pytest.fixture
def fake() -> Iterator[Fake]:
    with listening() as one:
        yield one


def test_all_pages_are_followed_and_parsed(fake: Fake, tmp_path: Path) -> None:
    fake.answer = pages(fake, [item()], [priced(0.23, armSkuName="Standard_D4_v4")], [])
    documents = fetched(source(fake), tmp_path)
    assert len(documents) == 3
    prices = {offer.instance_type: offer.price_per_hour for offer in offers(documents)}
    assert prices == {"Standard_D8_v4": Decimal("0.46"), "Standard_D4_v4": Decimal("0.23")}
    first = parse_qs(urlsplit(fake.asked[0]).query)
    assert first["$filter"] == ["serviceName eq 'Virtual Machines' and armRegionName eq 'westeurope'"]
    assert first["api-version"] == ["2023-01-01-preview"]
    assert first["currencyCode"] == ["'USD'"]


def test_what_is_fetched_is_observed_when_it_came(fake: Fake, tmp_path: Path) -> None:
    fake.answer = pages(fake, [item()])
    (offer,) = offers(fetched(source(fake), tmp_path))
    assert offer.observed_at is not None
    assert timedelta(0) <= datetime.now(UTC) - offer.observed_at < timedelta(minutes=1)


def test_an_interrupted_fetch_goes_on_where_it_was(fake: Fake, tmp_path: Path) -> None:
    whole = pages(fake, [item()], [priced(0.23, armSkuName="Standard_D4_v4")])
    fake.answer = lambda path, query: whole(path, query) if "$skip" not in query else (503, {}, b"")
    with pytest.raises(SourceUnavailable):
        fetched(source(fake), tmp_path)
    fake.asked.clear()
    fake.answer = whole
    assert len(offers(fetched(source(fake), tmp_path))) == 2
    assert len(fake.asked) == 1
    assert parse_qs(urlsplit(fake.asked[0]).query)["$skip"] == ["1"]


def test_old_and_half_written_pages_are_asked_for_again(fake: Fake, tmp_path: Path) -> None:
    fake.answer = pages(fake, [item()])
    (kept,) = fetched(source(fake), tmp_path)
    path = tmp_path / kept.name
    os.utime(path, (time.time() - 7200, time.time() - 7200))
    fetched(source(fake), tmp_path)
    path.write_bytes(path.read_bytes()[:50])
    fetched(source(fake), tmp_path)
    assert len(fake.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(fake: Fake, tmp_path: Path, status: int) -> None:
    good = pages(fake, [item()])
    replies = iter([(status, {"Retry-After": "2"}, b"{}"), None])
    waits: list[float] = []
    fake.answer = lambda path, query: next(replies) or good(path, query)
    door = Door(sleep=waits.append)
    assert len(offers(fetched(source(fake, door=door), tmp_path))) == 1
    assert waits == [2.0]


def elsewhere(_path: str, _query: dict[str, str]) -> Reply:
    return ok(page([item()], NextPageLink="https://prices.azure.com.example/api?$skip=1"))


def no_link(_path: str, _query: dict[str, str]) -> Reply:
    return ok(page([item()], NextPageLink=7))


WHOLE = json.dumps(page([item()])).encode()
LARGE = str(2 * 1024**3)
FAULTS: list[tuple[Answer, type[ProviderError]]] = [
    (always(503), SourceUnavailable),
    (always(429, Retry_After="86400"), SourceUnavailable),
    (always(403, SECRET.encode()), SourceRefused),
    (always(400, b'{"Error":{"Message":"Invalid OData"}}'), SourceRefused),
    (always(200, WHOLE[:-9]), SourceFormatChanged),
    (always(200, b'{"Items": [', Content_Length="999999"), SourceUnavailable),
    (always(200, b'{"items": []}'), SourceFormatChanged),
    (always(200, b"[]"), SourceFormatChanged),
    (always(200, json.dumps(page([])).encode()), SourceFormatChanged),
    (always(200, b"<html>login</html>"), SourceFormatChanged),
    (always(302, Location="https://elsewhere.example/"), SourceRefused),
    (always(200, b"{", Content_Length=LARGE), ReplyTooLarge),
    (elsewhere, SourceFormatChanged),
    (no_link, SourceFormatChanged),
]


@pytest.mark.parametrize(("answer", "error"), FAULTS)
def test_faults_are_told_apart(
    fake: Fake, tmp_path: Path, answer: Answer, error: type[ProviderError]
) -> None:
    fake.answer = answer
    with pytest.raises(error) as caught:
        fetched(source(fake), tmp_path)
    assert SECRET not in str(caught.value)


def test_a_link_that_leads_back_ends_the_fetch(fake: Fake, tmp_path: Path) -> None:
    fake.answer = lambda path, _: ok(page([item()], NextPageLink=f"{fake.url}{path}?$skip=1"))
    with pytest.raises(SourceFormatChanged, match="came before"):
        fetched(source(fake), tmp_path)


def test_a_port_that_is_the_usual_one_is_the_same_server() -> None:
    from providers.azure.pages import _server

    assert _server("https://prices.azure.com:443/api") == _server("https://prices.azure.com/api")
    assert _server("https://prices.azure.com:8443/api") != _server("https://prices.azure.com/api")
    assert _server("http://prices.azure.com/api") != _server("https://prices.azure.com/api")
    assert _server("https://[broken") == ("", "", None)


@pytest.mark.parametrize("changed", [{"regions": ["east' or '1' eq '1"]}, {"currency": "US Dollar"}])
def test_a_filter_cannot_be_talked_into_anything(fake: Fake, tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(SourceRefused):
        fetched(source(fake, **changed), tmp_path)
    assert fake.asked == []


def test_resource_skus_come_through_the_sdk_and_are_joined(fake: Fake, tmp_path: Path) -> None:
    prices = pages(fake, [item()])
    disk = {"resourceType": "disks", "name": "Premium_LRS", "locations": ["westeurope"], "capabilities": []}
    limits = [{"type": "Location", "values": ["westeurope"], "reasonCode": "NotAvailableForSubscription"}]
    listed = [sku(restrictions=limits, vCPUs=8, MemoryGB=32), disk]

    def answer(path: str, query: dict[str, str]) -> Reply:
        if not path.endswith("/providers/Microsoft.Compute/skus"):
            return prices(path, query)
        if "page" in query:
            return ok({"value": [sku("Standard_D4_v4", vCPUs=4)]})
        assert query["$filter"] == "location eq 'westeurope'"
        return ok({"value": listed, "nextLink": f"{fake.url}{path}?page=2"})

    fake.answer = answer
    found = list(AzureSource.parse(fetched(with_skus(fake), tmp_path)))
    (offer,) = (one for one in found if isinstance(one, Offer))
    assert (offer.vcpus, offer.memory_gib) == (Decimal(8), Decimal(32))
    assert "NotAvailableForSubscription" in (offer.note or "")
    assert len(found) == 2  # the second machine has no price; disks are not kept
    assert SECRET not in "".join(path.read_text() for path in tmp_path.iterdir())


SKU_FAULTS: list[tuple[Reply, type[ProviderError], str]] = [
    ((401, {}, json.dumps({"error": {"code": "ExpiredAuthenticationToken", "message": SECRET}}).encode()),
     SourceRefused, "may have expired"),
    ((403, {}, json.dumps({"error": {"code": "AuthorizationFailed", "message": SECRET}}).encode()),
     SourceRefused, "HTTP 403"),
    ((404, {}, b"{}"), SourceRefused, "HTTP 404"),
    ((500, {"x-ms-retry-after-ms": "5"}, b""), SourceUnavailable, "HTTP 500"),
    ((429, {"Retry-After": "86400"}, b""), SourceUnavailable, "come back"),
    ((200, {}, b'{"value": [{'), SourceFormatChanged, "damaged"),
    ((200, {}, b'{"value": 7}'), SourceFormatChanged, "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "error", "said"), SKU_FAULTS)
def test_faults_of_resource_skus_are_told_apart(
    fake: Fake,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    error: type[ProviderError],
    said: str,
) -> None:
    caplog.set_level("DEBUG")
    prices = pages(fake, [item()])
    fake.answer = lambda path, query: reply if path.endswith("/skus") else prices(path, query)
    with pytest.raises(error, match=said) as caught:
        fetched(with_skus(fake), tmp_path)
    assert SECRET not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None


def test_a_subscription_without_credentials_is_said_in_words(fake: Fake, tmp_path: Path) -> None:
    from azure.core.pipeline.policies import SansIOHTTPPolicy
    from azure.identity import CredentialUnavailableError

    class NoToken(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, _request: Any) -> None:
            raise CredentialUnavailableError(f"EnvironmentCredential: {SECRET}")

    fake.answer = pages(fake, [item()])
    with pytest.raises(SourceRefused, match="no Azure credentials were found") as caught:
        fetched(with_skus(fake, authentication_policy=NoToken()), tmp_path)
    assert SECRET not in str(caught.value)


def test_it_works_without_being_configured() -> None:
    assert AzureSource().not_configured() == ""
    assert "regions" in AzureSource(regions=[]).not_configured()
    assert all(region("azure", name) for name in DEFAULT_REGIONS)
    assert source_class("azure") is AzureSource


def test_neither_the_registry_nor_parsing_imports_an_sdk() -> None:
    code = """if True:
        import sys
        import providers.registry
        assert not any(name.startswith("providers.azure") for name in sys.modules)
        from providers.azure.source import AzureSource
        AzureSource().not_configured()
        heavy = {"azure.core", "azure.identity", "azure.mgmt.compute", "httpx", "boto3"} & set(sys.modules)
        assert not heavy, heavy
    """
    subprocess.run([sys.executable, "-c", code], check=True)
