"""A server on this machine that speaks for Azure, and sources that ask it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from providers.azure.source import AzureSource
from providers.base import Document
from providers.http import Door
from providers.offers import Offer
from tests.providers.azure_replies import page

SECRET = "canary-6f1d9c"
Reply = tuple[int, dict[str, str], bytes]
Answer = Callable[[str, dict[str, str]], Reply]


def always(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    """The same answer to every request; `Retry_After` is the header Retry-After."""
    stated = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _path, _query: (status, stated, body)


class Fake:
    """An HTTP server on 127.0.0.1 that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = always(404)
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                fake.asked.append(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, headers, body = fake.answer(parts.path, query)
                self.send_response(status)
                stated = {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
                for name, value in stated.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.01), daemon=True).start()


@contextmanager
def listening() -> Iterator[Fake]:
    one = Fake()
    yield one
    one.server.shutdown()
    one.server.server_close()


def ok(content: Any) -> Reply:
    return 200, {}, json.dumps(content).encode()


class Token:
    """Credentials that azure-core takes."""

    def get_token(self, *_: Any, **__: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(SECRET, int(time.time()) + 3600)


def source(fake: Fake, **changed: Any) -> AzureSource:
    door = Door(tries=3, sleep=lambda _: None, timeout_seconds=5)
    settings: dict[str, Any] = {
        "regions": ["westeurope"],
        "door": door,
        "retail_url": f"{fake.url}/api/retail/prices",
        "management_url": fake.url,
    }
    return AzureSource(**settings | changed)


def with_skus(fake: Fake, **changed: Any) -> AzureSource:
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    return source(
        fake,
        subscription_id="00000000-0000-0000-0000-000000000000",
        **{"credential": Token(), "authentication_policy": SansIOHTTPPolicy()} | changed,
    )


def fetched(one: AzureSource, folder: Path) -> list[Document]:
    return list(one.fetch(folder))


def offers(documents: list[Document]) -> list[Offer]:
    return [one for one in AzureSource.parse(documents) if isinstance(one, Offer)]


def pages(fake: Fake, *contents: Any) -> Answer:
    """Pages linked as Azure links them, by $skip."""

    def answer(path: str, query: dict[str, str]) -> Reply:
        number = int(query.get("$skip", "0"))
        link = f"{fake.url}{path}?$filter={query['$filter']}&$skip={number + 1}"
        return ok(page(contents[number], NextPageLink=link if number + 1 < len(contents) else None))

    return answer
