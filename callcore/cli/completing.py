"""``callcore completion``, and the names a shell completes: those a running callcore knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click
from click import shell_completion

from callcore.adapters.control import client
from callcore.adapters.control.client import ControlClient, ControlError
from callcore.adapters.control.place import socket_paths
from callcore.adapters.terminal.words import printable
from callcore.cli.operating import UnlocatedError, located

PATIENCE_SECONDS: Final = 0.5
"""Whoever presses a key does not wait longer."""

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_CALLCORE_COMPLETE"
"""Click's, of a program called ``callcore``."""

_ASK: Final[Mapping[str, Callable[[ControlClient], Mapping[str, str]]]] = {
    "queue": lambda callcore: {
        one.queue: f"{one.waiting_count + one.offered_count} waiting"
        for one in callcore.status().queues
    },
    "agent": lambda callcore: {one.agent_id: one.name for one in callcore.agents().agents},
    "break": lambda callcore: {one.code: one.name for one in callcore.breaks().breaks},
    "node": lambda callcore: {one.node: str(one.link) for one in callcore.status().nodes},
    "call": lambda callcore: {
        one.call_id: f"{one.queue} {one.caller_number}" for one in callcore.calls().calls
    },
}


def known(what: str, config: Path | None, directory: Path | None) -> Mapping[str, str]:
    """Every name of that kind with a few words about it; nothing, and no word of why, where they
    cannot be had.
    """
    ask = _ASK.get(what)
    if ask is None:
        return {}
    try:
        paths = socket_paths(located(config, directory))
        callcore = ControlClient(client.answering(paths), deadline_seconds=PATIENCE_SECONDS)
        names = ask(callcore)
    except (ControlError, UnlocatedError, OSError):
        return {}
    return {printable(name): printable(told) for name, told in names.items()}


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Writes what a shell needs to complete callcore's command line.

    bash: `eval "$(callcore completion bash)"` in ~/.bashrc; zsh: the same in ~/.zshrc; fish:
    `callcore completion fish | source` in ~/.config/fish/config.fish. Queues, agents, nodes, calls
    and breaks are those of the running callcore; without one there is nothing to choose from.
    """
    kind = shell_completion.get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:
        raise click.UsageError(f"{shell} is not known")
    source = kind(root, {}, "callcore", VARIABLE)
    # Click would run a bash to see how old it is, and complain where there is none.
    click.echo(source.source_template % source.source_vars())
