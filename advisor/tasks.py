"""Celery entry points: ten lines or fewer each, safe to run twice."""

from celery import shared_task
from django.db import OperationalError

from advisor.catalog.embedded import load_embedded


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
