"""Comparing the floor with the switch, and mending what differs.

Runs whenever a link comes up (the first time included): events may have been missed, and another
process may have died with calls in its hands. What is found goes into the mailboxes as the events
that were missed, so that scripts need no second way of hearing them. Callers nobody follows are
adopted; calls of the floor whose leg is gone are closed; agents held by nothing are freed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.flows import leg_roles
from callcore.flows.adoption import Adoption, Phase, phase_of
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import LOST_TRACK
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_reclaiming import CallbackReclaiming
from callcore.flows.messages import LinkBack, WentToFallback
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import (
    FloorAgent,
    FloorCall,
    FloorCallState,
    Reservation,
    StoreError,
    StoreUnavailableError,
)
from callcore.ports.switch_events import LegAnswered, LegBridged, LegEnded, LegParked, LegSnapshot
from callcore.ports.telephony import Switch, TelephonyError

RETRY_SECONDS = 0.25
"""Until it has succeeded, what was missed is not known: talks may begin and end meanwhile."""

HOLDING_STATES = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
ORPHAN_CAUSE = "ORIGINATOR_CANCEL"


class Reclaiming:
    """Mends the floor of one node after its link came up."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        adoption: Adoption,
        callbacks: CallbackCalls,
    ) -> None:
        self._site = site
        self._callbacks = CallbackReclaiming(
            site, switchboard, callbacks, self._withdraw_offers_of, self._close_call
        )
        self._switchboard = switchboard
        self._freeing = freeing
        self._adoption = adoption
        self._has_compared = False

    @property
    def has_compared(self) -> bool:
        """True once the switch has been asked what became of the calls found on the floor."""
        return self._has_compared

    def switch_restarted(self, node: NodeName) -> None:
        """The switch lost its calls: every leg followed on it has ended."""
        now = self._site.clock.now()
        for leg_id in self._switchboard.legs(node, claimed_by=now):
            self._switchboard.deliver(
                LegEnded(node=node, at=now, leg_id=leg_id, cause="SWITCH_RESTARTED")
            )

    def compare(self, node: NodeName, restored_at: Micros) -> None:
        """Compares until it has succeeded or the link is down again.

        Legs that came to be after ``restored_at`` have been heard of all their lives.
        """
        switch = self._site.switches[node]
        while switch.is_connected:
            try:
                self._compare_once(node, switch, restored_at)
            except (TelephonyError, StoreError) as error:
                now = self._site.clock.now()
                reason = f"{node} was not compared with the floor: {error}"
                self._site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
                if switch.is_connected:
                    self._site.clock.sleep(RETRY_SECONDS)
            else:
                self._has_compared = True
                return

    def _compare_once(self, node: NodeName, switch: Switch, restored_at: Micros) -> None:
        followed = self._switchboard.legs(node, claimed_by=restored_at)
        floor_calls = {call.call_id: call for call in self._site.waiting_room.calls(node)}
        promises = self._callbacks.held()
        found = {leg.leg_id: leg for leg in switch.legs()}
        gone = followed.keys() - found.keys()
        for leg_id in sorted(gone, key=lambda leg_id: CallId(leg_id) != followed[leg_id]):
            # The caller's leg first: an agent's leg that ended alone would be another story.
            if self._switchboard.follows(leg_id) and not switch.leg_exists(leg_id):
                self._tell_end(node, leg_id)
        for leg_id in followed.keys() & found.keys():
            self._tell_what_was_missed(found[leg_id], followed[leg_id])
        for leg in found.values():
            self._one(leg.leg_id, partial(self._adopt, leg, switch))
        followed_calls = set(followed.values())
        for call_id in floor_calls.keys() - followed_calls:
            self._one(call_id, partial(self._close, call_id, switch))
        for call_id in promises:
            self._one(call_id, partial(self._mend_promise, call_id, node))
        self._free_agents_held_by_nothing()
        for leg in found.values():
            self._hang_up_orphan(leg, switch)

    def _one(self, subject: str, mend: Callable[[], None]) -> None:
        """Mends one thing; a fault in it must not keep the others from being mended."""
        try:
            mend()
        except (TelephonyError, StoreUnavailableError):
            raise  # all of it is tried again
        except Exception as error:  # noqa: BLE001 - told of, and the others go on
            now = self._site.clock.now()
            reason = f"{subject}: {error!r}"
            self._site.facts.publish(FlowFailed(at=now, flow="reclaiming", reason=reason))

    def _tell_what_was_missed(self, leg: LegSnapshot, call_id: CallId) -> None:
        now = self._site.clock.now()
        if leg.is_inbound and leg.dialled_number == self._site.policy.fallback.extension:
            self._switchboard.post(call_id, WentToFallback())
            return
        if leg.is_line_answered:
            self._switchboard.deliver(
                LegAnswered(node=leg.node, at=leg.answered_at or now, leg_id=leg.leg_id)
            )
        if leg.bridged_to is not None:
            self._switchboard.deliver(
                LegBridged(node=leg.node, at=now, leg_id=leg.leg_id, other_leg_id=leg.bridged_to)
            )
        elif leg.is_parked:
            at = now if leg_roles.is_callers(leg) else leg.answered_at or now
            self._switchboard.deliver(_parked(leg, at))
        if leg_roles.is_callers(leg):
            self._switchboard.post(call_id, LinkBack(is_silent=leg.is_parked))

    def _tell_end(self, node: NodeName, leg_id: LegId) -> None:
        self._heal("leg", leg_id, "gone_unheard")
        self._switchboard.deliver(
            LegEnded(node=node, at=self._site.clock.now(), leg_id=leg_id, cause=LOST_TRACK)
        )

    def _adopt(self, leg: LegSnapshot, switch: Switch) -> None:
        """Takes over a caller nobody follows; others may take the leg over while Redis is asked."""
        if not leg_roles.is_callers(leg) or self._switchboard.follows(leg.leg_id):
            return
        floor_call = self._site.waiting_room.call(leg_roles.call_of(leg))
        if leg_roles.is_customers(leg) and leg.bridged_to is None and _is_promise(floor_call):
            return
        phase = phase_of(leg, floor_call, self._site.policy.fallback.extension)
        if phase is Phase.ARRIVED:
            self._end_talk_of(floor_call)
        elif phase is not Phase.ELSEWHERE:
            self._withdraw_offers_of(floor_call, but=leg.bridged_to)
        if self._switchboard.follows(leg.leg_id):
            return
        self._take_over(leg, floor_call, phase)
        if self._switchboard.follows(leg.leg_id) and not switch.leg_exists(leg.leg_id):
            self._tell_end(leg.node, leg.leg_id)

    def _take_over(self, leg: LegSnapshot, floor_call: FloorCall | None, phase: Phase) -> None:
        match phase:
            case Phase.ARRIVED:
                self._switchboard.deliver(_parked(leg, self._site.clock.now()))
                self._heal("call", leg.leg_id, "arrived_unheard")
            case Phase.WAITING:
                self._heal_if(self._adoption.resume_waiting(leg, floor_call), leg)
            case Phase.TALKING:
                self._heal_if(self._adoption.resume_talking(leg, floor_call), leg)
            case Phase.OUTLIVED:
                self._end_talk_of(floor_call)
                self._give_up_place_of(floor_call)
                self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)
            case Phase.ELSEWHERE:
                if floor_call is not None and floor_call.state is FloorCallState.ENDED:
                    self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)

    def _heal_if(self, is_adopted: bool, leg: LegSnapshot) -> None:  # noqa: FBT001 - an answer
        if is_adopted:
            self._heal("call", leg.leg_id, "adopted")

    def _end_talk_of(self, call: FloorCall | None) -> None:
        reservation = call.talk if call else None
        if call is not None and reservation is not None:
            self._freeing.after_talk(reservation, self._wrap_up_seconds(call.queue))

    def _give_up_place_of(self, call: FloorCall | None) -> None:
        if call is not None and call.state in {FloorCallState.WAITING, FloorCallState.OFFERED}:
            self._site.waiting_room.leave(call.call_id, call.queue, self._site.ids.request_id())

    def _withdraw_offers_of(self, call: FloorCall | None, but: LegId | None = None) -> None:
        """All, or all but that of the agent's leg the caller talks with."""
        for reservation in call.offers if call else ():
            if reservation.leg_id != but:
                self._lose(reservation, is_caller_waiting=True)
                self._heal("agent", reservation.agent_id, "offer_withdrawn")

    def _wrap_up_seconds(self, queue: QueueName) -> float:
        policy = self._site.policy.queues.get(queue)
        return policy.wrap_up_seconds if policy else 0.0

    def _close(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call that ended while nobody listened.

        Asked anew, because its own script may have closed it since the floor was read.
        """
        if self._switchboard.node_of(call_id) is not None:
            return
        call = self._site.waiting_room.call(call_id)
        if call is not None and not self._is_alive_elsewhere(call, switch):
            self._close_call(call)

    def _close_call(self, call: FloorCall) -> None:
        if call.talk is not None and call.state is FloorCallState.TALKING:
            self._freeing.after_talk(call.talk, self._wrap_up_seconds(call.queue))
        for reservation in call.offers:
            self._lose(reservation, is_caller_waiting=False)
        request_id = self._site.ids.request_id()
        self._site.waiting_room.leave(call.call_id, call.queue, request_id)
        self._adoption.close_unheard(call)
        self._heal("call", call.call_id, "ended_unheard")

    def _mend_promise(self, call_id: CallId, node: NodeName) -> None:
        if self._callbacks.mend(call_id, node):
            self._heal("call", call_id, "adopted")

    def _is_alive_elsewhere(self, call: FloorCall, switch: Switch) -> bool:
        """A caller on the way between two of our hands, whom an event will bring back."""
        return call.state is FloorCallState.ENDED and switch.leg_exists(call.leg_id)

    def _free_agents_held_by_nothing(self) -> None:
        for agent in self._site.roster.agents():
            if agent.state in HOLDING_STATES and agent.call_id is not None:
                self._free_if_held_by_nothing(agent, agent.call_id)

    def _free_if_held_by_nothing(self, agent: FloorAgent, call_id: CallId) -> None:
        if self._switchboard.node_of(call_id) is not None:
            return
        call = self._site.waiting_room.call(call_id)
        if call is not None and call.state is not FloorCallState.ENDED:
            holding = {call.offer_id, *(offer.offer_id for offer in call.offers)}
            if agent.offer_id in holding:
                return
        self.free(agent, "held_by_nothing")

    def free(self, agent: FloorAgent, reason: str) -> None:
        """Frees an agent from an offer or a conversation that is no more."""
        reservation = agent.reservation
        if reservation is None:
            return
        if agent.state is AgentState.TALKING:
            self._freeing.after_talk(reservation, self._wrap_up_seconds(reservation.queue))
        else:
            self._lose(reservation, is_caller_waiting=True)
            self._callbacks.resume(reservation.call_id)
        self._heal("agent", agent.agent_id, reason)

    def _hang_up_orphan(self, leg: LegSnapshot, switch: Switch) -> None:
        """A phone that was called by a process which has died, and is of no use to anybody."""
        if leg_roles.is_orphan(leg) and not self._switchboard.follows(leg.leg_id):
            switch.hang_up(leg.leg_id, ORPHAN_CAUSE)
            self._heal("leg", leg.leg_id, "orphan")

    def _lose(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        self._freeing.after_lost_offer(
            reservation,
            OfferLostReason.RECLAIMED,
            retry_after_seconds=0,
            is_caller_waiting=is_caller_waiting,
        )

    def _heal(self, what: str, subject: str, reason: str) -> None:
        self._site.facts.publish(
            SelfHealed(at=self._site.clock.now(), what=what, subject=subject, reason=reason)
        )


def _is_promise(call: FloorCall | None) -> bool:
    """True for a callback that is still to be kept, or of which nobody knows any more."""
    return call is None or (
        call.callback is not None and call.state in {FloorCallState.WAITING, FloorCallState.OFFERED}
    )


def _parked(leg: LegSnapshot, at: Micros) -> LegParked:
    return LegParked(
        node=leg.node,
        at=at,
        leg_id=leg.leg_id,
        is_inbound=leg.is_inbound,
        is_line_answered=leg.is_line_answered,
        caller_number=leg.caller_number,
        caller_name=leg.caller_name,
        dialled_number=leg.dialled_number,
        variables=leg.variables,
    )
