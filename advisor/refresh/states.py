"""Writes of how each source stands: one row per source, always the truth about its last attempt."""

from collections.abc import Sequence

from django.utils import timezone

from advisor.models import Job, SourceState
from advisor.refresh.gates import Past
from advisor.refresh.pipeline import Refreshed

State = SourceState.State


def begun(source: str, job: Job) -> SourceState:
    state, _ = SourceState.objects.update_or_create(
        source=source, defaults={"job": job, "last_attempt_at": timezone.now()}
    )
    return state


def past_of(state: SourceState) -> Past | None:
    if state.last_success_at is None:
        return None
    return Past(seen=state.good_seen, refused=state.good_refused)


def concluded(source: str, done: Refreshed) -> None:
    """A source that was read to its end: published, or held back with the last good prices in force."""
    values: dict[str, object] = {
        "state": State.HELD_BACK if done.held_back else State.OK,
        "words": list(done.held_back),
        "error_code": "held_back" if done.held_back else "",
        "rows_seen": done.seen,
        "rows_taken": done.taken,
        "rows_refused": done.refused,
        "rows_quarantined": done.quarantined,
        "rows_changed": done.changed,
        "refused": done.first_refused,
        "seconds": round(done.seconds, 2),
        "job": None,
    }
    if not done.held_back:
        values |= {
            "last_success_at": timezone.now(),
            "stated_at": done.stated_at,
            "good_seen": done.seen,
            "good_refused": done.refused,
        }
    SourceState.objects.filter(source=source).update(**values)


def failed(source: str, code: str, words: Sequence[str]) -> None:
    """It could not be read or published; what is known of earlier attempts stays."""
    SourceState.objects.filter(source=source).update(
        state=State.FAILED, error_code=code, words=list(words), job=None
    )


def not_configured(source: str, missing: str) -> None:
    SourceState.objects.filter(source=source).update(
        state=State.NOT_CONFIGURED, error_code="", words=[missing], job=None
    )


def let_go(source: str) -> None:
    """A person stopped it: it stands as it did before."""
    SourceState.objects.filter(source=source).update(job=None)
