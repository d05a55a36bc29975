"""docs/settings.md tells of every setting what the code takes."""

import importlib
import pkgutil
from pathlib import Path

import pytest

from callcore import settings
from callcore.settings import reference
from callcore.settings.section import Section

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
MEANINGS = reference.meanings()


def sections(of: type[Section] = Section) -> set[type[Section]]:
    """All there are; a module that is not imported yet has some, too."""
    for module in pkgutil.iter_modules(settings.__path__):
        importlib.import_module(f"callcore.settings.{module.name}")
    found = set()
    for one in of.__subclasses__():
        found |= {one, *sections(one)}
    return found


def test_the_page_is_current():
    """It is generated: ``python -m callcore.settings.reference > docs/settings.md``."""
    assert PAGE.read_text(encoding="utf-8") == reference.page()


def test_every_section_of_the_file_is_told():
    """A new part of the file is a part of the reference."""
    assert {part.section for part in reference.PARTS} == sections()


@pytest.mark.parametrize("part", reference.PARTS, ids=lambda part: part.path)
def test_every_setting_has_a_meaning(part):
    """In its own part, or in that of the section from which it is inherited; none is left over."""
    told = {name for name in MEANINGS[part.path] if name != "about"}
    assert told <= set(part.section.model_fields)
    inherited = {
        name
        for other in reference.PARTS
        if other.section in part.section.__mro__[1:]
        for name in MEANINGS[other.path]
    }
    assert set(part.section.model_fields) - told - inherited == set()


@pytest.mark.parametrize(
    ("setting", "value", "limit"),
    [
        ("ring_at_most", "101", "1 to 100"),
        ("priority", "-1001", "-1000 to 1000"),
        ("weight", "0", "greater than 0"),
        ("exit_key", "A", "one key: 0 to 9, * or #"),
    ],
)
def test_limits_are_those_of_the_loader(faults, setting, value, limit):
    """What the table says is what an operator is told who goes beyond it."""
    part = next(part for part in reference.PARTS if part.path == "queues.NAME")
    row = next(
        line
        for line in reference.page().split(f"## {part.path}\n")[1].splitlines()
        if line.startswith(f"| `{setting}` ")
    )
    assert f"| {limit} |" in row
    told = faults(f"queues: {{support: {{{setting}: '{value}'}}}}")
    assert any(f"must be {limit}" in line for line in told)
