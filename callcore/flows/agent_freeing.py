"""What becomes of an agent after an offer or a conversation, until callers are offered again.

Every state an agent is held in here ends by a timer of this process and, should the process die,
by the lease that stands behind it (see ``lease_watch``).
"""

from __future__ import annotations

from callcore.domain import outcomes
from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, WrapUpEnded
from callcore.domain.ids import AgentId, CallId, Micros, seconds_between
from callcore.domain.outcomes import OfferLostReason
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import OfferAnswer, Reservation

SHORTEST_REST_SECONDS = 1.0
"""How long an agent whose phone failed is left alone at least: a phone that fails at once would
else be rung a hundred times a second."""

NOT_THE_AGENTS_DOING = frozenset(
    {
        OfferLostReason.CALLER_GONE,
        OfferLostReason.SWITCH_LOST,
        OfferLostReason.RECLAIMED,
        OfferLostReason.PICKED_UP_ELSEWHERE,
        OfferLostReason.CALLER_UNREACHED,
    }
)


class AgentFreeing:
    """Frees agents, and looks for the next caller at once."""

    def __init__(self, site: Site, dispatcher: Dispatcher, changes: FloorChanges) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._changes = changes

    def mark_ringing(self, reservation: Reservation) -> None:
        """The agent's phone rings."""
        self._changes.make(reservation.call_id, lambda: self._site.roster.mark_ringing(reservation))

    def won(self, reservation: Reservation, bridged_at: Micros) -> None:
        """Caller and agent talk."""
        self._changes.make(
            reservation.call_id, lambda: self._site.roster.win(reservation, bridged_at)
        )

    def after_lost_offer(
        self,
        reservation: Reservation,
        reason: OfferLostReason,
        *,
        retry_after_seconds: float,
        is_caller_waiting: bool,
    ) -> None:
        """Ends an offer on the floor and looks for others for both sides.

        An agent who is free at once comes first: to the first caller of all the queues served, who
        need not be one of this queue. One whose phone failed rests, and does not get the same
        caller back past an idle colleague.
        """
        rest = _rest_seconds(reason, retry_after_seconds)

        def over(answer: OfferAnswer) -> None:
            if answer is not OfferAnswer.DONE:
                return
            now = self._site.clock.now()
            self._publish(reservation.agent_id, AgentState.AVAILABLE, reason)
            if rest > 0:
                self._site.clock.after(rest, lambda: self.wake(reservation.agent_id))
            if reason is OfferLostReason.SWITCH_LOST:
                return
            if rest <= 0:
                self._dispatcher.agent_free(reservation.agent_id, now)
            if is_caller_waiting:
                self._dispatcher.caller_waiting(reservation.queue, now)

        self._changes.make(
            reservation.call_id,
            lambda: self._site.roster.lose(
                reservation,
                is_miss=reason in outcomes.MISSES,
                retry_after_seconds=rest,
                is_caller_waiting=is_caller_waiting,
            ),
            over,
        )

    def too_late(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved when another had just picked up."""
        self.after_lost_offer(
            reservation,
            OfferLostReason.PICKED_UP_ELSEWHERE,
            retry_after_seconds=0.0,
            is_caller_waiting=True,
        )

    def caller_unreached(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved for a customer who cannot be called back now."""
        self.after_lost_offer(
            reservation,
            OfferLostReason.CALLER_UNREACHED,
            retry_after_seconds=0.0,
            is_caller_waiting=True,
        )

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

        def over(answer: OfferAnswer) -> None:
            if answer is not OfferAnswer.DONE:
                return
            now = self._site.clock.now()
            if wrap_up_seconds <= 0:
                self._publish(reservation.agent_id, AgentState.AVAILABLE, "talk_ended")
                self._dispatcher.agent_free(reservation.agent_id, now)
                return
            self._publish(reservation.agent_id, AgentState.WRAPPING_UP, "talk_ended")
            self._site.clock.after(wrap_up_seconds, lambda: self.end_wrap_up(reservation, now))

        self._changes.make(
            reservation.call_id,
            lambda: self._site.roster.end_talk(reservation, wrap_up_seconds=wrap_up_seconds),
            over,
        )

    def end_wrap_up(self, reservation: Reservation, began_at: Micros) -> None:
        """Makes the agent available unless another hand did; harmless when too late."""
        agent_id, request_id = reservation.agent_id, self._site.ids.request_id()

        def over(answer: OfferAnswer) -> None:
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
            self._dispatcher.agent_free(agent_id, now)

        self._changes.make(
            reservation.call_id,
            lambda: self._site.roster.end_wrap_up(agent_id, reservation.offer_id, request_id),
            over,
        )

    def wake(self, agent_id: AgentId) -> None:
        """Ends the rest of an agent whose phone failed."""

        def over(is_awake: bool) -> None:  # noqa: FBT001 - the store's answer
            if is_awake:
                self._dispatcher.agent_free(agent_id, self._site.clock.now())

        owner = CallId(f"rest of {agent_id}")
        self._changes.make(owner, lambda: self._site.roster.wake(agent_id), over)

    def _publish(self, agent_id: AgentId, state: AgentState, reason: str) -> None:
        self._site.facts.publish(
            AgentChanged(at=self._site.clock.now(), agent_id=agent_id, state=state, reason=reason)
        )


def _rest_seconds(reason: OfferLostReason, retry_after_seconds: float) -> float:
    if reason in NOT_THE_AGENTS_DOING:
        return 0.0
    wanted = retry_after_seconds if reason in outcomes.MISSES else 0.0
    return max(wanted, SHORTEST_REST_SECONDS)
