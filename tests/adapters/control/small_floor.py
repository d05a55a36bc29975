"""Operations on a floor that is a few dictionaries, and that remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain.admission import Closure
from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.domain.outcomes import AskingEnd
from callcore.domain.sharding import WorkerId
from callcore.ports.operations import (
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
    NodeView,
    NotWaitingError,
    OutOfRangeError,
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
from tests.adapters.control.views import (
    ENDED,
    FIRST,
    FS1,
    FS2,
    LONG_AGO,
    MINUTE,
    NOW,
    SALES,
    SECOND,
    SUPPORT,
    THIRD,
    agent_change,
    agent_view,
    callback_view,
    explanation,
    node_view,
    queue_view,
    site_status,
    waiting_view,
)


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
