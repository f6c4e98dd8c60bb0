"""Ways on from a question that found nothing or could not be read: each a link to another question."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from advisor.catalog.search import Listing
from advisor.catalog.selector import Selector, Span, resolve_selector
from advisor.catalog.table import why_empty
from advisor.errors import AdvisorError
from advisor.web.offer_query import LISTS, Question
from advisor.web.wording import FLAG, plain

_HINT = re.compile(
    r"(?:--(?P<flag>[a-z-]+) )?(?P<value>.*?): .*?; did you mean (?P<names>[^;]+)\?", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`line` says something; `text` names the link beside it. No link where `address` is empty."""

    line: str = ""
    text: str = ""
    address: str = ""


def ways_out(listing: Listing, question: Question) -> tuple[str, list[Way], list[Way]]:
    """Why nothing was found: the sentence, its reasons, and a link per condition that drops it."""
    first, *lines = why_empty(listing)
    selector = resolve_selector(question.get("q"), tuple)
    reliefs = listing.empty.reliefs if listing.empty else ()
    reasons = [Way(line=plain(line)) for line in lines]
    for index, relief in enumerate(reliefs):
        address = _without(relief.without, question, selector)
        if address:
            count = f"the {relief.count:,}" if relief.count > 1 else "it"
            reasons[index] = Way(line=plain(lines[index]), text=f"Show {count}", address=address)
    dropped = [
        Way(text=plain(words), address=address)
        for words in listing.conditions
        if (address := _without(words, question, selector))
    ]
    return plain(first), reasons, dropped


def _without(condition: str, question: Question, selector: Selector) -> str:
    """The address of the question without one condition, as the search words it; "" where none holds it."""
    flag = FLAG.match(condition)
    if flag is not None:
        return question.address(**{flag[1].replace("-", "_"): ""})
    memory, count = _memory(selector.memory_gib), str(selector.count or "")
    if condition == selector.named:
        return question.address(q=_joined(memory, count))
    if condition.startswith("memory per accelerator "):
        return question.address(q=_joined(selector.named, count))
    if condition.endswith(" accelerators"):
        return question.address(q=_joined(selector.named, memory), count="", at_least="", pack="")
    return ""


def _memory(span: Span | None) -> str:
    if span is None:
        return ""
    ends = [f"{end}GB" if end is not None else "" for end in (span.low, span.high)]
    return ends[0] if span.low == span.high else "..".join(ends)


def _joined(*parts: str) -> str:
    return ":".join(part for part in parts if part)


def meant(error: AdvisorError, question: Question, providers: Collection[str]) -> list[Way]:
    """The names an error suggests, each as a link to the question with that name in it."""
    found = _HINT.match(error.message)
    if found is None:
        return []
    field = (found["flag"] or "q").replace("-", "_")
    ways = []
    for described in re.split(r", | or ", found["names"]):
        name = re.sub(r" \(.*\)$", "", described)
        text = _replaced(field, found["value"], name, question, providers)
        if text:
            ways.append(Way(text=name, address=question.address(**{field: text})))
    return ways


def _replaced(field: str, wrong: str, right: str, question: Question, providers: Collection[str]) -> str:
    asked = question.get(field)
    if field == "q":
        at = asked.casefold().find(wrong.casefold())
        return asked[:at] + right + asked[at + len(wrong) :] if at >= 0 else ""
    if field == "region" and "/" in wrong:  # one half was misspelt; the other stays
        provider, _, region = wrong.rpartition("/")
        right = f"{right}/{region}" if right in providers else f"{provider}/{right}"
    if field not in LISTS:
        return right
    names = asked.split(",")
    return ",".join(right if name == wrong else name for name in names) if wrong in names else ""
