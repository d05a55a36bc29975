"""Operations on a floor that is a few dictionaries, and that remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain.admission import Closure, Limit
from callcore.domain.agents import AgentReason, AgentState, BreakCode
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, OfferId, QueueName
from callcore.domain.nodes import LinkState
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import Strategy
from callcore.domain.records import DecisionRecord, PassedOver
from callcore.domain.routing import Judgement, Verdict
from callcore.domain.sharding import WorkerId
from callcore.ports.operations import (
    AgentStatus,
    AgentView,
    BreakView,
    CallbackAnswer,
    CallbackRefusedError,
    CallbackRequest,
    CallbackView,
    ConfigView,
    DutyAnswer,
    DutyOrder,
    Explanation,
    Forgotten,
    MoveRefusedError,
    NodeStatus,
    NodeView,
    NotWaitingError,
    OutOfRangeError,
    QueueStatus,
    QueueView,
    ReloadAnswer,
    SiteStatus,
    UnknownAgentError,
    UnknownBreakError,
    UnknownCallError,
    UnknownNodeError,
    UnknownQueueError,
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


class SmallFloor:
    """Implements ``ports.operations.Operations``."""

    def __init__(self) -> None:
        self.node_views = {name: node_view(name) for name in (FS1, FS2)}
        self.site_status = site_status()
        self.views = {SALES: queue_view(SALES), SUPPORT: queue_view(SUPPORT, waiting_count=3)}
        self.line = {
            call_id: waiting_view(call_id, position=position)
            for position, call_id in enumerate((FIRST, SECOND, THIRD), 1)
        }
        self.explanations = {FIRST: explanation(), ENDED: explanation(ENDED, waiting=None)}
        self.promises = [callback_view()]
        self.callback_answer = CallbackAnswer(
            end=AskingEnd.PROMISED, call_id=THIRD, position=4, low_minutes=5, high_minutes=10
        )
        self.callback_refusal: CallbackRefusedError | None = None
        self.roster = [
            agent_view(),
            agent_view("1002", name="Bob", state=AgentState.TALKING),
            agent_view("1003", name="Cleo", state=AgentState.LOGGED_OUT, since=None),
        ]
        self.duty_answer = DutyAnswer(is_changed=True, state=AgentState.AVAILABLE)
        self.has_wrong_pins = True
        self.forgotten = Forgotten(number="+4820…01", counts={"call_records": 2, "recordings": 1})
        self.reloaded = ReloadAnswer(version="0123456789ab", is_changed=True)
        self.config = ConfigView(
            version="0123456789ab",
            loaded_at=NOW,
            loaded_by="eve",
            changes=(),
            warnings=(),
            needs_restart=(),
            retired_queues=(),
            site_version="0123456789ab",
        )
        self.changes = tuple(agent_change(at=Micros(NOW - minute * MINUTE)) for minute in (3, 2, 1))
        self.done: list[tuple[object, ...]] = []
        self.before: Callable[[], None] = lambda: None
        """What happens first in every operation: a fault, a wait."""

    def status(self) -> SiteStatus:
        self.before()
        return self.site_status

    def drain(self, *, by: str, is_of_site: bool) -> tuple[WorkerId, ...]:
        self.before()
        self.done.append(("drain", by, is_of_site))
        return self.site_status.workers if is_of_site else (self.site_status.worker,)

    def undrain(self, *, by: str) -> tuple[WorkerId, ...]:
        self.before()
        self.done.append(("undrain", by))
        return self.site_status.workers

    def nodes(self) -> list[NodeView]:
        self.before()
        return list(self.node_views.values())

    def drain_node(self, node: NodeName, *, by: str) -> bool:
        self.before()
        self._node(node)
        self.done.append(("drain", node, by))
        return self.node_views[node].drained_at is None

    def undrain_node(self, node: NodeName, *, by: str) -> bool:
        self.before()
        self._node(node)
        self.done.append(("undrain", node, by))
        return self.node_views[node].drained_at is not None

    def _node(self, node: NodeName) -> None:
        if node not in self.node_views:
            raise UnknownNodeError(f"there is no node {node}")

    def queues(self) -> list[QueueView]:
        self.before()
        return list(self.views.values())

    def close_queue(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        self.before()
        view = self._view(queue)
        if until is not None and until <= LONG_AGO:
            raise OutOfRangeError("until is past")
        self.done.append(("close", queue, until, reason, by))
        closure = Closure(by=by, reason=reason, at=NOW, until=until)
        self.views[queue] = replace(view, is_open=False, closure=closure)

    def open_queue(self, queue: QueueName, *, by: str) -> bool:
        self.before()
        view = self._view(queue)
        self.done.append(("open", queue, by))
        self.views[queue] = replace(view, is_open=True, closure=None)
        return view.closure is not None

    def waiting(self) -> list[WaitingView]:
        self.before()
        return list(self.line.values())

    def set_priority(self, call_id: CallId, priority: int, *, by: str) -> int:
        self.before()
        self._waiting(call_id)
        if abs(priority) > 1000:
            raise OutOfRangeError(f"priority {priority} is not within -1000 to 1000")
        self.done.append(("priority", call_id, priority, by))
        return priority + 7

    def set_language(self, call_id: CallId, language: Language, *, by: str) -> None:
        self.before()
        if call_id not in self.line:
            raise UnknownCallError(f"no call {call_id} is going on")
        if language not in ("en", "pl"):
            raise OutOfRangeError(f"language {language} has no catalogue: give one of en, pl")
        self.done.append(("language", call_id, language, by))

    def withdraw(self, call_id: CallId, *, by: str) -> None:
        self.before()
        self._waiting(call_id)
        self.done.append(("withdraw", call_id, by))
        del self.line[call_id]

    def move(self, call_id: CallId, queue: QueueName, *, by: str) -> None:
        self.before()
        self._waiting(call_id)
        view = self._view(queue)
        if not view.is_open:
            raise MoveRefusedError(f"{queue} is closed: the caller stays")
        self.done.append(("move", call_id, queue, by))

    def callbacks(self) -> list[CallbackView]:
        self.before()
        return list(self.promises)

    def request_callback(self, request: CallbackRequest) -> CallbackAnswer:
        self.before()
        self._view(request.queue)
        if self.callback_refusal is not None:
            raise self.callback_refusal
        self.done.append(("request_callback", request))
        return self.callback_answer

    def agents(self) -> list[AgentView]:
        self.before()
        return list(self.roster)

    def breaks(self) -> list[BreakView]:
        self.before()
        return [
            BreakView(code=BreakCode("lunch"), name="Lunch", maximum_seconds=1800.0),
            BreakView(code=BreakCode("tea"), name="", maximum_seconds=None),
        ]

    def change_duty(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        self.before()
        self._known(agent_id)
        if order.break_code == "nap":
            raise UnknownBreakError("there is no break nap: the breaks are short, lunch")
        if order.seconds <= 0:
            raise OutOfRangeError(f"{order.seconds:g} seconds are out of range")
        self.done.append((agent_id, order))
        return self.duty_answer

    def unlock(self, agent_id: AgentId, *, by: str) -> bool:
        self.before()
        self._known(agent_id)
        self.done.append(("unlock", agent_id, by))
        return self.has_wrong_pins

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        self.before()
        self._known(agent_id)
        if not 1 <= count <= 1000:
            raise OutOfRangeError(f"{count} changes are out of range: ask for 1 to 1000")
        return self.changes[-count:]

    def reload(self, *, by: str) -> ReloadAnswer:
        self.before()
        self.done.append(("reload", by))
        return self.reloaded

    def configuration(self) -> ConfigView:
        self.before()
        return self.config

    def forget(self, number: str, *, by: str, is_dry_run: bool) -> Forgotten:
        self.before()
        self.done.append(("forget", number, is_dry_run, by))
        return replace(self.forgotten, is_dry_run=is_dry_run)

    def explain(self, call_id: CallId) -> Explanation:
        self.before()
        if call_id not in self.explanations:
            raise UnknownCallError(f"no call {call_id} is going on or recorded")
        return self.explanations[call_id]

    def _known(self, agent_id: AgentId) -> None:
        if agent_id not in {agent.agent_id for agent in self.roster}:
            raise UnknownAgentError(f"there is no agent {agent_id}: did you mean 1001 (Ann)?")

    def _view(self, queue: QueueName) -> QueueView:
        if queue not in self.views:
            raise UnknownQueueError(f"there is no queue {queue}: there are sales, support")
        return self.views[queue]

    def _waiting(self, call_id: CallId) -> None:
        if call_id == ENDED:
            raise NotWaitingError(f"call {call_id} does not wait any more")
        if call_id not in self.line:
            raise UnknownCallError(f"no call {call_id} is going on")
