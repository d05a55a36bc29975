"""Requests as operations: what each address does."""

from __future__ import annotations

from dataclasses import replace

from callcore.adapters.control import answers, requests
from callcore.domain.agents import BreakCode
from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.ports.operations import (
    CallbackRequest,
    ConfigView,
    DutyChange,
    DutyOrder,
    Explanation,
    Operations,
    SiteStatus,
)


class Desk:
    """Each method answers one address; ``by`` is the user at the other end of the socket."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def status(self) -> SiteStatus:
        """``GET /v1/status``."""
        return self._operations.status()

    def drain_workers(self, request: requests.Drain, by: str) -> answers.Drained:
        """``POST /v1/drain``."""
        workers = self._operations.drain(by=by, is_of_site=request.is_of_site)
        return answers.Drained(workers=workers, by=by)

    def undrain_workers(self, _request: requests.Nothing, by: str) -> answers.Undrained:
        """``POST /v1/undrain``."""
        return answers.Undrained(workers=self._operations.undrain(by=by), by=by)

    def queues(self) -> answers.Queues:
        """``GET /v1/queues``."""
        return answers.Queues(queues=tuple(self._operations.queues()))

    def calls(self) -> answers.Calls:
        """``GET /v1/calls``."""
        return answers.Calls(calls=tuple(self._operations.waiting()))

    def explanation(self, call_id: str) -> Explanation:
        """``GET /v1/calls/{call_id}/explanation``."""
        return self._operations.explain(CallId(call_id))

    def callbacks(self) -> answers.Callbacks:
        """``GET /v1/callbacks``."""
        return answers.Callbacks(callbacks=tuple(self._operations.callbacks()))

    def request_callback(
        self, request: requests.RequestCallback, by: str
    ) -> answers.CallbackRequested:
        """``POST /v1/callbacks``."""
        queue = QueueName(request.queue)
        answer = self._operations.request_callback(
            CallbackRequest(
                queue=queue,
                number=request.number,
                by=by,
                name=request.name,
                language=None if request.language is None else Language(request.language),
                priority=request.priority,
                account=request.account,
                not_before=None if request.not_before is None else Micros(request.not_before),
            )
        )
        return answers.CallbackRequested(
            end=answer.end,
            call_id=answer.call_id,
            queue=queue,
            position=answer.position,
            low_minutes=answer.low_minutes,
            high_minutes=answer.high_minutes,
            by=by,
        )

    def agents(self) -> answers.Agents:
        """``GET /v1/agents``."""
        return answers.Agents(agents=tuple(self._operations.agents()))

    def breaks(self) -> answers.Breaks:
        """``GET /v1/breaks``."""
        return answers.Breaks(breaks=tuple(self._operations.breaks()))

    def timeline(self, agent: str, count: int) -> answers.Timeline:
        """``GET /v1/agents/{agent}/timeline``."""
        agent_id = AgentId(agent)
        changes = self._operations.timeline(agent_id, count)
        return answers.Timeline(agent_id=agent_id, changes=changes)

    def close(self, request: requests.Close, by: str, queue: str) -> answers.Closed:
        """``POST /v1/queues/{queue}/close``."""
        name = QueueName(queue)
        until = None if request.until is None else Micros(request.until)
        self._operations.close_queue(name, until=until, reason=request.reason, by=by)
        return answers.Closed(queue=name, until=until, reason=request.reason, by=by)

    def open(self, _request: requests.Nothing, by: str, queue: str) -> answers.Opened:
        """``POST /v1/queues/{queue}/open``."""
        name = QueueName(queue)
        was_closed = self._operations.open_queue(name, by=by)
        return answers.Opened(queue=name, was_closed=was_closed, by=by)

    def set_priority(
        self, request: requests.SetPriority, by: str, call_id: str
    ) -> answers.PrioritySet:
        """``POST /v1/calls/{call_id}/priority``."""
        call = CallId(call_id)
        priority = self._operations.set_priority(call, request.priority, by=by)
        return answers.PrioritySet(call_id=call, priority=priority, by=by)

    def set_language(
        self, request: requests.SetLanguage, by: str, call_id: str
    ) -> answers.LanguageSet:
        """``POST /v1/calls/{call_id}/language``."""
        call, language = CallId(call_id), Language(request.language)
        self._operations.set_language(call, language, by=by)
        return answers.LanguageSet(call_id=call, language=language, by=by)

    def withdraw(self, _request: requests.Nothing, by: str, call_id: str) -> answers.Withdrawn:
        """``POST /v1/calls/{call_id}/withdraw``."""
        call = CallId(call_id)
        self._operations.withdraw(call, by=by)
        return answers.Withdrawn(call_id=call, by=by)

    def move(self, request: requests.Move, by: str, call_id: str) -> answers.Moved:
        """``POST /v1/calls/{call_id}/move``."""
        call, queue = CallId(call_id), QueueName(request.queue)
        self._operations.move(call, queue, by=by)
        return answers.Moved(call_id=call, queue=queue, by=by)

    def change_duty(
        self, what: DutyChange, request: requests.ChangeDuty, by: str, agent: str
    ) -> answers.DutyChanged:
        """``POST /v1/agents/{agent}/{what}``."""
        agent_id = AgentId(agent)
        answer = self._operations.change_duty(agent_id, _order(what, request, by))
        return answers.DutyChanged(
            agent_id=agent_id,
            change=what,
            is_changed=answer.is_changed,
            state=answer.state,
            wish=answer.wish,
            queues=answer.queues,
            warnings=answer.warnings,
            reason=request.reason,
            by=by,
        )

    def unlock(self, _request: requests.Nothing, by: str, agent: str) -> answers.Unlocked:
        """``POST /v1/agents/{agent}/unlock``."""
        agent_id = AgentId(agent)
        is_changed = self._operations.unlock(agent_id, by=by)
        return answers.Unlocked(agent_id=agent_id, is_changed=is_changed, by=by)

    def nodes(self) -> answers.NodeList:
        """``GET /v1/nodes``."""
        return answers.NodeList(nodes=tuple(self._operations.nodes()))

    def drain(self, _request: requests.Nothing, by: str, node: str) -> answers.NodeChanged:
        """``POST /v1/nodes/{node}/drain``."""
        name = NodeName(node)
        is_changed = self._operations.drain_node(name, by=by)
        return answers.NodeChanged(node=name, is_drained=True, is_changed=is_changed, by=by)

    def undrain(self, _request: requests.Nothing, by: str, node: str) -> answers.NodeChanged:
        """``POST /v1/nodes/{node}/undrain``."""
        name = NodeName(node)
        is_changed = self._operations.undrain_node(name, by=by)
        return answers.NodeChanged(node=name, is_drained=False, is_changed=is_changed, by=by)

    def forget(self, request: requests.Forget, by: str) -> answers.PersonForgotten:
        """``POST /v1/people/forget``."""
        answer = self._operations.forget(request.number, by=by, is_dry_run=request.is_dry_run)
        return answers.PersonForgotten(
            number=answer.number,
            counts=dict(answer.counts),
            recordings_left=answer.recordings_left,
            is_dry_run=answer.is_dry_run,
            by=by,
        )

    def configuration(self) -> ConfigView:
        """``GET /v1/config``."""
        return self._operations.configuration()

    def reload(self, _request: requests.Nothing, by: str) -> answers.Reloaded:
        """``POST /v1/config/reload``."""
        answer = self._operations.reload(by=by)
        return answers.Reloaded(
            version=answer.version,
            is_changed=answer.is_changed,
            changes=answer.changes,
            warnings=answer.warnings,
            needs_restart=answer.needs_restart,
            by=by,
        )


def _order(what: DutyChange, request: requests.ChangeDuty, by: str) -> DutyOrder:
    order = DutyOrder(what=what, by=by, note=request.reason)
    match request:
        case requests.ChangeQueues(queues=queues):
            return replace(order, queues=tuple(map(QueueName, queues)))
        case requests.StartBreak(code=str(code)):
            return replace(order, break_code=BreakCode(code))
        case requests.ExtendWrapUp(seconds=seconds):
            return replace(order, seconds=seconds)
        case _:
            return order
