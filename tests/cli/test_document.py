"""docs/operating.md tells what the commands do."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from callcore.adapters.control import client, failures
from callcore.cli import words
from callcore.cli.root import callcore
from callcore.domain import outcomes
from callcore.domain.outcomes import AskingEnd
from callcore.domain.routing import Verdict

DOCUMENT = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


def commands(group: click.Group, before: str) -> list[str]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        whole = f"{before} {name}"
        found += commands(command, whole) if isinstance(command, click.Group) else [whole]
    return found


def test_every_command_of_operators_is_told():
    """With an example or a line of its own."""
    of_operators = [
        one
        for one in commands(callcore, "callcore")
        if one.startswith(
            (
                "callcore queue ",
                "callcore call ",
                "callcore callback ",
                "callcore agent ",
                "callcore explain",
            )
        )
        or one in ("callcore reload", "callcore config")
    ]
    assert len(of_operators) == 24
    assert [one for one in of_operators if f"\n{one}" not in DOCUMENT] == []


@pytest.mark.parametrize(
    "word",
    [
        *(word for word, _ in failures.ERRORS.values() if word != "refused"),
        *outcomes.OF_THE_NUMBER,
        AskingEnd.TOO_MANY,
        AskingEnd.NOT_KEPT_HERE,
        failures.BAD_REQUEST,
        failures.UNKNOWN_ADDRESS,
        failures.WRONG_METHOD,
        failures.TOO_LARGE,
        failures.INTERNAL_ERROR,
        client.NotRunningError.word,
        client.NotAllowedError.word,
        client.UnansweredError.word,
        client.NotUnderstoodError.word,
        "ambiguous_call",
    ],
)
def test_every_word_for_scripts_is_told(word):
    """Whoever writes a script can know them all."""
    assert f"`{word}`" in DOCUMENT


def test_every_verdict_is_told():
    """In the words in which it is shown."""
    shown = {words.AGAINST[verdict] for verdict in set(Verdict) - {Verdict.CHOSEN}}
    assert {text for text in shown if f"| {text} |" not in DOCUMENT} == set()
