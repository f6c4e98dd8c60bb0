"""What templates of pages need beside Django's own: badges of runs, figures, times, addresses, JSON."""

import json
import re
import uuid
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from advisor.models import Run
from advisor.planning.words import MISSING, gap_asked, money, proof
from advisor.web import run_words
from advisor.web.run_words import Badge, badge_of, duration
from advisor.web.wording import plain

register = template.Library()
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def badge(state: str | None, status: str | None = "") -> str:
    """The state of a run in a word; nothing where there is no run."""
    if not state:
        return MISSING
    found: Badge = badge_of(state, status or "")
    return format_html('<span class="badge {}">{}</span>', found.tone, found.text)


@register.simple_tag
def once() -> SafeString:
    """A hidden field that is another one on each page: a button pressed twice is known by it."""
    return format_html('<input type="hidden" name="once" value="{}" autocomplete="off">', uuid.uuid4().hex)


@register.simple_tag
def moment(when: datetime | None) -> str:
    """`2027-01-31 18:05`, UTC, with its machine-readable form; a dash where it never happened."""
    if when is None:
        return MISSING
    return format_html(
        '<time datetime="{}" class="once">{}</time>',
        when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        when.strftime("%Y-%m-%d %H:%M"),
    )


@register.filter
def for_page(text: str) -> str:
    """A line made for the terminal in the words of a page."""
    return plain(text)


_BREAKS = re.compile(
    r"(?<=\d) (?=(?:k|M|bn|%|s|min|h|×|GiB|days?|hours?|months?|years?|[A-Z]{3})(?![\w-]))"
    r"|(?<=\d (?:k|M)) (?=[A-Z]{3}\b)|(?<=\d bn) (?=[A-Z]{3}\b)|(?<=\d ×) "
)


@register.filter
def unbroken(text: str) -> str:
    """Figures keep to their units and numbers to what they count: `1.61 M USD` never ends a line at 1.61."""
    return _BREAKS.sub("\u00a0", text)


@register.filter
def run_choice(run: Run) -> str:
    """A run among others to choose from: `Chat in the EU, v2, 2026-11-26 08:30`."""
    return f"{run.name}, v{run.version.number}, {run.created_at:%Y-%m-%d %H:%M}"


@register.filter
def whole_money(figure: float | None) -> str:
    return money(figure)


@register.filter
def gap(figure: float | None) -> str:
    """A proven gap: `0.08 %`."""
    return MISSING if figure is None else proof(figure)


@register.filter
def asked_gap(figure: float) -> str:
    """A gap that was asked for, with all its digits."""
    return gap_asked(figure)


@register.filter
def seconds(figure: float | None) -> str:
    return MISSING if figure is None else duration(figure)


@register.filter
def minutes(figure: float) -> str:
    """A time that somebody chose: `2 min`, kept on one line."""
    return run_words.minutes(figure).replace(" ", "\u00a0")


@register.filter
def json_data(value: Any) -> SafeString:
    """JSON to stand inside a script element of type application/json, whatever it holds."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308  nothing in it can end the element any more


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """This page's question with some words changed; empty ones leave it."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
