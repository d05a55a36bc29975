"""Callers who wait as operators see them, and why each of them is, or is not, offered to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from callcore.domain import decisions, phone_numbers, routing
from callcore.domain.ids import CallId, Micros, seconds_between
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallStory
from callcore.domain.routing import Demand
from callcore.flows import explaining
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.crew import Crew
from callcore.flows.remote_waiters import RemoteWaiter, RemoteWaiters
from callcore.flows.site import Site
from callcore.flows.waiters import Waiter
from callcore.ports.operations import Explanation, NotReadyError, WaitingView
from callcore.ports.stores import StoreError

A = TypeVar("A")

MOST_JUDGED = 1000


class WaitingViews:
    """Looks at those who wait: at those followed here, and as far as the floor knows them at those
    whom other workers follow.
    """

    def __init__(self, site: Site, crew: Crew, callbacks: CallbackOperations) -> None:
        self._site = site
        self._crew = crew
        self._callbacks = callbacks
        self._remote = RemoteWaiters(site, crew.lines)

    def waiting(self) -> list[WaitingView]:
        """Every caller who waits, by queue and position, whoever follows the call."""
        waiters = [*self._crew.waiters.all(), *self._waiting_elsewhere()]
        places = [(waiter.call_id, waiter.queue_name) for waiter in waiters]
        positions = ready(lambda: self._site.waiting_room.positions(places))
        views = map(self._waiting_view, waiters, positions)
        return sorted(views, key=lambda view: (view.queue, view.position or 0))

    def is_followed(self, call_id: CallId) -> bool:
        """True if the call has a script here."""
        return call_id in self._crew.ledgers or self._crew.switchboard.node_of(call_id) is not None

    def explanation(self, call_id: CallId) -> Explanation | None:
        """Why the caller was offered to whom, and if waiting, why to nobody now; ``None`` of a call
        that is not followed here.
        """
        waiter = self._crew.waiters.get(call_id)
        if waiter is not None:
            return self._explain_waiting(waiter)
        current = self._crew.ledgers.get(call_id)
        if current is None:
            return None
        promise = self._callbacks.callback(call_id)
        return explaining.explanation(call_id, current.story, promise=promise)

    def _waiting_elsewhere(self) -> list[RemoteWaiter]:
        """The callers who wait and are followed by other workers; two reads if there are any."""
        if not self._site.tenure.colleagues:
            return []
        present = ready(lambda: self._site.waiting_room.present(list(self._site.policy.queues)))
        others = [call_id for call_id in present if not self.is_followed(call_id)]
        return list(ready(lambda: self._remote.read(others)).values())

    def _explain_waiting(self, waiter: Waiter) -> Explanation:
        demand = waiter.demand()
        queue = demand.queue.name
        (candidates,) = ready(lambda: self._site.waiting_room.candidates([queue], MOST_JUDGED))
        free = [agent.agent_id for agent in candidates.agents]
        judgements = routing.judge(
            demand, free, self._crew.serving, waiter.staffed, self._site.clock.now()
        )
        others = [one for one in self._crew.serving.at(queue).agents if one not in set(free)]
        doings = ready(lambda: self._site.roster.doings(others))
        position = ready(lambda: self._site.waiting_room.position(demand.call_id, queue))
        current = self._crew.ledgers.get(demand.call_id)
        story = current.story if current is not None else CallStory()
        return explaining.explanation(
            demand.call_id,
            replace(story, decisions=waiter.decisions()),
            waiting=self._waiting_view(waiter, position),
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

    def _waiting_view(self, waiter: Waiter, position: int | None) -> WaitingView:
        demand, now = waiter.demand(), self._site.clock.now()
        queue: QueuePolicy = demand.queue
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


def ready(ask: Callable[[], A]) -> A:
    """What the floor or the history answers. Raises ``NotReadyError`` if it does not."""
    try:
        return ask()
    except StoreError as error:
        raise NotReadyError(f"the floor or the history does not answer: {error}") from error
