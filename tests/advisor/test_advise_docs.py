"""docs/advise.md names every option and every warning, and nothing that is not there."""

import re
from pathlib import Path

from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "advise.md").read_text(encoding="utf-8")
OF_DJANGO = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color"}
OF_DJANGO |= {"--force-color", "--skip-checks"}


def test_every_option_is_documented_and_no_other() -> None:
    parser = load_command_class("advisor", "advise").create_parser("manage.py", "advise")
    options = {word for action in parser._actions for word in action.option_strings if word.startswith("--")}
    assert set(re.findall(r"^\| `(--[a-z-]+)", TEXT, flags=re.MULTILINE)) == options - OF_DJANGO


def test_every_warning_is_documented_and_no_other() -> None:
    folder = ROOT / "advisor" / "planning"
    names = ("warnings.py", "losses.py", "stale.py", "exchange.py", "provider_notes.py", "gang_notes.py")
    code = "".join((folder / name).read_text(encoding="utf-8") for name in names)
    codes = set(re.findall(r'(?:_warning\(\s*|code=)"([a-z_]+)"', code))
    assert len(codes) > 5
    assert set(re.findall(r"^\| `([a-z_]+)` \|", TEXT, flags=re.MULTILINE)) == codes
