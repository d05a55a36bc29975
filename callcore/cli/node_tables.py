"""Nodes as a table that fits 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from callcore.adapters.terminal.words import printable
from callcore.cli import instants
from callcore.cli.tables import plain_table
from callcore.domain.ids import Micros
from callcore.domain.nodes import LinkState
from callcore.ports.operations import NodeView

_STYLES = {LinkState.UP: "green", LinkState.DOWN: "yellow", LinkState.GONE: "red"}


def of_nodes(nodes: Sequence[NodeView], now: Micros) -> RenderableType:
    """One line a node, and why some cannot be asked."""
    if not nodes:
        return Text("there are no nodes")
    table = plain_table()
    table.add_column("node", overflow="fold", max_width=20)
    table.add_column("link", no_wrap=True)
    table.add_column("new calls", ratio=1)
    for title in ("calls", "lines", "channels"):
        table.add_column(title, justify="right", no_wrap=True)
    for node in nodes:
        table.add_row(
            Text(printable(node.node), style="bold"),
            Text(_link(node, now), style=_STYLES[node.link]),
            Text(_state(node, now), style="" if node.drained_at is None else "yellow"),
            Text(str(node.calls_count)),
            Text(str(node.lines_count or "")),
            Text("?" if node.legs_count is None else str(node.legs_count)),
        )
    faults = [Text(printable(node.fault), style="yellow") for node in nodes if node.fault]
    return Group(table, *([Text()] if faults else []), *faults)


def _link(node: NodeView, now: Micros) -> str:
    if node.gone_at is None:
        return str(node.link)
    return f"{node.link} since {instants.shown(node.gone_at, now)}"


def _state(node: NodeView, now: Micros) -> str:
    if node.drained_at is None:
        return "taken"
    since = f"none since {instants.shown(node.drained_at, now)}, by {printable(node.drained_by)}"
    return f"{since}: empty" if node.is_empty else since
