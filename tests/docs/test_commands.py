"""Whatever the pages tell to type, callcore and make understand."""

from __future__ import annotations

import re
from enum import Enum

import click
import pytest

from callcore.cli.root import callcore
from tests.docs import pages, shell

MAKEFILE = (pages.ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {
    target
    for line in re.findall(r"^([a-z][a-z -]*):", MAKEFILE, re.MULTILINE)
    for target in line.split()
}
VARIABLES = set(re.findall(r"\$[({]([A-Z_]+)[,)} ]", MAKEFILE)) | set(
    re.findall(r"^([A-Z_]+) *\?=", MAKEFILE, re.MULTILINE)
)
BLOCKS = pages.all_blocks("", "sh", "console")

A_WORD_FOR_SOMETHING = re.compile(r"<?[A-Z][A-Z_]*>?|\.\.\.|\$.*|.*\$.*")
"""``QUEUE``, ``N``: what the reader replaces; ``$URL``: what the shell does."""


def faults_of_callcore(words: list[str], *, is_whole: bool) -> str | None:
    """What click has against a command line, without carrying anything out."""
    command: click.Command = callcore
    context = click.Context(command)
    left = words[1:]
    try:
        while isinstance(command, click.Group):
            _, left, _ = command.make_parser(context).parse_args(left)
            if not left:
                return None
            _, found, left = command.resolve_command(context, left)
            assert found is not None
            command, context = found, click.Context(found, parent=context, info_name=found.name)
        given, rest, _ = command.make_parser(context).parse_args(left)
    except click.BadOptionUsage as error:
        # The text speaks of an option without a value.
        return error.format_message() if is_whole else None
    except click.UsageError as error:
        return error.format_message()
    if rest:
        return f"too many words: {' '.join(rest)}"
    return _fault(command, context, given, is_whole=is_whole)


def _fault(
    command: click.Command, context: click.Context, given: dict, *, is_whole: bool
) -> str | None:
    for parameter in command.params:
        value = given.get(parameter.name)
        # An enum is click's word for what was not given.
        if value is None or value == () or isinstance(value, Enum):
            if is_whole and parameter.required:
                return f"{parameter.name} is missing"
            continue
        parts = value if isinstance(value, (list, tuple)) else (value,)
        for part in parts:
            if isinstance(parameter.type, click.Path) or not isinstance(part, str):
                continue
            if A_WORD_FOR_SOMETHING.fullmatch(part):
                continue
            try:
                parameter.type.convert(part, parameter, context)
            except click.BadParameter as error:
                return error.format_message()
    return None


def faults_of_make(words: list[str]) -> str | None:
    """What this Makefile has not."""
    for word in words[1:]:
        name, is_variable, _ = word.partition("=")
        if is_variable and name not in VARIABLES:
            return f"no variable {name}"
        if not is_variable and not name.startswith("-") and name not in TARGETS:
            return f"no target {name}"
    return None


def fault_of(words: list[str], *, is_whole: bool = True) -> str | None:
    """What is wrong with a command line; ``None`` if nothing is."""
    if words[0] == "make":
        return faults_of_make(words)
    return faults_of_callcore(words, is_whole=is_whole)


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
