"""What an explanation says of callbacks: the wishes for one, and each call to the customer."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from callcore.adapters.terminal.words import printable, span, spoken
from callcore.cli import instants
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin
from callcore.domain.records import CallbackAsking, CallbackAttempt

_PROMISED: Final = {
    CallbackOrigin.OVERFLOW: "in place of waiting",
    CallbackOrigin.WAITING: "while waiting",
    CallbackOrigin.REQUEST: "on request",
    CallbackOrigin.ABANDONED: "after hanging up while waiting",
    CallbackOrigin.SWITCH_LOST: "after the switch died while waiting",
}
_WISHED: Final = {
    CallbackOrigin.OVERFLOW: "offered in place of waiting",
    CallbackOrigin.WAITING: "offered or asked for while waiting",
    CallbackOrigin.REQUEST: "requested",
    CallbackOrigin.ABANDONED: "after hanging up while waiting",
    CallbackOrigin.SWITCH_LOST: "after the switch died while waiting",
}


def promise(origin: CallbackOrigin) -> str:
    """How the promise came to be that the call is to keep."""
    return f"promised {_PROMISED[origin]}"


def asking(wish: CallbackAsking, now: Micros) -> list[RenderableType]:
    """One wish, and what came of it."""
    is_granted = wish.end in {AskingEnd.PROMISED, AskingEnd.ALREADY_PROMISED}
    heading = _heading(wish.at, now)
    style = "green" if is_granted else "yellow"
    heading.append(f"callback {_WISHED[wish.origin]}: {spoken(wish.end)}", style=style)
    facts: list[tuple[str, str]] = [("queue", wish.queue)]
    if wish.number:
        facts.append(("number", wish.number))
    if wish.promise is not None:
        facts.append(("kept by", f"call {wish.promise}"))
    return [heading, _table(facts)]


def attempt(number: int, made: CallbackAttempt, now: Micros) -> list[RenderableType]:
    """The ``number``-th call to the customer, from 1, and what came of it."""
    heading = _heading(made.at, now)
    style = "green" if made.outcome is AttemptOutcome.TALKED else "yellow"
    heading.append(f"customer called, attempt {number}: {spoken(made.outcome)}", style=style)
    facts: list[tuple[str, str]] = []
    if made.answered_at is not None:
        facts.append(("answered", f"after {span(seconds_between(made.at, made.answered_at))}"))
    if made.hangup_cause:
        facts.append(("cause", made.hangup_cause))
    return [heading, _table(facts)] if facts else [heading]


def _heading(at: Micros, now: Micros) -> Text:
    return Text(f"{instants.shown(at, now, seconds=True)}  ", style="bold")


def _table(facts: list[tuple[str, str]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True, min_width=11)
    table.add_column()
    for label, value in facts:
        table.add_row(label, Text(printable(value)))
    return Padding(table, (0, 0, 0, 2))
