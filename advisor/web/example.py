"""The recommendation the first page shows: the example plan, solved once for each catalogue."""

import hashlib
import io
import json
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from pydantic import ValidationError

from advisor.catalog.queries import version_at
from advisor.models import Recommendation
from advisor.planning.result import Result

PLAN = "examples/small-team.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A stored answer, read back."""

    result: Result
    created_at: datetime


def stored_example() -> Answered | None:
    """The newest stored answer to the example plan, whatever catalogue it was worked out from."""
    return _newest(plan_sha256=_digest(_text()))


def ensure_example() -> Answered | None:
    """The answer for the plan and catalogue of now, solved only when there is none yet.

    None when nothing could be worked out; the command has then said why.
    """
    text = _text()
    version = version_at(None).number
    return _newest(plan_sha256=_digest(text), catalogue_version=version) or _solve(text, version)


def _newest(**conditions: str | int) -> Answered | None:
    """None also for an answer in an older form than this code writes."""
    stored = Recommendation.objects.filter(**conditions).order_by("-id").first()
    if stored is None:
        return None
    try:
        return Answered(result=Result.model_validate(stored.result), created_at=stored.created_at)
    except ValidationError:
        return None


def _solve(text: str, version: int) -> Answered | None:
    if not text:  # an installation without examples
        return None
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "result.json"
        plan = str(settings.BASE_DIR / PLAN)
        try:
            call_command("advise", plan, json=str(answer), stdout=io.StringIO())
        except SystemExit:  # an impossible plan still has a result; a failed solver has none
            if not answer.is_file():
                return None
        result = json.loads(answer.read_text(encoding="utf-8"))
    Recommendation.objects.create(
        name=result["name"],
        plan_text=text,
        plan_sha256=_digest(text),
        catalogue_version=version,
        status=result["status"],
        result=result,
    )
    return _newest(plan_sha256=_digest(text), catalogue_version=version)


def _text() -> str:
    file = settings.BASE_DIR / PLAN
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
