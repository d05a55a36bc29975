"""What operators do to queues, calls and agents. Implements ``ports.operations.Operations``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.domain.policies import HIGHEST_PRIORITY
from callcore.domain.records import CallStory
from callcore.domain.sharding import WorkerId
from callcore.domain.speech import grammar
from callcore.flows import explaining
from callcore.flows.agent_operations import AgentOperations
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.crew import Crew
from callcore.flows.ending import Ending
from callcore.flows.forgetting import Forgetting
from callcore.flows.messages import (
    LanguageAsked,
    Message,
    MoveAsked,
    PriorityAsked,
    WithdrawalAsked,
)
from callcore.flows.messages.between import OperationAsked
from callcore.flows.node_draining import NodeDraining
from callcore.flows.operating_elsewhere import (
    Method,
    OperatingElsewhere,
    Outcome,
    arguments_of,
)
from callcore.flows.overseeing import Overseeing
from callcore.flows.queue_operations import QueueOperations
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reloading import Reloading
from callcore.flows.remote_waiters import Letters, NoLetters
from callcore.flows.site import Site
from callcore.flows.waiters import Waiter
from callcore.flows.waiting_views import WaitingViews, ready
from callcore.ports.operations import (
    AgentView,
    BreakView,
    CallbackAnswer,
    CallbackRequest,
    CallbackView,
    ConfigView,
    DutyAnswer,
    DutyOrder,
    Explanation,
    Forgotten,
    NodeView,
    NotReadyError,
    NotWaitingError,
    OutOfRangeError,
    QueueView,
    ReloadAnswer,
    SiteStatus,
    UnknownCallError,
    WaitingView,
)
from callcore.ports.timelines import AgentChange
from callcore.runtime.reply import NoReplyError, Reply

REPLY_SECONDS = 5.0

A = TypeVar("A")

PastStories = Callable[[CallId], CallStory | None]
"""What is told of a recorded call; ``None`` if it is unknown. May raise ``StoreError``."""


class Operating:
    """Looks at the floor and puts wishes in the mailboxes of the calls they concern."""

    def __init__(  # noqa: PLR0913, PLR0917 - operators do many things
        self,
        site: Site,
        crew: Crew,
        queue_watch: QueueWatch,
        agents: AgentOperations,
        callbacks: CallbackOperations,
        reloading: Reloading,
        past_stories: PastStories,
        draining: NodeDraining,
        overseeing: Overseeing,
        ending: Ending,
        letters: Letters | None = None,
    ) -> None:
        self._site = site
        self.elsewhere = OperatingElsewhere(site, letters or NoLetters(), self._carry_out)
        """What other workers ask and answer."""
        self._queues = QueueOperations(site, queue_watch)
        self._views = WaitingViews(site, crew, callbacks)
        self._crew = crew
        self._agents = agents
        self._callbacks = callbacks
        self._reloading = reloading
        self._past_stories = past_stories
        self._draining = draining
        self._overseeing = overseeing
        self._ending = ending
        self._forgetting = Forgetting(site, crew, lambda call, by: self.withdraw(call, by=by))

    def queues(self) -> list[QueueView]:
        """Every queue, by name."""
        return self._queues.queues()

    def close_queue(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        """Closes a queue to new callers; those who wait are treated as at closing time."""
        self._queues.close(queue, until=until, reason=reason, by=by)

    def open_queue(self, queue: QueueName, *, by: str) -> bool:
        """Ends a closure by command; false if there was none."""
        return self._queues.open(queue, by=by)

    def waiting(self) -> list[WaitingView]:
        """Every caller who waits, by queue and position, whoever follows the call."""
        return self._views.waiting()

    def set_priority(self, call_id: CallId, priority: int, *, by: str) -> int:
        """Gives a waiting caller another own priority; the effective one from now on."""
        if abs(priority) > HIGHEST_PRIORITY:
            message = (
                f"priority {priority} is out of range: "
                f"give one of -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}"
            )
            raise OutOfRangeError(message)
        if self._is_elsewhere(call_id):
            found = self.elsewhere.ask(call_id, Method.SET_PRIORITY, priority, by=by)
            return found.priority or 0
        reply: Reply[int] = Reply()
        self._waiter(call_id)
        return self._ask(call_id, PriorityAsked(own_priority=priority, by=by, reply=reply), reply)

    def set_language(self, call_id: CallId, language: Language, *, by: str) -> None:
        """Has a caller, wherever in the call, be spoken to in another language from now on."""
        if language not in grammar.CATALOGUED:
            known = ", ".join(sorted(grammar.CATALOGUED))
            raise OutOfRangeError(f"language {language} has no catalogue: give one of {known}")
        if self._is_elsewhere(call_id):
            self.elsewhere.ask(call_id, Method.SET_LANGUAGE, language, by=by)
            return
        if call_id not in self._crew.ledgers:
            raise UnknownCallError(f"no call {call_id} goes on here")
        reply: Reply[None] = Reply()
        self._ask(call_id, LanguageAsked(language=language, by=by, reply=reply), reply)

    def withdraw(self, call_id: CallId, *, by: str) -> None:
        """Takes a waiting caller out of the queue."""
        if self._is_elsewhere(call_id):
            self.elsewhere.ask(call_id, Method.WITHDRAW, by=by)
            return
        self._waiter(call_id)
        reply: Reply[None] = Reply()
        self._ask(call_id, WithdrawalAsked(by=by, reply=reply), reply)

    def move(self, call_id: CallId, queue: QueueName, *, by: str) -> None:
        """Moves a waiting caller to another queue, with the wait so far."""
        self._queues.known(queue)
        if self._is_elsewhere(call_id):
            self.elsewhere.ask(call_id, Method.MOVE, queue, by=by)
            return
        waiter = self._waiter(call_id)
        if waiter.queue_name == queue:
            message = f"call {call_id} waits in queue {queue} already: name another one"
            raise OutOfRangeError(message)
        reply: Reply[None] = Reply()
        self._ask(call_id, MoveAsked(queue=queue, by=by, reply=reply), reply)

    def request_callback(self, request: CallbackRequest) -> CallbackAnswer:
        """Promises a callback to somebody who is not on the line."""
        self._queues.known(request.queue)
        return self._callbacks.request(request)

    def callbacks(self) -> list[CallbackView]:
        """Every promise that is not over, by queue and position."""
        return self._callbacks.callbacks()

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""
        return self._agents.agents()

    def breaks(self) -> list[BreakView]:
        """The breaks of the settings."""
        return self._agents.breaks()

    def change_duty(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        """Logs an agent in or out, begins or ends a break, ends or extends a wrap-up."""
        return self._agents.change_duty(agent_id, order)

    def unlock(self, agent_id: AgentId, *, by: str) -> bool:
        """Forgets wrong PINs; false if there were none."""
        return self._agents.unlock(agent_id, by=by)

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """The last changes of an agent, oldest first."""
        return self._agents.timeline(agent_id, count)

    def reload(self, *, by: str) -> ReloadAnswer:
        """Reads the settings again and puts them in force."""
        return self._reloading.reload(by=by)

    def configuration(self) -> ConfigView:
        """The configuration in force."""
        return self._reloading.configuration()

    def forget(self, number: str, *, by: str, is_dry_run: bool) -> Forgotten:
        """Takes a person out of the past."""
        return self._forgetting.forget(number, by=by, is_dry_run=is_dry_run)

    def nodes(self) -> list[NodeView]:
        """Every node of the settings, in their order."""
        return self._draining.nodes()

    def drain_node(self, node: NodeName, *, by: str) -> bool:
        """The node takes no new calls from now on; false if it did not before."""
        return self._draining.drain(node, by=by)

    def undrain_node(self, node: NodeName, *, by: str) -> bool:
        """The node takes calls again; false if it did all the time."""
        return self._draining.undrain(node, by=by)

    def status(self) -> SiteStatus:
        """The site at a glance."""
        return self._overseeing.status()

    @property
    def drained_by(self) -> str:
        """Who has had this worker drained; empty if nobody has."""
        return self._ending.asked_by

    def drain(self, *, by: str, is_of_site: bool) -> tuple[WorkerId, ...]:
        """Takes no new calls and ends after the last one, here or in every worker."""
        return self._ending.drain(by=by, is_of_site=is_of_site)

    def undrain(self, *, by: str) -> tuple[WorkerId, ...]:
        """Every worker of the site takes calls again; which those are that have not ended."""
        return self._ending.undrain(by=by)

    def explain(self, call_id: CallId) -> Explanation:
        """Why the caller was offered to whom, and if waiting, why to nobody now."""
        found = self._views.explanation(call_id)
        if found is None and self._is_elsewhere(call_id):
            with contextlib.suppress(UnknownCallError):
                found = self.elsewhere.ask(call_id, Method.EXPLAIN).explanation
        return found or explaining.explanation(call_id, self._past(call_id))

    def _carry_out(self, asked: OperationAsked) -> Outcome:
        """What another worker passes on, if it is about a call that is followed here."""
        call_id, *arguments = arguments_of(asked)
        if not self._views.is_followed(call_id):
            raise UnknownCallError(f"no call {call_id} goes on here")
        match asked.method, arguments:
            case Method.SET_PRIORITY, [int(priority)]:
                return Outcome(priority=self.set_priority(call_id, priority, by=asked.by))
            case Method.SET_LANGUAGE, [str(language)]:
                self.set_language(call_id, Language(language), by=asked.by)
            case Method.WITHDRAW, []:
                self.withdraw(call_id, by=asked.by)
            case Method.MOVE, [str(queue)]:
                self.move(call_id, QueueName(queue), by=asked.by)
            case Method.EXPLAIN, []:
                return Outcome(explanation=self._views.explanation(call_id))
            case _:
                message = f"another worker asks for {asked.method}, which is unknown here"
                raise NotReadyError(message)
        return Outcome()

    def _is_elsewhere(self, call_id: CallId) -> bool:
        """True if another worker may follow the call."""
        return bool(self._site.tenure.colleagues) and not self._views.is_followed(call_id)

    def _past(self, call_id: CallId) -> CallStory:
        story = ready(lambda: self._past_stories(call_id))
        if story is None:
            message = f"no call {call_id} goes on here or is recorded"
            raise UnknownCallError(message)
        return story

    def _waiter(self, call_id: CallId) -> Waiter:
        waiter = self._crew.waiters.get(call_id)
        if waiter is not None:
            return waiter
        if self._crew.switchboard.node_of(call_id) is not None:
            raise NotWaitingError(f"call {call_id} does not wait in a queue")
        raise UnknownCallError(f"no call {call_id} goes on here")

    def _ask(self, call_id: CallId, message: Message, reply: Reply[A]) -> A:
        self._crew.switchboard.post(call_id, message)
        try:
            return reply.wait(REPLY_SECONDS)
        except NoReplyError as error:
            raise NotReadyError(f"call {call_id} did not answer: {error}") from error
