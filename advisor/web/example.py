"""The recommendation the first page shows: the example plan, solved once for each catalogue."""

import hashlib
import io
import json
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands

from advisor.catalog.queries import version_at
from advisor.models import Recommendation

PLAN = "examples/small-team.yaml"


def stored_example() -> Recommendation | None:
    """The newest stored answer to the example plan, whatever catalogue it was worked out from."""
    return Recommendation.objects.filter(plan_sha256=_digest(_text())).order_by("-id").first()


def ensure_example() -> Recommendation | None:
    """The answer for the plan and catalogue of now, solved only when there is none yet.

    None when the plan cannot be answered; the reason has then been printed by the command.
    """
    text = _text()
    version = version_at(None).number
    known = Recommendation.objects.filter(plan_sha256=_digest(text), catalogue_version=version)
    return known.order_by("-id").first() or _solve(text, version)


def _solve(text: str, version: int) -> Recommendation | None:
    if not text or "advise" not in get_commands():
        return None
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "result.json"
        try:
            call_command(
                "advise",
                str(settings.BASE_DIR / PLAN),
                json=str(answer),
                stdout=io.StringIO(),
                skip_checks=True,
            )
        except SystemExit:  # an impossible plan still has a result; a failed solver has none
            if not answer.is_file():
                return None
        result = json.loads(answer.read_text(encoding="utf-8"))
    return Recommendation.objects.create(
        name=result["name"],
        plan_text=text,
        plan_sha256=_digest(text),
        catalogue_version=version,
        status=result["status"],
        result=result,
    )


def _text() -> str:
    file = settings.BASE_DIR / PLAN
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
