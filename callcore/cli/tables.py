"""Queues and callers as tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from callcore.adapters.terminal.words import printable, span
from callcore.cli import instants, words
from callcore.domain.ids import CallId, Micros, seconds_between
from callcore.ports.operations import QueueView, WaitingView

SHORTEST_ID = 8
"""What is shown of a call's id, unless others begin with the same."""


def of_queues(queues: Sequence[QueueView], now: Micros) -> RenderableType:
    """One line a queue."""
    table = plain_table()
    table.add_column("queue", overflow="fold", max_width=20)
    table.add_column("state", ratio=1)
    has_promises = any(queue.promises_count for queue in queues)
    has_deferred = any(queue.deferred_count for queue in queues)
    titles = (
        "waiting",
        *(("callbacks",) if has_promises else ()),
        *(("not due",) if has_deferred else ()),
    )
    for title in (*titles, "longest", "limit", "free", "staffed"):
        table.add_column(title, justify="right", no_wrap=True)
    for queue in queues:
        longest = ""
        if queue.oldest_joined_at is not None:
            longest = span(seconds_between(queue.oldest_joined_at, now))
        is_full = queue.waiting_count >= queue.limit.maximum_waiting
        table.add_row(
            Text(printable(queue.queue), style="bold"),
            Text(_state(queue, now), style="" if queue.is_open else "red"),
            Text(str(queue.waiting_count), style="yellow" if queue.waiting_count else ""),
            *([Text(str(queue.promises_count or ""))] if has_promises else []),
            *([Text(str(queue.deferred_count or ""), style="dim")] if has_deferred else []),
            Text(longest, style="yellow"),
            Text(str(queue.limit.maximum_waiting), style="red" if is_full else ""),
            Text(str(queue.free_agents_count), style="green" if queue.free_agents_count else ""),
            Text(str(queue.staffed_count), style="" if queue.staffed_count else "red"),
        )
    return table


def of_calls(calls: Sequence[WaitingView]) -> RenderableType:
    """One line a caller."""
    if not calls:
        return Text("nobody waits")
    length = distinct([call.call_id for call in calls])
    table = plain_table()
    table.add_column("call", no_wrap=True)
    table.add_column("queue", overflow="fold", ratio=1)
    table.add_column("place", justify="right", no_wrap=True)
    table.add_column("caller", no_wrap=True, max_width=14)
    for title in ("waited", "priority", "level"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("rings", overflow="fold", ratio=1)
    for call in calls:
        table.add_row(
            Text(printable(call.call_id[:length]), style="bold"),
            Text(printable(call.queue)),
            Text("" if call.position is None else str(call.position)),
            Text(printable(call.caller_number)),
            Text(span(call.waited_seconds)),
            Text(str(call.priority)),
            Text(str(call.open_level)),
            Text(_rings(call), style="green"),
        )
    return table


def _rings(call: WaitingView) -> str:
    agents = words.agents(call.offered_to)
    return f"callback {agents}".rstrip() if call.is_callback else agents


def _state(queue: QueueView, now: Micros) -> str:
    closure = queue.closure
    if closure is not None:
        until = "it is opened" if closure.until is None else instants.shown(closure.until, now)
        reason = f": {printable(closure.reason)}" if closure.reason else ""
        return f"closed by {printable(closure.by)} until {until}{reason}"
    if queue.is_open:
        return (
            "open"
            if queue.closes_at is None
            else f"open until {instants.shown(queue.closes_at, now)}"
        )
    if queue.opens_at is None:
        return "closed"
    return f"closed until {instants.shown(queue.opens_at, now)}"


def plain_table() -> Table:
    """Columns without a frame."""
    return Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")


def distinct(ids: Sequence[CallId]) -> int:
    """How many characters tell these calls from each other, and from most."""
    length = SHORTEST_ID
    longest = max(len(one) for one in ids)
    while length < longest and len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return length
