"""The shape of the house: who may import whom, how large things may get, what lies at the top."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE_LINES = 300
FUNCTION_LINES = 55
FORBIDDEN = {
    "providers": {"django", "celery", "advisor", "optimizer"},
    "optimizer": {"django", "celery", "advisor", "providers"},
}
TOP_LEVEL = {
    ".ci", ".dockerignore", ".gitignore", ".github", "CHANGELOG.md", "Dockerfile", "LICENSE", "Makefile",
    "README.md", "advisor", "compose.yaml", "docs", "examples", "manage.py", "optimizer", "providers",
    "pyproject.toml", "requirements-dev.txt", "requirements.txt", "tests",
}  # fmt: skip
# built from pieces, so that this file does not name what it forbids
HOSTS = tuple(f"{name}.{rest}" for name, rest in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
MACHINE_PATHS = tuple(f"/{top}/{rest}" for top, rest in (("work", "main"), ("work", "shared"), ("root", ".")))


_LIST = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]
IGNORED = {
    ".git", ".venv", "var", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"
}  # fmt: skip


def tracked(*suffixes: str) -> list[Path]:
    """Files git knows or would take, that still exist; without git, all but the ignored ones."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            # the checkout may belong to someone else, as on a build machine
            ["git", "-c", f"safe.directory={ROOT}", *_LIST],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not IGNORED & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def our_modules() -> list[Path]:
    return [path for path in tracked(".py") if "migrations" not in path.parts]


def imported_names(source: str, package: str) -> Iterator[str]:
    """Every module a source imports anywhere, inside functions too; relative ones made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            yield f"{package}.{base}" if node.level else base
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def breaches(source: str, package: str) -> set[str]:
    return {name.split(".")[0] for name in imported_names(source, package)} & FORBIDDEN[package]


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_prices_and_optimizer_know_neither_the_site_nor_each_other(package: str) -> None:
    files = [path for path in our_modules() if path.relative_to(ROOT).parts[0] == package]
    assert files
    found = {
        str(path.relative_to(ROOT)): bad
        for path in files
        if (bad := breaches(path.read_text(encoding="utf-8"), package))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import django",
        "from django.db import models",
        "def f():\n    from celery import app",
        "import advisor.models",
        "from optimizer.problem import Problem",
        "import importlib\nimportlib.import_module('advisor.errors')",
    ],
)
def test_the_import_check_sees_every_form_of_import(source: str) -> None:
    assert breaches(source, "providers")


def test_no_module_outgrows_its_idea() -> None:
    sizes = {
        str(path.relative_to(ROOT)): count
        for path in our_modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES
    }
    assert sizes == {}


def long_functions(source: str) -> list[tuple[str, int]]:
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions]
    return [(name, size) for name, size in sizes if size > FUNCTION_LINES]


def test_every_function_fits_a_screen() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{name}": size
        for path in our_modules()
        for name, size in long_functions(path.read_text(encoding="utf-8"))
    }
    assert found == {}


def test_the_function_check_counts_lines() -> None:
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert long_functions(f"def f():\n{body}") == [("f", FUNCTION_LINES + 1)]


def test_only_the_agreed_entries_lie_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} - TOP_LEVEL == set()


def test_tests_are_a_package_all_the_way_down() -> None:
    folders = {path.parent for path in tracked(".py") if path.relative_to(ROOT).parts[0] == "tests"}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = {}
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        bad = [word for word in (*HOSTS, *MACHINE_PATHS) if word in text]
        if bad:
            found[str(path.relative_to(ROOT))] = bad
    assert found == {}


def test_nothing_is_left_half_done() -> None:
    marks = re.compile("|".join((f"{'TO'}DO", f"{'FIX'}ME", f"{'NotImplemented'}Error")))
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in tracked(".py", ".md", ".html", ".css", ".yaml", ".toml")
        if (match := marks.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_exception_is_swallowed_unnamed() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in our_modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert found == []


def test_every_silenced_check_says_why() -> None:
    silenced = re.compile(r"#\s*(?:type: ignore|noqa)(?:\[[^\]]*\]|:\s*[A-Z0-9, ]+)?(?P<reason>.*)$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in our_modules()
        if path.name != "test_architecture.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := silenced.search(line)) and len(match["reason"].strip(" #")) < 5
    ]
    assert found == []
