"""The pages as they stand: files, headings, links, blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OF_THE_ROOT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in OF_THE_ROOT), *sorted(DOCS.rglob("*.md"))]

_FENCE = re.compile(r"^( *)(`{3,})(\w*)\s*$")
_EXCERPT = re.compile(r"<!-- excerpt: .+ -->")
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences."""

    place: str
    """``docs/menus.md:9``."""
    language: str
    text: str
    is_excerpt: bool
    """The line before it says that it cannot stand for itself."""


def name(page: Path) -> str:
    """As people call it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Those of one page, in order; indented by four is code without a fence and not told."""
    before, fence, indent = "", None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        found = _FENCE.match(line)
        if fence is None and found is not None:
            indent, fence = found[1], found[2]
            place, language, lines = f"{name(page)}:{number}", found[3], list[str]()
            is_excerpt = _EXCERPT.fullmatch(before.strip()) is not None
        elif fence is not None and line.strip() == fence:
            yield Block(place, language, "\n".join(lines) + "\n", is_excerpt)
            fence = None
        elif fence is not None:
            lines.append(line.removeprefix(indent))
        elif line.strip():
            before = line
    assert fence is None, f"{name(page)}: a block has no end"


def all_blocks(*languages: str) -> list[Block]:
    """Those of all pages in these languages; an empty one is a block that names none."""
    return [one for page in PAGES for one in blocks(page) if one.language in languages]


def prose(page: Path) -> str:
    """The page without its blocks."""
    kept, is_inside = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.match(line):
            is_inside = not is_inside
        elif not is_inside:
            kept.append(line)
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """What the page leads to in the repository."""
    text = _CODE.sub(lambda found: found[0] if "](" not in found[2] else "", prose(page))
    return [link for link in _LINK.findall(text) if not re.match(r"[a-z]+:", link)]


def code_spans(page: Path) -> list[str]:
    """What stands in backquotes outside of blocks, on one line each."""
    return [" ".join(span.split()) for _, span in _CODE.findall(prose(page))]


def headings(page: Path) -> list[str]:
    """Their texts without markup."""
    found = re.findall(r"^#{1,6} +(.+?) *$", prose(page), re.MULTILINE)
    return [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one).replace("`", "") for one in found]
