"""Running a command of ours in this process and seeing what it said."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from django.core.management import ManagementUtility


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def first(self) -> str:
        """The first line of the errors."""
        return self.err.splitlines()[0] if self.err else ""


def call(*words: str) -> Said:
    """As `python manage.py WORDS` would, arguments read by the command line's own rules."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            ManagementUtility(["manage.py", *words]).execute()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    assert "Traceback" not in err.getvalue()
    return Said(code=code, out=out.getvalue(), err=err.getvalue())
