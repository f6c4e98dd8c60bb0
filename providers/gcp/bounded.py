"""An HTTP adapter for Google's SDK that bounds size and time of a reply; the SDK bounds neither."""

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

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
        ends = time.monotonic() + self._seconds
        response = super().send(request, *args, **kwargs)
        try:
            response._content = self._body(response.raw, ends)
        except HTTPError as error:  # urllib3's: broken off, timed out, wrongly packed
            response.close()
            raise requests.exceptions.ConnectionError(type(error).__name__) from error
        except (ReplyTooLarge, requests.exceptions.ReadTimeout):
            response.close()
            raise
        response.raw.release_conn()
        response._content_consumed = True
        return response

    def _body(self, raw: Any, ends: float) -> bytes:
        body = bytearray()
        while chunk := raw.read1(_CHUNK, decode_content=True):  # what has come, not a full chunk
            body += chunk
            if len(body) > self._most_bytes:
                raise ReplyTooLarge(f"the reply is larger than {self._most_bytes:,} bytes")
            if time.monotonic() > ends:
                raise requests.exceptions.ReadTimeout(f"no whole reply within {self._seconds:g} s")
        return bytes(body)
