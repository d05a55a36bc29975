"""Ringing one agent for one caller, until the offer is won or lost.

What decides the races is the table in ``domain.offers``; this file names the effects of each
change. An offering has no greenlet of its own: the call's script hands it the messages that
concern it, in the order of the call's mailbox.
"""

from __future__ import annotations

from callcore.domain import offers, outcomes
from callcore.domain.agents import AgentState
from callcore.domain.events import (
    AgentChanged,
    AgentPickedUp,
    Decided,
    LegsBridged,
    OfferLost,
    OfferMade,
    OfferRinging,
)
from callcore.domain.ids import LegId, Micros, seconds_between
from callcore.domain.offers import OfferEvent, OfferState
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import Call
from callcore.flows.messages import BridgeTimedOut, Message, Reserved, RingTimedOut
from callcore.flows.switchboard import Switchboard
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import LegAnswered, LegBridged, LegEnded, LegParked, LegRinging
from callcore.ports.telephony import (
    CommandTimedOutError,
    LegRequest,
    SwitchUnavailableError,
    TelephonyError,
)

BEYOND_RINGING_SECONDS = 2.0
"""How much longer than we the switch lets a phone ring, should nobody be there to end it: it counts
whole seconds, and would end one of two seconds after 1.1."""

BRIDGE_SECONDS = 5.0
"""How long an agent who picked up may be kept from the caller: the line is answered within 20 ms,
two parked legs are joined within 40."""


_REASONS = {
    OfferEvent.CALLER_GONE: OfferLostReason.CALLER_GONE,
    OfferEvent.PICKED_UP_ELSEWHERE: OfferLostReason.PICKED_UP_ELSEWHERE,
    OfferEvent.SWITCH_LOST: OfferLostReason.SWITCH_LOST,
    OfferEvent.BRIDGE_FAILED: OfferLostReason.BRIDGE_FAILED,
    OfferEvent.RING_TIMED_OUT: OfferLostReason.NO_ANSWER,
    OfferEvent.CALLER_UNREACHED: OfferLostReason.CALLER_UNREACHED,
}
"""What loses an offer besides the end of the agent's leg."""

_CAUSES = {
    OfferEvent.CALLER_GONE: "ORIGINATOR_CANCEL",
    OfferEvent.PICKED_UP_ELSEWHERE: "LOSE_RACE",
    OfferEvent.CALLER_UNREACHED: "ORIGINATOR_CANCEL",
}
"""What an agent's phone is told; the second keeps it from showing a missed call."""


class Offering:
    """One offer of the call ``call``, made by ``reserved``."""

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        reserved: Reserved,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        first_joined_at: Micros,
    ) -> None:
        self.reservation = reserved.reservation
        self.state = OfferState.RESERVED
        self.bridged_at = Micros(0)
        self._call = call
        self._queue = queue
        self._reserved = reserved
        self._switchboard = switchboard
        self._freeing = freeing
        self._first_joined_at = first_joined_at
        self._reserved_at = call.site.clock.now()
        self._ringing_at: Micros | None = None
        self._hangup_cause = ""
        self._is_leg_over = False
        self._is_bridge_asked = False
        self._timer: Timer | None = None
        self.lost_reason: OfferLostReason | None = None

    @property
    def leg_id(self) -> LegId:
        """The agent's leg."""
        return self.reservation.leg_id

    def start(self) -> None:
        """Calls the agent's phone."""
        site, reservation = self._call.site, self.reservation
        agent = site.policy.agents[reservation.agent_id]
        self._switchboard.claim(reservation.leg_id, reservation.call_id)
        self._call.ledger.offered(
            reservation.offer_id,
            reservation.queue,
            reservation.agent_id,
            self.leg_id,
            self._reserved_at,
        )
        self._call.ledger.decided(self._reserved.decision)
        request = LegRequest(
            leg_id=reservation.leg_id,
            contact=agent.contact,
            timeout_seconds=self._queue.ring_timeout_seconds + BEYOND_RINGING_SECONDS,
            caller_number=self._call.caller.number,
            caller_name=self._call.caller.name,
            variables={
                "callcore_call": reservation.call_id,
                "callcore_offer": reservation.offer_id,
                "callcore_agent": reservation.agent_id,
                "callcore_queue": reservation.queue,
            },
        )
        failure: OfferEvent | None = None
        try:
            self._call.switch.originate(request)
        except SwitchUnavailableError:
            failure = OfferEvent.SWITCH_LOST
        except TelephonyError as error:
            self._call.fault(error)
            failure = OfferEvent.LEG_ENDED
        self._publish_made()
        if failure is not None:
            self._is_leg_over = True
            self._apply(failure)
            return
        self._timer = self._call.mailbox.post_after(
            self._queue.ring_timeout_seconds,
            RingTimedOut(offer_id=reservation.offer_id),
        )

    def _publish_made(self) -> None:
        site, reservation = self._call.site, self.reservation
        now = site.clock.now()
        seconds = seconds_between(self._reserved.triggered_at, now)
        site.facts.publish(Decided(at=now, trigger=self._reserved.trigger, seconds=seconds))
        site.facts.publish(
            OfferMade(
                at=now,
                call_id=reservation.call_id,
                queue=reservation.queue,
                offer_id=reservation.offer_id,
                agent_id=reservation.agent_id,
                waited_seconds=seconds_between(self._first_joined_at, now),
                is_sticky=self._reserved.decision.is_sticky,
            )
        )

    def hear(self, message: Message) -> None:
        """Takes a message of the call's mailbox; one that does not concern the offer is nothing."""
        match message:
            case LegRinging() if message.leg_id == self.leg_id:
                self._rings(message.at)
            case LegParked() if message.leg_id == self.leg_id:
                self._picked_up(message.at)
            case LegEnded() if message.leg_id == self.leg_id:
                self._is_leg_over = True
                self._hangup_cause = message.cause
                self._apply(OfferEvent.LEG_ENDED)
            case LegAnswered() | LegParked() if (
                message.leg_id == self._call.leg_id and self.state is OfferState.PICKED_UP
            ):
                self._bridge()
            case LegBridged() if self.leg_id in {message.leg_id, message.other_leg_id}:
                self._bridged(message.at)
            case RingTimedOut() if message.offer_id == self.reservation.offer_id:
                self._hangup_cause = "NO_ANSWER"
                self._apply(OfferEvent.RING_TIMED_OUT)
            case BridgeTimedOut() if message.offer_id == self.reservation.offer_id:
                self._bridge_timed_out()
            case _:
                pass

    def picked_up_elsewhere(self) -> None:
        """Another agent was quicker."""
        self._apply(OfferEvent.PICKED_UP_ELSEWHERE)

    def caller_unreached(self) -> None:
        """The customer to be called back cannot be talked with now."""
        self._apply(OfferEvent.CALLER_UNREACHED)

    def caller_gone(self) -> None:
        """The caller left: nobody is to be rung or kept any more."""
        self._apply(OfferEvent.CALLER_GONE)

    def _rings(self, at: Micros) -> None:
        if self._ringing_at is not None:
            return
        self._apply(OfferEvent.LEG_RINGING)
        if self.state is not OfferState.RINGING:
            return
        self._ringing_at = at
        self._call.ledger.ringing(self.reservation.offer_id, at)
        self._freeing.mark_ringing(self.reservation)
        self._publish_agent(AgentState.RINGING)
        self._call.site.facts.publish(
            OfferRinging(
                at=at,
                call_id=self.reservation.call_id,
                queue=self.reservation.queue,
                offer_id=self.reservation.offer_id,
                agent_id=self.reservation.agent_id,
            )
        )

    def _picked_up(self, at: Micros) -> None:
        before = self.state
        self._apply(OfferEvent.AGENT_PICKED_UP)
        if self.state is before or self.state is not OfferState.PICKED_UP:
            return
        self._restart_timer()
        self._call.ledger.picked_up(self.reservation.offer_id, at)
        self._call.site.facts.publish(
            AgentPickedUp(
                at=at,
                call_id=self.reservation.call_id,
                queue=self.reservation.queue,
                offer_id=self.reservation.offer_id,
                agent_id=self.reservation.agent_id,
                rang_seconds=seconds_between(self._ringing_at or self._reserved_at, at),
            )
        )
        self._call.fetch(self.leg_id)
        self._bridge()

    def _bridge(self) -> None:
        """Joins the legs, once the caller's line is answered.

        The switch hangs both up if it is asked to join a caller who has no media yet.
        """
        if not self._call.can_be_bridged or self._is_bridge_asked:
            return
        self._is_bridge_asked = True
        try:
            self._call.switch.bridge(self._call.leg_id, self.leg_id)
        except (CommandTimedOutError, SwitchUnavailableError) as error:
            self._call.fault(error)
        except TelephonyError as error:
            self._call.fault(error)
            self._apply(OfferEvent.BRIDGE_FAILED)

    def _bridge_timed_out(self) -> None:
        """While the link is down nobody can say that they do not talk."""
        if self._call.switch.is_connected:
            self._apply(OfferEvent.BRIDGE_FAILED)
        else:
            self._restart_timer()

    def _restart_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._call.mailbox.post_after(
            BRIDGE_SECONDS + self._call.seconds_to_fetch,
            BridgeTimedOut(offer_id=self.reservation.offer_id),
        )

    def _bridged(self, at: Micros) -> None:
        if self.state is not OfferState.PICKED_UP:
            return
        self._apply(OfferEvent.BRIDGED)
        self.bridged_at = at
        waited = seconds_between(self._first_joined_at, at)
        is_callback = self._call.callback is not None
        is_within = waited <= self._queue.service_level_seconds and not is_callback
        self._call.ledger.bridged(
            self.reservation.offer_id,
            at,
            is_within_service_level=None if is_callback else is_within,
        )
        self._freeing.won(self.reservation, at)
        self._publish_agent(AgentState.TALKING)
        self._call.site.facts.publish(
            LegsBridged(
                at=at,
                call_id=self.reservation.call_id,
                queue=self.reservation.queue,
                offer_id=self.reservation.offer_id,
                agent_id=self.reservation.agent_id,
                waited_seconds=waited,
                is_within_service_level=is_within,
                is_callback=is_callback,
            )
        )

    def _apply(self, event: OfferEvent) -> None:
        before = self.state
        self.state = offers.next_state(self.reservation.offer_id, before, event)
        if offers.is_over(self.state) and not offers.is_over(before):
            if self._timer is not None:
                self._timer.cancel()
            if self.state is OfferState.LOST:
                self._lost(self._reason(before, event), event)

    def _reason(self, before: OfferState, event: OfferEvent) -> OfferLostReason:
        if event is not OfferEvent.LEG_ENDED:
            return _REASONS[event]
        if before is OfferState.PICKED_UP:
            return OfferLostReason.AGENT_GONE
        return outcomes.offer_lost_by(self._hangup_cause)

    def _lost(self, reason: OfferLostReason, event: OfferEvent) -> None:
        site, reservation = self._call.site, self.reservation
        self.lost_reason = reason
        now = site.clock.now()
        if not self._is_leg_over:
            try:
                self._call.switch.hang_up(self.leg_id, _CAUSES.get(event, "NO_ANSWER"))
            except SwitchUnavailableError as error:
                self._call.fault(error)
        self._switchboard.release(self.leg_id)
        self._call.ledger.offer_lost(reservation.offer_id, now, reason, self._hangup_cause)
        site.facts.publish(
            OfferLost(
                at=now,
                call_id=reservation.call_id,
                queue=reservation.queue,
                offer_id=reservation.offer_id,
                agent_id=reservation.agent_id,
                reason=reason,
                hangup_cause=self._hangup_cause,
            )
        )
        self._freeing.after_lost_offer(
            reservation,
            reason,
            retry_after_seconds=self._queue.retry_after_miss_seconds,
            is_caller_waiting=event is not OfferEvent.CALLER_GONE,
        )

    def _publish_agent(self, state: AgentState) -> None:
        site = self._call.site
        site.facts.publish(
            AgentChanged(
                at=site.clock.now(),
                agent_id=self.reservation.agent_id,
                state=state,
                reason=self.reservation.offer_id,
            )
        )
