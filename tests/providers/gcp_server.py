"""A server that speaks for Google Cloud on 127.0.0.1, with faults on request."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGES = Path(__file__).parent / "pages" / "gcp"

Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Google:
    """What the server was asked, and the faults it has still to make, one per request from the front."""

    host: str
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", headers.get("length", str(len(body))))
    for name, value in headers.items():
        if name != "length":
            handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = "length" in headers


def status(code: int, reason: str = "", message: str = "no", **headers: str) -> Fault:
    """An error as Google writes it."""
    error = {"error": {"code": code, "message": message, "status": reason}}
    return lambda handler: send(handler, code, json.dumps(error).encode(), **headers)


def body(text: str, **headers: str) -> Fault:
    """A reply of 200 with this text."""
    return lambda handler: send(handler, 200, text.encode(), **headers)


def packed(handler: BaseHTTPRequestHandler) -> None:
    """The reply as Google sends it to clients that unpack: gzip, in chunks."""
    parts = urlsplit(handler.path)
    data = gzip.compress((PAGES / page_of(parts.path, "")).read_bytes())
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(data), 100):
        piece = data[start : start + 100]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


def drip(handler: BaseHTTPRequestHandler) -> None:
    """One byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            sleep(0.05)
    except OSError:
        return


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body of 2 GB, as far as it is read."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(2 * 1024**3))
    handler.end_headers()
    try:
        for _ in range(2048):
            handler.wfile.write(b" " * 1024**2)
    except OSError:
        return


def page_of(path: str, token: str) -> str:
    if path.endswith("/E000-3F24-B8AA/skus"):
        return "skus_tpu.json"
    if path.endswith("/6F81-5844-456A/skus"):
        return "skus_compute_2.json" if token == "PAGE-2" else "skus_compute_1.json"
    if path.endswith("/aggregated/machineTypes"):
        return "machine_types.json"
    return "accelerator_types.json"


@contextmanager
def google() -> Iterator[Google]:
    """Serve pages/gcp on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query: dict[str, str] = {name: values[0] for name, values in parse_qs(parts.query).items()}
            made.asked.append((parts.path, query))
            made.keys.append(self.headers.get("x-goog-api-key") or self.headers.get("Authorization") or "")
            fault = made.faults.pop(0) if made.faults else None
            if fault is not None:
                fault(self)
                return
            send(self, 200, (PAGES / page_of(parts.path, query.get("pageToken", ""))).read_bytes())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Google(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
