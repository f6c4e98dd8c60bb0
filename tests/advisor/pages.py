"""Reading pages in tests."""

import html
import re
from typing import Any


def text_of(response: Any) -> str:
    """The page without its scripts and tags, its runs of spaces made one."""
    plain = re.sub(r"<script\b.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    plain = re.sub(r"<[^>]+>", " ", plain)
    return re.sub(r"\s+", " ", html.unescape(plain)).strip()
