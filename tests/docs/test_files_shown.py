"""Files that the pages show are read by what reads them."""

from __future__ import annotations

import json
import logging
import re

import pytest

from callcore.domain.lookups import LookupAnswer, answer_of
from tests.docs import pages, shell
from tests.docs.untyped import Untyped

OTHERS = {
    "README.md": (Untyped("a drawing"),),
    "docs/architecture.md": (Untyped("a drawing"),),
    "docs/calls.md": (Untyped("a drawing"),),
    "docs/configuration.md": (
        Untyped("a line of the file of PINs", "tests/cli/test_pin.py: pins.parse"),
    ),
    "docs/development.md": (Untyped("the layers, which `make imports` checks"),),
    "docs/installing.md": (
        Untyped("a line of the log", "tests/system/test_upgrading.py: does not know"),
    ),
    "docs/security.md": (
        Untyped("a user of Redis, who is made", "tests/adapters/redisdb/acl.py: GUIDE"),
    ),
    "docs/sounds.md": (
        Untyped("a directory of sounds", "tests/sounds/test_commands.py: manifest.json"),
    ),
}
"""By page, the blocks without a language that are neither a terminal nor commands."""

CHECKED_AS = {
    "": "",
    "console": "tests/docs/test_commands_run.py: BLOCKS",
    "json": "tests/docs/test_files_shown.py: JSON",
    "promql": "tests/docs/test_queries_shown.py: promql",
    "sh": "tests/docs/test_commands_run.py: BLOCKS",
    "sql": "tests/docs/test_queries_shown.py: sql",
    "xml": "tests/docs/test_freeswitch_shown.py: XML",
    "yaml": "tests/docs/test_settings_shown.py: yaml",
}
"""Each language of a block, and the test that reads it."""

JSON = pages.all_blocks("json")
KINDS = {
    "kind": "tests/adapters/hooks/test_notices_taken.py: shown",
    "call_id": "tests/flows/test_lookup_stories.py: menus.md",
    "branch": "tests/docs/test_files_shown.py: answer_of",
}
"""JSON by its first member, and the test that knows what it is made of."""


def test_every_block_has_a_test():
    """A block in a language nobody reads, or without one, does not slip in."""
    unread = [
        f"{name}: {block.language}"
        for page in pages.PAGES
        for name in [pages.name(page)]
        for block in pages.blocks(page)
        if block.language not in CHECKED_AS
    ]
    assert unread == []


def test_every_drawing_is_known():
    """What is shown without a language is typed, or in the table, page by page."""
    found: dict[str, int] = {}
    for block in pages.all_blocks(""):
        if not shell.is_of_a_shell(block.text):
            name = block.place.partition(":")[0]
            found[name] = found.get(name, 0) + 1
    assert found == {name: len(kinds) for name, kinds in OTHERS.items()}


@pytest.mark.parametrize("block", JSON, ids=lambda block: block.place)
def test_json_is_read(block):
    """Each is an object, of a kind that some test knows."""
    assert next(iter(json.loads(block.text))) in KINDS


def test_the_answer_to_a_lookup_is_taken():
    """Each member that is shown is one, and what it brings is what it says."""
    (shown,) = (json.loads(one.text) for one in JSON if one.text.startswith('{"branch"'))
    assert set(shown) == set(LookupAnswer.__slots__)
    answer = answer_of(shown)
    assert (answer.branch, answer.priority, answer.account) == ("debt", 10, "A-4711")
    assert len(answer.say) == len(shown["say"])


def test_words_that_are_looked_for_in_the_log_are_written():
    """Whoever greps the log for what a page names finds it when it is there."""
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (pages.ROOT / "callcore").rglob("*.py")
    )
    looked_for = {
        word
        for page in pages.PAGES
        for span in pages.code_spans(page)
        for found in [re.search(r"grep -E '([\w|]+)'", span)]
        if found is not None
        for word in found[1].split("|")
    }
    assert {"store_failed", "flow_failed"} <= looked_for
    levels = {level.lower() for level in logging.getLevelNamesMapping()}
    assert [word for word in sorted(looked_for - levels) if word not in code] == []
