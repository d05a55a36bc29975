"""A floor to look at, facts of it, and what the live view shows of them."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from callcore.adapters.terminal import drawing
from callcore.adapters.terminal.view import Sources, TerminalView
from callcore.domain import events
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.ports.stores import FloorAgent, QueueCounts

NOW = Micros(1_790_000_000_000_000)
SUPPORT = QueueName("support")


def ago(seconds: float) -> Micros:
    return Micros(NOW - int(seconds * 1_000_000))


def offer(call_id: str, agent_id: str) -> dict[str, Any]:
    return {
        "at": NOW,
        "call_id": CallId(call_id),
        "queue": SUPPORT,
        "offer_id": OfferId("o1"),
        "agent_id": AgentId(agent_id),
    }


def arrived(call_id: str, number: str, dialled="+48225550100") -> events.CallArrived:
    return events.CallArrived(
        at=NOW,
        call_id=CallId(call_id),
        node=NodeName("fs1"),
        leg_id=LegId(call_id),
        caller_number=number,
        caller_name="x",
        dialled_number=dialled,
    )


def left(call_id: str, reason: LeaveReason, *, is_short=False) -> events.CallerLeft:
    return events.CallerLeft(
        at=NOW,
        call_id=CallId(call_id),
        queue=SUPPORT,
        reason=reason,
        waited_seconds=41.0,
        is_short=is_short,
    )


def ended(call_id: str) -> events.CallEnded:
    return events.CallEnded(
        at=NOW,
        call_id=CallId(call_id),
        outcome=CallOutcome.ABANDONED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="",
        lasted_seconds=42.0,
    )


def agent(name: str, state: AgentState, since: float, call_id: str | None = None) -> FloorAgent:
    return FloorAgent(
        agent_id=AgentId(name),
        state=state,
        since=ago(since),
        queues=(SUPPORT,),
        call_id=None if call_id is None else CallId(call_id),
        offer_id=None,
        queue=None if call_id is None else SUPPORT,
        leg_id=None,
        lease_until=None,
        miss_count=0,
    )


def sources(**changes: Any) -> Sources:
    values: dict[str, Any] = {
        "counts": lambda: [
            QueueCounts(
                queue=SUPPORT,
                waiting_count=3,
                offered_count=1,
                free_agents_count=2,
                staffed_count=4,
                oldest_joined_at=ago(65),
            )
        ],
        "agents": lambda: [
            agent("bert", AgentState.AVAILABLE, 12),
            agent("anna", AgentState.TALKING, 61, "c1"),
        ],
        "parts": lambda: {"redis": "up", "link:fs1": "up", "postgres": "away"},
        "now": lambda: NOW,
        "name_of": lambda agent_id: {"anna": "Anna Nowak"}.get(agent_id, agent_id),
    }
    return Sources(**(values | changes))


def shown(view: TerminalView, width=80, height=24) -> list[str]:
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(drawing.draw(view.look(), width, height), height=height)
    return console.export_text(styles=False).splitlines()


def view_of(*facts: events.Fact, **changes: Any) -> TerminalView:
    view = TerminalView("callcore demo", ["http://127.0.0.1:9170/"], sources(**changes))
    for fact in facts:
        view.observe(fact)
    return view


def line_with(lines: list[str], text: str) -> str:
    found = [line for line in lines if text in line]
    assert len(found) == 1, (text, lines)
    return " ".join(found[0].strip("│ ").split())


def told(*facts: events.Fact) -> list[tuple[str, str]]:
    """Subject and words of each line, oldest first."""
    return [(event.subject, event.text) for event in reversed(view_of(*facts).look().events)]


def limited(limit: int, staffed_count=4) -> events.LimitChanged:
    return events.LimitChanged(
        at=NOW, queue=SUPPORT, limit=limit, setting="waiting_per_agent", staffed_count=staffed_count
    )


def door(*, is_open: bool, by="hours", reason="") -> events.QueueDoorChanged:
    return events.QueueDoorChanged(at=NOW, queue=SUPPORT, is_open=is_open, by=by, reason=reason)
