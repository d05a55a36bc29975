"""What becomes of an agent after an offer or a conversation, until callers are offered again.

Every state an agent is held in here ends by a timer of this process and, should the process die,
by the lease that stands behind it (see ``lease_watch``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain import duty
from callcore.domain.agents import (
    AgentReason,
    AgentState,
    Why,
    WrapUpEnd,
)
from callcore.domain.ids import AgentId, CallId, Micros, QueueName, seconds_between
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.flows.agent_telling import AgentTelling
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.learning import Learning
from callcore.flows.looking_ahead import FoundLines
from callcore.flows.offer_losing import OfferLosing
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.site import Site
from callcore.ports.stores import FloorAgent, Freed, Look, OfferAnswer, Reservation


class AgentFreeing:
    """Frees agents, and looks for the next caller at once."""

    def __init__(
        self,
        site: Site,
        dispatcher: Dispatcher,
        queue_watch: QueueWatch,
        changes: FloorChanges,
        learning: Learning,
        ledgers: Mapping[CallId, CallLedger],
    ) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._queue_watch = queue_watch
        self._changes = changes
        self._losing = OfferLosing(site, changes, ledgers)
        self.telling = AgentTelling(site)
        self.learning = learning

    def is_untold(self, call_id: CallId) -> bool:
        """True if the floor has not heard of all that became of a call that was followed here."""
        return self._changes.owes(call_id)

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
        is_caller_waiting: bool,
        found: OfferRecord | None = None,
    ) -> None:
        """Ends an offer on the floor and looks for others for both sides.

        An agent who is free at once comes first: to the first caller of all the queues served, who
        need not be one of this queue. One whose phone failed rests, and does not get the same
        caller back past an idle colleague. ``found`` is what the record is to have of an offer
        whose call nobody follows.
        """
        rest, ended_at = self._losing.rest_seconds(reservation, reason), self._site.clock.now()

        def over(freed: Freed) -> None:
            if freed.answer is not OfferAnswer.DONE:
                return
            now = self._site.clock.now()
            self.learning.of_lost_offer(
                reservation,
                freed.kept,
                late_seconds=seconds_between(ended_at, now),
                rest_seconds=rest if freed.state is AgentState.AVAILABLE else 0.0,
            )
            self.telling.changed(reservation.agent_id, freed, AgentReason(reason))
            self.telling.missed(reservation, freed)
            if freed.state is not AgentState.AVAILABLE:
                self._queue_watch.staffing_changed(reservation.agent_id)
            elif rest > 0:
                self._site.clock.after(rest, lambda: self.wake(reservation.agent_id))
            elif reason is not OfferLostReason.SWITCH_LOST:
                self._dispatcher.agent_free(reservation.agent_id, now)
            if reason is OfferLostReason.SWITCH_LOST:
                # Whoever looks when the link is back may have looked before the floor was told.
                self._dispatcher.look_again_soon()
            elif is_caller_waiting:
                self._dispatcher.caller_waiting(reservation.queue, now)

        self._losing.lose(
            reservation, reason, rest, over, is_caller_waiting=is_caller_waiting, found=found
        )

    def give_back(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        """Undoes a reservation of which nobody was told; one that was never made stays so.

        Looks for nobody: whoever reserved is at it.
        """

        def over(freed: Freed) -> None:
            if freed.answer is OfferAnswer.DONE and freed.state is not AgentState.AVAILABLE:
                self.telling.changed(reservation.agent_id, freed, AgentReason.RECLAIMED)
                self._queue_watch.staffing_changed(reservation.agent_id)

        reason = OfferLostReason.RECLAIMED
        self._losing.lose(reservation, reason, 0.0, over, is_caller_waiting=is_caller_waiting)

    def too_late(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved when another had just picked up."""
        self.after_lost_offer(
            reservation, OfferLostReason.PICKED_UP_ELSEWHERE, is_caller_waiting=True
        )

    def caller_unreached(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved for a customer who cannot be called back now."""
        self.after_lost_offer(reservation, OfferLostReason.CALLER_UNREACHED, is_caller_waiting=True)

    def caller_gone(self, reservation: Reservation) -> None:
        """Gives back an agent who was reserved for a caller who had just left."""
        self.after_lost_offer(reservation, OfferLostReason.CALLER_GONE, is_caller_waiting=False)

    def after_talk(self, reservation: Reservation) -> None:
        """Lets the agent wrap up."""
        wrap_up_seconds = duty.wrap_up_seconds(
            self._site.policy, reservation.agent_id, reservation.queue
        )

        ended_at = self._site.clock.now()

        def over(freed: Freed, ahead: FoundLines | None) -> None:
            if freed.answer is not OfferAnswer.DONE:
                return
            now = self._site.clock.now()
            late = seconds_between(ended_at, now)
            self.telling.changed(reservation.agent_id, freed, AgentReason.TALK_ENDED)
            if freed.state is AgentState.WRAPPING_UP:
                self._site.clock.after(
                    wrap_up_seconds, lambda: self.end_wrap_up(reservation, now, late)
                )
            else:
                self.learning.of_service(reservation.queue, freed.kept, late)
                self._look_for_work(reservation.agent_id, freed, ahead)

        self._make_free(
            reservation,
            lambda look: self._site.roster.end_talk(
                reservation,
                wrap_up_seconds=wrap_up_seconds,
                look=look if wrap_up_seconds == 0 else None,
            ),
            over,
        )

    def end_wrap_up(
        self, reservation: Reservation, began_at: Micros, late_seconds: float = 0.0
    ) -> None:
        """Ends a wrap-up whose time is over, unless another hand did; harmless when too early, or
        too late. It began ``late_seconds`` after the talk, the floor having been away.
        """
        agent_id, request_id = reservation.agent_id, self._site.ids.request_id()
        ended_at = self._site.clock.now()

        def over(freed: Freed, ahead: FoundLines | None) -> None:
            late = late_seconds + seconds_between(ended_at, self._site.clock.now())
            self.wrap_up_ended(
                agent_id, reservation.queue, began_at, freed, late_seconds=late, ahead=ahead
            )

        self._make_free(
            reservation,
            lambda look: self._site.roster.end_wrap_up(
                agent_id, reservation.offer_id, request_id, look=look
            ),
            over,
        )

    def wrap_up_ended(
        self,
        agent_id: AgentId,
        queue: QueueName,
        began_at: Micros,
        freed: Freed,
        why: Why | None = None,
        *,
        late_seconds: float = 0.0,
        ahead: FoundLines | None = None,
    ) -> None:
        """Tells of a wrap-up that has ended, if it has, and looks for the next caller."""
        if freed.answer is not OfferAnswer.DONE:
            return
        self.learning.of_service(queue, freed.kept, late_seconds)
        end = WrapUpEnd.TIMED_OUT if why is None else WrapUpEnd.ENDED_EARLY
        self.telling.wrapped_up(
            agent_id, queue, began_at, WrapUpEnd.EXTENDED if freed.was_extended else end
        )
        self.telling.changed(agent_id, freed, AgentReason.WRAP_UP_ENDED, why)
        self._look_for_work(agent_id, freed, ahead)

    def wrap_up_extended(self, agent: FloorAgent, until: Micros) -> None:
        """Sets the timer anew of a wrap-up that was found as told, and lasts longer now."""
        reservation, began_at = agent.reservation, agent.since
        if reservation is not None:
            seconds = seconds_between(self._site.clock.now(), until)
            self._site.clock.after(
                max(seconds, 0.0), lambda: self.end_wrap_up(reservation, began_at)
            )

    def wake(self, agent_id: AgentId) -> None:
        """Ends the rest of an agent whose phone failed."""

        def over(is_awake: bool) -> None:  # noqa: FBT001 - the store's answer
            if is_awake:
                self._dispatcher.agent_free(agent_id, self._site.clock.now())

        owner = CallId(f"rest of {agent_id}")
        self._changes.make(owner, lambda: self._site.roster.wake(agent_id), over)

    def _make_free(
        self,
        reservation: Reservation,
        change: Callable[[Look | None], Freed],
        over: Callable[[Freed, FoundLines | None], None],
    ) -> None:
        """Makes a change after which the agent may serve the next caller at once."""
        ahead = self._dispatcher.look_ahead(reservation.agent_id)

        def done(freed: Freed) -> None:
            try:
                over(freed, ahead.found(freed))
            finally:
                ahead.end()

        self._changes.make(reservation.call_id, lambda: ahead.ask(change), done)

    def _look_for_work(
        self, agent_id: AgentId, freed: Freed, ahead: FoundLines | None = None
    ) -> None:
        if freed.state is AgentState.AVAILABLE:
            self._dispatcher.agent_free(agent_id, self._site.clock.now(), ahead)
        else:
            self._queue_watch.staffing_changed(agent_id)
