"""README.md is true: what it names exists, what it counts is so, what it prints is what comes out."""

import json
import re
import shlex
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class

from providers import reference

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN_ON = datetime(2026, 11, 25, tzinfo=UTC)
LONGEST = 200
LARGEST_IMAGE_BYTES = 200_000


def shell_lines() -> list[str]:
    """Lines a reader would type."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_readme_can_be_read_in_one_sitting() -> None:
    assert len(TEXT.splitlines()) < LONGEST


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = {match for path in DOCUMENTS for match in _named(path, r"(?:^|`)make ([a-z-]+)")}
    assert {"run", "test"} <= named <= targets


def test_every_command_named_exists_and_is_ours() -> None:
    named = {match for path in DOCUMENTS for match in _named(path, r"manage\.py ([a-z_]+)")}
    ours = {name for name, app in get_commands().items() if app == "advisor"}
    assert {"advise", "cheapest", "import_prices"} <= named <= ours | {"help", "check"}


def _named(path: Path, pattern: str) -> list[str]:
    return re.findall(pattern, path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_line_with_a_command_is_understood_by_it() -> None:
    lines = [line for line in shell_lines() if "manage.py" in line]
    assert len(lines) == 3
    for line in lines:
        name, *words = shlex.split(line.split("manage.py ", 1)[1])
        load_command_class("advisor", name).create_parser("manage.py", name).parse_args(words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_a_document_links_to_exists(path: Path) -> None:
    links = [link for link in _named(path, r"\]\(([^)#]+)[^)]*\)") if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_path_in_code_words_exists() -> None:
    # var/ is made by the first run; what is not a path (`--json FILE`, `unit: flops`) has a space or no slash
    words = re.findall(r"`([\w./-]+/[\w./-]*)`", TEXT)
    words += [word for line in shell_lines() for word in re.findall(r"examples/[\w.-]+", line)]
    assert len(words) > 10
    assert [word for word in words if not (ROOT / word).exists() and not word.startswith(".venv/")] == []


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    files = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.[mj][ds]*")}
    assert files
    assert {name for name in files - {"README.md"} if f"]({name})" not in index} == set()


def test_the_images_are_small_and_real() -> None:
    images = [ROOT / name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)]
    assert len(images) == 3
    for image in images:
        data = image.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) < LARGEST_IMAGE_BYTES


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_counts_are_those_of_the_price_list(name: str) -> None:
    offers = reference.load().offers
    providers, countries = {offer.provider for offer in offers}, {offer.country for offer in offers}
    said = f"{len(offers):,} offers of {len(providers)} providers in {len(countries)} countries"
    assert said in " ".join((ROOT / name).read_text(encoding="utf-8").split())


def test_the_ages_are_those_of_the_price_list() -> None:
    offers = reference.load().offers
    seen = [offer.observed_at for offer in offers if offer.observed_at is not None]
    assert len(seen) == len(offers)
    kinds = {offer.accelerator for offer in offers if offer.accelerator is not None}
    recent = sum(moment.date() >= date(2026, 6, 1) for moment in seen)
    stale = sum(WRITTEN_ON - moment > timedelta(days=90) for moment in seen)
    text = " ".join(TEXT.split())
    assert f"on {len(kinds)} kinds of accelerators" in text
    assert f"between {min(seen):%Y-%m-%d} and {max(seen):%Y-%m-%d}, {recent:,} of them since June" in text
    assert f"(on {WRITTEN_ON:%Y-%m-%d} these are {stale:,})" in text


def test_the_offers_shown_are_those_found(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = (line for line in shell_lines() if " cheapest " in line)
    name, *words = shlex.split(line.split("manage.py ", 1)[1])
    files = sorted(str(path) for path in (ROOT / "providers" / "reference").glob("offers*.csv"))
    out = StringIO()
    call_command(name, *words, "--prices", *files, "--json", "-", stdout=out)
    found = json.loads(out.getvalue() or capsys.readouterr().out)
    rows = [
        re.split(r"\s{2,}", row) for row in TEXT.splitlines() if re.match(r"[a-z]+ +[\w-]+ +[A-Z]{2} ", row)
    ]
    shown = [(row[0], row[1], row[3], row[7]) for row in rows]
    assert len(shown) == found["shown"] > 0
    assert shown == [
        (offer["provider"], offer["region"], offer["instance_type"], f"{_effective(offer):.2f}")
        for offer in found["offers"]
    ]
    assert f"Shown {found['shown']} of {found['total']} offers" in TEXT


def _effective(offer: dict[str, object]) -> float:
    return float(str(offer["effective_price_per_hour"]))


def test_no_field_of_a_plan_is_missing() -> None:
    plan = (ROOT / "docs" / "plan-file.md").read_text(encoding="utf-8")
    assert "not supported yet" not in plan.lower() + TEXT.lower()


def test_the_changelog_begins_with_the_version_of_the_code() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.findall(r'^version = "([^"]+)"', project, flags=re.MULTILINE)
    assert re.findall(r"^## \[([^\]]+)\] - \d{4}-\d{2}-\d{2}$", changelog, flags=re.MULTILINE)[:1] == version
