"""Google Cloud is asked through its own SDK: page by page, bounded, and without telling its credentials."""

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials

from providers.base import Document
from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.gcp.clients import Bounds, Caller, Endpoint
from providers.gcp.source import GcpSource
from providers.offers import Purchase
from tests.providers.gcp_replies import parsed, prices
from tests.providers.gcp_server import Fault, Google, body, drip, endless, google, packed, send, status

CANARY = "AIzaSyCANARY-canary-canary-canary-canary"
ENVIRONMENT = (
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_API_KEY", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CONFIG",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))


@pytest.fixture
def server() -> Iterator[Google]:
    with google() as made:
        yield made


def source(server: Google, **more: Any) -> GcpSource:
    """A source that asks the local server; waits are noted in `pauses` instead of waited."""
    there = Endpoint(host=server.host, url_scheme="http")
    bounds = more.pop("bounds", Bounds(call_seconds=5, tries=3))
    pauses: list[float] = more.pop("pauses", [])
    if "api_key" not in more:
        more = {"credentials": AnonymousCredentials(), "project": "example"} | more  # type: ignore[no-untyped-call]  # google-auth
    return GcpSource(billing=there, compute=there, bounds=bounds, pause=pauses.append, **more)


def fetched(server: Google, folder: Path, **more: Any) -> list[Document]:
    return list(source(server, **more).fetch(folder))


def test_all_pages_become_files_and_their_offers_are_right(server: Google, tmp_path: Path) -> None:
    documents = fetched(server, tmp_path)
    assert [document.name for document in documents] == [
        "gcp-skus-6F81-5844-456A-0001.json",
        "gcp-skus-6F81-5844-456A-0002.json",
        "gcp-skus-E000-3F24-B8AA-0001.json",
        "gcp-machineTypes-0001.json",
        "gcp-acceleratorTypes-0001.json",
    ]
    assert all(document.received_at for document in documents)
    found = prices(parsed(*documents)[0])
    assert found == {
        ("us-east5", "tpu-v6e", Purchase.ON_DEMAND, None): Decimal("2.7"),
        ("europe-west4", "tpu-v3", Purchase.ON_DEMAND, None): Decimal("2.2"),
        # 4 x 0.034773 + 16 x 0.004661; spot 4 x 0.00763 + 16 x 0.00102
        ("europe-west4", "n2-standard-4", Purchase.ON_DEMAND, None): Decimal("0.213668"),
        ("europe-west4", "n2-standard-4", Purchase.SPOT, None): Decimal("0.04684"),
        ("us-central1", "a2-highgpu-1g", Purchase.ON_DEMAND, None): Decimal("3.673385"),
        # 12 x 0.031611 + 170 x 0.004237 + 3.92808 + 375 x 0.08 / 730 = 5.027702 + 0.041095890…
        ("us-central1", "a2-ultragpu-1g", Purchase.ON_DEMAND, None): Decimal("5.068797890"),
    }


def test_packed_replies_in_chunks_are_unpacked(server: Google, tmp_path: Path) -> None:
    server.faults = [packed]
    assert len(parsed(*fetched(server, tmp_path))[0]) == 6


def test_what_the_sdk_hands_on_reads_as_what_the_api_sent(server: Google, tmp_path: Path) -> None:
    from tests.providers.gcp_server import PAGES

    recorded = parsed(*(Document.of_file(path) for path in sorted(PAGES.glob("*.json"))))[0]
    assert prices(parsed(*fetched(server, tmp_path))[0]) == prices(recorded)


def test_an_api_key_asks_the_catalogue_alone_in_a_header(server: Google, tmp_path: Path) -> None:
    documents = fetched(server, tmp_path, api_key=CANARY, currency="EUR", project="example")
    assert [document.name[:9] for document in documents] == ["gcp-skus-"] * 3
    assert set(server.keys) == {CANARY}
    assert all(CANARY not in str(asked) for asked in server.asked)
    assert [query.get("pageToken") for _, query in server.asked] == [None, "PAGE-2", None]
    assert {query["currencyCode"] for _, query in server.asked} == {"EUR"}


def test_a_page_that_fails_is_asked_again_without_those_before_it(server: Google, tmp_path: Path) -> None:
    pauses: list[float] = []
    server.faults = [None, status(429, "RESOURCE_EXHAUSTED", Retry_After="7"), status(503, "UNAVAILABLE")]
    documents = fetched(server, tmp_path, pauses=pauses)
    assert len(documents) == 5
    assert [query.get("pageToken") for _, query in server.asked[:4]] == [None, "PAGE-2", "PAGE-2", "PAGE-2"]
    assert pauses == [7.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "error", "asked"),
    [
        (status(503, "UNAVAILABLE"), SourceUnavailable, 3),
        (status(500, "INTERNAL"), SourceUnavailable, 3),
        (status(429, "RESOURCE_EXHAUSTED"), SourceUnavailable, 3),
        (status(400, "INVALID_ARGUMENT"), SourceRefused, 1),
        (status(403, "PERMISSION_DENIED"), SourceRefused, 1),
        (status(404, "NOT_FOUND"), SourceRefused, 1),
        (body('{"skus": [{"name": "services/x/skus'), SourceFormatChanged, 3),
        (body('{"skus": []}', length="5000"), SourceUnavailable, 3),
        (body("<html>maintenance</html>"), SourceFormatChanged, 3),
        (body('{"skus": 5}'), SourceFormatChanged, 3),
        (body('{"products": [1]}'), SourceFormatChanged, 1),
        (body('{"skus": []}'), SourceFormatChanged, 1),
    ],
    ids=[
        "503",
        "500",
        "429",
        "400",
        "403",
        "404",
        "cut off",
        "broken off",
        "no json",
        "no list",
        "foreign",
        "empty",
    ],
)
def test_what_goes_wrong_is_said_in_our_errors(
    server: Google, tmp_path: Path, fault: Fault, error: type[ProviderError], asked: int
) -> None:
    # a listing without an entry is known at its end, after the one page it has
    server.faults = [fault] * 3
    with pytest.raises(error, match=r"(Google Cloud SKUs of Compute Engine|gcp-skus-6F81-5844-456A): "):
        fetched(server, tmp_path)
    assert len(server.asked) == asked


def test_google_is_not_waited_for_longer_than_a_minute(server: Google, tmp_path: Path) -> None:
    pauses: list[float] = []
    server.faults = [status(429, "RESOURCE_EXHAUSTED", Retry_After="3600")]
    with pytest.raises(SourceUnavailable):
        fetched(server, tmp_path, pauses=pauses)
    assert pauses == []


def test_a_reply_that_drips_is_given_up(server: Google, tmp_path: Path) -> None:
    server.faults = [drip] * 2
    with pytest.raises(SourceUnavailable, match="no reply"):
        fetched(server, tmp_path, bounds=Bounds(call_seconds=0.3, tries=2))


def test_a_reply_of_two_gigabytes_is_not_read(server: Google, tmp_path: Path) -> None:
    server.faults = [endless]
    with pytest.raises(ReplyTooLarge, match="larger than 1,048,576 bytes"):
        fetched(server, tmp_path, bounds=Bounds(most_bytes=1024**2))


def test_pages_that_go_round_in_a_circle_end(server: Google, tmp_path: Path) -> None:
    server.faults = [body('{"skus": [{"skuId": "X"}], "nextPageToken": "AGAIN"}')] * 3
    with pytest.raises(SourceFormatChanged, match="a page token came twice"):
        fetched(server, tmp_path)


def test_pages_without_end_are_bounded(server: Google, tmp_path: Path) -> None:
    with pytest.raises(SourceFormatChanged, match="more than 1 pages"):
        fetched(server, tmp_path, bounds=Bounds(most_pages=1))


def test_time_for_all_is_bounded_too(server: Google, tmp_path: Path) -> None:
    server.faults = [status(503, "UNAVAILABLE")] * 9
    with pytest.raises(SourceUnavailable, match="not done within 1 s"):
        fetched(server, tmp_path, bounds=Bounds(total_seconds=1, tries=9))


def test_credentials_that_expired_are_refused_and_not_told(server: Google, tmp_path: Path) -> None:
    server.faults = [status(401, "UNAUTHENTICATED")] * 9
    with pytest.raises(SourceRefused, match="Google refuses the credentials"):
        fetched(server, tmp_path)


def test_no_error_holds_a_secret(server: Google, tmp_path: Path) -> None:
    def told(handler: Any) -> None:
        message = f"key {CANARY} and ya29.CANARY-token and Bearer CANARY are wrong, as is my-plain-secret"
        status(403, "PERMISSION_DENIED", message)(handler)

    server.faults = [told]
    with pytest.raises(SourceRefused) as caught:
        fetched(server, tmp_path, api_key=CANARY)
    assert "CANARY" not in str(caught.value)
    assert "403 key *** and *** and *** are wrong" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    plain = Caller(Bounds(), secrets=lambda: ("my-plain-secret", ""))
    assert plain.cleaned("as is my-plain-secret") == "as is ***"


def test_fifty_faults_in_a_row_are_fifty_errors_of_ours(server: Google, tmp_path: Path) -> None:
    kinds: list[Fault] = [
        status(500, "INTERNAL"), status(403, "PERMISSION_DENIED"), body("{"), body("[]"),
        lambda handler: send(handler, 200, b"\xff\xfe\x00"),
    ]  # fmt: skip
    for number in range(50):
        server.faults = [kinds[number % len(kinds)]] * 2
        with pytest.raises(ProviderError):
            fetched(server, tmp_path, bounds=Bounds(call_seconds=5, tries=2))
        server.faults = []
    assert len(fetched(server, tmp_path)) == 5


def test_a_source_without_credentials_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "GOOGLE_APPLICATION_CREDENTIALS" in GcpSource().not_configured()
    assert GcpSource(api_key=CANARY).not_configured() == ""
    assert GcpSource(on_google=True).not_configured() == ""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    assert GcpSource().not_configured() == "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there."
    (tmp_path / "key.json").write_text("{}", encoding="utf-8")
    assert GcpSource().not_configured() == ""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    assert GcpSource().not_configured() != ""
    (tmp_path / "application_default_credentials.json").write_text("{}", encoding="utf-8")
    assert GcpSource().not_configured() == ""
    monkeypatch.delenv("CLOUDSDK_CONFIG")
    monkeypatch.setenv("GOOGLE_CLOUD_API_KEY", CANARY)
    assert GcpSource().not_configured() == ""


def test_a_key_file_that_is_none_is_refused_without_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.json").write_text('{"type": "CANARY", "private_key": "CANARY"}', encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    with pytest.raises(SourceRefused) as caught:
        list(GcpSource().fetch(tmp_path))
    assert "CANARY" not in str(caught.value)


def test_naming_and_parsing_import_nothing_of_google() -> None:
    code = (
        "import sys; from providers.registry import source_class; source = source_class('gcp');"
        "source().not_configured(); from providers.base import Document;"
        "list(source.parse([Document.of_bytes(b'{\"skus\": []}', name='x')]));"
        "print([name for name in sys.modules if name.split('.')[0] in ('google', 'grpc', 'requests')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
