"""The last step of a refresh: what changed into the ledger, and what did not change confirmed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from django.db.models import F

from advisor.catalog.publication import Publication, patiently
from advisor.catalog.services import taken_back_on_error
from advisor.catalog.snapshot import publication_made
from advisor.catalog.writing import parts_of, rows_made, write_parts
from advisor.models import CatalogueVersion, Confirmation, OfferRow
from advisor.refresh import quarantine
from advisor.refresh.staging import Staged, Taken
from providers.offers import Offer


@dataclass(frozen=True, kw_only=True)
class Due:
    """A refresh that was judged: doubtful offers (key -> reason) stay out of it, or all is held back."""

    source: str
    staged: Staged
    doubtful: Mapping[str, str]
    held_back: tuple[str, ...]

    def fresh(self) -> Iterator[tuple[int | None, Taken, Offer]]:
        """New and changed offers, with the id of the row each replaces, in the order of their ids."""
        due = [
            (one.offer_id, one.offer, one)
            for key, one in self.staged.taken.items()
            if one.offer is not None and key not in self.doubtful
        ]
        due.sort(key=lambda row: row[0])  # neighbours in the index are written together
        return ((one.known.id if one.known else None, one, offer) for _, offer, one in due)

    @cached_property
    def ended(self) -> list[int]:
        """Rows of this source that it does not state any more, and volume tiers of offers it replaces."""
        stated, known = self.staged.taken, self.staged.known
        replaced = {one.offer_id for _, one, _ in self.fresh()}
        return [
            *(row.id for offer_id, row in known.ours() if offer_id.casefold() not in stated),
            *(row.id for base_id, row in known.tiers_of_others() if base_id in replaced),
        ]

    def unconfirmed(self) -> list[int]:
        """Rows of this source that stay although it states another price now, which is doubtful."""
        found = (self.staged.taken[key].known for key in self.doubtful)
        return [row.id for row in found if row is not None and row.is_ours and not row.is_doubtful]

    def doubtful_offers(self) -> Iterator[Offer]:
        found = (self.staged.taken[key].offer for key in self.doubtful)
        return (offer for offer in found if offer is not None)

    @cached_property
    def rows(self) -> int:
        """How many rows there are to write."""
        taken = self.staged.taken.values()
        return sum(one.offer is not None for one in taken) - len(self.doubtful) + len(self.ended)

    @cached_property
    def stated_at(self) -> datetime | None:
        """The earliest moment at which any of its offers was stated."""
        stated = (one.observed_at for one in self.staged.taken.values() if one.observed_at is not None)
        return min(stated, default=None)

    @cached_property
    def confirmations(self) -> dict[tuple[str, str], datetime]:
        """(provider, purchase) -> the earliest moment at which any of its published offers was stated."""
        found: dict[tuple[str, str], datetime] = {}
        for key, one in self.staged.taken.items():
            if one.observed_at is not None and key not in self.doubtful:
                group = (one.group.provider, one.group.purchase)
                earliest = found.get(group)
                if earliest is None or one.observed_at < earliest:
                    found[group] = one.observed_at
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`version` is in force afterwards, new or not; `changed` counts rows added, changed and ended."""

    version: int
    changed: int = 0


def publish_refresh(
    due: Due, *, progress: Callable[[int], None], conclude: Callable[[Written], object]
) -> Written | None:
    """Publish; None where others have published rows of the same providers since ours were read.

    `conclude` is called in the transaction that brings the rows into force. Any error leaves the ledger as it
    was.
    """
    publication = patiently(lambda: Publication.begin(source=due.source, label=f"refresh of {due.source}"))
    with taken_back_on_error(publication):
        if publication.base != due.staged.known.base and due.staged.known.was_touched():
            publication.take_back()
            return None
        fresh, ended = list(due.fresh()), due.ended
        rows = rows_made((row_id, one.offer_id, offer) for row_id, one, offer in fresh)
        write_parts(publication, rows, ended, source=due.source, progress=progress)
        added = sum(row_id is None for row_id, _, _ in fresh)
        counts = {
            "added": added,
            "changed": len(fresh) - added,
            "removed": len(ended),
            "unchanged": len(due.staged.taken) - len(fresh) - len(due.doubtful),
        }
        noticed_at = _set_aside(due, publication)
        return _concluded(due, publication, counts, noticed_at, conclude)


def _set_aside(due: Due, publication: Publication) -> datetime:
    """Keep the doubtful offers for a person; the rows they would replace are not confirmed any more.

    Both are true whatever becomes of the publication, so they may be written before it.
    """
    moment = datetime.now(UTC)
    for ids in parts_of(due.unconfirmed()):
        with publication.part():
            OfferRow.objects.filter(id__in=ids).update(unconfirmed_since=moment)
    for offers in parts_of(due.doubtful_offers()):
        with publication.part():
            quarantine.keep(due.source, due.doubtful, offers, moment)
    return moment


def _concluded(
    due: Due,
    publication: Publication,
    counts: dict[str, int],
    noticed_at: datetime,
    conclude: Callable[[Written], object],
) -> Written:
    """The small transaction: version, confirmations and the word on how it went, or none of it."""
    changed = counts["added"] + counts["changed"] + counts["removed"]
    due.confirmations, due.stated_at  # noqa: B018  worked out before others have to wait
    with publication.part():
        if changed or not publication.base:
            written = Written(version=publication.number, changed=changed)
            moment = publication.publish(counts=counts)
        else:
            written = Written(version=publication.base)
            moment = datetime.now(UTC)
            publication.take_back()
        _confirm(due, written.version, moment)
        quarantine.drop_unstated(due.source, noticed_at)
        conclude(written)
    return written


def _confirm(due: Due, version: int, moment: datetime) -> None:
    found = [
        Confirmation(
            source=due.source,
            provider=provider,
            purchase=purchase,
            observed_at=observed_at,
            recorded_at=moment,
            version_id=version,
        )
        for (provider, purchase), observed_at in due.confirmations.items()
    ]
    Confirmation.objects.bulk_create(found)
    CatalogueVersion.objects.filter(number=version).update(confirmations=F("confirmations") + len(found))
    publication_made()
