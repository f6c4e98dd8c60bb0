"""MODEL.md explains every constraint family, and none that is gone."""

import re
from pathlib import Path

import optimizer
from optimizer.constraints import FAMILIES, PRICED_FAMILIES

DOCUMENT = Path(optimizer.__file__).parent / "MODEL.md"


def headings(text: str) -> list[str]:
    return re.findall(r"^### ([a-z_]+)\s*$", text, flags=re.MULTILINE)


def test_every_constraint_family_is_in_the_model_document() -> None:
    found = headings(DOCUMENT.read_text(encoding="utf-8"))
    assert [name for name in (*FAMILIES, *PRICED_FAMILIES) if name not in found] == []


def test_the_model_document_names_no_family_twice() -> None:
    found = headings(DOCUMENT.read_text(encoding="utf-8"))
    families = [name for name in found if name in FAMILIES or name in PRICED_FAMILIES]
    assert len(families) == len(set(families))


def test_every_family_says_its_formula() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in (*FAMILIES, *PRICED_FAMILIES):
        section = re.split(r"^#{1,3} ", text.split(f"### {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
        assert len(section.split()) >= 6, name


def test_headings_are_read_as_written() -> None:
    assert headings("# a\n### demand\ntext ### no\n### in_use \n#### deep\n") == ["demand", "in_use"]
