"""What a worker does to refresh a source; every way it can end is written down in words without secrets."""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from advisor.errors import AdvisorError
from advisor.jobs.keeper import Keeper
from advisor.jobs.lease import LeaseLost, TryLater, renew
from advisor.models import Job
from advisor.planning.effort import Cancelled
from advisor.refresh import states
from advisor.refresh.limits import limits_of
from advisor.refresh.pipeline import Ask, Refreshed, refresh
from advisor.refresh.secrets import without_secrets
from advisor.refresh.sources import build
from providers.base import PriceSource
from providers.errors import ProviderError

log = logging.getLogger(__name__)
OURS = "Refreshing it failed. This is an error of ours; it has been written to the log."
_FIRST_WAIT_SECONDS = 60


class RefreshFailed(AdvisorError):
    """A source that could not be refreshed; the message says why."""

    code = "source_failed"


def refresh_prices(job: Job, keeper: Keeper, *, patient: bool = True) -> Callable[[], None]:
    """Refresh the source of a job. Unless `patient`, a failure that may pass is not tried again later."""
    name = job.subject
    state = states.begun(name, job)
    try:
        source = build(name)
        missing = source.not_configured()
        if missing:
            return lambda: states.not_configured(name, without_secrets(missing))
        ask = Ask(
            limits=limits_of(name),
            past=states.past_of(state),
            despite_gates=bool(job.options.get("despite_gates")),
            notify=lambda phase, fraction, counts: keeper.tell(
                fraction=fraction, progress={"phase": phase, **counts}
            ),
            stopped=keeper.stopped,
        )
        return _refreshed(source, ask, keeper)
    except (LeaseLost, OperationalError, InterfaceError):
        raise  # another worker has it, or the database went away: it is done again
    except Cancelled:
        _note(keeper, lambda: _stopped(name, keeper))
        raise
    except Exception as error:  # whatever a source's library raises must end in words
        raise _failure(error, name, job, keeper, patient=patient) from None


def _refreshed(source: PriceSource, ask: Ask, keeper: Keeper) -> Callable[[], None]:
    def conclude(done: Refreshed) -> None:
        with transaction.atomic():
            _fence(keeper)
            states.concluded(source.name, done)

    refresh(source, ask, conclude=conclude)
    return lambda: None


def _failure(error: Exception, name: str, job: Job, keeper: Keeper, *, patient: bool) -> Exception:
    """Write the failure down; what to raise then."""
    retryable = isinstance(error, ProviderError) and error.retryable
    if isinstance(error, ProviderError | AdvisorError):
        words = [without_secrets(line) for line in (str(error), *getattr(error, "details", ()))]
        code = error.code if isinstance(error, AdvisorError) else _code(error)
    elif isinstance(error, ImportError):
        words, code = [without_secrets(f"The library it needs cannot be loaded: {error}.")], "not_installed"
    else:
        words, code = [OURS], "internal_error"
        told = without_secrets(traceback.format_exc(), most=20_000)
        log.error("refresh of %s failed: %s", name, told)
    _note(keeper, lambda: states.failed(name, code, words))
    limits = limits_of(name)
    if retryable and patient and job.attempts < limits.most_tries:
        return TryLater(_FIRST_WAIT_SECONDS * 5 ** (job.attempts - 1))
    return RefreshFailed(words[0], words[1:])


def _code(error: ProviderError) -> str:
    """`SourceUnavailable` -> `source_unavailable`."""
    name = type(error).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _stopped(name: str, keeper: Keeper) -> None:
    if keeper.overdue:
        states.failed(name, "deadline", [keeper.deadline_words])
    else:
        states.let_go(name)


def _note(keeper: Keeper, write: Callable[[], None]) -> None:
    """Write about a job that is still ours; where the database is away, the job's own end says it."""
    with suppress(LeaseLost, DatabaseError), transaction.atomic():
        _fence(keeper)
        write()


def _fence(keeper: Keeper) -> None:
    if not renew(keeper.claim):
        raise LeaseLost(str(keeper.claim.job_id))
