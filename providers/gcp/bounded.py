"""An HTTP adapter for Google's SDK that bounds size and time of a reply; the SDK bounds neither."""

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from providers.errors import ReplyTooLarge

_CHUNK = 1024**2


class BoundedAdapter(HTTPAdapter):
    """Reads a reply to its end, or gives up: beyond `most_bytes` (unpacked), or `seconds` after it began.

    Without it a server that sends one byte now and then holds a worker for good: the time-out of requests
    is that of one read.
    """

    def __init__(self, *, most_bytes: int, seconds: float) -> None:
        super().__init__()
        self._most_bytes = most_bytes
        self._seconds = seconds

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The whole reply. Raises ReplyTooLarge, and requests' ReadTimeout."""
        kwargs["stream"] = True
        began = time.monotonic()
        response = super().send(request, *args, **kwargs)
        body = bytearray()
        for chunk in response.iter_content(_CHUNK if self._seconds > 1 else 1024):
            body += chunk
            if len(body) > self._most_bytes:
                response.close()
                raise ReplyTooLarge(f"the reply is larger than {self._most_bytes:,} bytes")
            if time.monotonic() - began > self._seconds:
                response.close()
                raise requests.exceptions.ReadTimeout(f"no whole reply within {self._seconds:g} s")
        response._content = bytes(body)
        response._content_consumed = True
        return response
