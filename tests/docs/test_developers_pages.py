"""What developers are told of the tree is so."""

from __future__ import annotations

import re

import pytest

from tests.docs import pages

LAYER = r"(?:adapters|bootstrap|cli|domain|flows|ports|runtime|settings)"
FILE = re.compile(rf"(?:callcore|tests|docs|dialplans|freeswitch|ops|{LAYER})/[\w./*-]*")


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "docs/architecture.md", "docs/development.md", "docs/calls.md"]
)
def test_files_that_are_named_are_there(page):
    """By their path from the root, or from ``callcore``; a star stands for some."""
    named = {span for span in pages.code_spans(pages.ROOT / page) if FILE.fullmatch(span)}
    assert named
    for span in named:
        homes = (pages.ROOT, pages.ROOT / "callcore")
        assert any(next(home.glob(span.rstrip("/")), None) for home in homes), span


def test_the_walk_names_flows_and_domain():
    """The page that shows a call's way has a file of each layer it goes through."""
    spans = set(pages.code_spans(pages.DOCS / "architecture.md"))
    for layer in ("flows", "domain", "ports", "runtime", "adapters", "bootstrap", "settings"):
        assert any(span.startswith(f"callcore/{layer}/") for span in spans), layer


def test_every_package_is_in_the_tree():
    """A new package of callcore is told in the table of the tree."""
    told = (pages.DOCS / "development.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in pages.ROOT.glob("callcore/*/__init__.py")]
    assert [name for name in packages if f"`{name}/`" not in told] == []
    folders = [path.name for path in pages.ROOT.glob("tests/*/") if list(path.glob("test_*.py"))]
    assert [name for name in folders if f"`tests/{name}" not in told] == []
