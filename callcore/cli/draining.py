"""``callcore drain``: workers that end when their last call has ended."""

from __future__ import annotations

from contextlib import suppress

import click
from rich.text import Text

from callcore.adapters.control.client import ControlClient, NotRunningError
from callcore.adapters.control.place import socket_paths
from callcore.adapters.terminal.words import printable
from callcore.cli.operating import Operator, operating


@click.command()
@click.option(
    "--worker",
    metavar="NAME",
    help="Only the worker of this name and of this machine: the others go on with its calls.",
)
@operating
def drain(operator: Operator, worker: str | None) -> None:
    """Has callcore take no new calls, and end when its last call has ended.

    All workers of the site, on every machine. New callers go to the dialplan's fallback at once,
    who waits is served, callbacks not begun wait for the next start. There is no way back but
    another start; SIGTERM ends it sooner, as at any time. `callcore status` tells what is left.
    """
    callcore = operator.callcore if worker is None else _named(operator, worker)
    answer = callcore.drain(is_of_site=worker is None)
    names = ", ".join(map(printable, answer.workers))
    what = "workers take" if len(answer.workers) > 1 else "worker takes"
    end = "end" if len(answer.workers) > 1 else "ends"
    text = f"{what} no new calls and {end} after the last: {names}"
    operator.answer(answer, Text(text))


def _named(operator: Operator, worker: str) -> ControlClient:
    """The worker of that name, of those that answer on this machine."""
    found: dict[str, ControlClient] = {}
    for path in socket_paths(operator.directory):
        callcore = ControlClient(path)
        with suppress(NotRunningError):  # a dead one may have left its socket
            found[callcore.status().worker] = callcore
    if not found:
        operator.callcore.status()  # tells why
    if worker not in found:
        names = ", ".join(found)
        message = f"there is no worker {worker} on this machine: there are {names}"
        operator.fail("unknown_worker", message)
    return found[worker]
