"""What `providers.http` makes of one try: its outcome, its waits, its body, and its end in time."""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any

import httpx

from providers.errors import SourceFormatChanged, SourceRefused
from providers.text import shown

CHUNK_BYTES = 64 * 1024
_AGAIN = frozenset({408, 425, 429})  # and every 5xx


class Broken(Exception):
    """This try failed and another may not; `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def shown_url(url: httpx.URL) -> str:
    """A URL for messages: without query, fragment and user."""
    port = "" if url.port is None else f":{url.port}"
    return shown(f"{url.scheme}://{url.host}{port}{url.path}", limit=200)


def is_local(url: httpx.URL) -> bool:
    """Plain HTTP to this machine, as in tests."""
    return url.scheme == "http" and url.host == "127.0.0.1"


def judge(where: str, response: httpx.Response, *, ranged: bool) -> None:
    """Return if the body is worth reading, else raise what its status means."""
    status = response.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    if status >= 500 or status in _AGAIN:
        raise Broken(f"HTTP {status} {phrase}".strip(), wait=retry_after(response.headers))
    if ranged and status in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        return
    if not 200 <= status < 300 or status == HTTPStatus.PARTIAL_CONTENT:
        raise SourceRefused(f"{where}: HTTP {status} {phrase}".strip())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks to wait, as a number or a date by the server's clock; else None."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until, now = _date(value), _date(headers.get("date", "")) or datetime.now(UTC)
    return None if until is None else max(0.0, (until - now).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def version_of(response: httpx.Response) -> str:
    """What If-Range needs; empty when the server cannot go on in the middle or what came was encoded."""
    if response.headers.get("accept-ranges", "").lower() != "bytes" or _encoding(response):
        return ""
    tag: str = response.headers.get("etag", "")
    return tag if tag.startswith('"') else response.headers.get("last-modified", "")


def continues(response: httpx.Response, written: int) -> bool:
    """Whether a 206 goes on exactly where the file ends."""
    found = re.match(r"bytes ([0-9]+)-", response.headers.get("content-range", ""))
    return (
        response.status_code == HTTPStatus.PARTIAL_CONTENT and found is not None and int(found[1]) == written
    )


def _encoding(response: httpx.Response) -> str:
    encoding: str = response.headers.get("content-encoding", "").strip().lower()
    return "" if encoding == "identity" else encoding


def decoded(where: str, response: httpx.Response, raw: Iterator[bytes]) -> Iterator[bytes]:
    """The body without its content encoding, never inflating more than a chunk at a time.

    httpx inflates whatever arrived in one go, which a small bomb turns into gigabytes before any count.
    """
    encoding = _encoding(response)
    if response.is_stream_consumed:  # of a transport that had it at hand, and decoded
        yield response.content
    elif not encoding:
        yield from raw
    elif encoding in ("gzip", "x-gzip"):
        yield from _inflated(raw)
    else:
        raise SourceFormatChanged(f"{where}: encoded as {shown(encoding)}, which was not asked for")


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    engine, began = zlib.decompressobj(wbits=31), False
    try:
        for piece in raw:
            rest = piece
            while rest:
                if engine.eof:  # another member follows, or padding
                    rest = rest.lstrip(b"\0")
                    engine = zlib.decompressobj(wbits=31) if rest else engine
                    continue
                began = True
                yield engine.decompress(rest, CHUNK_BYTES)
                rest = engine.unconsumed_tail or engine.unused_data
        yield engine.flush()
    except zlib.error:
        raise Broken("its compressed body is damaged") from None
    if began and not engine.eof:
        raise Broken("its compressed body is cut off")


@contextmanager
def told_apart(where: str) -> Iterator[None]:
    """httpx's errors as ours, without their texts."""
    try:
        yield
    except httpx.TimeoutException:
        raise Broken("timed out") from None
    except httpx.ConnectError:
        raise Broken("no connection") from None
    except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError):
        raise Broken("the connection broke") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        raise SourceRefused(f"{where}: cannot be asked like that") from None


@contextmanager
def watched(seconds: float) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Shut the connections of a request when its time is over; yields httpx's `trace` to learn of them.

    A time-out per read does not end a reply that drips: each byte in time, the last one never.
    """
    sockets: list[socket] = []
    over = False

    def end() -> None:
        nonlocal over
        over = True
        for one in sockets:
            with suppress(OSError):
                socket.shutdown(one, SHUT_RDWR)

    def trace(event: str, info: dict[str, Any]) -> None:
        find = getattr(info.get("return_value"), "get_extra_info", None)
        if event.endswith(".complete") and find is not None:
            sockets.append(find("socket"))
            if over:
                end()

    timer = Timer(max(0.0, seconds), end)
    timer.daemon = True
    timer.start()
    try:
        yield trace
    finally:
        timer.cancel()
