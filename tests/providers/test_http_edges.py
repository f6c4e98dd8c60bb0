"""The door to the network: where it goes, what becomes of its files, and that it never says a secret."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.errors import ProviderError, SourceRefused, SourceUnavailable
from providers.http import Door
from tests.providers.fakes import Reply, Seen, Waits, fake_server

SECRET = "canary-7f3a"


@pytest.fixture
def door() -> Door:
    return Door(timeout_seconds=5, total_seconds=20, sleep=Waits())


def mock(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> Door:
    return Door(transport=httpx.MockTransport(handler), sleep=Waits(), **options)


# Where it may go


@pytest.mark.parametrize(
    "url",
    [
        "http://prices.example/",
        "http://localhost/",
        "http://127.0.0.2/",
        "http://[::1]/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "https:///nowhere",
        "//127.0.0.1/",
        "",
        "http://127.0.0.1:notaport/",
        "https://a\nb/",
    ],
)
def test_only_https_and_this_machine_are_asked(url: str) -> None:
    with pytest.raises(SourceRefused):
        mock(lambda _: httpx.Response(200)).get_bytes(url)


def test_credentials_in_a_url_are_refused_and_not_said() -> None:
    with pytest.raises(SourceRefused, match="must not carry credentials") as caught:
        Door().get_bytes(f"https://user:{SECRET}@prices.example/")
    assert SECRET not in str(caught.value)


def test_only_the_hosts_of_the_source_are_asked() -> None:
    door = mock(lambda _: httpx.Response(200, content=b"ok"), hosts={"prices.example"})
    assert door.get_bytes("https://prices.example/next") == b"ok"
    with pytest.raises(SourceRefused, match="not a host of this source"):
        door.get_bytes("https://169.254.169.254/latest/meta-data")


def test_redirects_on_the_same_host_are_followed(door: Door) -> None:
    moved = Reply(status=302, headers={"location": "/new?key=1"})
    with fake_server(moved, Reply(body=b"ok")) as fake:
        assert door.get_bytes(f"{fake.url}/old") == b"ok"
    assert [seen.path for seen in fake.seen] == ["/old", "/new"]


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/",
        "http://prices.example/",
        "https://prices.example:8443/",
        "http://127.0.0.1/",
        "https://169.254.169.254/",
        "file:///etc/passwd",
        "https://[broken",
    ],
)
def test_redirects_elsewhere_are_not_followed(location: str) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(301, headers={"location": location})

    with pytest.raises(SourceRefused):
        mock(handler).get_bytes("https://prices.example/")
    assert asked == ["https://prices.example/"]


def test_redirects_in_a_circle_end(door: Door) -> None:
    with (
        fake_server(Reply(status=307, headers={"location": "/again"})) as fake,
        pytest.raises(SourceRefused, match="redirected more than 5 times"),
    ):
        door.get_bytes(fake.url)
    assert len(fake.seen) == 6


def test_a_post_is_not_redirected(door: Door) -> None:
    with (
        fake_server(Reply(status=307, headers={"location": "/again"})) as fake,
        pytest.raises(SourceRefused, match="HTTP 307"),
    ):
        door.post_bytes(fake.url, json={})
    assert len(fake.seen) == 1


# Files


def test_a_file_appears_when_it_is_complete(door: Door, tmp_path: Path) -> None:
    target = tmp_path / "offers.csv"

    def body(_: Seen) -> Reply:
        assert not target.exists()
        return Reply(body=b"a,b\n" * 100_000)

    with fake_server(body) as fake:
        assert door.get_to_file(fake.url, target) == target
    assert target.read_bytes() == b"a,b\n" * 100_000
    assert list(tmp_path.iterdir()) == [target]


def resuming(data: bytes, *, cut_after: int, tag: str = '"v1"') -> Callable[[Seen], Reply]:
    """A server of one file that breaks the first transfer and knows ranges."""

    def answer(seen: Seen) -> Reply:
        headers = {"accept-ranges": "bytes", "etag": tag}
        if "range" not in seen.headers:
            return Reply(body=data, headers=headers, cut_after=cut_after)
        start = int(seen.headers["range"].removeprefix("bytes=").removesuffix("-"))
        headers["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return Reply(status=206, body=data[start:], headers=headers)

    return answer


def test_a_broken_transfer_goes_on_where_it_broke(door: Door, tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    with fake_server(resuming(data, cut_after=100_000)) as fake:
        path = door.get_to_file(fake.url, tmp_path / "offers")
    assert path.read_bytes() == data
    first, second = fake.seen
    assert "range" not in first.headers
    assert 0 < int(second.headers["range"].removeprefix("bytes=").removesuffix("-")) <= 100_000
    assert second.headers["if-range"] == '"v1"'


def test_a_transfer_that_cannot_go_on_starts_again(door: Door, tmp_path: Path) -> None:
    with fake_server(Reply(body=b"0123456789", cut_after=4), Reply(body=b"abcdefghij")) as fake:
        path = door.get_to_file(fake.url, tmp_path / "offers")
    assert path.read_bytes() == b"abcdefghij"
    assert "range" not in fake.seen[1].headers


@pytest.mark.parametrize(
    "answer",
    [
        Reply(status=206, body=b"zzz", headers={"content-range": "bytes 0-2/10"}),
        Reply(status=206, body=b"zzz"),
        Reply(status=416),
    ],
)
def test_a_wrong_rest_is_not_glued_on(door: Door, tmp_path: Path, answer: Reply) -> None:
    data = b"0123456789" * 20_000
    broken = Reply(body=data, headers={"accept-ranges": "bytes", "etag": '"v1"'}, cut_after=100_000)
    with fake_server(broken, answer, Reply(body=data)) as fake:
        assert door.get_to_file(fake.url, tmp_path / "offers").read_bytes() == data
    assert ["range" in seen.headers for seen in fake.seen] == [False, True, False]


def test_a_file_changed_in_between_is_taken_from_its_beginning(door: Door, tmp_path: Path) -> None:
    old = Reply(body=b"o" * 200_000, headers={"accept-ranges": "bytes", "etag": '"v1"'}, cut_after=100_000)
    with fake_server(old, Reply(body=b"n" * 150_000)) as fake:
        assert door.get_to_file(fake.url, tmp_path / "offers").read_bytes() == b"n" * 150_000


def test_a_failed_transfer_leaves_the_old_file_alone(door: Door, tmp_path: Path) -> None:
    target = tmp_path / "offers"
    target.write_bytes(b"good")
    with fake_server(Reply(body=b"bad", cut_after=1)) as fake, pytest.raises(SourceUnavailable):
        door.get_to_file(fake.url, target)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"good"]


def test_a_folder_that_cannot_be_written_is_said(door: Door, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="offers: cannot be written"):
        door.get_to_file("https://prices.example/", tmp_path / "missing" / "offers")


# Silent about secrets

FAULTS: list[Callable[[httpx.Request], httpx.Response]] = [
    lambda _: httpx.Response(500),
    lambda _: httpx.Response(401, content=SECRET.encode()),
    lambda _: httpx.Response(429, headers={"retry-after": "3600"}),
    lambda _: httpx.Response(302, headers={"location": f"https://elsewhere.example/?k={SECRET}"}),
    lambda _: httpx.Response(200, content=b"x" * 2000),
]


def raiser(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"{request.url} {request.headers}", request=request)

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        *FAULTS,
        raiser(httpx.ConnectError),
        raiser(httpx.ReadTimeout),
        raiser(httpx.RemoteProtocolError),
        raiser(httpx.UnsupportedProtocol),
    ],
)
def test_no_error_and_no_log_line_holds_a_secret(
    handler: Callable[[httpx.Request], httpx.Response], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    door = mock(handler, most_bytes=1000)
    with pytest.raises(ProviderError) as caught:
        door.get_bytes(
            f"https://prices.example/list?key={SECRET}",
            params={"token": SECRET},
            headers={"authorization": f"Bearer {SECRET}"},
        )
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert SECRET not in f"{caught.value!r}{caught.value}{caplog.text}"


@pytest.mark.parametrize("value", [f"{SECRET}\u00fc\u4e2d", f"{SECRET}\r\nx: y"])
def test_a_header_that_cannot_be_sent_is_refused_unsaid(door: Door, value: str) -> None:
    with fake_server() as fake, pytest.raises(SourceRefused) as caught:
        door.get_bytes(fake.url, headers={"authorization": value})
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
