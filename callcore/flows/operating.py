"""What operators do to queues, calls and agents. Implements ``ports.operations.Operations``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from callcore.domain import admission, decisions, phone_numbers, routing
from callcore.domain.admission import Closure
from callcore.domain.ids import AgentId, CallId, Language, Micros, QueueName, seconds_between
from callcore.domain.policies import HIGHEST_PRIORITY, QueuePolicy
from callcore.domain.records import CallStory
from callcore.domain.routing import Demand
from callcore.domain.speech import grammar
from callcore.flows import expecting, explaining
from callcore.flows.agent_operations import AgentOperations
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.crew import Crew
from callcore.flows.messages import (
    LanguageAsked,
    Message,
    MoveAsked,
    PriorityAsked,
    WithdrawalAsked,
)
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reloading import Reloading
from callcore.flows.site import Site
from callcore.flows.waiters import Waiter
from callcore.ports.operations import (
    AgentView,
    CallbackAnswer,
    CallbackRequest,
    CallbackView,
    ConfigView,
    DutyAnswer,
    DutyOrder,
    Explanation,
    NotReadyError,
    NotWaitingError,
    OutOfRangeError,
    QueueView,
    ReloadAnswer,
    UnknownCallError,
    UnknownQueueError,
    WaitingView,
)
from callcore.ports.stores import QueueCounts, StoreError
from callcore.ports.timelines import AgentChange
from callcore.runtime.reply import NoReplyError, Reply

REPLY_SECONDS = 5.0

A = TypeVar("A")

PastStories = Callable[[CallId], CallStory | None]
"""What is told of a recorded call; ``None`` if it is unknown. May raise ``StoreError``."""


class Operating:
    """Looks at the floor and puts wishes in the mailboxes of the calls they concern."""

    def __init__(
        self,
        site: Site,
        crew: Crew,
        queue_watch: QueueWatch,
        agents: AgentOperations,
        callbacks: CallbackOperations,
        reloading: Reloading,
        past_stories: PastStories,
    ) -> None:
        self._site = site
        self._crew = crew
        self._queue_watch = queue_watch
        self._agents = agents
        self._callbacks = callbacks
        self._reloading = reloading
        self._past_stories = past_stories

    def queues(self) -> list[QueueView]:
        """Every queue, by name."""
        names = sorted(self._site.policy.queues)
        counts = _ready(lambda: self._site.waiting_room.counts(names))
        views = (self._queue_view(one) for one in counts)
        return [view for view in views if view is not None]

    def close_queue(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        """Closes a queue to new callers; those who wait are treated as at closing time."""
        self._known(queue)
        now = self._site.clock.now()
        if until is not None and until <= now:
            message = f"until lies in the past: queue {queue} is not closed; give a later time"
            raise OutOfRangeError(message)
        closure = Closure(by=by, reason=reason, at=now, until=until)
        _ready(lambda: self._site.waiting_room.close_queue(queue, closure))
        self._queue_watch.look([queue])

    def open_queue(self, queue: QueueName, *, by: str) -> bool:
        """Ends a closure by command; false if there was none."""
        self._known(queue)
        was_closed = _ready(lambda: self._site.waiting_room.open_queue(queue))
        self._queue_watch.look([queue], by)
        return was_closed

    def waiting(self) -> list[WaitingView]:
        """Every caller who waits, by queue and position."""
        views = [self._waiting_view(waiter) for waiter in self._crew.waiters.all()]
        return sorted(views, key=lambda view: (view.queue, view.position or 0))

    def set_priority(self, call_id: CallId, priority: int, *, by: str) -> int:
        """Gives a waiting caller another own priority; the effective one from now on."""
        if abs(priority) > HIGHEST_PRIORITY:
            message = (
                f"priority {priority} is out of range: "
                f"give one of -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}"
            )
            raise OutOfRangeError(message)
        reply: Reply[int] = Reply()
        self._waiter(call_id)
        return self._ask(call_id, PriorityAsked(own_priority=priority, by=by, reply=reply), reply)

    def set_language(self, call_id: CallId, language: Language, *, by: str) -> None:
        """Has a caller, wherever in the call, be spoken to in another language from now on."""
        if language not in grammar.CATALOGUED:
            known = ", ".join(sorted(grammar.CATALOGUED))
            raise OutOfRangeError(f"language {language} has no catalogue: give one of {known}")
        if call_id not in self._crew.ledgers:
            raise UnknownCallError(f"no call {call_id} goes on here")
        reply: Reply[None] = Reply()
        self._ask(call_id, LanguageAsked(language=language, by=by, reply=reply), reply)

    def withdraw(self, call_id: CallId, *, by: str) -> None:
        """Takes a waiting caller out of the queue."""
        self._waiter(call_id)
        reply: Reply[None] = Reply()
        self._ask(call_id, WithdrawalAsked(by=by, reply=reply), reply)

    def move(self, call_id: CallId, queue: QueueName, *, by: str) -> None:
        """Moves a waiting caller to another queue, with the wait so far."""
        self._known(queue)
        waiter = self._waiter(call_id)
        if waiter.queue_name == queue:
            message = f"call {call_id} waits in queue {queue} already: name another one"
            raise OutOfRangeError(message)
        reply: Reply[None] = Reply()
        self._ask(call_id, MoveAsked(queue=queue, by=by, reply=reply), reply)

    def request_callback(self, request: CallbackRequest) -> CallbackAnswer:
        """Promises a callback to somebody who is not on the line."""
        self._known(request.queue)
        return self._callbacks.request(request)

    def callbacks(self) -> list[CallbackView]:
        """Every promise that is not over, by queue and position."""
        return self._callbacks.callbacks()

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""
        return self._agents.agents()

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

    def explain(self, call_id: CallId) -> Explanation:
        """Why the caller was offered to whom, and if waiting, why to nobody now."""
        waiter = self._crew.waiters.get(call_id)
        if waiter is not None:
            return self._explain_waiting(waiter)
        current = self._crew.ledgers.get(call_id)
        story = current.story if current is not None else self._past(call_id)
        return explaining.explanation(call_id, story, promise=self._callbacks.callback(call_id))

    def _past(self, call_id: CallId) -> CallStory:
        story = _ready(lambda: self._past_stories(call_id))
        if story is None:
            message = f"no call {call_id} goes on here or is recorded"
            raise UnknownCallError(message)
        return story

    def _explain_waiting(self, waiter: Waiter) -> Explanation:
        demand = waiter.demand()
        queue = demand.queue.name
        (candidates,) = _ready(lambda: self._site.waiting_room.candidates([queue], MOST_JUDGED))
        free = [agent.agent_id for agent in candidates.agents]
        judgements = routing.judge(
            demand, free, self._crew.serving, waiter.staffed, self._site.clock.now()
        )
        others = [one for one in self._crew.serving.at(queue).agents if one not in set(free)]
        doings = _ready(lambda: self._site.roster.doings(others))
        current = self._crew.ledgers.get(demand.call_id)
        story = current.story if current is not None else CallStory()
        return explaining.explanation(
            demand.call_id,
            replace(story, decisions=waiter.decisions()),
            waiting=self._waiting_view(waiter),
            promise=self._callbacks.callback(demand.call_id),
            judgements=tuple(judgements),
            not_free=tuple(
                (
                    agent_id,
                    decisions.not_free_word(doing.state, doing.holds, serves=queue in doing.queues),
                )
                for agent_id, doing in zip(others, doings, strict=True)
            ),
        )

    def _queue_view(self, counts: QueueCounts) -> QueueView | None:
        """``None`` for a queue that has gone since it was counted."""
        queue = self._site.policy.queues.get(counts.queue)
        if queue is None:
            return None
        now = self._site.clock.now()
        door = _ready(lambda: self._site.waiting_room.door(counts.queue, ""))
        count = len(door.staffed)
        agents = expecting.effective_agents(self._site, counts.queue, count, door.rates)
        is_closed = admission.is_closed(queue, door.closure, now)
        is_open = not is_closed and self._site.policy.admits_to(queue.name)
        closure = door.closure
        if closure is not None and closure.until is not None and closure.until <= now:
            closure = None
        return QueueView(
            queue=counts.queue,
            is_open=is_open,
            closure=closure,
            opens_at=queue.hours.opens_at(now) if queue.hours else None,
            closes_at=queue.hours.closes_at(now) if queue.hours else None,
            waiting_count=counts.waiting_count + counts.offered_count,
            free_agents_count=counts.free_agents_count,
            staffed_count=counts.staffed_count,
            promises_count=counts.promises_count,
            deferred_count=counts.deferred_count,
            limit=admission.limit(queue, count, agents, door.rates),
            oldest_joined_at=counts.oldest_joined_at,
        )

    def _waiting_view(self, waiter: Waiter) -> WaitingView:
        demand, now = waiter.demand(), self._site.clock.now()
        queue: QueuePolicy = demand.queue
        position = _ready(lambda: self._site.waiting_room.position(demand.call_id, queue.name))
        return WaitingView(
            call_id=demand.call_id,
            queue=queue.name,
            caller_number=phone_numbers.shorten(waiter.caller_number),
            waited_seconds=seconds_between(demand.first_joined_at, now),
            position=position,
            priority=demand.priority,
            open_level=self._open_level(demand, waiter, now),
            skill_rule=routing.skill_rule(demand, now),
            sticky_agent=demand.sticky_agent,
            offered_to=tuple(sorted(demand.ringing)),
            is_callback=waiter.is_callback,
        )

    def _open_level(self, demand: Demand, waiter: Waiter, now: Micros) -> int:
        return routing.open_level(demand, self._crew.serving, waiter.staffed, now)

    def _known(self, queue: QueueName) -> None:
        if queue not in self._site.policy.queues:
            known = ", ".join(sorted(self._site.policy.queues))
            message = f"there is no queue {queue}: the queues are {known}"
            raise UnknownQueueError(message)

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


MOST_JUDGED = 1000


def _ready(ask: Callable[[], A]) -> A:
    try:
        return ask()
    except StoreError as error:
        raise NotReadyError(f"the floor or the history does not answer: {error}") from error
