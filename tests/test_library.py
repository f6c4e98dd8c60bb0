"""The optimizer as a library: the document's code runs as printed, in a Python that never loads Django."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "library.md"
MOST_LINES = 10


def blocks(language: str) -> list[str]:
    """Fenced blocks of the document in one language."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_documented_lines_print_what_the_document_says() -> None:
    (code,), (printed,) = blocks("python"), blocks("text")
    assert run(code) == printed
    # 2 machines at 15 in all 2190 hours, 3 at 24 in half of them
    assert f"{2 * 15 * 2190 + 3 * 24 * 1095}" in printed


def test_the_library_is_shown_in_about_ten_lines() -> None:
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= MOST_LINES


def test_the_library_loads_no_django() -> None:
    (code,) = blocks("python")
    forbidden = ("django", "celery", "advisor", "providers")
    check = f"\nimport sys\nprint(sorted(set(sys.modules) & set({forbidden!r})))\n"
    assert run(code + check).splitlines()[-1] == "[]"


def test_every_name_in_the_document_s_table_is_public() -> None:
    import optimizer

    named = re.findall(r"^\| `(\w+)", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(named) >= 5
    assert set(named) <= set(optimizer.__all__)
