"""``callcore status``: the site at a glance, once or as long as one likes."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import click
from rich.console import Console

from callcore.adapters.terminal import wallboard
from callcore.adapters.terminal.wallboard import Board
from callcore.cli.operating import Operator, operating
from callcore.domain.ids import MICROS_PER_SECOND, Micros

SHORTEST_SECONDS, LONGEST_SECONDS = 0.5, 3600.0


@click.command()
@click.option("--live", is_flag=True, help="Goes on until `q` or Ctrl-C.")
@click.option(
    "--every",
    "seconds",
    type=click.FloatRange(SHORTEST_SECONDS, LONGEST_SECONDS),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How often --live asks.",
)
@operating
def status(operator: Operator, *, live: bool, seconds: float) -> None:
    """Shows the whole site: queues, agents, nodes, workers, service level today.

    What of a day is counted are the calls of its records: those that have ended, of all workers,
    since midnight where the queue's hours are. `-` stands for what is not known: Postgres is away,
    or nobody counts yet.
    """
    if live and not operator.in_json:
        from callcore.cli import live_status  # noqa: PLC0415 - spared by those who look once

        live_status.watch(operator, seconds, sys.stdin, sys.stdout)
        return
    while True:
        found = operator.callcore.status()
        width = Console(file=sys.stdout).width
        board = Board(status=found, now=found.at)
        operator.answer(found, wallboard.draw(board, time_of, width, None))
        if not live:
            return
        time.sleep(seconds)


def time_of(at: Micros) -> str:
    """The time of day where the terminal is."""
    return datetime.fromtimestamp(at / MICROS_PER_SECOND, tz=UTC).astimezone().strftime("%H:%M:%S")
