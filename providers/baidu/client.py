"""The vendor's SDK builds and signs the requests; `providers.http` carries them, bounded.

The SDK's own transport reads bodies of any size, waits without end and prints headers and keys when it
fails. Its reserved-instance call doubles the version in the path; that is put right here.
"""

import json
import logging
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from providers.http import Door

PREFIX = b"/v2"
_MODULES = (
    "auth.bce_credentials",
    "auth.bce_v1_signer",
    "bce_client_configuration",
    "services.bcc.bcc_client",
    "utils",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """An access key of Baidu AI Cloud; never printed."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)


def make_client(endpoint: str, keys: Keys, door: Door) -> Any:
    """A BccClient of the SDK, whose calls return the reply as bytes. `endpoint` is a URL without a path."""
    sdk = {name: import_module(f"baidubce.{name}") for name in _MODULES}  # heavy, and of no use to parse
    sign = sdk["auth.bce_v1_signer"].sign
    utils = sdk["utils"]
    logging.getLogger("baidubce").setLevel(logging.WARNING)  # it prints signing keys below this level
    host = endpoint.partition("://")[2]

    class Client(sdk["services.bcc.bcc_client"].BccClient):  # type: ignore[misc]  # the SDK has no types
        def _send_request(
            self, http_method: bytes, path: bytes, body: str | None = None, params: Any = None, **_: Any
        ) -> bytes:
            full = path if path.startswith(PREFIX + b"/") else PREFIX + path
            date = utils.get_canonical_time()
            signed = {b"host": host.encode(), b"x-bce-date": date}
            authorization = sign(
                self.config.credentials, http_method, full, signed, params, headers_to_sign=sorted(signed)
            )
            query = utils.get_canonical_querystring(params or {}, False)
            url = f"{endpoint}{full.decode()}" + (f"?{_text(query)}" if query else "")
            sent = {"x-bce-date": _text(date), "authorization": _text(authorization)}
            if http_method == b"GET":
                return door.get_bytes(url, headers=sent)
            return door.post_bytes(url, headers=sent, json=json.loads(body) if body else {})

        def bid_price(self, **asked: str) -> bytes:
            """The market price as the documentation asks for it; the SDK knows the old form only."""
            body = json.dumps({**asked, "purchaseCount": 1})
            return self._send_request(b"POST", b"/instance/bidPrice", body)

    credentials = sdk["auth.bce_credentials"].BceCredentials(keys.access_key_id, keys.secret_access_key)
    return Client(sdk["bce_client_configuration"].BceClientConfiguration(credentials, endpoint))


def _text(value: bytes | str) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value
