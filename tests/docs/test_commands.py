"""Whatever the pages tell to type, callcore and make understand."""

from __future__ import annotations

import re

import pytest

from tests.docs import pages, shell
from tests.docs.understood import MAKEFILE, TARGETS, fault_of

BLOCKS = pages.all_blocks("", "sh", "console")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_commands_of_blocks_are_understood(block):
    """Names, options, values and how many words: click's own parser reads them."""
    faults = [
        f"{' '.join(words)}: {fault}"
        for line in shell.shown(block.text)
        for words in shell.commands(line)
        for fault in [fault_of(words)]
        if fault is not None
    ]
    assert faults == []


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_commands_in_the_text_are_understood(page):
    """There words may be left out, but none is there that is not."""
    faults = [
        f"{span}: {fault}"
        for span in pages.code_spans(page)
        if re.match(r"(callcore|make) [a-z-]", span)
        for words in shell.commands(span)
        for fault in [fault_of(words, is_whole=False)]
        if fault is not None
    ]
    assert faults == []


def test_what_is_wrong_would_be_told():
    """A command, an option, a value, a word too many, one too few, a target and a variable."""
    wrong = (
        "callcore queues list",
        "callcore queue lst",
        "callcore queue close support --untill 15:30",
        "callcore callback request --queue support --number 1 --priority high",
        "callcore explain 9f2c 9f2d",
        "callcore explain",
        "make tests",
        "make test ARG=1",
    )
    for line in wrong:
        [words] = shell.commands(line)
        assert fault_of(words) is not None, line


def test_help_lists_every_target():
    """``make help`` shows those that have a line on what they do, and all have one."""
    told = set(re.findall(r"^([a-z-]+):.*## .+$", MAKEFILE, re.MULTILINE))
    assert {one for one in TARGETS - told if not one.startswith("test-")} == set()  # parts of test
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)", MAKEFILE, re.MULTILINE))
    assert told <= phony
