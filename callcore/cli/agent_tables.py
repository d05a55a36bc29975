"""Agents, and what one of them has done, as tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from callcore.adapters.terminal.agent_parts import by_whom, of_break, of_holds, of_wish
from callcore.adapters.terminal.words import printable, spoken
from callcore.cli import instants
from callcore.cli.tables import SHORTEST_ID, plain_table
from callcore.domain.agents import CALLCORE, STAFFED, AgentState
from callcore.domain.decisions import RESTING
from callcore.domain.ids import Micros
from callcore.ports.operations import AgentView
from callcore.ports.timelines import AgentChange


def of_agents(agents: Sequence[AgentView], now: Micros) -> RenderableType:
    """One line an agent."""
    if not agents:
        return Text("there are no agents")
    table = plain_table()
    table.add_column("agent", overflow="fold", max_width=16)
    table.add_column("name", overflow="fold", max_width=20)
    table.add_column("state", ratio=3)
    table.add_column("since")
    table.add_column("until")
    table.add_column("queues", overflow="fold", ratio=2)
    for agent in agents:
        table.add_row(
            Text(printable(agent.agent_id), style="bold"),
            Text(printable(agent.name)),
            _state(agent),
            Text("" if agent.since is None else instants.shown(agent.since, now)),
            Text("" if agent.until is None else instants.shown(agent.until, now)),
            Text(", ".join(map(printable, agent.queues))),
        )
    return table


def of_changes(changes: Sequence[AgentChange], now: Micros) -> RenderableType:
    """One line a change, the last one last."""
    if not changes:
        return Text("nothing is known of the agent's past")
    table = plain_table()
    table.add_column("when", no_wrap=True)
    table.add_column("state", ratio=2)
    table.add_column("why", ratio=2)
    table.add_column("by", overflow="fold", max_width=16)
    table.add_column("queue", overflow="fold", max_width=20)
    table.add_column("call", no_wrap=True)
    for change in changes:
        is_same = change.state is change.before
        table.add_row(
            Text(instants.shown(change.at, now, seconds=True)),
            Text(_after(change), style="dim" if is_same else ""),
            Text(_reason_of(change)),
            Text("" if change.actor == CALLCORE else printable(change.actor)),
            Text("" if change.queue is None else printable(change.queue)),
            Text("" if change.call_id is None else printable(change.call_id[:SHORTEST_ID])),
        )
    return table


def _state(agent: AgentView) -> Text:
    """What the agent does, by whom or why, what is wrong with it, and what comes after it."""
    colour = "" if agent.state in STAFFED else "dim"
    told = spoken(agent.state)
    match agent.state:
        case AgentState.AVAILABLE if agent.is_resting:
            told = f"{RESTING}: {spoken(agent.reason)}" if agent.reason else RESTING
        case AgentState.AVAILABLE:
            colour = "" if agent.holds else "green"
        case AgentState.ON_BREAK:
            told += of_break(agent.break_code) + by_whom(agent.reason, agent.actor)
        case AgentState.LOGGED_OUT:
            told += by_whom(agent.reason, agent.actor)
        case _:
            pass
    state = Text(told, style=colour)
    if agent.is_overrun:
        state.append(", too long", style="red")
    if agent.holds and agent.state in STAFFED:
        state.append(f", {of_holds(agent.holds)}", style="yellow")
    if agent.wish is not None:
        state.append(f", then {of_wish(agent.wish)}", style="yellow")
    return state


def _after(change: AgentChange) -> str:
    told = spoken(change.state) + of_break(change.break_code)
    return f"{told}, {of_holds(change.holds)}" if change.holds else told


def _reason_of(change: AgentChange) -> str:
    reason = spoken(change.reason)
    return f"{reason}: {printable(change.note)}" if change.note else reason
