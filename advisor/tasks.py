"""Celery entry points: ten lines or fewer each, safe to run twice."""

import uuid

from celery import shared_task
from django.core.management import call_command
from django.db import OperationalError

from advisor.catalog.embedded import load_embedded
from advisor.jobs import watch
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.refresh.services import request_refresh


@shared_task(  # type: ignore[untyped-decorator]  # Celery ships no types
    name="advisor.load_embedded_prices",
    autoretry_for=(OperationalError,),
    retry_backoff=10,
    max_retries=4,
    soft_time_limit=540,
    time_limit=600,
)
def load_embedded_prices() -> str:
    """Publish the embedded list when a new release brought another one."""
    done = load_embedded()
    return "already current" if done is None else f"catalogue version {done.version}"


@shared_task(name="advisor.refresh_prices", time_limit=60)  # type: ignore[untyped-decorator]  # Celery ships no types
def refresh_prices(source: str) -> str:
    """Ask for a refresh of one source; the work is a job."""
    return str(request_refresh(source).pk)


@shared_task(name="advisor.run_job")  # type: ignore[untyped-decorator]  # Celery ships no types
def run_job(job_id: str) -> str:
    """Work on one job; the row says what it is, and whether it is still to be had."""
    return perform(uuid.UUID(job_id), HANDLERS)


@shared_task(name="advisor.watch_jobs", time_limit=60)  # type: ignore[untyped-decorator]  # Celery ships no types
def watch_jobs() -> str:
    """Send again what was lost. Every worker asks for it every few seconds (advisor/celery.py)."""
    return str(watch.watch())


@shared_task(name="advisor.clear_sessions", time_limit=600)  # type: ignore[untyped-decorator]  # Celery ships no types
def clear_sessions() -> str:
    """Delete sessions that have ended."""
    call_command("clearsessions")
    return "done"
