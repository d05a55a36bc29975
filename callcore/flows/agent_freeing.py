"""What becomes of an agent after an offer or a conversation, until callers are offered again.

Every state an agent is held in here ends by a timer of this process and, should the process die,
by the lease that stands behind it (see ``reclaiming``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from callcore.domain import outcomes
from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, StoreFailed, WrapUpEnded
from callcore.domain.ids import AgentId, Micros, QueueName, seconds_between
from callcore.domain.outcomes import OfferLostReason
from callcore.flows.dispatching import Dispatcher
from callcore.flows.site import Site
from callcore.ports.stores import OfferAnswer, Reservation, Roster, StoreError

A = TypeVar("A")


class AgentFreeing:
    """Frees agents, and looks for the next caller at once."""

    def __init__(self, site: Site, dispatcher: Dispatcher) -> None:
        self._site = site
        self._dispatcher = dispatcher

    def note(self, change: Callable[[Roster], A]) -> A | None:
        """Makes a change to the roster; ``None`` if the floor does not answer.

        The switch goes on without the floor, so a call's script does not stop for it: the lease
        behind the change ends and reclaiming compares the floor with the switch.
        """
        try:
            return change(self._site.roster)
        except StoreError as error:
            self._failed(error)
            return None

    def after_lost_offer(
        self,
        reservation: Reservation,
        reason: OfferLostReason,
        *,
        retry_after_seconds: float,
        is_caller_waiting: bool,
    ) -> None:
        """Ends an offer on the floor and looks for others for both sides."""
        is_miss = reason in outcomes.MISSES
        rest = retry_after_seconds if is_miss else 0.0
        answer = self.note(
            lambda roster: roster.lose(
                reservation,
                is_miss=is_miss,
                retry_after_seconds=rest,
                is_caller_waiting=is_caller_waiting,
            )
        )
        if answer is not OfferAnswer.DONE:
            return
        self._publish(reservation.agent_id, AgentState.AVAILABLE, reason)
        if rest > 0:
            self._site.clock.after(rest, lambda: self.wake(reservation.agent_id))
        elif reason is not OfferLostReason.SWITCH_LOST:
            self._look_for_caller(reservation.agent_id)
        if is_caller_waiting and reason is not OfferLostReason.SWITCH_LOST:
            self._look_for_agent(reservation.queue)

    def caller_gone(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved for a caller who had just left."""
        self.after_lost_offer(
            reservation,
            OfferLostReason.CALLER_GONE,
            retry_after_seconds=0.0,
            is_caller_waiting=False,
        )

    def after_talk(self, reservation: Reservation, wrap_up_seconds: float) -> None:
        """Lets the agent wrap up."""
        answer = self.note(
            lambda roster: roster.end_talk(reservation, wrap_up_seconds=wrap_up_seconds)
        )
        if answer is not OfferAnswer.DONE:
            return
        if wrap_up_seconds <= 0:
            self._publish(reservation.agent_id, AgentState.AVAILABLE, "talk_ended")
            self._look_for_caller(reservation.agent_id)
            return
        self._publish(reservation.agent_id, AgentState.WRAPPING_UP, "talk_ended")
        began_at = self._site.clock.now()
        self._site.clock.after(wrap_up_seconds, lambda: self.end_wrap_up(reservation, began_at))

    def end_wrap_up(self, reservation: Reservation, began_at: Micros) -> None:
        """Makes the agent available unless another hand did; harmless when too late."""
        agent_id = reservation.agent_id
        answer = self.note(lambda roster: roster.end_wrap_up(agent_id, reservation.offer_id))
        if answer is not OfferAnswer.DONE:
            return
        now = self._site.clock.now()
        self._site.facts.publish(
            WrapUpEnded(
                at=now,
                agent_id=agent_id,
                queue=reservation.queue,
                wrapped_up_seconds=seconds_between(began_at, now),
            )
        )
        self._publish(agent_id, AgentState.AVAILABLE, "wrap_up_ended")
        self._look_for_caller(agent_id)

    def wake(self, agent_id: AgentId) -> None:
        """Ends the rest of an agent who missed an offer."""
        if self.note(lambda roster: roster.wake(agent_id)):
            self._look_for_caller(agent_id)

    def _look_for_caller(self, agent_id: AgentId) -> None:
        try:
            self._dispatcher.agent_free(agent_id, self._site.clock.now())
        except StoreError as error:
            self._failed(error)

    def _look_for_agent(self, queue: QueueName) -> None:
        try:
            self._dispatcher.caller_waiting(queue, self._site.clock.now())
        except StoreError as error:
            self._failed(error)

    def _publish(self, agent_id: AgentId, state: AgentState, reason: str) -> None:
        self._site.facts.publish(
            AgentChanged(at=self._site.clock.now(), agent_id=agent_id, state=state, reason=reason)
        )

    def _failed(self, error: StoreError) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
