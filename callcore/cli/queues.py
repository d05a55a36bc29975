"""``callcore queue``: queues as operators see, close and open them."""

from __future__ import annotations

import time

import click
from rich.text import Text

from callcore.adapters.control.requests import Close
from callcore.adapters.terminal.words import printable
from callcore.cli import instants, tables
from callcore.cli.groups import Group
from callcore.cli.naming import QUEUE
from callcore.cli.operating import Operator, operating
from callcore.cli.reasons import with_reason
from callcore.domain.ids import Micros


@click.group(cls=Group)
def queue() -> None:
    """Shows, closes and opens queues of a running callcore."""


@queue.command("list")
@operating
def list_queues(operator: Operator) -> None:
    """Shows every queue: open or not, who waits, who serves."""
    answer = operator.callcore.queues()
    operator.answer(answer, tables.of_queues(answer.queues, _now()))


@queue.command()
@click.argument("queue", type=QUEUE)
@click.option(
    "--until",
    metavar="WHEN",
    help=f"When it opens again by itself: {instants.FORMS}. A time is one of this machine's time "
    "zone, whatever zone the queue's hours are in; without a date it is the next such time. "
    "Without --until it stays closed until it is opened.",
)
@with_reason("Shown to other operators and logged.")
@operating
def close(operator: Operator, queue: str, until: str | None, reason: str) -> None:
    """Closes QUEUE to new callers. Those who wait are treated as at closing time."""
    now = _now()
    try:
        instant = None if until is None else instants.parse(until, now)
    except instants.InstantError as error:
        raise click.BadParameter(str(error), param_hint="--until") from error
    answer = operator.callcore.close_queue(queue, Close(until=instant, reason=reason))
    end = "it is opened" if answer.until is None else instants.shown(answer.until, now)
    operator.answer(answer, Text(f"{printable(answer.queue)} is closed until {end}"))


@queue.command("open")
@click.argument("queue", type=QUEUE)
@operating
def open_queue(operator: Operator, queue: str) -> None:
    """Ends a closure of QUEUE; its opening hours, if it has any, hold again."""
    answer = operator.callcore.open_queue(queue)
    done = "is no longer closed by command" if answer.was_closed else "was not closed by command"
    operator.answer(answer, Text(f"{printable(answer.queue)} {done}"))


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
