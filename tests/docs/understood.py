"""What click and the Makefile have against a command line, which is not carried out."""

from __future__ import annotations

import re
from enum import Enum

import click

from callcore.cli.root import callcore
from tests.docs import pages

MAKEFILE = (pages.ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {
    target
    for line in re.findall(r"^([a-z][a-z -]*):", MAKEFILE, re.MULTILINE)
    for target in line.split()
}
VARIABLES = set(re.findall(r"\$[({]([A-Z_]+)[,)} ]", MAKEFILE)) | set(
    re.findall(r"^([A-Z_]+) *\?=", MAKEFILE, re.MULTILINE)
)

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
