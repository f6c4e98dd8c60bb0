"""A web server on 127.0.0.1 that answers from a script: a provider on its bad days and its good ones."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Waits(list[float]):
    """A sleep that does not: it notes how long it was asked to."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. `cut_after` bytes the connection breaks; `drip_seconds` is the pause after each byte.

    `repeat` sends the body so many times (2**31 for endless) without holding it; `stated_length` overrides
    the Content-Length, None leaves it out (the body then ends with the connection).
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    drip_seconds: float = 0.0
    drip_headers: bool = False
    repeat: int = 1
    stated_length: int | None = -1

    @classmethod
    def of_json(cls, payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> "Reply":
        return cls(
            status=status,
            body=json.dumps(payload).encode(),
            headers={"content-type": "application/json", **(headers or {})},
        )


Step = Reply | Callable[[Seen], Reply]


@dataclass
class FakeServer:
    """`url` to ask; `script` is used up one step a request, its last step again and again; `seen` grows."""

    url: str
    script: list[Step]
    seen: list[Seen] = field(default_factory=list)
    sent_bytes: int = 0
    stopped: Event = field(default_factory=Event)

    def next_reply(self, seen: Seen) -> Reply:
        step = self.script[min(len(self.seen), len(self.script) - 1)]
        self.seen.append(seen)
        return step(seen) if callable(step) else step


def routed(routes: Mapping[str, Step]) -> Step:
    """A step that answers by path; 404 for others."""

    def answer(seen: Seen) -> Reply:
        step = routes.get(seen.path, Reply(status=404))
        return step(seen) if callable(step) else step

    return answer


@contextmanager
def fake_server(*script: Step) -> Iterator[FakeServer]:
    """A server for the time of a `with`; without a script it answers 200 with nothing."""
    fake = FakeServer(url="", script=list(script) or [Reply()])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            seen = Seen(
                method=self.command,
                path=parts.path,
                query=parse_qs(parts.query, keep_blank_values=True),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            self.close_connection = True
            with suppress(OSError):  # the client may have had enough
                _send(self, fake, fake.next_reply(seen))

        do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815  # names http.server looks for

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        fake.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, fake: FakeServer, reply: Reply) -> None:
    lines = [f"HTTP/1.1 {reply.status} Scripted", "connection: close"]
    length = len(reply.body) * reply.repeat if reply.stated_length == -1 else reply.stated_length
    if length is not None:
        lines.append(f"content-length: {length}")
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    _write(handler, fake, head, reply.drip_seconds if reply.drip_headers else 0)
    body = reply.body if reply.cut_after is None else reply.body[: reply.cut_after]
    for _ in range(reply.repeat):
        if fake.stopped.is_set():
            return
        _write(handler, fake, body, reply.drip_seconds)
        fake.sent_bytes += len(body)


def _write(handler: BaseHTTPRequestHandler, fake: FakeServer, data: bytes, drip_seconds: float) -> None:
    if not drip_seconds:
        handler.wfile.write(data)
        return
    for byte in data:
        if fake.stopped.is_set():
            return
        handler.wfile.write(bytes([byte]))
        time.sleep(drip_seconds)
