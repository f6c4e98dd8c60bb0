"""Processes that live and die together: started in order, started again when they die, stopped in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

_LOOK_SECONDS = 0.1
_CALM_SECONDS = 2.0  # who dies sooner than this after a start waits before the next
_STOP_SECONDS = 15.0


@dataclass(slots=True)
class _Child:
    command: Sequence[str]
    orphaned: signal.Signals
    process: subprocess.Popen[bytes]
    started: float
    again_at: float = field(default=0.0)


class Supervisor:
    """Runs children in sessions of their own, so that Ctrl-C reaches this process alone and it stops them.

    A child also ends when this process is killed, however hard. `say` gets a line for a child that died.
    """

    def __init__(self, say: Callable[[str], None], environment: Mapping[str, str]) -> None:
        self._say = say
        self._environment = {**os.environ, **environment}
        self._children: dict[str, _Child] = {}
        self._stopping = False

    def start(self, name: str, command: Sequence[str], *, orphaned: signal.Signals = signal.SIGTERM) -> None:
        """`orphaned`: what it gets when this process is killed."""
        self._children[name] = _Child(command, orphaned, self._spawn(command, orphaned), time.monotonic())

    def pid(self, name: str) -> int:
        return self._children[name].process.pid

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told_to_stop)

    def wait_until(self, holds: Callable[[], bool]) -> bool:
        """Look after the children until `holds`; False when told to stop before that."""
        while not self._stopping:
            if holds():
                return True
            self._look_after()
            time.sleep(_LOOK_SECONDS)
        return False

    def stop(self) -> None:
        """Stop all, the last started first; who does not stop in time is killed."""
        for child in reversed(self._children.values()):
            child.process.terminate()
            try:
                child.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def _told_to_stop(self, *_signal: object) -> None:
        self._stopping = True

    def _look_after(self) -> None:
        now = time.monotonic()
        for name, child in self._children.items():
            code = child.process.poll()
            if code is None:
                continue
            if not child.again_at:
                self._say(f"The {name} ended ({_words(code)}) and is started again.")
                child.again_at = now + (1.0 if now - child.started < _CALM_SECONDS else 0.0)
            if now >= child.again_at:
                child.process = self._spawn(child.command, child.orphaned)
                child.started, child.again_at = now, 0.0

    def _spawn(self, command: Sequence[str], orphaned: signal.Signals) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  our own words
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(_end_with_parent, orphaned) if sys.platform == "linux" else None,  # noqa: PLW1509  no threads yet
        )


_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1  # of linux/prctl.h


def _end_with_parent(orphaned: signal.Signals) -> None:
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, orphaned)


def _words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
