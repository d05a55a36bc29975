"""Draws a picture with rich: stacked on a narrow terminal, side by side on a wide one."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from callcore.adapters.terminal import words
from callcore.adapters.terminal.agents_panel import agents_panel
from callcore.adapters.terminal.panels import panel
from callcore.adapters.terminal.picture import EventLine, Picture
from callcore.adapters.terminal.queues_panel import queues_panel

WIDE = 160
"""Columns from which events stand beside the tables: on fewer both would be cut off."""

HEADER_LINES = 2
FRAME_LINES = 3
"""Two of the border and one of the column titles."""
EVENTS_LEAST = 5
"""Border and three lines: below that, agents give way."""

TROUBLE_LINES = 6
"""More would leave no room for the floor."""

_MEASURE = Console(width=WIDE)
"""rich wraps text only for a console; nothing is written to this one."""

_TONE_STYLES = {
    words.Tone.PLAIN: "",
    words.Tone.GOOD: "green",
    words.Tone.BUSY: "yellow",
    words.Tone.QUIET: "dim",
    words.Tone.BAD: "red",
}


def draw(picture: Picture, width: int, height: int) -> RenderableType:
    """The picture for a terminal of that many columns and lines."""
    troubles = _troubles(picture, width)
    header_lines = HEADER_LINES + len(troubles)
    header = Layout(Group(_header(picture, width), *troubles), size=header_lines)
    left_width = width * 3 // 5 if width >= WIDE else width
    least_lines = FRAME_LINES + 1 + (0 if width >= WIDE else EVENTS_LEAST)
    queue_lines = min(
        len(picture.queues) + FRAME_LINES,
        max(height - header_lines - least_lines, FRAME_LINES + 1),
    )
    queues = queues_panel(picture.queues, picture.callbacks, queue_lines - FRAME_LINES, left_width)
    if width >= WIDE:
        agent_lines = max(height - header_lines - queue_lines, FRAME_LINES)
        left = Layout(ratio=3)
        left.split_column(
            Layout(queues, size=queue_lines),
            Layout(agents_panel(picture.agents, agent_lines - FRAME_LINES, left_width)),
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
        Layout(queues, size=queue_lines),
        Layout(agents_panel(picture.agents, agent_lines - FRAME_LINES, width), size=agent_lines),
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


def _events(events: tuple[EventLine, ...], room: int) -> Panel:
    rows = Table.grid(padding=(0, 1), expand=True)
    rows.add_column(no_wrap=True, width=8)
    rows.add_column(no_wrap=True, width=13)
    rows.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    for event in events[:room]:
        rows.add_row(
            Text(event.time, style="dim"),
            Text(words.printable(event.subject), style="bold"),
            Text(words.printable(event.text), style=_TONE_STYLES[words.Tone(event.tone)]),
        )
    return panel(rows, "What happens")
