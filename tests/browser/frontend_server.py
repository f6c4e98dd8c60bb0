"""The pages of tests/browser/pages behind the product's content policy, with a played plan check."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent.parent / "advisor" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-TEST'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
SAVED = b"""<!doctype html><html lang=en><title>Saved</title>
<link rel=icon href=/static/advisor/mark.svg><h1>Saved</h1>"""
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class FrontendServer(ThreadingHTTPServer):
    """Keeps what was posted: path, headers in lower case, form."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[tuple[str, dict[str, str], dict[str, list[str]]]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FrontendServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = (
            STATIC / path.removeprefix("/static/")
            if path.startswith("/static/")
            else HERE / "pages" / path[1:]
        )
        if not file.is_file():
            self._answer(404, "text/plain", b"not here")
            return
        self._answer(200, KINDS[file.suffix], file.read_bytes())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qs(body, keep_blank_values=True)
        self.server.posted.append((self.path, {k.lower(): v for k, v in self.headers.items()}, form))
        if self.path == "/plans/check":
            answer = {"problems": problems_of(form["text"][0]), "summary": "played"}
            self._answer(200, "application/json", json.dumps(answer).encode())
        elif self.path == "/save":
            self._answer(200, "text/html", SAVED)
        else:
            self._answer(500, "text/plain", b"broken")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server passes
        """Says nothing: the tests look at what was posted."""


def problems_of(text: str) -> list[dict[str, object]]:
    """A played check: every line with the word `wrong` is a problem, and so is an empty plan."""
    found: list[dict[str, object]] = [
        {"line": number, "path": "workloads[0].demand", "value": "wrong", "message": "is not a number"}
        for number, line in enumerate(text.splitlines(), 1)
        if "wrong" in line
    ]
    if not text.strip():
        found.append({"line": None, "path": "", "value": "", "message": "the plan is empty"})
    return found


@contextmanager
def serving() -> Iterator[FrontendServer]:
    with FrontendServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
