"""The one door to the network: bounded in time, size, tries and redirects, and silent about credentials.

Messages name a URL without its query and never a header or a body: either may hold a key.
"""

import logging
import os
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from ssl import SSLContext
from typing import Any, BinaryIO, TypeVar

import httpx

from providers.errors import ReplyTooLarge, SourceRefused, SourceUnavailable
from providers.http_replies import (
    CHUNK_BYTES,
    Broken,
    continues,
    decoded,
    is_local,
    judge,
    shown_url,
    told_apart,
    version_of,
    watched,
)

LONGEST_WAIT_SECONDS = 60.0
FIRST_WAIT_SECONDS = 0.5
MOST_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_RANDOM = random.SystemRandom()

T = TypeVar("T")

for _name in ("httpx", "httpcore"):  # below this level they log whole URLs and headers
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(slots=True)
class _Part:
    """A file on its way: how much of it is written, and by what the server knows it."""

    file: BinaryIO
    written: int = 0
    version: str = ""  # ETag or date; empty when the rest of it cannot be asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: httpx.URL
    headers: Mapping[str, str] = field(repr=False)
    most_bytes: int
    deadline: float
    json: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return shown_url(self.url)


@dataclass(kw_only=True)
class Door:
    """Asks over HTTPS (plain HTTP on 127.0.0.1 only) and answers with bytes.

    `timeout_seconds` is for one operation (connecting, one read), `total_seconds` for a whole call with its
    tries and waits. `hosts`, where given, are the only ones asked, whatever links a reply holds. Redirects
    are followed on the same host only. Every call may be repeated: only queries belong here.

    Raises SourceUnavailable when all tries failed, there is no time left, or the server asks to come back
    in more than a minute; SourceRefused on 4xx; ReplyTooLarge; SourceFormatChanged on an unknown encoding.
    """

    timeout_seconds: float = 30.0
    total_seconds: float = 600.0
    tries: int = 4
    most_bytes: int = 64 * 1024**2
    user_agent: str = "quartermaster"
    hosts: Collection[str] | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def get_bytes(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
    ) -> bytes:
        """The decoded body of a GET."""
        return self._bytes_of(self._call("GET", url, headers, most_bytes, params=params))

    def post_bytes(
        self,
        url: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
    ) -> bytes:
        """The decoded body of the answer to a POST of `json`."""
        return self._bytes_of(self._call("POST", url, headers, most_bytes, json=json))

    def get_to_file(
        self,
        url: str,
        path: Path,
        *,
        headers: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
    ) -> Path:
        """Stream a GET to `path`, which appears only when it is complete; memory does not grow with it.

        A transfer that breaks goes on where it broke, by Range, if the server says how to ask for that.
        """
        call = self._call("GET", url, headers, most_bytes)
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    part = _Part(file)
                    self._with_tries(call, lambda: self._append(call, part))
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise SourceUnavailable(f"{path.name}: cannot be written: {error.strerror}") from None
        return path

    def _call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        most_bytes: int | None,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> _Call:
        try:
            parsed = httpx.URL(url).copy_merge_params(dict(params or {}))
        except (httpx.InvalidURL, ValueError):
            raise SourceRefused("not a URL") from None
        self._check(parsed)
        return _Call(
            method=method,
            url=parsed,
            headers={"user-agent": self.user_agent, "accept-encoding": "gzip"} | dict(headers or {}),
            most_bytes=self.most_bytes if most_bytes is None else most_bytes,
            deadline=self.clock() + self.total_seconds,
            json=json,
        )

    def _check(self, url: httpx.URL) -> None:
        if not (url.scheme == "https" and url.host) and not is_local(url):
            raise SourceRefused(f"{shown_url(url)}: only https is asked")
        if url.userinfo:
            raise SourceRefused(f"{shown_url(url)}: a URL must not carry credentials")
        if self.hosts is not None and url.host not in self.hosts:
            raise SourceRefused(f"{shown_url(url)}: not a host of this source")

    def _bytes_of(self, call: _Call) -> bytes:
        def once() -> bytes:
            with self._open(call) as response:
                return b"".join(self._body(call, response))

        return self._with_tries(call, once)

    def _append(self, call: _Call, part: _Part) -> None:
        wanted = {}
        if part.written and part.version:
            wanted = {"range": f"bytes={part.written}-", "if-range": part.version}
            wanted["accept-encoding"] = "identity"
        with self._open(call, wanted) as response:
            if response.status_code == HTTPStatus.OK:
                part.file.seek(0)
                part.file.truncate()
                part.written, part.version = 0, version_of(response)
            elif not continues(response, part.written):
                part.version = ""
                raise Broken("the rest of the file was not what came")
            for chunk in self._body(call, response, already=part.written):
                part.file.write(chunk)
                part.written += len(chunk)

    def _with_tries(self, call: _Call, once: Callable[[], T]) -> T:
        reason = "not tried"
        for number in range(1, self.tries + 1):
            try:
                return once()
            except Broken as error:
                reason, wait = str(error), error.wait
            if self.clock() >= call.deadline:
                raise SourceUnavailable(f"{call}: {reason}; not done within {self.total_seconds:g} s")
            if (
                wait is None
            ):  # the server names no time: each wait twice the last, and not all callers at once
                wait = FIRST_WAIT_SECONDS * 2 ** (number - 1) * (0.5 + _RANDOM.random())
            elif wait > LONGEST_WAIT_SECONDS:
                when = datetime.now(UTC) + timedelta(seconds=wait)
                raise SourceUnavailable(
                    f"{call}: {reason}; it asks to come back after {when:%Y-%m-%d %H:%M} UTC"
                )
            if number < self.tries:
                if self.clock() + wait >= call.deadline:
                    raise SourceUnavailable(f"{call}: {reason}; no time left for another try")
                self.sleep(wait)
        raise SourceUnavailable(f"{call}: {reason}; tried {self.tries} times")

    @contextmanager
    def _open(self, call: _Call, wanted: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """One try: an answer of 2xx with its body still to come, on a connection closed afterwards."""
        url, headers = call.url, {**call.headers, **(wanted or {})}
        local = is_local(url)
        with (
            told_apart(str(call)),
            httpx.Client(
                transport=self.transport,
                verify=self._trust,
                trust_env=not local,
                timeout=self.timeout_seconds,
            ) as client,
            watched(call.deadline - self.clock()) as watch,
        ):
            for _ in range(MOST_REDIRECTS + 1):
                response = client.send(_request(client, call, url, headers, watch), stream=True)
                if response.status_code not in _MOVED or call.method != "GET":
                    judge(str(call), response, ranged="range" in headers)
                    yield response
                    return
                url = self._moved(call, url, response)
                response.close()
        raise SourceRefused(f"{call}: redirected more than {MOST_REDIRECTS} times")

    @cached_property
    def _trust(self) -> SSLContext:
        return httpx.create_ssl_context()

    def _moved(self, call: _Call, old: httpx.URL, response: httpx.Response) -> httpx.URL:
        new = old.join(response.headers.get("location", ""))
        self._check(new)
        if (new.scheme, new.host, new.port) != (old.scheme, old.host, old.port):
            raise SourceRefused(f"{call}: redirected elsewhere, to {shown_url(new)}; that is not followed")
        return new

    def _body(self, call: _Call, response: httpx.Response, *, already: int = 0) -> Iterator[bytes]:
        """Decoded chunks, each counted against the cap before it is handed on."""
        stated = response.headers.get("content-length", "")
        if stated.isdecimal() and already + int(stated) > call.most_bytes:
            raise ReplyTooLarge(
                f"{call}: {already + int(stated):,} bytes; at most {call.most_bytes:,} are taken"
            )
        taken = already
        for chunk in decoded(str(call), response, self._raw(call, response)):
            taken += len(chunk)
            if taken > call.most_bytes:
                raise ReplyTooLarge(
                    f"{call}: more than {call.most_bytes:,} bytes, which is all that is taken"
                )
            yield chunk

    def _raw(self, call: _Call, response: httpx.Response) -> Iterator[bytes]:
        for chunk in response.iter_raw():
            if self.clock() >= call.deadline:
                raise Broken("too slow")
            if response.num_bytes_downloaded > call.most_bytes + CHUNK_BYTES:
                raise ReplyTooLarge(
                    f"{call}: more than {call.most_bytes:,} bytes, which is all that is taken"
                )
            yield chunk


def _request(
    client: httpx.Client, call: _Call, url: httpx.URL, headers: Mapping[str, str], watch: Callable[..., None]
) -> httpx.Request:
    try:
        return client.build_request(
            call.method, url, headers=headers, json=call.json, extensions={"trace": watch}
        )
    except (TypeError, ValueError):  # its text would hold the header that cannot be sent
        raise SourceRefused(f"{call}: a header or body cannot be sent") from None
