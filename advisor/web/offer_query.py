"""The question of the offers page, as its address holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from advisor.catalog.request import listed, request_from
from advisor.catalog.search import DEFAULT_LIMIT, Request

LISTS = ("purchase", "residency", "region", "provider")
FIELDS = (
    "q", "count", "at_least", "pack", *LISTS, "min_memory_gib", "min_vcpus", "max_price", "currency",
    "max_age_hours", "as_of", "sort", "limit", "offset",
)  # fmt: skip
_UNSAID = {"currency": "USD", "sort": "price", "limit": str(DEFAULT_LIMIT), "offset": "0"}
_LONGEST = 500  # characters kept of one value


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked: one text per field, several names joined by commas; nothing for what was not asked."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, query: QueryDict) -> "Question":
        found = {}
        for name in FIELDS:
            texts = [text.strip()[:_LONGEST] for text in query.getlist(name)]
            text = ",".join(dict.fromkeys(listed(texts))) if name in LISTS else (texts[-1] if texts else "")
            if text and text != _UNSAID.get(name):
                found[name] = text
        return cls(values=found)

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def address(self, view: str = "offers", **changes: str) -> str:
        """The address of this question with some fields changed, "" for dropped ones.

        A changed question is shown from its start, unless the change is the offset itself.
        """
        values = dict(self.values)
        if changes and "offset" not in changes:
            values.pop("offset", None)
        values |= changes
        ordered = {n: values[n] for n in FIELDS if values.get(n) and values[n] != _UNSAID.get(n)}
        asked = urlencode(ordered, safe=":,/*")
        return reverse(view) + (f"?{asked}" if asked else "")

    def request(self) -> Request:
        """As the search wants it. Raises BadInput."""
        values: dict[str, Any] = {name: self.get(name) for name in FIELDS}
        values |= {name: [self.get(name)] for name in LISTS}
        return request_from(values | {"query": self.get("q")})

    def follows_typing(self, before: "Question") -> bool:
        """Whether this is `before` with one text written on, or cut short: no step worth going back to."""
        changed = [name for name in FIELDS if name != "offset" and self.get(name) != before.get(name)]
        if len(changed) != 1:
            return False
        now, then = self.get(changed[0]), before.get(changed[0])
        return bool(now and then) and (now.startswith(then) or then.startswith(now))
