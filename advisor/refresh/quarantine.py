"""Prices that wait for a person: kept, shown, accepted or rejected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from advisor.catalog.services import Published, publish
from advisor.errors import BadInput, Conflict
from advisor.models import OfferRow, QuarantinedOffer
from providers.offers import Offer, Payment, PriceState, Purchase

State = QuarantinedOffer.State
_DECIMALS = frozenset(field.name for field in fields(Offer) if "Decimal" in str(field.type))
_MOMENTS = frozenset({"available_from", "available_until", "observed_at"})


def quarantined(*, source: str = "", state: str = State.WAITING) -> QuerySet[QuarantinedOffer]:
    """Prices in quarantine, by source and offer; an empty `state` means all."""
    found = QuarantinedOffer.objects.select_related("decided_by")
    if source:
        found = found.filter(source=source)
    return found.filter(state=state) if state else found


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The price of an offer now: per instance-hour and upfront for one instance, in its own currency."""

    price_per_hour: Decimal
    upfront: Decimal | None
    currency: str


def in_force(offer_ids: Iterable[str]) -> dict[str, InForce]:
    """What the catalogue holds now of some offers, by id; those it does not hold are left out. One query."""
    current = Q(closed_in=None) | Q(closed_in__published_at=None)
    rows = OfferRow.objects.filter(
        current, offer_id__in=set(offer_ids), published_in__published_at__isnull=False
    )
    return {
        offer_id: InForce(price_per_hour=price, upfront=upfront, currency=currency)
        for offer_id, price, upfront, currency in rows.values_list(
            "offer_id", "price_per_hour", "upfront", "currency"
        )
        if price is not None
    }


def decide(
    ids: Iterable[int], decision: Literal["accept", "reject"], user: User | None, now: datetime | None = None
) -> Published | None:
    """A person's word on some prices. Accepted ones are published at once, and pass in later refreshes.

    Rejected ones stay out as long as the source states just that price. A word may be changed; rejecting what
    was accepted before takes nothing out that is published already. All or nothing. Raises BadInput for ids
    that are not there, Conflict where two prices of one offer are accepted at once or prices are just being
    published.
    """
    if decision not in ("accept", "reject"):
        raise BadInput(f"decision {decision!r}: write accept or reject", field="decision")
    wanted = sorted(set(ids))
    with transaction.atomic():
        rows = list(QuarantinedOffer.objects.select_for_update().filter(pk__in=wanted))
        missing = sorted(set(wanted) - {row.pk for row in rows})
        if missing:
            raise BadInput(f"ids: there is no price in quarantine with number {missing[0]}", field="ids")
        is_accepted = decision == "accept"
        QuarantinedOffer.objects.filter(pk__in=wanted).update(
            state=State.ACCEPTED if is_accepted else State.REJECTED,
            decided_by=user,
            decided_at=now or timezone.now(),
        )
        return _published(rows) if is_accepted and rows else None


def _published(rows: list[QuarantinedOffer]) -> Published:
    offers = [offer_of(row.offer) for row in rows]
    if len({offer.offer_id for offer in offers}) < len(offers):
        raise Conflict("Two prices of one offer were chosen: accept one of them.")
    sources = {row.source for row in rows}
    if len(sources) > 1:
        raise Conflict("Prices of several sources were chosen: accept those of one source at a time.")
    return publish(offers, source=sources.pop(), label="accepted by a person")


def price_key(offer: Offer) -> str:
    """What a decision is about: the same price, however it is written."""
    parts = (offer.price_per_hour, offer.upfront)
    return " ".join([*("-" if part is None else _plain(part) for part in parts), offer.currency])[:400]


def decided(source: str) -> dict[tuple[str, str], str]:
    """(offer id, price key) -> state, of everything in quarantine for a source."""
    found = QuarantinedOffer.objects.filter(source=source).values_list("offer_id", "price_key", "state")
    return {(offer_id, key): state for offer_id, key, state in found.iterator(chunk_size=5000)}


def keep(source: str, doubtful: Mapping[str, str], offers: Iterable[Offer], now: datetime) -> None:
    """Keep some doubtful offers of a refresh for a person; `doubtful` has the reasons by key."""
    rows = [
        QuarantinedOffer(
            source=source,
            offer_id=offer.offer_id,
            price_key=price_key(offer),
            provider=offer.provider,
            price_per_hour=offer.price_per_hour,
            currency=offer.currency,
            offer=columns_of(offer),
            reason=doubtful[offer.key][:500],
            first_seen_at=now,
            last_seen_at=now,
        )
        for offer in offers
    ]
    QuarantinedOffer.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["source", "offer_id", "price_key"],
        update_fields=["offer", "reason", "last_seen_at"],
    )


def drop_unstated(source: str, now: datetime) -> None:
    """Forget what waits but was not stated again by a refresh that began to keep at `now`; decisions stay."""
    QuarantinedOffer.objects.filter(source=source, state=State.WAITING, last_seen_at__lt=now).delete()


def columns_of(offer: Offer) -> dict[str, Any]:
    """An offer as JSON can hold it: numbers and moments as text; what is unknown is left out."""
    found: dict[str, Any] = {}
    for field in fields(Offer):
        value = getattr(offer, field.name)
        if value is not None:
            is_text = isinstance(value, Decimal)
            found[field.name] = (
                value.isoformat() if isinstance(value, datetime) else str(value) if is_text else value
            )
    return found


def offer_of(columns: Mapping[str, Any]) -> Offer:
    """The offer of `columns_of`. Raises InvalidOffer for what is none."""
    values: dict[str, Any] = dict(columns)
    for name in _DECIMALS & values.keys():
        values[name] = Decimal(values[name])
    for name in _MOMENTS & values.keys():
        values[name] = datetime.fromisoformat(values[name])
    values["purchase"] = Purchase(values["purchase"])
    values["state"] = PriceState(values.get("state", PriceState.LISTED))
    if "payment" in values:
        values["payment"] = Payment(values["payment"])
    return Offer(**values)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
