"""Pages of the catalogue as a reader has them: their text and their links."""

import re
from html import unescape
from typing import Any


def text_of(response: Any) -> str:
    """The page without its tags, its runs of spaces made one."""
    return words_of(response.content.decode())


def words_of(html: str) -> str:
    """The same of a piece of a page."""
    plain = re.sub(r"<[^>]+>", " ", html)
    return re.sub(r"\s+", " ", unescape(plain))


def links_of(response: Any) -> dict[str, str]:
    """Text of each link, without its tags, and where it leads; the first of equal ones."""
    found: dict[str, str] = {}
    html = response.content.decode()
    for href, inner in re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", inner)).strip()
        found.setdefault(unescape(text), unescape(href))
    return found
