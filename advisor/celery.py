"""Celery: the application and its schedule, which is data."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

SCHEDULE: dict[str, dict[str, Any]] = {
    "load-embedded-prices": {
        "task": "advisor.load_embedded_prices",
        "schedule": 3600.0,
        "options": {"expires": 1800},  # a beat that was down must not leave a queue of the same
    },
}

app = Celery("advisor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks(["advisor"])
