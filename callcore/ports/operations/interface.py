"""What operators may ask of a worker, whole."""

from __future__ import annotations

from typing import Protocol

from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.domain.sharding import WorkerId
from callcore.ports.operations.agents import AgentView, BreakView, DutyAnswer, DutyOrder
from callcore.ports.operations.callbacks import CallbackAnswer, CallbackRequest, CallbackView
from callcore.ports.operations.calls import Explanation, QueueView, WaitingView
from callcore.ports.operations.configuration import ConfigView, ReloadAnswer
from callcore.ports.operations.forgetting import Forgotten
from callcore.ports.operations.nodes import NodeView
from callcore.ports.operations.status import SiteStatus
from callcore.ports.timelines import AgentChange


class Operations(Protocol):
    """Every method may raise ``NotReadyError``."""

    def queues(self) -> list[QueueView]:
        """Every queue, by name."""

    def close_queue(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        """Closes a queue to new callers; those who wait are treated as at closing time.

        Raises ``UnknownQueueError``, ``OutOfRangeError`` (``until`` is past).
        """

    def open_queue(self, queue: QueueName, *, by: str) -> bool:
        """Ends a closure by command; false if there was none. Raises ``UnknownQueueError``."""

    def waiting(self) -> list[WaitingView]:
        """Every caller who waits, by queue and position."""

    def set_priority(self, call_id: CallId, priority: int, *, by: str) -> int:
        """Gives a waiting caller another own priority, -1000 to 1000, in place of that of number,
        list and menu; the effective one from now on, the queue's own and ageing included.

        Raises ``UnknownCallError``, ``NotWaitingError``, ``OutOfRangeError``.
        """

    def set_language(self, call_id: CallId, language: Language, *, by: str) -> None:
        """Has a caller, wherever in the call, be spoken to in another language from now on.

        Raises ``UnknownCallError``, ``OutOfRangeError`` for a language without a catalogue, and
        ``NotReadyError``.
        """

    def withdraw(self, call_id: CallId, *, by: str) -> None:
        """Takes a waiting caller out of the queue, to the treatment for ``withdrawn``.

        Raises ``UnknownCallError``, ``NotWaitingError``.
        """

    def move(self, call_id: CallId, queue: QueueName, *, by: str) -> None:
        """Moves a waiting caller to another queue, with the wait so far.

        Raises ``UnknownCallError``, ``UnknownQueueError``, ``OutOfRangeError`` (it waits there
        already), ``NotWaitingError``, ``MoveRefusedError``.
        """

    def request_callback(self, request: CallbackRequest) -> CallbackAnswer:
        """Promises a callback to somebody who is not on the line.

        Raises ``UnknownQueueError``, ``OutOfRangeError``, ``CallbackRefusedError``.
        """

    def callbacks(self) -> list[CallbackView]:
        """Every promise that is not over, by queue and position."""

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""

    def breaks(self) -> list[BreakView]:
        """The breaks of the settings, in their order; the one there always is if they have none."""

    def change_duty(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        """Logs an agent in or out, begins or ends a break, ends or extends a wrap-up; callers who
        wait are served or treated as when the agent does so.

        Raises ``UnknownAgentError``, ``UnknownQueueError`` (or one the agent does not serve),
        ``UnknownBreakError``, ``OutOfRangeError``, ``DutyRefusedError``.
        """

    def unlock(self, agent_id: AgentId, *, by: str) -> bool:
        """Forgets wrong PINs; false if there were none. Raises ``UnknownAgentError``."""

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """The last ``count`` (1 to 1000) changes of an agent, oldest first, as far as Postgres has
        them. Raises ``UnknownAgentError``, ``OutOfRangeError``.
        """

    def reload(self, *, by: str) -> ReloadAnswer:
        """Reads the settings again and puts them in force: nobody is logged out who is still in
        them, no call ends, no place is lost. All of it or nothing.

        Raises ``NoConfigError``, ``ConfigRefusedError``.
        """

    def configuration(self) -> ConfigView:
        """The configuration in force."""

    def forget(self, number: str, *, by: str, is_dry_run: bool) -> Forgotten:
        """Takes a person's number, in whichever form, out of records, recordings, promises and the
        floor's memory; a dry run only tells what there is.

        Raises ``OutOfRangeError``, ``NumberOnCallError``.
        """

    def explain(self, call_id: CallId) -> Explanation:
        """Raises ``UnknownCallError``; an ended call is looked up in the records."""

    def nodes(self) -> list[NodeView]:
        """Every node of the settings, in their order."""

    def drain_node(self, node: NodeName, *, by: str) -> bool:
        """The node takes no new calls from now on; false if it did not before.

        Raises ``UnknownNodeError``.
        """

    def undrain_node(self, node: NodeName, *, by: str) -> bool:
        """The node takes calls again; false if it did all the time. Raises ``UnknownNodeError``."""

    def status(self) -> SiteStatus:
        """The site at a glance. What it takes does not grow with the number of callers."""

    def drain(self, *, by: str, is_of_site: bool) -> tuple[WorkerId, ...]:
        """This worker, or every worker of the site, takes no new calls from now on and ends when
        its last call has ended; which workers those are.
        """

    def undrain(self, *, by: str) -> tuple[WorkerId, ...]:
        """Every worker of the site takes calls again; which those are that have not ended.

        Raises ``TooLateError``.
        """
