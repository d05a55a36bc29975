"""The frames and tables of the picture, which all look alike."""

from __future__ import annotations

from rich import box
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

WIDEST = 120
"""Columns of a table at most: beyond them the eye loses the line between a name and its numbers."""

_BORDER = "bright_black"


def table() -> Table:
    """A table without lines, as wide as there is room."""
    return Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)


def panel(content: RenderableType, title: str, widest: int | None = None) -> Panel:
    """The content in a frame with its title, in all columns there are or so many at most."""
    return Panel(
        content,
        title=Text(title, style="bold"),
        title_align="left",
        box=box.ROUNDED,
        border_style=_BORDER,
        padding=(0, 1),
        width=widest,
    )
