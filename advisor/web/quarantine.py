"""Prices that wait for an operator: looked at, accepted, rejected."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.scope import member_in
from advisor.catalog.words import MISSING, count, figure
from advisor.errors import AdvisorError, BadInput
from advisor.models import QuarantinedOffer
from advisor.refresh.quarantine import InForce, decide, in_force, offer_of, quarantined
from advisor.refresh.sources import TITLES, names
from advisor.web.offer_rows import offer_address
from advisor.web.source_actions import operators_only
from advisor.web.wording import plain

_PAGE = 50
_MOST_ID = 2**63 - 1  # the largest number a row can have
_STATES = (
    ("waiting", "waiting"),
    ("accepted", "accepted"),
    ("rejected", "rejected"),
    ("all", "all"),
)
_EMPTY = {
    "waiting": "No price waits. What a refresh finds doubtful comes here instead of into the catalogue.",
    "accepted": "No price has been accepted yet.",
    "rejected": "No price has been rejected yet.",
    "all": "No refresh has found a doubtful price yet.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A price in quarantine beside the one in force; `known` is a dash where the offer is not for sale."""

    kept: QuarantinedOffer
    price: str
    known: str
    address: str


@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """The list, by source and state, fifty at a time."""
    operators_only(request)
    return render(request, "advisor/quarantine.html", quarantine_context(request.GET))


def quarantine_context(query: QueryDict) -> dict[str, Any]:
    """Four queries, however many rows."""
    source = query.get("source", "")
    source = source if source in names() else ""
    state = query.get("state", "")
    state = state if state in dict(_STATES) else "waiting"
    found = quarantined(source=source, state="" if state == "all" else state)
    page = Paginator(found, _PAGE).get_page(query.get("page"))
    kept = list(page.object_list)
    known = in_force(one.offer_id for one in kept)
    return {
        "page": page,
        "rows": [_row(one, known.get(one.offer_id)) for one in kept],
        "source": source,
        "sources": [(name, TITLES.get(name, name)) for name in names()],
        "state": state,
        "states": _STATES,
        "empty": _EMPTY[state],
        "filtered": bool(source),
    }


def _row(kept: QuarantinedOffer, known: InForce | None) -> Row:
    offer = offer_of(kept.offer)
    return Row(
        kept=kept,
        price=_price(
            InForce(price_per_hour=offer.price_per_hour, upfront=offer.upfront, currency=offer.currency)
        ),
        known=_price(known) if known is not None else MISSING,
        address=offer_address(kept.offer_id) if known is not None else "",
    )


def _price(price: InForce) -> str:
    """`38 USD`, `0 USD and 100,000 upfront`."""
    upfront = f" and {figure(_short(price.upfront))} upfront" if price.upfront else ""
    return f"{figure(_short(price.price_per_hour))} {price.currency}{upfront}"


def _short(amount: Decimal) -> Decimal:
    """To a millionth, the least a price can be: divisions of a source can have thirty digits."""
    return round(amount, 6)


@require_POST
def decide_some(request: HttpRequest) -> HttpResponse:
    """Accept or reject what is ticked: those of each source as a whole, or not at all."""
    operators_only(request)
    try:
        decision = _decision(request.POST.get("decision", ""))
        ids = set(_ids(request.POST.getlist("id")))
        groups = _by_source(ids)
    except BadInput as error:
        messages.warning(request, plain(error.message))
        return _back(request)
    gone = len(ids) - sum(map(len, groups.values()))
    if gone:
        words = "is stated no longer and waits" if gone == 1 else "are stated no longer and wait"
        messages.warning(request, f"{count(gone, 'price')} {words} no more.")
    for group in groups.values():
        try:
            decide(group, decision, member_in(request))
        except AdvisorError as error:
            messages.warning(request, " ".join(error.lines()))
        else:
            messages.success(request, _done(len(group), decision))
    return _back(request)


def _done(number: int, decision: str) -> str:
    if decision == "accept":
        verb = "is accepted and published" if number == 1 else "are accepted and published"
    else:
        verb = "is rejected and stays out" if number == 1 else "are rejected and stay out"
    return f"{count(number, 'price')} {verb}, also in later refreshes that state the same."


def _decision(word: str) -> Literal["accept", "reject"]:
    if word not in ("accept", "reject"):
        raise BadInput("Choose whether to accept or to reject.", field="decision")
    return cast('Literal["accept", "reject"]', word)


def _ids(words: Iterable[str]) -> list[int]:
    found = [int(word) for word in words if word.isascii() and word.isdigit() and int(word) <= _MOST_ID]
    if not found:
        raise BadInput("Tick one price or more.", field="id")
    return found


def _by_source(ids: Iterable[int]) -> dict[str, list[int]]:
    """Prices are published by source. Raises BadInput where none of them is there any more."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, source in quarantined(state="").filter(pk__in=ids).values_list("pk", "source"):
        groups[source].append(number)
    if not groups:
        raise BadInput("These prices wait no more: a later refresh no longer states them.", field="id")
    return groups


def _back(request: HttpRequest) -> HttpResponse:
    kept = {name: request.POST.get(name, "") for name in ("source", "state", "page")}
    query = urlencode({name: text for name, text in kept.items() if text})
    return redirect(f"{reverse('quarantine')}{'?' if query else ''}{query}")
