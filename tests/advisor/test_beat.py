"""Beat's scheduler is made whole before it hears that it shall stop."""

import os
import signal
from typing import Any

import pytest

from advisor.beat import Scheduler
from advisor.celery import app


@pytest.mark.django_db
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_until_the_schedule_is_read(
    monkeypatch: pytest.MonkeyPatch, told: signal.Signals
) -> None:
    order: list[str] = []
    read = Scheduler.setup_schedule

    def reading(self: Scheduler) -> None:
        os.kill(os.getpid(), told)
        read(self)
        order.append("read")

    def hear(*_: Any) -> None:
        order.append("heard")

    monkeypatch.setattr(Scheduler, "setup_schedule", reading)
    before = signal.signal(told, hear)
    try:
        Scheduler(app=app)
        assert order == ["read", "heard"]
        os.kill(os.getpid(), told)
        assert order == ["read", "heard", "heard"]
    finally:
        signal.signal(told, before)
