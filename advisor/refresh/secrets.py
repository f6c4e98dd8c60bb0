"""Words without secrets: whatever an environment variable for credentials holds is never repeated."""

import os
import re

_NAMES = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|DATABASE_URL|REDIS_URL", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?#]+)\?[^\s]*")
_USER = re.compile(r"(https?://)[^\s/@]+@")
_SHORTEST = 6  # a shorter value would blank out ordinary words
_MOST = 1000


def without_secrets(text: str, *, most: int = _MOST) -> str:
    """At most `most` characters, with secrets, queries and users of addresses left out."""
    held = {value for name, value in os.environ.items() if _NAMES.search(name) and len(value) >= _SHORTEST}
    for value in sorted(held, key=len, reverse=True):
        text = text.replace(value, "***")
    text = _USER.sub(r"\1", _QUERY.sub(r"\1", text))
    return text if len(text) <= most else text[: most - 1] + "…"
