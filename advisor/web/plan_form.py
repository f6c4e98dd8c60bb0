"""What people send from the pages of a plan: a text, a file, and how hard to try."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from advisor.demand.problems import SHOWN_PROBLEMS, PlanProblem
from advisor.demand.yaml_loading import MAX_BYTES
from advisor.errors import BadInput
from advisor.planning.effort import DEFAULT_GAP, DEFAULT_TIME_LIMIT_SECONDS, explain_seconds
from advisor.planning.words import count
from advisor.runs.services import Ask
from advisor.web.numbers import whole_number

GAPS = (0.0, 0.0001, 0.001, 0.005, 0.01, 0.05)
TIME_LIMITS_SECONDS = (10.0, 60.0, 300.0, 900.0, 3600.0)
EXPLAIN_SECONDS = (0.0, 30.0, 120.0, 600.0)
FILE_ENDINGS = (".yaml", ".yml", ".json")
SKELETON = """\
schema: 1
name: A plan without a name
currency: USD
start: 2027-01
months: 12
workloads:
  - name: team
    kind: batch
    demand: {unit: accelerators, constant: 8}
    throughput: {H100: 1, A100-80GB: 0.5}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The form of the editor as it was sent. `based_on` is the version it was opened with."""

    text: str
    note: str
    based_on: int | None

    @classmethod
    def read(cls, form: QueryDict) -> "Sent":
        """Browsers end lines of a form with CR LF; a plan is kept with LF."""
        text = _plain_ends(form.get("text", ""))
        note = form.get("note", "").strip()
        return cls(text=text, note=note, based_on=whole_number(form, "based_on"))


def asked(form: QueryDict) -> Ask:
    """The options of a run; what is not sent keeps its default. Raises BadInput.

    A box that is not ticked sends nothing: `options` says that the box was there.
    """
    why = tuple(dict.fromkeys(name.strip() for name in form.getlist("why") if name.strip()))
    return Ask(
        gap=number(form, "gap", DEFAULT_GAP),
        time_limit_seconds=number(form, "time_limit_seconds", DEFAULT_TIME_LIMIT_SECONDS),
        baselines="baselines" in form if "options" in form else form.get("baselines", "1") == "1",
        explain_seconds=number(form, "explain_seconds", explain_seconds(len(why))),
        why=why,
    )


def press_key(form: QueryDict) -> str | None:
    """One key for every press of a button of the same page with the same contents, however often it comes.

    Pages hold another `once` each time they are made; None for a form without it.
    """
    if not form.get("once"):
        return None
    fields = sorted((name, values) for name, values in form.lists() if name != "csrfmiddlewaretoken")
    return f"form:{hashlib.sha256(json.dumps(fields).encode()).hexdigest()}"


def options_context(ask: Ask) -> dict[str, Any]:
    """The choices of a run with the one that holds; a value from elsewhere is a choice of its own."""
    return {
        "ask": ask,
        "gaps": sorted({*GAPS, ask.gap}),
        "time_limits": sorted({*TIME_LIMITS_SECONDS, ask.time_limit_seconds}),
        "explain_times": sorted({*EXPLAIN_SECONDS, ask.explain_seconds}),
    }


def uploaded_text(file: "UploadedFile[bytes] | None") -> str:
    """The text of a plan file. Raises BadInput for what cannot be one."""
    if file is None or not file.name:
        raise BadInput("file: choose a .yaml or .json file", field="file")
    if not file.name.lower().endswith(FILE_ENDINGS):
        raise BadInput(f"file {file.name}: a plan is a {', '.join(FILE_ENDINGS)} file", field="file")
    if (file.size or 0) > MAX_BYTES:
        raise BadInput(
            f"file {file.name}: has {file.size:,} bytes; at most {MAX_BYTES // 1024**2} MiB are read",
            field="file",
        )
    data: bytes = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"file {file.name}: is not text in UTF-8; save it as UTF-8", field="file") from None
    return _plain_ends(text)


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def problem_rows(problems: tuple[PlanProblem, ...], text: str = "") -> list[dict[str, Any]]:
    """Problems as the editor takes them; `source` is the line they stand on. At most 50."""
    lines = text.splitlines()
    return [
        {
            "line": problem.line,
            "path": problem.path,
            "value": problem.value,
            "message": problem.message,
            "source": lines[problem.line - 1].strip()[:120]
            if problem.line and problem.line <= len(lines)
            else "",
        }
        for problem in problems[:SHOWN_PROBLEMS]
    ]


def status_words(problems: tuple[PlanProblem, ...]) -> str:
    """`No problems`, `2 problems, the first on line 3`."""
    if not problems:
        return "No problems"
    numbers = [problem.line for problem in problems if problem.line is not None]
    several, words = len(problems) > 1, count(len(problems), "problem")
    if numbers:
        words += f", {'the first ' if several else ''}on line {min(numbers)}"
    return words if len(problems) <= SHOWN_PROBLEMS else f"{words}; {SHOWN_PROBLEMS} of them are listed"


def number(form: QueryDict, name: str, default: float) -> float:
    """A number of a form; `default` where it is not sent. Raises BadInput."""
    text = form.get(name, "").strip()
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{name} {text[:20]!r}: write a number", field=name) from None
