"""The queues in the picture: one a line, and in the frame the callbacks of the site."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.panel import Panel
from rich.text import Text

from callcore.adapters.terminal import words
from callcore.adapters.terminal.panels import WIDEST, panel, table
from callcore.adapters.terminal.picture import CallbacksLine, QueueLine

GOOD_SERVICE_LEVEL = 0.8
FAIR_SERVICE_LEVEL = 0.6


def queues_panel(
    queues: Sequence[QueueLine], callbacks: CallbacksLine, room: int, width: int
) -> Panel:
    """Every queue in the order given if there is room for so many lines, else those that need a
    look first: who has waited longest there, who waits, what is closed.

    In a panel of ``width`` columns; where it is narrow some of a queue are left out.
    """
    columns = [(title, show) for title, least, show in _COLUMNS if width >= least]
    shown, title = queues, "Queues"
    if len(queues) > room:
        shown = sorted(queues, key=_urgency)[:room]
        title = f"Queues ({room} of {len(queues)})"
        unseen_count = sum(queue.waiting_count > 0 for queue in queues) - sum(
            queue.waiting_count > 0 for queue in shown
        )
        if unseen_count:
            title = f"{title[:-1]}; in {unseen_count} more somebody waits)"
    rows = table()
    rows.add_column("queue", no_wrap=True, ratio=1)
    for column, _ in columns:
        rows.add_column(column, justify="right", no_wrap=True)
    for queue in shown:
        rows.add_row(_name(queue), *(show(queue) for _, show in columns))
    framed = panel(rows, title, WIDEST)
    framed.subtitle = _callbacks(callbacks)
    framed.subtitle_align = "right"
    return framed


def _urgency(queue: QueueLine) -> tuple[float, int, bool, str]:
    return -(queue.longest_seconds or 0.0), -queue.waiting_count, queue.is_open, queue.name


def _count(count: int | None, style: str) -> Text:
    if count is None:
        return Text("-", style="dim")
    return Text(str(count), style=style if count else "dim")


def _callbacks(callbacks: CallbacksLine) -> Text | None:
    """In the frame, where it takes no line; nothing at a site that calls nobody back."""
    deferred_count = callbacks.deferred_count
    told = (
        (callbacks.open_count, "to keep", "yellow"),
        *(((deferred_count, "of them not due", "yellow"),) if deferred_count else ()),
        (callbacks.called_count, "being called", "bold yellow"),
        (callbacks.kept_count, "kept", "green"),
        (callbacks.failed_count, "failed", "red"),
    )
    if not any(count for count, _, _ in told):
        return None
    text = Text("callbacks:", style="dim")
    for count, what, style in ((n, what, style) for n, what, style in told if n is not None):
        text.append(f"  {count} {what}", style=style if count else "dim")
    return text


def _name(queue: QueueLine) -> Text:
    """A closed queue is marked before its name, which may be cut off."""
    name = Text("" if queue.is_open else "✕ ", style="red")
    return name.append(words.printable(queue.name), style="bold" if queue.is_open else "bold red")


def _waiting(queue: QueueLine) -> Text:
    """How many wait, of how many may: the second where it is known."""
    waiting = Text(str(queue.waiting_count), style="bold yellow" if queue.waiting_count else "dim")
    return waiting if queue.limit is None else waiting.append(f"/{queue.limit}", style="dim")


def _longest(queue: QueueLine) -> Text:
    if queue.longest_seconds is not None:
        return Text(words.span(queue.longest_seconds), style="yellow")
    return Text("" if queue.is_open else "closed", style="red")


def _level(level: float | None) -> Text:
    if level is None:
        return Text("-", style="dim")
    if level >= GOOD_SERVICE_LEVEL:
        style = "green"
    elif level >= FAIR_SERVICE_LEVEL:
        style = "yellow"
    else:
        style = "red"
    return Text(f"{level:.0%}", style=style)


_COLUMNS: tuple[tuple[str, int, Callable[[QueueLine], Text]], ...] = (
    ("waiting", 0, _waiting),
    ("longest", 0, _longest),
    ("offered", 66, lambda queue: _count(queue.offered_count, "")),
    ("free", 0, lambda queue: _count(queue.free_agents_count, "green")),
    ("picked up", 78, lambda queue: _count(queue.picked_up_count, "")),
    ("abandoned", 56, lambda queue: _count(queue.abandoned_count, "red")),
    ("level", 46, lambda queue: _level(queue.service_level)),
)
"""Each with its title, and from how many columns of the terminal on there is room for it."""
