"""What can be set or typed is documented; undocumented is red."""

import re
from pathlib import Path

import pytest
from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parent.parent.parent
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
PRICES = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
OF_DJANGO = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color"}
OF_DJANGO |= {"--force-color", "--skip-checks"}


def test_every_environment_variable_is_documented() -> None:
    text = (ROOT / "advisor" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'env_[a-z]+\(\s*"([A-Z_]+)"', text))
    assert len(names) > 10
    assert {name for name in names if f"`{name}`" not in RUNNING} == set()


def test_every_documented_variable_exists() -> None:
    text = (ROOT / "advisor" / "settings.py").read_text(encoding="utf-8")
    named = {
        name.removesuffix("_FILE") for name in re.findall(r"^\| `([A-Z_]+)`", RUNNING, flags=re.MULTILINE)
    }
    assert {name for name in named if f'"{name}"' not in text} == set()


@pytest.mark.parametrize("name", ["cheapest", "import_prices", "export_prices", "refresh_prices"])
def test_every_option_of_the_price_commands_is_documented(name: str) -> None:
    parser = load_command_class("advisor", name).create_parser("manage.py", name)
    options = {word for action in parser._actions for word in action.option_strings if word.startswith("--")}
    options -= OF_DJANGO
    assert options
    assert {word for word in options if not re.search(rf"{word}(?![a-z-])", PRICES)} == set()
