"""Whoever reads the pages, here or as a site, gets where links lead and finds every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.docs import pages

SITE = yaml.load((pages.ROOT / "mkdocs.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
ELSEWHERE = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "reporting.md": "SECURITY.md",
}
"""Pages of the site that stand in the root, as ``docs/site/pages.py`` puts them."""


def listed(entry: object) -> list[str]:
    """Every page of a part of the navigation."""
    match entry:
        case str():
            return [entry]
        case dict():
            return [one for below in entry.values() for one in listed(below)]
        case list():
            return [one for below in entry for one in listed(below)]
    raise TypeError(entry)


def of_the_repository(heading: str) -> str:
    """The anchor where the repository is shown: each blank a hyphen, signs left out."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def of_the_site(heading: str) -> str:
    """The anchor that mkdocs makes: the same, but blanks and hyphens in a row are one."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def anchors(page: Path) -> set[str]:
    """Those that are the same in both; of headings that are there twice none but the first."""
    return {
        of_the_repository(heading)
        for heading in pages.headings(page)
        if of_the_repository(heading) == of_the_site(heading)
    }


def test_every_page_is_in_the_navigation_once():
    """Nobody has to know its address; and nothing there leads to a page that is not."""
    found = sorted(f"docs/{one}" for one in listed(SITE["nav"]) if one not in ELSEWHERE)
    assert found == sorted(pages.name(page) for page in pages.DOCS.rglob("*.md"))
    assert set(ELSEWHERE) <= set(listed(SITE["nav"]))


def test_nothing_comes_from_elsewhere():
    """The site is read without asking other servers: fonts, scripts, icons."""
    assert SITE["theme"]["font"] == "false"
    assert "extra_javascript" not in SITE
    for style in SITE["extra_css"]:
        assert "url(" not in (pages.DOCS / style).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_links_lead_somewhere(page):
    """To a file or directory of the repository, and to a heading that is there."""
    lost = []
    for link in pages.links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(pages.ROOT):
            lost.append(link)
        elif anchor and anchor not in anchors(target):
            lost.append(f"{link} (no such heading)")
    assert lost == []


@pytest.mark.parametrize("page", sorted(pages.DOCS.glob("decisions/0*.md")), ids=pages.name)
def test_every_decision_is_in_the_list(page):
    """The list of decisions tells each by its own number and title."""
    number, _, title = pages.headings(page)[0].partition(". ")
    row = f"| {number} | [{title}]({page.name}) |"
    assert row in (page.parent / "README.md").read_text(encoding="utf-8").replace("`", "")
    assert page.name.startswith(f"{int(number):04d}-")
