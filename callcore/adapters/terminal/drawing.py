"""Draws a picture with rich: stacked on a narrow terminal, side by side on a wide one."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from callcore.adapters.terminal import agent_words, words
from callcore.adapters.terminal.picture import (
    AgentLine,
    CallbacksLine,
    EventLine,
    Picture,
    QueueLine,
)
from callcore.domain.agents import AgentState
from callcore.domain.decisions import RESTING

WIDE = 160
"""Columns from which events stand beside the tables: on fewer both would be cut off."""

HEADER_LINES = 2
FRAME_LINES = 3
"""Two of the border and one of the column titles."""
EVENTS_LEAST = 5
"""Border and three lines: below that, agents give way."""

TROUBLE_LINES = 6
"""More would leave no room for the floor."""

STATE_WIDTH = 24
"""``on break (missed calls)`` in full."""

_MEASURE = Console(width=WIDE)
"""rich wraps text only for a console; nothing is written to this one."""

GOOD_SERVICE_LEVEL = 0.8
FAIR_SERVICE_LEVEL = 0.6

_STATE_STYLES = {
    AgentState.AVAILABLE: "green",
    AgentState.RESERVED: "yellow",
    AgentState.RINGING: "bold yellow",
    AgentState.TALKING: "bold cyan",
    AgentState.WRAPPING_UP: "magenta",
    AgentState.ON_BREAK: "dim",
    AgentState.LOGGED_OUT: "dim",
}
_TONE_STYLES = {
    words.Tone.PLAIN: "",
    words.Tone.GOOD: "green",
    words.Tone.BUSY: "yellow",
    words.Tone.QUIET: "dim",
    words.Tone.BAD: "red",
}
_BORDER = "bright_black"


def draw(picture: Picture, width: int, height: int) -> RenderableType:
    """The picture for a terminal of that many columns and lines."""
    queue_lines = len(picture.queues) + FRAME_LINES
    troubles = _troubles(picture, width)
    header_lines = HEADER_LINES + len(troubles)
    header = Layout(Group(_header(picture, width), *troubles), size=header_lines)
    if width >= WIDE:
        agent_lines = max(height - header_lines - queue_lines, FRAME_LINES)
        left = Layout(ratio=3)
        left.split_column(
            Layout(_queues(picture), size=queue_lines),
            Layout(_agents(picture.agents, agent_lines - FRAME_LINES)),
        )
        body = Layout()
        body.split_row(left, Layout(_events(picture.events, height), ratio=2))
        whole = Layout()
        whole.split_column(header, body)
        return whole
    room = height - header_lines - queue_lines - EVENTS_LEAST
    agent_lines = min(len(picture.agents) + FRAME_LINES, max(room, FRAME_LINES + 1))
    whole = Layout()
    whole.split_column(
        header,
        Layout(_queues(picture), size=queue_lines),
        Layout(_agents(picture.agents, agent_lines - FRAME_LINES), size=agent_lines),
        Layout(_events(picture.events, height)),
    )
    return whole


def _header(picture: Picture, width: int) -> RenderableType:
    first = _line()
    first.append(f" {picture.title} ", style="bold reverse")
    first.append(f" {picture.time}  up {words.span(picture.up_seconds)} ")
    for part, state in picture.parts.items():
        is_up = state == "up"
        first.append(" ● ", style="green" if is_up else "red")
        first.append(words.printable(part.removeprefix("link:")))
    second = _line()
    if picture.fault:
        second.append(f" {words.printable(picture.fault)}", style="red")
        return Group(first, second)
    second.append(" " + _links(picture.urls, width - 2), style="blue")
    room = width - second.cell_len
    aside = next((one for one in _asides(picture) if len(one) < room), "")
    second.append(aside.rjust(room), style="dim")
    return Group(first, second)


def _asides(picture: Picture) -> list[str]:
    """What is said if there is room, the longest first."""
    how_to_stop = "Ctrl-C stops "
    if picture.decision_seconds is None:
        return [how_to_stop]
    return [f"decides in {picture.decision_seconds * 1000:.1f} ms  {how_to_stop}", how_to_stop]


def _links(urls: tuple[str, ...], width: int) -> str:
    """Whole ones if there is room, else what is the same in all of them only once."""
    whole = "  ".join(urls)
    if len(whole) <= width or not urls:
        return whole
    server = urls[0].rpartition("/")[0]
    return "  ".join((urls[0], *(url.removeprefix(server) for url in urls[1:])))


def _troubles(picture: Picture, width: int) -> list[Text]:
    """What is wrong and what to do, in full: a remedy that is cut off helps nobody."""
    lines: list[Text] = []
    for part, state in picture.parts.items():
        if state != "up":
            told = Text(f" {words.printable(part)}: {words.printable(state)}", style="red")
            lines += told.wrap(_MEASURE, width)
    return lines[:TROUBLE_LINES]


def _line() -> Text:
    return Text(no_wrap=True, overflow="ellipsis")


def _queues(picture: Picture) -> Panel:
    table = _table()
    table.add_column("queue", no_wrap=True, ratio=1)
    for title in ("waiting", "longest", "offered", "free", "picked up", "abandoned", "level"):
        table.add_column(title, justify="right", no_wrap=True)
    for queue in picture.queues:
        table.add_row(
            _name(queue),
            _waiting(queue),
            _longest(queue),
            Text(str(queue.offered_count), style="" if queue.offered_count else "dim"),
            Text(str(queue.free_agents_count), style="green" if queue.free_agents_count else "dim"),
            Text(str(queue.picked_up_count), style="" if queue.picked_up_count else "dim"),
            Text(str(queue.abandoned_count), style="red" if queue.abandoned_count else "dim"),
            _level(queue.service_level),
        )
    panel = _panel(table, "Queues")
    panel.subtitle = _callbacks(picture.callbacks)
    panel.subtitle_align = "right"
    return panel


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


_ACTIVE_FIRST = {
    state: rank
    for rank, state in enumerate(
        (
            AgentState.RINGING,
            AgentState.RESERVED,
            AgentState.TALKING,
            AgentState.WRAPPING_UP,
            AgentState.AVAILABLE,
            AgentState.ON_BREAK,
            AgentState.LOGGED_OUT,
        )
    )
}


def _agents(agents: tuple[AgentLine, ...], room: int) -> Panel:
    """Every agent in the order given if there is room, else those who do something."""
    shown = agents
    title = f"Agents ({len(agents)})"
    if len(agents) > room:
        shown = tuple(sorted(agents, key=_urgency)[:room])
        title = f"Agents ({room} of {len(agents)})"
    table = _table()
    table.add_column("agent", no_wrap=True, ratio=3)
    table.add_column("state", no_wrap=True, width=STATE_WIDTH)
    table.add_column("for", justify="right", no_wrap=True, min_width=7)
    table.add_column("with", no_wrap=True, ratio=2, min_width=8)
    table.add_column("queue", no_wrap=True, ratio=2)
    for agent in shown:
        table.add_row(
            Text(words.printable(agent.name)),
            _doing(agent),
            Text(words.span(agent.for_seconds), style="dim"),
            Text(words.printable(agent.caller)),
            Text(words.printable(agent.queue), style="dim"),
        )
    return _panel(table, title)


def _urgency(agent: AgentLine) -> int:
    return -1 if agent.is_overrun else _ACTIVE_FIRST[agent.state]


def _doing(agent: AgentLine) -> Text:
    """What the agent does, or what keeps an available one from being asked; and what comes then."""
    style = _STATE_STYLES[agent.state]
    match agent.state:
        case AgentState.AVAILABLE if agent.holds:
            doing = Text(agent_words.of_holds(agent.holds), style="yellow")
        case AgentState.AVAILABLE if agent.is_resting:
            doing = Text(RESTING, style="yellow")
        case AgentState.ON_BREAK:
            told = f"{words.spoken(agent.state)}{agent_words.of_break(agent.break_code)}"
            doing = Text(told, style="bold red" if agent.is_overrun else style)
        case state:
            doing = Text(words.spoken(state), style=style)
    if agent.wish is not None:
        doing.append(f" → {agent_words.of_wish(agent.wish)}", style="yellow")
    return doing


def _events(events: tuple[EventLine, ...], room: int) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True, width=8)
    table.add_column(no_wrap=True, width=13)
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    for event in events[:room]:
        table.add_row(
            Text(event.time, style="dim"),
            Text(words.printable(event.subject), style="bold"),
            Text(words.printable(event.text), style=_TONE_STYLES[words.Tone(event.tone)]),
        )
    return _panel(table, "What happens")


def _table() -> Table:
    return Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)


def _panel(content: RenderableType, title: str) -> Panel:
    return Panel(
        content,
        title=Text(title, style="bold"),
        title_align="left",
        box=box.ROUNDED,
        border_style=_BORDER,
        padding=(0, 1),
    )
