"""An HTTP session for AWS's SDK that bounds size and time of a reply; the SDK bounds neither."""

import time
from typing import Any

from botocore.exceptions import ReadTimeoutError, ResponseStreamingError  # type: ignore[import-untyped]  # ships no types
from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]  # ships no types
from urllib3.exceptions import HTTPError

from providers.errors import ReplyTooLarge

_CHUNK = 1024**2


class BoundedSession(URLLib3Session):  # type: ignore[misc]  # botocore ships no types
    """Reads a reply to its end, or gives up: beyond `most_bytes`, or `seconds` after it began.

    Without it a server that sends one byte now and then holds a worker for good: the time-out of the SDK is
    that of one read.
    """

    def __init__(self, *, most_bytes: int, seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._most_bytes = most_bytes
        self._seconds = seconds

    def send(self, request: Any) -> Any:
        """The whole reply. Raises ReplyTooLarge, and botocore's errors, which it may try again after."""
        request.stream_output = True
        ends = time.monotonic() + self._seconds
        response = super().send(request)
        try:
            response._content = self._body(response.raw, ends, request.url)
        except HTTPError as error:
            raise ResponseStreamingError(error=type(error).__name__) from None
        finally:
            response.raw.release_conn()
        return response

    def _body(self, raw: Any, ends: float, url: str) -> bytes:
        body = bytearray()
        while chunk := raw.read1(_CHUNK, decode_content=True):  # what has come, not a full chunk
            body += chunk
            if len(body) > self._most_bytes:
                raw.close()
                raise ReplyTooLarge(f"AWS: the reply is larger than {self._most_bytes:,} bytes")
            if time.monotonic() > ends:
                raw.close()
                raise ReadTimeoutError(endpoint_url=url)
        stated = str(raw.headers.get("content-length", ""))
        if stated.isdecimal() and raw.tell() < int(stated):
            raise ResponseStreamingError(error="cut off")
        return bytes(body)
