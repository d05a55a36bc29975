"""Ringing one agent for one caller, until the offer is won or lost.

What decides the races is the table in ``domain.offers``; this file names the effects of each
change. An offering has no greenlet of its own: the call's script hands it the messages that
concern it, in the order of the call's mailbox.
"""

from __future__ import annotations

from callcore.domain import offers
from callcore.domain.ids import LegId, Micros, NodeName, seconds_between
from callcore.domain.offers import OfferEvent, OfferState
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import AgentPolicy, QueuePolicy
from callcore.domain.speech.utterances import PressKey
from callcore.flows import offer_ends
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_greeting import AgentGreeting, GreetingEnd
from callcore.flows.agent_line import line_of
from callcore.flows.call import Call
from callcore.flows.messages import (
    BridgeTimedOut,
    LineReady,
    Message,
    OfferFound,
    Reserved,
    RingTimedOut,
)
from callcore.flows.offer_telling import OfferTelling
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegParked,
    LegRinging,
    LegSnapshot,
)
from callcore.ports.telephony import CommandTimedOutError, SwitchUnavailableError, TelephonyError

BRIDGE_SECONDS = 5.0
"""How long an agent who picked up may be kept from the caller: the line is answered within 20 ms,
two parked legs are joined within 40."""


class Offering:
    """One offer of the call ``call``: ``reservation``. One that is found may be for a standing line
    at ``line_node`` that is not followed yet.
    """

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        reservation: Reservation,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        first_joined_at: Micros,
        *,
        line_node: NodeName | None = None,
    ) -> None:
        self.reservation = reservation
        self.state = OfferState.RESERVED
        self.bridged_at = Micros(0)
        self.lost_reason: OfferLostReason | None = None
        self._call = call
        self._queue = queue
        self._agent = call.site.policy.agents.get(reservation.agent_id)
        self._line = line_of(call, reservation, self._agent, switchboard, line_node)
        self._switchboard = switchboard
        self._freeing = freeing
        self._telling = OfferTelling(call, queue, reservation, first_joined_at)
        self._has_rung = False
        self._hangup_cause = ""
        self._is_leg_over = False
        self.is_bridge_asked = False
        """True once the switch was asked to join the two."""
        self._timer: Timer | None = None
        self._greeting: AgentGreeting | None = None
        self._is_greeted = False

    @property
    def leg_id(self) -> LegId:
        """The agent's leg."""
        return self.reservation.leg_id

    def start(self, reserved: Reserved) -> None:
        """Calls the agent's phone, or asks for the line on which the agent stands; not yet for a
        customer who is to be there first.
        """
        self._telling.reserved(reserved)
        failure = self._reach()
        self._telling.made(reserved)
        self._has_reached(failure)

    def go_on(self, found: OfferFound) -> None:
        """Goes on with what another process began: with the phone as it was found, or as above if
        it was not called yet.
        """
        self._telling.found(found)
        self._has_rung = found.ringing_at is not None
        if found.line_node is not None or (found.leg is None and not self._has_rung):
            self._has_reached(self._reach())
            return
        if self._has_rung:
            self.state = OfferState.RINGING
        self._set_ring_timer(found.leg.created_at if found.leg is not None else found.ringing_at)
        if found.leg is not None:
            self._leg_found(found.leg, is_greeted=found.is_greeted)

    def is_found_late(self, found: OfferFound) -> None:
        """The same, when another agent was quicker."""
        self._telling.found(found)
        self.picked_up_elsewhere()

    def customer_ready(self) -> None:
        """The customer who was called back is there to be talked with."""
        if self.state is OfferState.KEPT:
            self._apply(OfferEvent.CUSTOMER_READY)
            self._is_leg_over = False
            self._has_reached(self._ring())
        elif self.state is OfferState.PICKED_UP:
            self._bridge()

    def _reach(self) -> OfferEvent | None:
        """What became of the offer at once."""
        if not self._call.keeps_agents:
            return self._ring()
        self.state = OfferState.KEPT
        self._is_leg_over = True  # there is none
        return None

    def _ring(self) -> OfferEvent | None:
        reservation = self.reservation
        self._switchboard.claim(reservation.leg_id, reservation.call_id)
        failure = self._line.call(self._queue.ring_timeout_seconds)
        if failure is None:
            self._set_ring_timer()
        return failure

    def _has_reached(self, failure: OfferEvent | None) -> None:
        if failure is not None:
            self._is_leg_over = True
            self._apply(failure)

    def _leg_found(self, leg: LegSnapshot, *, is_greeted: bool) -> None:
        """An agent who has picked up is greeted anew, unless the customer was called by that."""
        now = self._call.site.clock.now()
        answered_at = leg.answered_at or now
        if leg.bridged_to is not None:
            self._is_greeted = self.is_bridge_asked = True
            self._picked_up(answered_at)
            if leg.bridged_to == self._call.leg_id:
                self._bridged(now)
            else:
                self._is_leg_over = True  # of no use here, and not ours to end
                self._apply(OfferEvent.LEG_ENDED)
        elif leg.is_line_answered:
            if not leg.is_parked:
                self._stop_playing()  # what the other process had begun
            self._is_greeted = is_greeted
            self._line_open(answered_at)
        else:
            self._rings(now)

    def _stop_playing(self) -> None:
        try:
            self._call.switch.stop_playing(self.leg_id)
        except SwitchUnavailableError as error:
            self._call.fault(error)

    def hear(self, message: Message) -> None:
        """Takes a message of the call's mailbox; one that does not concern the offer is nothing."""
        if self.state is OfferState.KEPT:
            return  # there is no leg that anything could happen to
        match message:
            case LegRinging() if message.leg_id == self.leg_id:
                self._rings(message.at)
            case LegParked() | LineReady() if self._line.is_open_with(message):
                self._line_open(message.at)
            case LegEnded() if message.leg_id == self.leg_id:
                self._is_leg_over = True
                self._hangup_cause = message.cause
                self._apply(OfferEvent.LEG_ENDED)
            case LegAnswered() | LegParked() if (
                message.leg_id == self._call.leg_id and self.state is OfferState.PICKED_UP
            ):
                self._bridge()
            case LegBridged() if self.leg_id in (legs := {message.leg_id, message.other_leg_id}):
                self._joined(message.at, has_caller=self._call.leg_id in legs)
            case RingTimedOut() if message.offer_id == self.reservation.offer_id:
                self._hangup_cause = "NO_ANSWER"
                self._apply(OfferEvent.RING_TIMED_OUT)
            case BridgeTimedOut() if message.offer_id == self.reservation.offer_id:
                self._bridge_timed_out()
            case _ if self._greeting is not None and not self._is_greeted:
                self._greeted(self._greeting.end_by(message))
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
        if self._has_rung:
            return
        self._apply(OfferEvent.LEG_RINGING)
        if self.state is not OfferState.RINGING:
            return
        self._has_rung = True
        self._freeing.mark_ringing(self.reservation)
        self._telling.ringing(at)

    def _line_open(self, at: Micros) -> None:
        """The phone was picked up. An agent who has to accept the call is still being rung."""
        if self._greeting is not None or offers.is_over(self.state):
            return
        self._greeting = greeting = None if self._is_greeted else self._greeting_of(self._agent)
        if greeting is None or not greeting.asks_for_key:
            is_first = self._picked_up(at)
            if greeting is None:
                self._is_greeted = True
                if is_first:
                    self._meet()
                return
        else:
            self._cancel_timer()
            self._freeing.mark_ringing(self.reservation)
        greeting.begin()

    def _greeting_of(self, agent: AgentPolicy | None) -> AgentGreeting | None:
        key = None if agent is None else agent.confirm_key
        words = (*self._queue.whisper, *self._call.words_for_agent)
        if key is not None:
            words = (*words, PressKey(key))
        if not words:
            return None
        return AgentGreeting(
            self._call,
            self.reservation,
            words,
            self._call.voice.language(None if agent is None else agent.language),
            confirm_key=key,
            confirm_seconds=0.0 if agent is None else agent.confirm_seconds,
        )

    def _greeted(self, end: GreetingEnd | None) -> None:
        match end:
            case GreetingEnd.CONFIRMED:
                self._is_greeted = True
                if self._picked_up(self._call.site.clock.now()):
                    self._meet()
            case GreetingEnd.HEARD:
                self._is_greeted = True
                self._meet()
            case GreetingEnd.NOT_CONFIRMED:
                self._apply(OfferEvent.NOT_CONFIRMED)
            case None:
                pass

    def _picked_up(self, at: Micros) -> bool:
        """The agent has the call, unless it is over; false if that was so before."""
        before = self.state
        self._apply(OfferEvent.AGENT_PICKED_UP)
        if self.state is before or self.state is not OfferState.PICKED_UP:
            return False
        self._cancel_timer()
        self._telling.picked_up(at)
        return True

    def _meet(self) -> None:
        """Brings the caller to the agent, who has heard what there was to hear."""
        self._restart_bridge_timer()
        if not self._call.seconds_to_fetch:  # a matter of moments
            self._switchboard.joins(self.leg_id)
        self._call.fetch(self.leg_id)
        self._bridge()

    def _bridge(self) -> None:
        """Joins the legs, once the agent is greeted and the caller's line is answered.

        The switch hangs both up if it is asked to join a caller who has no media yet.
        """
        is_ready = self._is_greeted and self._call.can_be_bridged
        if not is_ready or self.is_bridge_asked:
            return
        self.is_bridge_asked = True
        self._call.hush()
        self._switchboard.joins(self.leg_id)
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
            self._restart_bridge_timer()

    def _restart_bridge_timer(self) -> None:
        self._set_timer(
            BRIDGE_SECONDS + self._call.seconds_to_fetch,
            BridgeTimedOut(offer_id=self.reservation.offer_id),
        )

    def _set_ring_timer(self, began_at: Micros | None = None) -> None:
        """How long the phone may ring, from now on or since it ``began_at``."""
        seconds = self._queue.ring_timeout_seconds
        if began_at is not None:
            rang_seconds = seconds_between(began_at, self._call.site.clock.now())
            seconds -= min(max(rang_seconds, 0.0), seconds)
        self._set_timer(seconds, RingTimedOut(offer_id=self.reservation.offer_id))

    def _set_timer(self, seconds: float, message: RingTimedOut | BridgeTimedOut) -> None:
        self._cancel_timer()
        self._timer = self._call.mailbox.post_after(seconds, message)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _joined(self, at: Micros, *, has_caller: bool) -> None:
        if has_caller:
            self._picked_up(at)  # which another process may have heard alone
        self._bridged(at)

    def _bridged(self, at: Micros) -> None:
        if self.state is not OfferState.PICKED_UP:
            return
        self._apply(OfferEvent.BRIDGED)
        self.bridged_at = at
        self._line.joined()
        self._freeing.won(self.reservation, at)
        self._telling.bridged(at)

    def _apply(self, event: OfferEvent) -> None:
        before = self.state
        self.state = offers.next_state(self.reservation.offer_id, before, event)
        if offers.is_over(self.state) and not offers.is_over(before):
            self._cancel_timer()
            if self.state is OfferState.LOST:
                self._lost(before, event)

    def _lost(self, before: OfferState, event: OfferEvent) -> None:
        reservation, is_asked = self.reservation, self._greeting is not None
        reason = offer_ends.reason(before, event, self._hangup_cause, is_asked=is_asked)
        self.lost_reason = reason
        if self._greeting is not None:
            self._greeting.forget()
        if not self._is_leg_over:
            self._line.give_up(offer_ends.cause(event))
        self._switchboard.release(self.leg_id)
        self._telling.lost(reason, self._hangup_cause)
        self._freeing.after_lost_offer(
            reservation, reason, is_caller_waiting=event is not OfferEvent.CALLER_GONE
        )
