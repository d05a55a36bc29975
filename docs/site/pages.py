"""Lets the site have what the repository keeps outside ``docs/``: the front page and some files.

Links stay as they are right in the repository, and are turned into those of the site here.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",
}
"""Where each page of the root stands in the site."""

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the root, and each file that a page names outside ``docs/``."""
    linked = {
        target
        for path in (*Path(config.docs_dir).rglob("*.md"), *(ROOT / name for name in PAGES))
        for _, link, _ in _LINK.findall(path.read_text(encoding="utf-8"))
        for target in [_target(path.relative_to(ROOT).as_posix(), link)]
        if _is_outside(target) and target not in PAGES and (ROOT / target).is_file()
    }
    for source, uri in [*PAGES.items(), *((name, _copy(name)) for name in sorted(linked))]:
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs gives these names
    """The page with links as they are in the site."""
    here = page.file.src_uri
    source = next((name for name, uri in PAGES.items() if uri == here), f"docs/{here}")

    def turned(found: re.Match[str]) -> str:
        text, link, anchor = found[1], found[2], found[3] or ""
        target = _target(source, link)
        if (ROOT / target).is_dir() and _is_outside(target):
            return text
        uri = _uri(target)
        return f"[{text}]({posixpath.relpath(uri, posixpath.dirname(here) or '.')}{anchor})"

    return _LINK.sub(turned, markdown)


def _target(source: str, link: str) -> str:
    """What a link leads to, from the root of the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))


def _is_outside(target: str) -> bool:
    return not target.startswith("docs/")


def _copy(target: str) -> str:
    """With its whole name, so that a browser shows what is no page as text."""
    return f"files/{target}.txt"


def _uri(target: str) -> str:
    if target in PAGES:
        return PAGES[target]
    if _is_outside(target):
        return _copy(target)
    inside = target.removeprefix("docs/")
    return f"{inside}/README.md" if (ROOT / target).is_dir() else inside
