"""One refresh of one source: fetch, stage, gates, publish. Nothing is seen before all of it is right."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from advisor.catalog.files import CLOCKS_APART
from advisor.models import QuarantinedOffer
from advisor.planning.effort import Cancelled
from advisor.rates.in_force import rates_in_force
from advisor.refresh import gates, quarantine
from advisor.refresh.folder import temporary_folder
from advisor.refresh.known import Known
from advisor.refresh.limits import Limits
from advisor.refresh.publishing import Due, Written, publish_refresh
from advisor.refresh.staging import Staged, stage
from advisor.refresh.suspects import suspects
from providers.base import Document, PriceSource
from providers.rates import ReferenceRates

PHASES = ("asking", "reading", "checking", "publishing")
_REACHED = {"asking": 0.0, "reading": 0.3, "checking": 0.6, "publishing": 0.65}
Notify = Callable[[str, float, dict[str, int]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How to refresh. `despite_gates`: a person has seen why it was held back and wants it published.

    `notify` hears the phase, the fraction done (0 to 1) and counts; `stopped` says when to give up.
    """

    limits: Limits
    past: gates.Past | None = None
    despite_gates: bool = False
    notify: Notify = lambda _phase, _fraction, _counts: None
    stopped: Callable[[], bool] = lambda: False
    rates: ReferenceRates = field(default_factory=rates_in_force)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What came of it. `held_back` says in words why nothing was published; empty when it was."""

    held_back: tuple[str, ...]
    seen: int
    taken: int
    refused: int
    first_refused: list[dict[str, str]]
    quarantined: int
    changed: int
    stated_at: datetime | None
    version: int
    seconds: float


def refresh(source: PriceSource, ask: Ask, *, conclude: Callable[[Refreshed], None]) -> Refreshed:
    """Ask a source and publish what it says.

    `conclude` is called in the transaction that does so, and undoes it by raising; also when it is held back.

    Raises what `fetch` and `parse` raise (ProviderError), Cancelled, and what the database raises; whichever
    comes, the ledger is as it was.
    """
    begin = time.monotonic()
    with temporary_folder(settings.ADVISOR_HOME, source.name) as folder:
        documents = _fetched(source, folder, ask)
        with without_collecting():
            return _from_documents(source, documents, ask, begin, conclude)


def _from_documents(
    source: PriceSource,
    documents: Sequence[Document],
    ask: Ask,
    begin: float,
    conclude: Callable[[Refreshed], None],
) -> Refreshed:
    while True:
        staged = _staged(source, documents, ask)
        due = _judged(source.name, staged, ask)
        if due.held_back:
            result = _result(due, Written(version=staged.known.base), begin)
            conclude(result)
            return result
        published = _published(due, ask, begin, conclude)
        if published is not None:
            return published
        # somebody published prices of the same providers meanwhile: compare again


@contextmanager
def without_collecting() -> Iterator[None]:
    """Half a million offers are no garbage: looking for cycles in them, again and again, takes longer than
    all else together. What is counted is freed as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fetched(source: PriceSource, folder: Path, ask: Ask) -> list[Document]:
    ask.notify("asking", 0.0, {"documents": 0})
    documents: list[Document] = []
    for document in source.fetch(folder):
        documents.append(document)
        _check(ask)
        ask.notify("asking", 0.0, {"documents": len(documents)})
    _check(ask)
    return documents


def _staged(source: PriceSource, documents: Sequence[Document], ask: Ask) -> Staged:
    def told(rows: int) -> None:
        _check(ask)
        ask.notify("reading", _REACHED["reading"], {"rows": rows})

    told(0)
    latest = datetime.now(UTC) + CLOCKS_APART
    return stage(source.parse(documents), Known(source.name), rates=ask.rates, latest=latest, progress=told)


def _judged(source: str, staged: Staged, ask: Ask) -> Due:
    """What to publish and what to keep waiting, or why nothing is published."""
    _check(ask)
    ask.notify("checking", _REACHED["checking"], {"rows": staged.seen})
    replaced = [one.known.id for one in staged.taken.values() if one.offer is not None and one.known]
    before = Known.prices(replaced)
    doubtful = suspects(staged, before, ask.limits, ask.rates)
    words = quarantine.decided(source)
    for key, one in staged.taken.items():  # what a person has decided is decided, doubtful or not
        if one.offer is None:
            continue
        word = words.get((one.offer_id, quarantine.price_key(one.offer))) if words else None
        if word == QuarantinedOffer.State.ACCEPTED:
            doubtful.pop(key, None)
        elif word == QuarantinedOffer.State.REJECTED:
            doubtful.setdefault(key, "rejected by a person")
    held_back = gates.breaches(staged, doubtful, before, limits=ask.limits, past=ask.past, rates=ask.rates)
    if ask.despite_gates and staged.taken:
        held_back = []
    return Due(source=source, staged=staged, doubtful=doubtful, held_back=tuple(held_back))


def _published(due: Due, ask: Ask, begin: float, conclude: Callable[[Refreshed], None]) -> Refreshed | None:
    results: list[Refreshed] = []

    def progress(done: int) -> None:
        _check(ask)
        start = _REACHED["publishing"]
        fraction = start + (0.99 - start) * done / max(due.rows, 1)
        ask.notify("publishing", fraction, {"done": done, "total": due.rows})

    def concluded(written: Written) -> None:
        results.append(_result(due, written, begin))
        conclude(results[-1])

    progress(0)
    written = publish_refresh(due, progress=progress, conclude=concluded)
    return results[-1] if written is not None else None


def _result(due: Due, written: Written, begin: float) -> Refreshed:
    staged = due.staged
    return Refreshed(
        held_back=due.held_back,
        seen=staged.seen,
        taken=len(staged.taken),
        refused=staged.refused,
        first_refused=staged.first_refused,
        quarantined=len(due.doubtful),
        changed=written.changed,
        stated_at=due.stated_at,
        version=written.version,
        seconds=time.monotonic() - begin,
    )


def _check(ask: Ask) -> None:
    if ask.stopped():
        raise Cancelled("Stopped.")
