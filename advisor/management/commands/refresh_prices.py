"""`refresh_prices`: ask the sources now; what one of them cannot do stops no other."""

import sys
import threading
import time
from typing import Any, Self, TextIO

from django.core.management.base import CommandParser
from django.db import DatabaseError, connection

from advisor.catalog.listing_json import as_json
from advisor.catalog.words import MISSING
from advisor.database import translate
from advisor.errors import AdvisorError
from advisor.management.base import AdvisorCommand
from advisor.management.output import Target
from advisor.models import Job
from advisor.refresh.queries import SourceStatus, source_state
from advisor.refresh.services import refresh_now
from advisor.refresh.sources import names

_BAD = ("failed", "held_back")
_UNITS = ("rows", "done", "documents")
_LINES = 5
_BAR = 24
_LOOK_SECONDS = 0.5


class SomeFailed(AdvisorError):
    """One source or more could not be refreshed; the others were."""


class Command(AdvisorCommand):
    help = (
        "Ask the sources of prices now and publish what is sound. Sources without credentials are left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", metavar="NAME", help=f"only this source: {', '.join(names())}")
        parser.add_argument("--json", metavar="FILE", help="write the outcome; - is standard output")
        parser.add_argument(
            "--despite-gates",
            action="store_true",
            help="publish what was held back, after a person has looked; doubtful offers still wait",
        )

    def run(self, **options: Any) -> None:
        target = Target(options["json"], option="--json") if options["json"] else None
        chosen = [options["provider"].strip().lower()] if options["provider"] else list(names())
        broken = [name for name in chosen if not self._is_through(name, options["despite_gates"])]
        outcomes = [source_state(name) for name in chosen]
        if target is not None:
            target.write_json({"sources": [payload(status) for status in outcomes]})
        if target is None or not target.is_stdout:
            for status in outcomes:
                self._tell(status)
        bad = [status.source for status in outcomes if status.state in _BAD or status.source in broken]
        if bad:
            raise SomeFailed(f"Not refreshed: {', '.join(bad)}. The last good prices stay in force.")

    def _is_through(self, name: str, despite_gates: bool) -> bool:
        """Refresh one source; False where the database failed on the way, which is said at once."""
        with Bar(name, sys.stderr) as bar:
            try:
                refresh_now(name, despite_gates=despite_gates, watch=bar.watch)
            except DatabaseError as error:
                self.stderr.write(f"{name}: {translate(error).message}")
                return False
        return True

    def _tell(self, status: SourceStatus) -> None:
        age = MISSING if status.age_hours is None else f"{status.age_hours} h old"
        if status.state == "not_configured":
            self.stdout.write(f"{status.source}: not configured. {' '.join(status.words)}")
            return
        self.stdout.write(
            f"{status.source}: {status.state.replace('_', ' ')}; {status.rows_seen:,} rows seen, "
            f"{status.rows_taken:,} taken, {status.rows_refused:,} refused, "
            f"{status.rows_quarantined:,} in quarantine, {status.rows_changed:,} changed, "
            f"{status.seconds or 0:.1f} s; prices {age}."
        )
        for line in status.words[:_LINES]:
            self.stdout.write(f"  {line}")
        for one in status.refused[:_LINES]:
            self.stdout.write(f"  refused: {one['where']}: {one['reason']}")
        if status.rows_refused > _LINES:
            self.stdout.write(f"  and {status.rows_refused - _LINES:,} more")


def payload(status: SourceStatus) -> dict[str, Any]:
    """One source as JSON; `provider` is what `--provider` takes, `refused_first` the first refusals."""
    return {
        "provider": status.source,
        "title": status.title,
        "state": status.state,
        "words": list(status.words),
        "error_code": status.error_code,
        "seen": status.rows_seen,
        "taken": status.rows_taken,
        "refused": status.rows_refused,
        "changed": status.rows_changed,
        "quarantined": status.rows_quarantined,
        "waiting": status.waiting,
        "seconds": status.seconds,
        "age_hours": as_json(status.age_hours),
        "stated_at": as_json(status.stated_at),
        "last_attempt_at": as_json(status.last_attempt_at),
        "last_success_at": as_json(status.last_success_at),
        "refused_first": [dict(one) for one in status.refused],
    }


class Bar:
    """How far a refresh is, on a terminal: a bar that a thread keeps moving. Elsewhere it is silent."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._begin = time.monotonic()
        self._job: Job | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True) if stream.isatty() else None

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._thread is not None:
            self._done.set()
            self._thread.join()
            self._stream.write("\r" + " " * 79 + "\r")

    def watch(self, job: Job) -> None:
        self._job = job

    def _look(self) -> None:
        try:
            while not self._done.wait(_LOOK_SECONDS):
                if self._job is not None:
                    job = Job.objects.get(pk=self._job.pk)
                    self._stream.write("\r" + bar_text(self._name, job, time.monotonic() - self._begin))
                    self._stream.flush()
        finally:
            connection.close()


def bar_text(name: str, job: Job, seconds: float) -> str:
    """`azure [######------------------]  25 %  reading 12,000 rows  14 s`."""
    filled = round(_BAR * job.fraction)
    phase = str(job.progress.get("phase", "waiting"))
    count = next((f"{job.progress[unit]:,} {unit}" for unit in _UNITS if unit in job.progress), "")
    bar = "#" * filled + "-" * (_BAR - filled)
    text = f"{name} [{bar}] {job.fraction:4.0%}  {phase} {count}  {seconds:.0f} s"
    return text[:79].ljust(79)
