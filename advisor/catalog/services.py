"""Writes of the ledger: one publication is one transaction and writes only what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from advisor.catalog.columns import COLUMNS, offer_from_mapping, row_values
from advisor.catalog.snapshot import publication_made
from advisor.errors import BadInput
from advisor.models import CatalogueVersion, OfferRow
from providers.offers import Offer

_BATCH = 500  # SQLite allows 32,766 parameters in one statement; a row has 32
_LEDGER_LOCK = 0x51_4D_43_41  # any fixed number: one publisher at a time on PostgreSQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What one publication did. `version` is the version in force afterwards, new or not."""

    version: int
    added: int
    changed: int
    removed: int
    unchanged: int

    @property
    def is_new(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which current rows are closed when the publication does not hold them any more.

    Empty: none, rows are only added and replaced. `providers`: every other row of these providers.
    `source`: every other row that came from this source. `keep_newer` leaves a current row alone when it was
    observed later than the incoming one.
    """

    providers: frozenset[str] = frozenset()
    source: str = ""
    keep_newer: bool = False


@dataclass(slots=True)
class _Changes:
    added: list[Offer]
    changed: list[tuple[int, Offer]]
    removed: list[int]
    unchanged: int


def publish(
    offers: Iterable[Offer],
    *,
    source: str,
    label: str,
    scope: Scope | None = None,
    digest: str = "",
    now: datetime | None = None,
) -> Published:
    """Publish offers as a new version of the catalogue, whole or not at all.

    A publication that changes nothing still makes a version when it carries a digest, so that the
    same file is recognised next time; otherwise the version stays. Raises BadInput when two
    offers have the same identity.
    """
    incoming = _by_id(offers)
    scope = scope or Scope()
    with transaction.atomic():
        _one_publisher_at_a_time()
        newest = CatalogueVersion.objects.order_by("-number").first()
        changes = _compare(incoming, scope)
        moment = now or datetime.now(UTC)
        if newest is not None:  # a clock set back must not make history ambiguous
            moment = max(moment, newest.published_at + timedelta(microseconds=1))
        counts = {
            "added": len(changes.added),
            "changed": len(changes.changed),
            "removed": len(changes.removed),
            "unchanged": changes.unchanged,
        }
        number = newest.number if newest else 0
        written = counts["added"] + counts["changed"] + counts["removed"]
        if written or digest or newest is None:
            number += 1
            version = CatalogueVersion.objects.create(
                number=number, published_at=moment, source=source, label=label, digest=digest, **counts
            )
            _write(changes, version)
            publication_made()
    return Published(version=number, **counts)


def _by_id(offers: Iterable[Offer]) -> dict[str, Offer]:
    incoming: dict[str, Offer] = {}
    for offer in offers:
        if offer.offer_id in incoming:
            raise BadInput(f"{offer.offer_id}: given twice; one offer has one price")
        incoming[offer.offer_id] = offer
    return incoming


def _one_publisher_at_a_time() -> None:
    if connection.vendor == "postgresql":  # SQLite's immediate transaction is already exclusive
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LEDGER_LOCK])


def _compare(incoming: dict[str, Offer], scope: Scope) -> _Changes:
    concerned = Q(provider__in={offer.provider for offer in incoming.values()} | scope.providers)
    if scope.source:
        concerned |= Q(source=scope.source)
    changes = _Changes([], [], [], 0)
    seen: set[str] = set()
    current = OfferRow.objects.filter(concerned, valid_to__isnull=True).order_by("offer_id")
    for row in current.values("id", "offer_id", "source", *COLUMNS).iterator(chunk_size=5000):
        row_id, offer_id, source = row.pop("id"), row.pop("offer_id"), row.pop("source")
        known = offer_from_mapping(row)
        offer = incoming.get(offer_id)
        seen.add(offer_id)
        if offer is None:
            if known.provider in scope.providers or (scope.source and source == scope.source):
                changes.removed.append(row_id)
        elif offer == known or (scope.keep_newer and _is_newer(known, offer)):
            changes.unchanged += 1
        else:
            changes.changed.append((row_id, offer))
    changes.added = [offer for offer_id, offer in incoming.items() if offer_id not in seen]
    return changes


def _is_newer(known: Offer, incoming: Offer) -> bool:
    if known.observed_at is None:
        return False
    return incoming.observed_at is None or known.observed_at > incoming.observed_at


def _write(changes: _Changes, version: CatalogueVersion) -> None:
    ended = [row_id for row_id, _ in changes.changed] + changes.removed
    for start in range(0, len(ended), _BATCH):
        OfferRow.objects.filter(id__in=ended[start : start + _BATCH]).update(
            valid_to=version.published_at, closed_in=version
        )
    fresh = changes.added + [offer for _, offer in changes.changed]
    rows = (
        OfferRow(
            offer_id=offer.offer_id,
            valid_from=version.published_at,
            published_in=version,
            source=version.source,
            **row_values(offer),
        )
        for offer in fresh
    )
    OfferRow.objects.bulk_create(rows, batch_size=_BATCH)
