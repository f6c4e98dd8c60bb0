"""The door to the network on bad days: it tries again, and it ends, in time and in size."""

import gzip
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from providers.errors import (
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.http import Door
from tests.providers.fakes import FakeServer, Reply, Seen, Waits, fake_server

SECRET = "canary-7f3a"


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def door(waits: Waits) -> Door:
    return Door(timeout_seconds=5, total_seconds=20, sleep=waits)


# What is asked and answered


def test_get_sends_parameters_headers_and_its_name(door: Door) -> None:
    with fake_server(Reply(body=b"prices")) as fake:
        got = door.get_bytes(f"{fake.url}/list?a=1", params={"b": "x y"}, headers={"x-key": SECRET})
    assert got == b"prices"
    (seen,) = fake.seen
    assert (seen.method, seen.path, seen.query) == ("GET", "/list", {"a": ["1"], "b": ["x y"]})
    assert seen.headers["x-key"] == SECRET
    assert seen.headers["user-agent"] == "quartermaster"


def test_post_sends_json(door: Door) -> None:
    with fake_server(Reply(body=b"{}")) as fake:
        assert door.post_bytes(f"{fake.url}/query", json={"spec": "bcc.g5"}) == b"{}"
    assert (fake.seen[0].method, fake.seen[0].json()) == ("POST", {"spec": "bcc.g5"})


def test_gzip_is_decoded_even_in_several_members_and_with_padding(door: Door) -> None:
    body = gzip.compress(b"one,") + gzip.compress(b"two" * 50_000) + b"\0\0\0"
    with fake_server(Reply(body=body, headers={"content-encoding": "gzip"})) as fake:
        assert door.get_bytes(fake.url) == b"one," + b"two" * 50_000


@pytest.mark.parametrize("body", [gzip.compress(b"x" * 1000, mtime=0)[:-9], b"no gzip at all"])
def test_damaged_gzip_is_tried_again_then_given_up(door: Door, body: bytes) -> None:
    with (
        fake_server(Reply(body=body, headers={"content-encoding": "gzip"})) as fake,
        pytest.raises(SourceUnavailable, match="compressed body is"),
    ):
        door.get_bytes(fake.url)
    assert len(fake.seen) == 4


def test_an_encoding_nobody_asked_for_is_a_changed_format(door: Door) -> None:
    with (
        fake_server(Reply(body=b"?", headers={"content-encoding": "br"})) as fake,
        pytest.raises(SourceFormatChanged, match="encoded as br"),
    ):
        door.get_bytes(fake.url)


# Tries and waits


def test_tries_again_after_errors_of_the_server_each_wait_about_twice_the_last(
    door: Door, waits: Waits
) -> None:
    with fake_server(Reply(status=500), Reply(status=503), Reply(status=502), Reply(body=b"ok")) as fake:
        assert door.get_bytes(fake.url) == b"ok"
    for wait, plain in zip(waits, (0.5, 1, 2), strict=True):
        assert 0.5 * plain <= wait <= 1.5 * plain


def test_gives_up_after_its_tries(door: Door, waits: Waits) -> None:
    with (
        fake_server(Reply(status=500)) as fake,
        pytest.raises(SourceUnavailable, match=r"HTTP 500 Internal Server Error; tried 4 times") as caught,
    ):
        door.get_bytes(fake.url)
    assert (len(fake.seen), len(waits), caught.value.retryable) == (4, 3, True)


def test_waits_as_long_as_the_server_asks_in_seconds(door: Door, waits: Waits) -> None:
    with fake_server(Reply(status=429, headers={"retry-after": "7"}), Reply(body=b"ok")) as fake:
        assert door.get_bytes(fake.url) == b"ok"
    assert waits == [7.0]


def test_waits_until_a_date_by_the_servers_own_clock(door: Door, waits: Waits) -> None:
    headers = {"retry-after": "Fri, 01 Jan 2027 00:00:09 GMT", "date": "Fri, 01 Jan 2027 00:00:00 GMT"}
    with fake_server(Reply(status=503, headers=headers), Reply(body=b"ok")) as fake:
        assert door.get_bytes(fake.url) == b"ok"
    assert waits == [9.0]


@pytest.mark.parametrize("value", ["soon", "-5", "1e9", "", "Fri, 99 Foo 2027"])
def test_an_unreadable_retry_after_is_as_none(door: Door, waits: Waits, value: str) -> None:
    with fake_server(Reply(status=429, headers={"retry-after": value}), Reply(body=b"ok")) as fake:
        assert door.get_bytes(fake.url) == b"ok"
    assert len(waits) == 1
    assert waits[0] <= 0.75


def test_a_wait_over_a_minute_is_not_waited_but_said(door: Door, waits: Waits) -> None:
    with (
        fake_server(Reply(status=429, headers={"retry-after": "7200"})) as fake,
        pytest.raises(SourceUnavailable, match=r"come back after 20\d\d-\d\d-\d\d \d\d:\d\d UTC"),
    ):
        door.get_bytes(fake.url)
    assert (len(fake.seen), waits) == (1, [])


def test_a_wait_past_the_deadline_is_not_begun(waits: Waits) -> None:
    door = Door(total_seconds=5, sleep=waits)
    with (
        fake_server(Reply(status=429, headers={"retry-after": "30"})) as fake,
        pytest.raises(SourceUnavailable, match="no time left for another try"),
    ):
        door.get_bytes(fake.url)
    assert waits == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 300, 304, 206])
def test_other_statuses_are_refusals_without_another_try(door: Door, status: int) -> None:
    with (
        fake_server(Reply(status=status, body=SECRET.encode() if status != 304 else b"")) as fake,
        pytest.raises(SourceRefused, match=f"HTTP {status}") as caught,
    ):
        door.get_bytes(fake.url)
    assert len(fake.seen) == 1
    assert SECRET not in str(caught.value)


def test_a_broken_body_is_tried_again(door: Door) -> None:
    with fake_server(Reply(body=b"0123456789", cut_after=4), Reply(body=b"0123456789")) as fake:
        assert door.get_bytes(fake.url) == b"0123456789"


def test_nobody_listening_is_unavailable(door: Door) -> None:
    with fake_server() as fake:
        url = fake.url
    with pytest.raises(SourceUnavailable, match="no connection; tried 4 times"):
        door.get_bytes(url)


# Bounded in time


def test_silence_times_out() -> None:
    door = Door(timeout_seconds=0.2, tries=2, sleep=Waits())

    def silent(_: Seen) -> Reply:
        time.sleep(1)
        return Reply()

    with fake_server(silent) as fake, pytest.raises(SourceUnavailable, match="timed out; tried 2 times"):
        door.get_bytes(fake.url)


@pytest.mark.parametrize("drip_headers", [False, True])
def test_a_dripping_reply_ends_at_the_deadline(drip_headers: bool) -> None:
    door = Door(timeout_seconds=5, total_seconds=0.6)
    drip = Reply(body=b"x" * 1000, drip_seconds=0.05, drip_headers=drip_headers)
    began = time.monotonic()
    with fake_server(drip) as fake, pytest.raises(SourceUnavailable, match=r"not done within 0\.6 s"):
        door.get_bytes(fake.url)
    assert time.monotonic() - began < 3


# Bounded in size


def assert_stops_early(fake: FakeServer, ask: Callable[[], object]) -> None:
    with pytest.raises(ReplyTooLarge, match="1,000,000"):
        ask()
    assert len(fake.seen) == 1  # it would be as large the next time
    assert fake.sent_bytes < 100_000_000


@pytest.mark.parametrize("stated", [2 * 1024**3, None])
def test_two_gigabytes_are_stopped_early(door: Door, tmp_path: Path, stated: int | None) -> None:
    huge = Reply(body=b"x" * 2**20, repeat=2048, stated_length=stated)
    with fake_server(huge) as fake:
        assert_stops_early(fake, lambda: door.get_bytes(fake.url, most_bytes=1_000_000))
    with fake_server(huge) as fake:
        assert_stops_early(
            fake, lambda: door.get_to_file(fake.url, tmp_path / "prices", most_bytes=1_000_000)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_not_inflated(door: Door) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 2**20) for _ in range(512)) + packer.flush()
    assert len(bomb) < 1_000_000
    with fake_server(Reply(body=bomb, headers={"content-encoding": "gzip"})) as fake:
        assert_stops_early(fake, lambda: door.get_bytes(fake.url, most_bytes=1_000_000))


def test_a_reply_of_exactly_the_cap_is_taken(door: Door) -> None:
    with fake_server(Reply(body=b"x" * 1000)) as fake:
        assert len(door.get_bytes(fake.url, most_bytes=1000)) == 1000
        with pytest.raises(ReplyTooLarge):
            door.get_bytes(fake.url, most_bytes=999)
