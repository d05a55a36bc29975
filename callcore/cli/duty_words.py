"""What became of a change of an agent's presence, in plain words."""

from __future__ import annotations

from rich.text import Text

from callcore.adapters.control.answers import DutyChanged
from callcore.adapters.terminal.agent_parts import of_break
from callcore.adapters.terminal.words import printable, spoken
from callcore.domain.agents import AgentState, Wish
from callcore.ports.operations import DutyChange

_AT_ONCE = {
    DutyChange.LOG_OUT: "is logged out",
    DutyChange.START_BREAK: "is on a break",
    DutyChange.END_BREAK: "is back from the break",
    DutyChange.END_WRAP_UP: "is ready",
    DutyChange.EXTEND_WRAP_UP: "has longer for notes",
}
_ALREADY = {
    DutyChange.LOG_IN: "was logged in already",
    DutyChange.LOG_OUT: "was logged out already",
    DutyChange.START_BREAK: "was on a break already",
    DutyChange.END_BREAK: "was not on a break",
    DutyChange.END_WRAP_UP: "was not wrapping up",
    DutyChange.EXTEND_WRAP_UP: "has no longer for notes than before",
}
_TELLS_STATE = frozenset({DutyChange.LOG_IN, DutyChange.END_BREAK, DutyChange.END_WRAP_UP})
"""Changes of which it is of interest what the agent is doing if there was nothing to change."""

_LEAVING = {
    DutyChange.LOG_OUT: AgentState.LOGGED_OUT,
    DutyChange.START_BREAK: AgentState.ON_BREAK,
}
"""Changes that are wishes while the agent holds a call."""


def of_change(answer: DutyChanged) -> Text:
    """A sentence, and a line for each warning."""
    told = Text(f"{printable(answer.agent_id)} {_told(answer)}")
    for warning in answer.warnings:
        told.append(f"\nbut {printable(warning)}", style="yellow")
    return told


def _told(answer: DutyChanged) -> str:
    is_wish = answer.wish is not None and answer.wish.state is _LEAVING.get(answer.change)
    if answer.wish is not None and is_wish:
        already = "" if answer.is_changed else " already"
        return f"is {spoken(answer.state)}: {_to_come(answer.wish)} after the call{already}"
    if answer.change is DutyChange.LOG_OUT and answer.state is not AgentState.LOGGED_OUT:
        return f"{'now' if answer.is_changed else 'already'} serves {_queues(answer)} only"
    if not answer.is_changed:
        told = _ALREADY[answer.change]
        return f"{told}: {spoken(answer.state)}" if answer.change in _TELLS_STATE else told
    return _changed(answer)


def _changed(answer: DutyChanged) -> str:
    is_available = answer.state is AgentState.AVAILABLE
    match answer.change:
        case DutyChange.LOG_IN if is_available:
            return f"is logged in for {_queues(answer)}"
        case DutyChange.LOG_IN:
            return f"stays logged in for {_queues(answer)}: {spoken(answer.state)}"
        case DutyChange.END_BREAK if not is_available:
            return f"is {spoken(answer.state)}: the break after the call is taken back"
        case DutyChange.END_WRAP_UP if not is_available:
            return f"has wrapped up: {spoken(answer.state)}"
        case _:
            return _AT_ONCE[answer.change]


def _to_come(wish: Wish) -> str:
    if wish.state is AgentState.LOGGED_OUT:
        return "is logged out"
    return f"goes on a break{of_break(wish.break_code)}"


def _queues(answer: DutyChanged) -> str:
    return ", ".join(map(printable, answer.queues)) or "no queue"
