"""Promised callbacks as a table that fits 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from callcore.adapters.terminal.words import printable, span
from callcore.cli import instants, tables, words
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import Micros, seconds_between
from callcore.ports.operations import CallbackView

SOON_SECONDS = 600.0
"""Until then the next attempt is told to the second."""

_STYLES = {
    CallbackState.NOT_DUE: "dim",
    CallbackState.OUTSIDE_HOURS: "dim",
    CallbackState.CALLING: "yellow",
    CallbackState.ANSWERED: "yellow",
    CallbackState.TALKING: "green",
}


def of_callbacks(callbacks: Sequence[CallbackView], now: Micros) -> RenderableType:
    """One line a promise."""
    if not callbacks:
        return Text("no callback is promised")
    length = tables.distinct([one.call_id for one in callbacks])
    table = tables.plain_table()
    table.add_column("call", no_wrap=True)
    table.add_column("queue", overflow="fold", ratio=1)
    table.add_column("place", justify="right", no_wrap=True)
    table.add_column("number", no_wrap=True, max_width=14)
    table.add_column("waited", justify="right", no_wrap=True)
    table.add_column("tries", justify="right", no_wrap=True)
    table.add_column("state", overflow="fold", ratio=5)
    for one in callbacks:
        table.add_row(
            Text(printable(one.call_id[:length]), style="bold"),
            Text(printable(one.queue)),
            Text("" if one.position is None else str(one.position)),
            Text(printable(one.caller_number)),
            Text(span(one.waited_seconds)),
            Text(str(len(one.attempts)) if one.attempts else ""),
            Text(state(one, now), style=_STYLES.get(one.state, "")),
        )
    return table


def state(one: CallbackView, now: Micros) -> str:
    """How far it is from being kept."""
    word = one.state.replace("_", " ")
    until = f" until {_due(one.due_at, now)}" if one.due_at is not None else ""
    agents = f" {words.agents(one.offered_to)}" if one.offered_to else ""
    last = f", last {one.attempts[-1].outcome.replace('_', ' ')}" if one.attempts else ""
    return f"{word}{until}{agents}{last}"


def _due(at: Micros, now: Micros) -> str:
    return instants.shown(at, now, seconds=seconds_between(now, at) < SOON_SECONDS)
