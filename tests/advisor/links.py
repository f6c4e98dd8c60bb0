"""The links of a page."""

import re
from html import unescape
from typing import Any


def links_of(response: Any) -> dict[str, str]:
    """Text of each link, without its tags, and where it leads; the first of equal ones."""
    found: dict[str, str] = {}
    html = response.content.decode()
    for href, inner in re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", inner)).strip()
        found.setdefault(unescape(text), unescape(href))
    return found
