"""``callcore drain`` and ``undrain``: workers that end when their last call has ended."""

from __future__ import annotations

import math
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
@click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(0.0),
    is_flag=False,
    flag_value=math.inf,
    metavar="[SECONDS]",
    help="Returns when the workers of this machine have ended, or with status 1 after so long; "
    "what is asked for goes on then.",
)
@operating
def drain(operator: Operator, worker: str | None, wait_seconds: float | None) -> None:
    """Has callcore take no new calls, and end when its last call has ended.

    All workers of the site, on every machine. New callers go to the dialplan's fallback at once,
    who waits is served, callbacks not begun wait for the next start. `callcore undrain` takes it
    back, SIGTERM ends it sooner, as at any time. `callcore status` tells what is left.
    """
    here = _here(operator)
    callcore = operator.callcore if worker is None else _named(operator, here, worker)
    answer = callcore.drain(is_of_site=worker is None)
    if wait_seconds is not None:
        from callcore.cli import drain_waiting  # noqa: PLC0415 - only for those who wait

        drain_waiting.wait(operator, answer, here, wait_seconds)
        return
    names = ", ".join(map(printable, answer.workers))
    what = "workers take" if len(answer.workers) > 1 else "worker takes"
    end = "end" if len(answer.workers) > 1 else "ends"
    text = f"{what} no new calls and {end} after the last: {names}"
    operator.answer(answer, Text(text))


@click.command()
@operating
def undrain(operator: Operator) -> None:
    """Has every worker of the site take calls again that has not ended.

    Those that have ended are not started again by it: `systemctl start` does that.
    """
    answer = operator.callcore.undrain()
    names = ", ".join(map(printable, answer.workers))
    what = "workers take" if len(answer.workers) > 1 else "worker takes"
    operator.answer(answer, Text(f"{what} calls: {names}"))


def _here(operator: Operator) -> dict[str, ControlClient]:
    """The workers that answer on this machine, by name."""
    found: dict[str, ControlClient] = {}
    for path in socket_paths(operator.directory):
        callcore = ControlClient(path)
        with suppress(NotRunningError):  # a dead one may have left its socket
            found[callcore.status().worker] = callcore
    return found


def _named(operator: Operator, here: dict[str, ControlClient], worker: str) -> ControlClient:
    if not here:
        operator.callcore.status()  # tells why
    if worker not in here:
        names = ", ".join(here)
        message = f"there is no worker {worker} on this machine: there are {names}"
        operator.fail("unknown_worker", message)
    return here[worker]
