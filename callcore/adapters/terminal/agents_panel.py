"""The agents in the picture: what each does, since when, and for whom."""

from __future__ import annotations

from rich.panel import Panel
from rich.text import Text

from callcore.adapters.terminal import agent_parts, words
from callcore.adapters.terminal.panels import WIDEST, panel, table
from callcore.adapters.terminal.picture import AgentLine
from callcore.domain.agents import AgentState
from callcore.domain.decisions import RESTING

STATE_WIDTH = 25
"""``! on break (missed calls)`` in full."""

NARROW = 60
"""Columns below which there is no room for queues, nor for every state in full."""
NARROW_STATE_WIDTH = 15

_STATE_STYLES = {
    AgentState.AVAILABLE: "green",
    AgentState.RESERVED: "yellow",
    AgentState.RINGING: "bold yellow",
    AgentState.TALKING: "bold cyan",
    AgentState.WRAPPING_UP: "magenta",
    AgentState.ON_BREAK: "dim",
    AgentState.LOGGED_OUT: "dim",
}
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


def agents_panel(
    agents: tuple[AgentLine, ...], room: int, width: int, count: int | None = None
) -> Panel:
    """Every agent in the order given if there is room, else those who do something.

    In a panel of ``width`` columns. ``count`` is how many there are if ``agents`` are not all.
    """
    shown, count = agents, len(agents) if count is None else count
    if len(agents) > room:
        shown = tuple(sorted(agents, key=_urgency)[:room])
    title = f"Agents ({count})" if len(shown) == count else f"Agents ({len(shown)} of {count})"
    rows = table()
    rows.add_column("agent", no_wrap=True, ratio=3)
    is_narrow = width < NARROW
    rows.add_column("state", no_wrap=True, width=NARROW_STATE_WIDTH if is_narrow else STATE_WIDTH)
    rows.add_column("for", justify="right", no_wrap=True, min_width=7)
    has_callers = any(agent.caller for agent in shown)
    if has_callers:
        rows.add_column("with", no_wrap=True, ratio=2, min_width=8)
    if not is_narrow:
        rows.add_column("queue", no_wrap=True, ratio=2)
    for agent in shown:
        rows.add_row(
            Text(words.printable(agent.name)),
            _doing(agent),
            Text(words.span(agent.for_seconds), style="dim"),
            *([Text(words.printable(agent.caller))] if has_callers else []),
            *([] if is_narrow else [Text(words.printable(agent.queue), style="dim")]),
        )
    return panel(rows, title, WIDEST)


def _urgency(agent: AgentLine) -> int:
    return -1 if agent.is_overrun else _ACTIVE_FIRST[agent.state]


def _doing(agent: AgentLine) -> Text:
    """What the agent does, or what keeps an available one from being asked; and what comes then."""
    style = _STATE_STYLES[agent.state]
    match agent.state:
        case AgentState.AVAILABLE if agent.holds:
            doing = Text(agent_parts.of_holds(agent.holds), style="yellow")
        case AgentState.AVAILABLE if agent.is_resting:
            doing = Text(RESTING, style="yellow")
        case AgentState.ON_BREAK:
            told = f"{words.spoken(agent.state)}{agent_parts.of_break(agent.break_code)}"
            # Not by colour alone: there may be none.
            doing = Text(
                f"! {told}" if agent.is_overrun else told,
                style="bold red" if agent.is_overrun else style,
            )
        case state:
            doing = Text(words.spoken(state), style=style)
    if agent.wish is not None:
        doing.append(f" → {agent_parts.of_wish(agent.wish)}", style="yellow")
    return doing
