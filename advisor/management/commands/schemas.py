"""`manage.py schemas`: the JSON Schemas of files that go in and come out, generated from the code."""

import difflib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from advisor.billing.request import BillRequest
from advisor.breakeven.answer import Answer
from advisor.breakeven.question import Question
from advisor.demand.plan import Plan
from advisor.errors import AdvisorError, BadInput
from advisor.management.base import AdvisorCommand
from advisor.planning.result import Result
from advisor.sweeps.report import SweepReport

FOLDER = Path(settings.BASE_DIR) / "docs" / "schemas"
SHOWN_DIFFERENCES = 20
NAMES = ("plan", "result", "breakeven", "breakeven-answer", "bill", "sweep")


class SchemasDiffer(AdvisorError):
    """The committed schemas are not those of the code."""

    exit_code = 1
    code = "schemas_differ"


def documents() -> dict[str, str]:
    """File name -> text of each schema, as committed."""
    schemas = (
        Plan.model_json_schema(mode="validation"),
        Result.model_json_schema(mode="serialization"),
        Question.model_json_schema(mode="validation"),
        Answer.model_json_schema(mode="serialization"),
        BillRequest.model_json_schema(mode="validation"),
        SweepReport.model_json_schema(mode="serialization"),
    )
    return {f"{name}.schema.json": _text(name, schema) for name, schema in zip(NAMES, schemas, strict=True)}


def _text(name: str, schema: dict[str, Any]) -> str:
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:quartermaster:{name}:1",
    }
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


class Command(AdvisorCommand):
    help = "Write docs/schemas/*.schema.json, or print or check them."
    uses_database = False

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", action="store_true", help="write nothing; fail when the files differ")
        choice.add_argument("--print", choices=NAMES, dest="shown", help="print one, write none")
        parser.add_argument("--folder", default=str(FOLDER), help="where the files are; default docs/schemas")

    def run(self, **options: Any) -> None:
        texts = documents()
        folder = Path(options["folder"])
        if options["shown"]:
            self.stdout.write(texts[f"{options['shown']}.schema.json"], ending="")
        elif options["check"]:
            self._check(folder, texts)
        else:
            self._write(folder, texts)

    def _check(self, folder: Path, texts: dict[str, str]) -> None:
        details = [line for name, text in texts.items() for line in _differences(folder / name, text)]
        if details:
            message = "The schemas are not those of the code: run `python manage.py schemas` and commit them."
            raise SchemasDiffer(message, details[:SHOWN_DIFFERENCES])
        self.stdout.write(f"{len(texts)} schemas are up to date.")

    def _write(self, folder: Path, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
            except OSError as error:
                raise BadInput(f"{folder / name}: cannot be written: {error.strerror}") from error
            self.stdout.write(f"wrote {name}")


def _differences(path: Path, text: str) -> list[str]:
    if not path.is_file():
        return [f"{path.name}: is missing"]
    lines = difflib.unified_diff(
        path.read_text(encoding="utf-8").splitlines(),
        text.splitlines(),
        path.name,
        "generated",
        lineterm="",
        n=0,
    )
    return list(lines)
