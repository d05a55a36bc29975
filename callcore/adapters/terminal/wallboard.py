"""A site at a glance, drawn from what a running callcore tells of itself.

What a colour says is said without it too. Nothing is drawn wider or higher than there is room; what
is left out is counted.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from callcore.adapters.terminal import words
from callcore.adapters.terminal.agents_panel import agents_panel
from callcore.adapters.terminal.picture import AgentLine, CallbacksLine, QueueLine
from callcore.adapters.terminal.queues_panel import queues_panel
from callcore.domain.agents import AgentState
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.nodes import LinkState
from callcore.ports.operations import AgentStatus, QueueStatus, SiteStatus

FRAME_LINES = 3
"""Two of the border and one of the column titles."""
LEAST_ROWS = 1
TROUBLE_LINES = 2
"""How many lines each trouble gets where the height is that of a window."""
UP = "up"

_FAINT = Style(dim=True)
_LATE_SECONDS = 5.0
"""A status that is older is told with its age."""
_ALL_ROWS = 100_000
_TIED = "\N{NO-BREAK SPACE}"

TimeOf = Callable[[Micros], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is to be drawn."""

    status: SiteStatus | None
    """The last one that was had; ``None`` before the first."""
    now: Micros
    fault: str = ""
    """Why there is no newer one; empty if there is."""
    hint: str = ""
    """What may be pressed."""


def draw(board: Board, time_of: TimeOf, width: int, height: int | None) -> RenderableType:
    """The board for a terminal of that many columns and lines; of as many lines as it takes if
    ``height`` is ``None``.
    """
    status = board.status
    if status is None:
        return Text(f" {words.printable(board.fault) or 'asking callcore ...'}")
    head = _head(board, status, time_of, width, None if height is None else TROUBLE_LINES)
    queues = [_queue_line(one, status.at) for one in status.queues]
    callbacks = _callbacks(status)
    agents = tuple(_agent_line(one, status.at) for one in status.agents)
    count = sum(status.agent_counts.values())
    greyed = _Greyed if board.fault else _as_it_is
    if height is None:
        return Group(
            *head,
            greyed(queues_panel(queues, callbacks, _ALL_ROWS, width)),
            greyed(agents_panel(agents, _ALL_ROWS, width, count)),
        )
    room = max(height - len(head), 0)
    drawn = Layout()
    if room < 2 * (FRAME_LINES + LEAST_ROWS):  # for one kind only
        panel = queues_panel(queues, callbacks, max(room - FRAME_LINES, LEAST_ROWS), width)
        drawn.split_column(Layout(Group(*head), size=len(head)), Layout(greyed(panel)))
        return drawn
    queue_rows, agent_rows = _shared_out(room - 2 * FRAME_LINES, len(queues), len(agents))
    drawn.split_column(
        Layout(Group(*head), size=len(head)),
        Layout(
            greyed(queues_panel(queues, callbacks, queue_rows, width)),
            size=queue_rows + FRAME_LINES,
        ),
        Layout(greyed(agents_panel(agents, agent_rows, width, count))),
    )
    return drawn


class _Greyed:
    """What is no longer so: faint, whatever colours it has."""

    def __init__(self, drawing: RenderableType) -> None:
        self._drawing = drawing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._drawing, options):
            yield Segment(segment.text, _FAINT, segment.control)


def _as_it_is(drawing: RenderableType) -> RenderableType:
    return drawing


def _shared_out(rows: int, queue_count: int, agent_count: int) -> tuple[int, int]:
    """How many lines queues and agents get: half each, and what one does not need the other."""
    rows = max(rows, 2 * LEAST_ROWS)
    agent_rows = min(agent_count, max(rows // 2, rows - queue_count))
    queue_rows = max(min(queue_count, rows - agent_rows), LEAST_ROWS)
    return queue_rows, max(rows - queue_rows, LEAST_ROWS)


def _head(
    board: Board, status: SiteStatus, time_of: TimeOf, width: int, most: int | None
) -> list[Text]:
    """The lines above the tables, at most so many about each trouble."""
    first = _line(f" callcore {words.printable(status.site)} ", "bold reverse")
    first.append(f" {time_of(status.at)} ")
    age = seconds_between(status.at, board.now)
    if board.fault or age >= _LATE_SECONDS:
        first.append(f" {words.span(age)} ago ", style="bold red")
    if board.hint and first.cell_len + len(board.hint) + 1 < width:
        first.append(board.hint.rjust(width - first.cell_len - 1), style="dim")
    lines = [first]
    if board.fault:
        lines += _wrapped(words.printable(board.fault), "bold red", width, most)
    if status.draining:
        by = words.printable(status.draining)
        count = status.calls_count
        left = f"{count} calls left" if count != 1 else "1 call left"
        told = f" drained by {by}: takes no new calls, ends after the last; {left}"
        lines.append(_line(told, "yellow"))
    lines += [*_floor(status, width), _machines(status), *_troubles(status.parts, width, most)]
    return lines


def _floor(status: SiteStatus, width: int) -> list[Text]:
    """Who waits and who is there, in one line if there is room; no count is parted from its
    state.
    """
    waiting = sum(one.waiting_count + one.offered_count for one in status.queues)
    oldest = min((one.oldest_joined_at or status.at for one in status.queues), default=status.at)
    longest = words.span(seconds_between(oldest, status.at)) if waiting else ""
    counts = [
        f"{status.agent_counts[state]} {words.spoken(state)}".replace(" ", _TIED)
        for state in AgentState
        if status.agent_counts.get(state)
    ]
    line = _line(f" {waiting} waiting", "bold yellow" if waiting else "")
    if longest:
        line.append(f", longest {longest}", style="yellow")
    level = _level_of(status)
    line.append(f"  today {level:.0%} in time" if level is not None else "  today -")
    agents = f"agents: {', '.join(counts) or 'none'}"
    if line.cell_len + 2 + len(agents) <= width:
        return [line.append(f"  {agents.replace(_TIED, ' ')}", style="dim")]
    return [line, *_wrapped(agents, "dim", width, None)]


def _level_of(status: SiteStatus) -> float | None:
    """The service level of all queues together."""
    days = [one.today for one in status.queues if one.today is not None]
    counted = sum(
        day.picked_up_count + day.abandoned_count - day.short_abandoned_count for day in days
    )
    return sum(day.picked_up_within_count for day in days) / counted if counted else None


def _machines(status: SiteStatus) -> Text:
    """Workers and nodes."""
    line = _line(f" workers: {', '.join(map(words.printable, status.workers))}", "dim")
    line.append("  nodes: ", style="dim")
    for place, node in enumerate(status.nodes):
        line.append(", " if place else "", style="dim")
        is_well = node.link is LinkState.UP and not node.is_drained
        state = "drained" if node.is_drained else str(node.link)
        told = words.printable(node.node) + ("" if is_well else f" {state}!")
        line.append(told, style="green" if is_well else "red")
    return line


def _troubles(parts: Mapping[str, str], width: int, most: int | None) -> list[Text]:
    """Whatever is not well, each on lines of its own."""
    return [
        line
        for part, state in parts.items()
        if state != UP
        for line in _wrapped(
            f"! {words.printable(part)}: {words.printable(state)}", "red", width, most
        )
    ]


def _wrapped(text: str, style: str, width: int, most: int | None) -> list[Text]:
    """Broken between words: what to do stands at the end."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=" ",
        subsequent_indent="   ",
        break_on_hyphens=False,
        max_lines=most,
        placeholder="…",
    )
    return [_line(line.replace(_TIED, " "), style) for line in lines]


def _line(text: str, style: str) -> Text:
    """Cut off where there is no room."""
    return Text(no_wrap=True, overflow="ellipsis").append(text, style=style)


def _callbacks(status: SiteStatus) -> CallbacksLine:
    """Those that are not kept yet; how many were is in the records."""
    return CallbacksLine(
        open_count=sum(one.promises_count for one in status.queues),
        deferred_count=sum(one.deferred_count for one in status.queues),
        called_count=None,
        kept_count=None,
        failed_count=None,
    )


def _queue_line(queue: QueueStatus, at: Micros) -> QueueLine:
    oldest, today = queue.oldest_joined_at, queue.today
    return QueueLine(
        name=queue.queue,
        is_open=queue.is_open,
        limit=queue.limit,
        waiting_count=queue.waiting_count,
        longest_seconds=None if oldest is None else seconds_between(oldest, at),
        offered_count=queue.offered_count,
        free_agents_count=queue.free_agents_count,
        picked_up_count=None if today is None else today.picked_up_count,
        abandoned_count=None if today is None else today.abandoned_count,
        service_level=queue.service_level,
    )


def _agent_line(agent: AgentStatus, at: Micros) -> AgentLine:
    return AgentLine(
        name=agent.name or agent.agent_id,
        state=agent.state,
        for_seconds=seconds_between(agent.since or at, at),
        caller="",
        queue=agent.queue or "",
        is_resting=agent.is_resting,
        holds=agent.holds,
        break_code=agent.break_code,
        is_overrun=agent.is_overrun,
        wish=agent.wish,
    )
