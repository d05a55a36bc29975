"""The queues in the picture: one a line, and in the frame the callbacks of the site."""

from __future__ import annotations

from rich.panel import Panel
from rich.text import Text

from callcore.adapters.terminal import words
from callcore.adapters.terminal.panels import panel, table
from callcore.adapters.terminal.picture import CallbacksLine, Picture, QueueLine

GOOD_SERVICE_LEVEL = 0.8
FAIR_SERVICE_LEVEL = 0.6


def queues_panel(picture: Picture) -> Panel:
    """Every queue."""
    rows = table()
    rows.add_column("queue", no_wrap=True, ratio=1)
    for title in ("waiting", "longest", "offered", "free", "picked up", "abandoned", "level"):
        rows.add_column(title, justify="right", no_wrap=True)
    for queue in picture.queues:
        rows.add_row(
            _name(queue),
            _waiting(queue),
            _longest(queue),
            Text(str(queue.offered_count), style="" if queue.offered_count else "dim"),
            Text(str(queue.free_agents_count), style="green" if queue.free_agents_count else "dim"),
            Text(str(queue.picked_up_count), style="" if queue.picked_up_count else "dim"),
            Text(str(queue.abandoned_count), style="red" if queue.abandoned_count else "dim"),
            _level(queue.service_level),
        )
    framed = panel(rows, "Queues")
    framed.subtitle = _callbacks(picture.callbacks)
    framed.subtitle_align = "right"
    return framed


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
    for count, what, style in told:
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
