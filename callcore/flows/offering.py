"""Ringing one agent for one caller, until the offer is won or lost.

What decides the races is the table in ``domain.offers``; this file names the effects of each
change. An offering has no greenlet of its own: the call's script hands it the messages that
concern it, in the order of the call's mailbox.
"""

from __future__ import annotations

from callcore.domain import offers
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.offers import OfferEvent, OfferState
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import offer_ends
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_greeting import AgentGreeting, GreetingEnd, greeting_of
from callcore.flows.agent_leg import AgentLeg
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
from callcore.flows.offer_bridging import OfferBridging
from callcore.flows.offer_telling import OfferTelling
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegParked,
    LegRinging,
    LegSnapshot,
)


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
        self._leg = AgentLeg(call, reservation, self._line, switchboard, queue.ring_timeout_seconds)
        self._bridging = OfferBridging(call, reservation, switchboard)
        self._freeing = freeing
        self._telling = OfferTelling(call, queue, reservation, first_joined_at)
        self._has_rung = False
        self._greeting: AgentGreeting | None = None
        self._is_greeted = False

    @property
    def leg_id(self) -> LegId:
        """The agent's leg."""
        return self.reservation.leg_id

    @property
    def is_bridge_asked(self) -> bool:
        """True once the switch was asked to join the two."""
        return self._bridging.is_asked

    def start(self, reserved: Reserved) -> None:
        """Calls the agent's phone, or asks for the line on which the agent stands; not yet for a
        customer who is to be there first.
        """
        self._telling.reserved(reserved)
        failure = self._reach()
        self._telling.made(reserved)
        self._apply(failure)

    def go_on(self, found: OfferFound) -> None:
        """Goes on with what another process began: with the phone as it was found, or as above if
        it was not called yet.
        """
        self._telling.found(found)
        self._has_rung = found.ringing_at is not None
        if found.line_node is not None or (found.leg is None and not self._has_rung):
            self._apply(self._reach())
            return
        if self._has_rung:
            self.state = OfferState.RINGING
        began_at = found.leg.created_at if found.leg is not None else found.ringing_at
        self._leg.limit_ringing(began_at)
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
            self._apply(self._leg.ring())
        elif self.state is OfferState.PICKED_UP:
            self._bridge()

    def _reach(self) -> OfferEvent | None:
        """What became of the offer at once."""
        if not self._call.keeps_agents:
            return self._leg.ring()
        self.state = OfferState.KEPT
        self._leg.leave_be()  # there is none
        return None

    def _leg_found(self, leg: LegSnapshot, *, is_greeted: bool) -> None:
        """An agent who has picked up is greeted anew, unless the customer was called by that."""
        now = self._call.site.clock.now()
        answered_at = leg.answered_at or now
        if leg.bridged_to is not None:
            self._is_greeted = self._bridging.is_asked = True
            self._picked_up(answered_at)
            if leg.bridged_to == self._call.leg_id:
                self._bridged(now)
            else:
                self._leg.leave_be()  # and of no use here
                self._apply(OfferEvent.LEG_ENDED)
        elif leg.is_line_answered:
            if not leg.is_parked:
                self._leg.stop_playing()  # what the other process had begun
            self._is_greeted = is_greeted
            self._line_open(answered_at)
        else:
            self._rings(now)

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
                self._leg.ended(message.cause)
                self._apply(OfferEvent.LEG_ENDED)
            case LegAnswered() | LegParked() if (
                message.leg_id == self._call.leg_id and self.state is OfferState.PICKED_UP
            ):
                self._bridge()
            case LegBridged() if self.leg_id in (legs := {message.leg_id, message.other_leg_id}):
                self._joined(message.at, has_caller=self._call.leg_id in legs)
            case RingTimedOut() if message.offer_id == self.reservation.offer_id:
                self._leg.rang_in_vain()
                self._apply(OfferEvent.RING_TIMED_OUT)
            case BridgeTimedOut() if message.offer_id == self.reservation.offer_id:
                self._apply(self._bridging.timed_out())
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
        if not self._is_greeted:
            self._greeting = greeting_of(self._call, self._queue, self.reservation, self._agent)
        greeting = self._greeting
        if greeting is None or not greeting.asks_for_key:
            is_first = self._picked_up(at)
            if greeting is None:
                self._is_greeted = True
                if is_first:
                    self._meet()
                return
        else:
            self._leg.picked_up()
            self._freeing.mark_ringing(self.reservation)
        greeting.begin()

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
        self._leg.picked_up()
        self._telling.picked_up(at)
        return True

    def _meet(self) -> None:
        """Brings the caller to the agent, who has heard what there was to hear."""
        self._bridging.fetch_caller()
        self._bridge()

    def _bridge(self) -> None:
        if self._is_greeted:
            self._apply(self._bridging.ask())

    def _joined(self, at: Micros, *, has_caller: bool) -> None:
        if has_caller:
            self._picked_up(at)  # which another process may have heard alone
        self._bridged(at)

    def _bridged(self, at: Micros) -> None:
        if self.state is not OfferState.PICKED_UP:
            return
        self._apply(OfferEvent.BRIDGED)
        self.bridged_at = at
        self._bridging.forget()
        self._line.joined()
        self._freeing.won(self.reservation, at)
        self._telling.bridged(at)

    def _apply(self, event: OfferEvent | None) -> None:
        """Makes the change of the event; none, if nothing has happened yet."""
        if event is None:
            return
        before = self.state
        self.state = offers.next_state(self.reservation.offer_id, before, event)
        if self.state is OfferState.LOST and before is not OfferState.LOST:
            self._lost(before, event)

    def _lost(self, before: OfferState, event: OfferEvent) -> None:
        hangup_cause, is_asked = self._leg.hangup_cause, self._greeting is not None
        reason = offer_ends.reason(before, event, hangup_cause, is_asked=is_asked)
        self.lost_reason = reason
        if self._greeting is not None:
            self._greeting.forget()
        self._bridging.forget()
        self._leg.give_up(event)
        self._telling.lost(reason, hangup_cause)
        self._freeing.after_lost_offer(
            self.reservation, reason, is_caller_waiting=event is not OfferEvent.CALLER_GONE
        )
