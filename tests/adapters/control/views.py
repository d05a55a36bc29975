"""What the operations tell, with what a case varies."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.admission import Limit
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, OfferId, QueueName
from callcore.domain.nodes import LinkState
from callcore.domain.outcomes import CallbackOrigin
from callcore.domain.policies import Strategy
from callcore.domain.records import DecisionRecord, PassedOver
from callcore.domain.routing import Judgement, Verdict
from callcore.domain.sharding import WorkerId
from callcore.ports.operations import (
    AgentStatus,
    AgentView,
    CallbackView,
    Explanation,
    NodeStatus,
    NodeView,
    QueueStatus,
    QueueView,
    SiteStatus,
    WaitingView,
)
from callcore.ports.timelines import AgentChange

SUPPORT, SALES = QueueName("support"), QueueName("sales")
FS1, FS2 = NodeName("fs1"), NodeName("fs2")
FIRST = CallId("3f2a9c1e-8d11-4f0c-9b7e-0123456789ab")
SECOND = CallId("3f2a9c1e-0000-4f0c-9b7e-0123456789ab")
THIRD = CallId("b7000000-8d11-4f0c-9b7e-0123456789ab")
ENDED = CallId("e0000000-8d11-4f0c-9b7e-0123456789ab")
NOW = Micros(1_795_300_000_000_000)
SECOND_LONG = 1_000_000
MINUTE = 60 * SECOND_LONG
LONG_AGO = Micros(1_000_000_000_000_000)


def agents(*ids: str) -> tuple[AgentId, ...]:
    return tuple(map(AgentId, ids))


def queue_view(name: QueueName, **parts: object) -> QueueView:
    view = QueueView(
        queue=name,
        is_open=True,
        closure=None,
        opens_at=None,
        closes_at=None,
        waiting_count=0,
        free_agents_count=0,
        staffed_count=6,
        promises_count=0,
        deferred_count=0,
        limit=Limit(maximum_waiting=1000, setting="maximum_waiting"),
        oldest_joined_at=None,
    )
    return replace(view, **parts)  # type: ignore[arg-type]  # whatever a case varies


def node_view(name: NodeName, **parts: object) -> NodeView:
    view = NodeView(
        node=name,
        link=LinkState.UP,
        fault="",
        gone_at=None,
        drained_at=None,
        drained_by="",
        calls_count=0,
        lines_count=0,
        legs_count=0,
        is_empty=True,
    )
    return replace(view, **parts)  # type: ignore[arg-type]  # whatever a case varies


def waiting_view(call_id: CallId, **parts: object) -> WaitingView:
    view = WaitingView(
        call_id=call_id,
        queue=SUPPORT,
        caller_number="+4860…34",
        waited_seconds=134.5,
        position=1,
        priority=5,
        open_level=1,
        skill_rule="",
        sticky_agent=None,
        offered_to=(),
    )
    return replace(view, **parts)  # type: ignore[arg-type]  # whatever a case varies


def callback_view(call_id: CallId = FIRST, **parts: object) -> CallbackView:
    view = CallbackView(
        call_id=call_id,
        queue=SUPPORT,
        caller_number="+4860…34",
        origin=CallbackOrigin.WAITING,
        waited_seconds=134.5,
        position=1,
        state=CallbackState.WAITING,
        due_at=None,
        expires_at=Micros(NOW + 60 * MINUTE),
        attempts=(),
        offered_to=(),
    )
    return replace(view, **parts)  # type: ignore[arg-type]  # whatever a case varies


def agent_view(agent_id: str = "1001", **parts: object) -> AgentView:
    view = AgentView(
        agent_id=AgentId(agent_id),
        name="Ann",
        state=AgentState.AVAILABLE,
        is_resting=False,
        since=Micros(NOW),
        queues=(SALES, SUPPORT),
    )
    return replace(view, **parts)  # type: ignore[arg-type]  # whatever a case varies


def agent_change(**parts: object) -> AgentChange:
    change = AgentChange(
        agent_id=AgentId("1001"),
        at=NOW,
        before=AgentState.LOGGED_OUT,
        state=AgentState.AVAILABLE,
        reason=AgentReason.COMMAND,
        actor="ann",
    )
    return replace(change, **parts)  # type: ignore[arg-type]  # whatever a case varies


def decision(agent_id: str = "1002", **parts: object) -> DecisionRecord:
    record = DecisionRecord(
        offer_id=OfferId("offer-1"),
        queue=SUPPORT,
        agent_id=AgentId(agent_id),
        decided_at=Micros(NOW - 90 * SECOND_LONG),
        trigger="caller_joined",
        waited_seconds=44.5,
        priority=5,
        strategy=Strategy.LONGEST_IDLE,
        open_level=1,
        skill_rule="english >= 50",
        passed_over=(
            PassedOver(
                agent_id=AgentId("1003"),
                verdict=Verdict.LEVEL_CLOSED,
                detail="level 2 opens after 60 s",
            ),
            PassedOver(
                agent_id=AgentId("1005"),
                verdict=Verdict.RANKED_LATER,
                detail="number 2 by longest_idle",
            ),
        ),
        not_free={"talking": agents("1001", "1008"), "on_break": agents("1006")},
    )
    return replace(record, **parts)  # type: ignore[arg-type]  # whatever a case varies


def explanation(call_id: CallId = FIRST, **parts: object) -> Explanation:
    whole = Explanation(
        call_id=call_id,
        decisions=(decision(),),
        waiting=waiting_view(call_id),
        judgements=(
            Judgement(
                agent_id=AgentId("1003"),
                verdict=Verdict.LEVEL_CLOSED,
                detail="level 2 opens after 60 s",
            ),
        ),
        not_free=((AgentId("1001"), "talking"), (AgentId("1002"), "wrapping_up")),
    )
    return replace(whole, **parts)  # type: ignore[arg-type]  # whatever a case varies


def queue_status(name: QueueName, **parts: object) -> QueueStatus:
    status = QueueStatus(
        queue=name,
        is_open=True,
        limit=20,
        waiting_count=0,
        offered_count=0,
        free_agents_count=0,
        staffed_count=6,
        promises_count=0,
        deferred_count=0,
        oldest_joined_at=None,
        today=None,
        service_level=None,
    )
    return replace(status, **parts)  # type: ignore[arg-type]  # whatever a case varies


def agent_status(agent_id: str = "1001", **parts: object) -> AgentStatus:
    status = AgentStatus(
        agent_id=AgentId(agent_id),
        name=f"Agent {agent_id}",
        state=AgentState.AVAILABLE,
        since=Micros(NOW - MINUTE),
        queue=None,
        is_resting=False,
        holds=frozenset(),
        break_code=None,
        is_overrun=False,
        wish=None,
    )
    return replace(status, **parts)  # type: ignore[arg-type]  # whatever a case varies


def site_status(**parts: object) -> SiteStatus:
    status = SiteStatus(
        site="main",
        at=NOW,
        version="0123456789ab",
        worker=WorkerId("1"),
        workers=(WorkerId("1"), WorkerId("2")),
        started_at=Micros(NOW - 60 * MINUTE),
        parts={"redis": "up", "postgres": "up"},
        draining="",
        calls_count=0,
        nodes=(
            NodeStatus(node=FS1, link=LinkState.UP, is_drained=False),
            NodeStatus(node=FS2, link=LinkState.UP, is_drained=False),
        ),
        queues=(queue_status(SALES), queue_status(SUPPORT, waiting_count=3)),
        agent_counts={AgentState.AVAILABLE: 1},
        agents=(agent_status(),),
        days_at=None,
    )
    return replace(status, **parts)  # type: ignore[arg-type]  # whatever a case varies
