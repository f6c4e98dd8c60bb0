"""Plans to start from: those of the folder `examples`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FIRST = "small-team"  # the one that a new organisation begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`about` is the comment at the head of the file."""

    slug: str
    name: str
    about: str
    text: str


def examples() -> tuple[Example, ...]:
    """All of them, the first one first, then by name; none in an installation without the folder."""
    return _read(settings.BASE_DIR / "examples")


def example(slug: str) -> Example | None:
    return next((one for one in examples() if one.slug == slug), None)


@cache
def _read(folder: Path) -> tuple[Example, ...]:
    found = [_example(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda one: (one.slug != FIRST, one.name)))


def _example(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# ").strip())
    named = next((line for line in lines if line.startswith("name:")), "")
    name = named.partition(":")[2].strip().strip("\"'") or path.stem.replace("-", " ")
    return Example(slug=path.stem, name=name, about=" ".join(head), text=text)
