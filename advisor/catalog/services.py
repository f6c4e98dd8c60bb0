"""Writes of the ledger: a publication writes only what changed, and is seen whole or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.db.models import Q

from advisor.catalog.columns import COLUMNS
from advisor.catalog.confirmed import ROW, Confirmed
from advisor.catalog.fingerprint import fingerprint
from advisor.catalog.publication import PART, Publication, patiently
from advisor.catalog.writing import rows_made, write_parts
from advisor.errors import BadInput
from advisor.models import OfferRow
from providers.offers import Offer


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

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }


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
    offers have the same identity, Conflict when another publication does not end.
    """
    incoming = _by_id(offers)
    return patiently(
        lambda: _publish(incoming, source=source, label=label, scope=scope or Scope(), digest=digest, now=now)
    )


def _publish(
    incoming: dict[str, Offer], *, source: str, label: str, scope: Scope, digest: str, now: datetime | None
) -> Published:
    # a small one is a single transaction; a large one is written in parts that nobody sees
    is_small = len(incoming) <= PART
    with transaction.atomic() if is_small else nullcontext():
        publication = Publication.begin(source=source, label=label, digest=digest)
        with nullcontext() if is_small else taken_back_on_error(publication):
            changes = _compare(incoming, scope)
            counts = changes.counts
            if not (any((changes.added, changes.changed, changes.removed)) or digest) and publication.base:
                publication.take_back()
                return Published(version=publication.base, **counts)
            fresh = chain(((None, offer) for offer in changes.added), changes.changed)
            rows = rows_made((row_id, offer.offer_id, offer) for row_id, offer in fresh)
            write_parts(publication, rows, changes.removed, source=source)
            with publication.part():
                publication.publish(counts=counts, now=now)
    return Published(version=publication.number, **counts)


@contextmanager
def taken_back_on_error(publication: Publication) -> Iterator[None]:
    """Leaves nothing of a publication that failed on its way; where that fails too, the next one does it."""
    try:
        yield
    except BaseException:
        publication.take_back()
        raise


def _by_id(offers: Iterable[Offer]) -> dict[str, Offer]:
    incoming: dict[str, Offer] = {}
    for offer in offers:
        if offer.offer_id in incoming:
            raise BadInput(f"{offer.offer_id}: given twice; one offer has one price")
        incoming[offer.offer_id] = offer
    return incoming


def _compare(incoming: dict[str, Offer], scope: Scope) -> _Changes:
    concerned = Q(provider__in={offer.provider for offer in incoming.values()} | scope.providers)
    if scope.source:
        concerned |= Q(source=scope.source)
    changes = _Changes([], [], [], 0)
    seen: set[str] = set()
    confirmed = Confirmed.until(None)
    current = OfferRow.objects.filter(concerned, closed_in__isnull=True).order_by("offer_id")
    for row_id, offer_id, stated_at, *row in current.values_list(
        "id", "offer_id", "observed_at", *ROW
    ).iterator(chunk_size=5000):
        known, source = confirmed.offer(tuple(row)), row[len(COLUMNS)]
        offer = incoming.get(offer_id)
        seen.add(offer_id)
        if offer is None:
            ends = known.provider in scope.providers or (scope.source and source == scope.source)
            if ends or _is_superseded(known, incoming, scope):
                changes.removed.append(row_id)
        elif _is_same(offer, known, stated_at) or (scope.keep_newer and is_newer(known.observed_at, offer)):
            changes.unchanged += 1
        else:
            changes.changed.append((row_id, offer))
    changes.added = [offer for offer_id, offer in incoming.items() if offer_id not in seen]
    return changes


def _is_superseded(known: Offer, incoming: dict[str, Offer], scope: Scope) -> bool:
    """Whether it is a volume tier of an offer that comes in without it: an offer names all its tiers."""
    base = None if known.tier_from is None else incoming.get(known.base_id)
    return base is not None and not (scope.keep_newer and is_newer(known.observed_at, base))


def _is_same(offer: Offer, known: Offer, stated_at: datetime | None) -> bool:
    """Whether an offer says what its row says, first stated or last confirmed at the same moment."""
    return offer.observed_at in (stated_at, known.observed_at) and fingerprint(offer) == fingerprint(known)


def is_newer(known_at: datetime | None, incoming: Offer) -> bool:
    """Whether the price that is known was stated after the one that comes in."""
    if known_at is None:
        return False
    return incoming.observed_at is None or known_at > incoming.observed_at
