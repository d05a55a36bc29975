"""Comparing the floor with the switch, and mending what differs.

Runs whenever a link comes up (the first time included): events may have been missed, and another
process may have died with calls in its hands. Mends what ``leg_watch`` finds at other times, too.

What is found goes into the mailboxes as the events that were missed, so that scripts need no second
way of hearing them. Callers nobody follows are adopted; calls of the floor whose leg is gone are
closed; agents held by nothing are freed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.flows import leg_roles
from callcore.flows.adoption import Adoption, Phase, phase_of
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_reclaiming import AgentReclaiming
from callcore.flows.call import LOST_TRACK
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_reclaiming import CallbackReclaiming
from callcore.flows.findings import Findings
from callcore.flows.messages import LinkBack, WentToFallback
from callcore.flows.site import Site
from callcore.flows.standing_leg_reclaiming import StandingLegReclaiming
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import (
    FloorAgent,
    FloorCall,
    FloorCallState,
    StoreError,
    StoreUnavailableError,
)
from callcore.ports.switch_events import LegAnswered, LegBridged, LegEnded, LegParked, LegSnapshot
from callcore.ports.telephony import Switch, TelephonyError

RETRY_SECONDS = 0.25
"""Until it has succeeded, what was missed is not known: talks may begin and end meanwhile."""

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
        standing: StandingLegs,
    ) -> None:
        self._site = site
        self._standing = StandingLegReclaiming(site, switchboard, standing)
        self._callbacks = CallbackReclaiming(
            site, switchboard, callbacks, self._withdraw_offers_of, self._close_call
        )
        self._switchboard = switchboard
        self._freeing = freeing
        self._adoption = adoption
        self._agents = AgentReclaiming(
            site, switchboard, freeing, self._callbacks.resume, self._heal
        )
        self._comparing: set[NodeName] = set()
        self._has_compared = False

    @property
    def has_compared(self) -> bool:
        """True once the switch has been asked what became of the calls found on the floor."""
        return self._has_compared

    def is_comparing(self, node: NodeName) -> bool:
        """True while the floor is compared with a node whose link came up."""
        return node in self._comparing

    def free(self, agent: FloorAgent, reason: str) -> None:
        """Frees an agent from an offer or a conversation that is no more."""
        self._agents.free(agent, reason)

    def is_held_by_nothing(self, agent: FloorAgent) -> bool:
        """True if an agent is held by a call that is no more."""
        return self._agents.is_held_by_nothing(agent)

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
        self._comparing.add(node)
        try:
            self._until_compared(node, self._site.switches[node], restored_at)
        finally:
            self._comparing.discard(node)

    def mend(self, node: NodeName, found: Findings) -> None:
        """Mends what was found not to fit, if it does not now. May raise ``TelephonyError`` or
        ``StoreUnavailableError``.
        """
        switch = self._site.switches[node]
        followed = self._switchboard.legs(node, claimed_by=self._site.clock.now())
        gone = found.gone & followed.keys()
        self._end_gone(node, switch, {leg_id: followed[leg_id] for leg_id in gone})
        strays = switch.legs(found.strays) if found.strays else []
        for leg in strays:
            self._one(leg.leg_id, partial(self._adopt, leg, switch))
        for call_id in found.calls:
            self._one(call_id, partial(self._close, call_id, switch))
        self._agents.free_held_by(found.held, "held_by_nothing")
        for leg in strays:
            self._hang_up_orphan(leg, switch)

    def take_up(self, node: NodeName, leg_id: LegId) -> None:
        """Takes over a leg of ours that was just heard of; what cannot be done now is found and
        done later.
        """
        switch = self._site.switches[node]
        try:
            for leg in switch.legs([leg_id]):
                self._one(leg.leg_id, partial(self._adopt, leg, switch))
        except (TelephonyError, StoreUnavailableError) as error:
            reason = f"{leg_id} was not taken up: {error}"
            self._site.facts.publish(
                StoreFailed(at=self._site.clock.now(), store="floor", reason=reason)
            )

    def _until_compared(self, node: NodeName, switch: Switch, restored_at: Micros) -> None:
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
        self._end_gone(node, switch, {leg_id: followed[leg_id] for leg_id in gone})
        for leg_id in followed.keys() & found.keys():
            self._tell_what_was_missed(found[leg_id], followed[leg_id])
        for leg in found.values():
            self._one(leg.leg_id, partial(self._adopt, leg, switch))
        followed_calls = set(followed.values())
        for call_id in floor_calls.keys() - followed_calls:
            self._one(call_id, partial(self._close, call_id, switch))
        for call_id in promises:
            self._one(call_id, partial(self._mend_promise, call_id, node))
        self._agents.free_held_by_nothing()
        for agent in self._standing.without_line(set(found), switch):
            self._one(agent.agent_id, partial(self._log_out, agent))
        for leg in found.values():
            self._hang_up_orphan(leg, switch)

    def _end_gone(self, node: NodeName, switch: Switch, gone: Mapping[LegId, CallId]) -> None:
        """The caller's leg first: an agent's leg that ended alone would be another story."""
        for leg_id in sorted(gone, key=lambda leg_id: CallId(leg_id) != gone[leg_id]):
            if self._switchboard.awaits_end(leg_id) and not switch.leg_exists(leg_id):
                self._tell_end(node, leg_id)

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
        if not self._switchboard.follows(leg.leg_id):
            return  # ended, and its script with it, since the legs were listed
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
        if not self._switchboard.awaits_end(leg_id):
            return  # told while the switch was asked
        self._heal("leg", leg_id, "gone_unheard")
        self._switchboard.deliver(
            LegEnded(node=node, at=self._site.clock.now(), leg_id=leg_id, cause=LOST_TRACK)
        )

    def _log_out(self, agent: FloorAgent) -> None:
        self._standing.log_out(agent)
        self._heal("agent", agent.agent_id, "line_gone")

    def _adopt(self, leg: LegSnapshot, switch: Switch) -> None:
        """Takes over a caller nobody follows; others may take the leg over while Redis is asked."""
        if self._standing.adopt(leg):
            self._heal("line", leg.leg_id, "adopted")
        if not leg_roles.is_callers(leg) or self._switchboard.follows(leg.leg_id):
            return
        if not switch.leg_exists(leg.leg_id):
            return  # ended, and its script with it, since the legs were listed
        floor_call = self._site.waiting_room.call(leg_roles.call_of(leg))
        phase = phase_of(leg, floor_call, self._site.policy.fallback.extension)
        if phase is not Phase.SURVEYED and _is_unkept_promise(leg, floor_call):
            return
        if phase not in {Phase.ARRIVED, Phase.ELSEWHERE}:
            self._withdraw_offers_of(floor_call, but=leg.bridged_to)
        if not self._switchboard.follows(leg.leg_id):
            self._end_what_is_over(floor_call, phase)
        if self._switchboard.follows(leg.leg_id):
            return
        self._take_over(leg, floor_call, phase)
        if self._switchboard.awaits_end(leg.leg_id) and not switch.leg_exists(leg.leg_id):
            self._tell_end(leg.node, leg.leg_id)

    def _end_what_is_over(self, call: FloorCall | None, phase: Phase) -> None:
        """Frees the agent whom the caller does not talk with any more, and gives up the place."""
        match phase:
            case Phase.ARRIVED:
                self._end_talk_of(call)
            case Phase.ASKED | Phase.OUTLIVED | Phase.SURVEYED:
                self._end_talk_of(call)
                self._give_up_place_of(call)
            case Phase.WAITING | Phase.TALKING | Phase.ELSEWHERE:
                pass

    def _take_over(self, leg: LegSnapshot, floor_call: FloorCall | None, phase: Phase) -> None:
        """Nothing waits from here until the leg is followed."""
        match phase:
            case Phase.ARRIVED:
                self._switchboard.deliver(_parked(leg, self._site.clock.now()))
                self._heal("call", leg.leg_id, "arrived_unheard")
            case Phase.ASKED:
                self._heal_if(self._adoption.resume_asked(leg), leg)
            case Phase.WAITING:
                self._heal_if(self._adoption.resume_waiting(leg, floor_call), leg)
            case Phase.TALKING:
                self._heal_if(self._adoption.resume_talking(leg, floor_call), leg)
            case Phase.OUTLIVED:
                self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)
            case Phase.SURVEYED:
                self._heal_if(self._adoption.resume_survey(leg, floor_call), leg)
            case Phase.ELSEWHERE:
                if floor_call is not None and floor_call.state is FloorCallState.ENDED:
                    self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)

    def _heal_if(self, is_adopted: bool, leg: LegSnapshot) -> None:  # noqa: FBT001 - an answer
        if is_adopted:
            self._heal("call", leg.leg_id, "adopted")

    def _end_talk_of(self, call: FloorCall | None) -> None:
        reservation = call.talk if call else None
        if reservation is not None:
            self._freeing.after_talk(reservation)

    def _give_up_place_of(self, call: FloorCall | None) -> None:
        if call is not None and call.state in {FloorCallState.WAITING, FloorCallState.OFFERED}:
            self._site.waiting_room.leave(call.call_id, call.queue, self._site.ids.request_id())

    def _withdraw_offers_of(self, call: FloorCall | None, but: LegId | None = None) -> None:
        """All, or all but that of the agent's leg the caller talks with."""
        for reservation in call.offers if call else ():
            if reservation.leg_id != but:
                self._agents.lose(reservation, is_caller_waiting=True)
                self._heal("agent", reservation.agent_id, "offer_withdrawn")

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
            self._freeing.after_talk(call.talk)
        for reservation in call.offers:
            self._agents.lose(reservation, is_caller_waiting=False)
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

    def _hang_up_orphan(self, leg: LegSnapshot, switch: Switch) -> None:
        """A phone that was called by a process which has died, and is of no use to anybody."""
        if leg_roles.is_orphan(leg) and not self._switchboard.follows(leg.leg_id):
            switch.hang_up(leg.leg_id, ORPHAN_CAUSE)
            self._heal("leg", leg.leg_id, "orphan")

    def _heal(self, what: str, subject: str, reason: str) -> None:
        self._site.facts.publish(
            SelfHealed(at=self._site.clock.now(), what=what, subject=subject, reason=reason)
        )


def _is_unkept_promise(leg: LegSnapshot, call: FloorCall | None) -> bool:
    """True for the line of a callback that is still to be kept, or of which nobody knows."""
    if not leg_roles.is_customers(leg) or leg.bridged_to is not None:
        return False
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
