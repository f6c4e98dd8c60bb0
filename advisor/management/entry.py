"""The command line as a whole: what fails outside our own commands' `run` still ends in plain words.

Ends with 2 for an environment or a command name that is wrong, with 3 for output that cannot be written.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand


class _Utility(ManagementUtility):
    def fetch_command(self, subcommand: str) -> BaseCommand:
        try:
            return super().fetch_command(subcommand)
        except SystemExit:  # Django has said that there is no such command, and ends with 1
            raise SystemExit(2) from None


def run(argv: Sequence[str]) -> None:
    """Runs `manage.py NAME ...`; raises SystemExit for every end but a good one."""
    if sys.__stdout__ is None:  # closed by the caller; Django would write to it all the same
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  open until the end
    try:
        try:
            _Utility(list(argv)).execute()
        finally:
            # what is left in the buffer fails here, where it can be told, and not while Python ends
            sys.stdout.flush()
    except ImproperlyConfigured as error:
        _end(2, str(error))
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _end(0)
    except OSError as error:
        what = "The output cannot be written" if error.filename is None else str(error.filename)
        _end(3, f"{what}: {error.strerror or error}")


def _end(code: int, text: str = "") -> None:
    """One line on stderr, and nothing more to standard output, which would fail again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    with contextlib.suppress(OSError, ValueError):
        if text:
            sys.stderr.write(" ".join(text.split()) + "\n")
    raise SystemExit(code) from None
