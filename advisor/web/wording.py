"""Words made for a terminal in those of a page: it has fields and no flags, and its reader no shell."""

import re

from django.conf import settings

from advisor.errors import AdvisorError

FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_QUOTED = re.compile(r"`([^`]+)`")
_COMMAND = "manage.py"


def plain(text: str) -> str:
    """Option names as words: `--as-of 2026-11-22` is `as of 2026-11-22`; backticks are quotes."""
    return _QUOTED.sub("“\\1”", FLAG.sub(lambda match: match[1].replace("-", " "), text))


def page_lines(error: AdvisorError) -> list[str]:
    """What an error says on a page. Commands are named only where the reader started the site."""
    lines = [plain(line) for line in error.lines()]
    if settings.EMBEDDED:
        return lines
    kept = [line for line in lines if _COMMAND not in line]
    return kept if len(kept) == len(lines) else [*kept, "Those who run this site can put that right."]
