"""Callers whom nobody follows, and calls of the floor whose caller is gone."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import OfferLostReason
from callcore.flows import leg_roles, missed_events
from callcore.flows.adoption import Adoption, Phase, phase_of
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.missed_events import MissedEvents
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_past import UnheardPast
from callcore.ports.stores import FloorCall, FloorCallState
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch


class CallerReclaiming:
    """Adopts callers and closes calls. ``heal`` tells what was mended: the kind of thing, which,
    and why.
    """

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        adoption: Adoption,
        unheard: UnheardPast,
        missed: MissedEvents,
        heal: Callable[[str, str, str], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._adoption = adoption
        self._unheard = unheard
        self._missed = missed
        self._heal = heal

    def adopt(self, leg: LegSnapshot, switch: Switch) -> None:
        """Takes over a caller nobody follows; others may take the leg over while Redis is asked."""
        if not leg_roles.is_callers(leg) or self._switchboard.follows(leg.leg_id):
            return
        if not switch.leg_exists(leg.leg_id):
            return  # ended, and its script with it, since the legs were listed
        floor_call = self._site.waiting_room.call(leg_roles.call_of(leg))
        phase = phase_of(leg, floor_call, self._site.policy.fallback.extension)
        if phase is not Phase.SURVEYED and _is_unkept_promise(leg, floor_call):
            return
        if phase not in {Phase.ARRIVED, Phase.ELSEWHERE}:
            self.withdraw_offers_of(floor_call, but=leg.bridged_to)
        if not self._switchboard.follows(leg.leg_id):
            self._end_what_is_over(floor_call, phase)
        if self._switchboard.follows(leg.leg_id):
            return
        self._take_over(leg, floor_call, phase)
        if self._switchboard.awaits_end(leg.leg_id) and not switch.leg_exists(leg.leg_id):
            self._missed.tell_end(leg.node, leg.leg_id)

    def close(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call that ended while nobody listened.

        Asked anew, because its own script may have closed it since the floor was read.
        """
        if self._switchboard.node_of(call_id) is not None:
            return
        call = self._site.waiting_room.call(call_id)
        if call is not None and not self._is_alive_elsewhere(call, switch):
            self.close_call(call)

    def close_call(self, call: FloorCall) -> None:
        """Ends what the floor has of a call that is over, and keeps its record."""
        if call.talk is not None and call.state is FloorCallState.TALKING:
            self._freeing.after_talk(call.talk)
        for reservation in call.offers:
            self._freeing.after_lost_offer(
                reservation, OfferLostReason.RECLAIMED, is_caller_waiting=False
            )
        request_id = self._site.ids.request_id()
        self._site.waiting_room.leave(call.call_id, call.queue, request_id)
        self._unheard.close(call)
        self._heal("call", call.call_id, "ended_unheard")

    def withdraw_offers_of(self, call: FloorCall | None, but: LegId | None = None) -> None:
        """Ends all of a call's offers, or all but that of the agent's leg the caller talks with."""
        for reservation in call.offers if call else ():
            if reservation.leg_id != but:
                self._freeing.after_lost_offer(
                    reservation, OfferLostReason.RECLAIMED, is_caller_waiting=True
                )
                self._heal("agent", reservation.agent_id, "offer_withdrawn")

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
                self._switchboard.deliver(missed_events.parked(leg, self._site.clock.now()))
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

    def _is_alive_elsewhere(self, call: FloorCall, switch: Switch) -> bool:
        """A caller on the way between two of our hands, whom an event will bring back."""
        return call.state is FloorCallState.ENDED and switch.leg_exists(call.leg_id)


def _is_unkept_promise(leg: LegSnapshot, call: FloorCall | None) -> bool:
    """True for the line of a callback that is still to be kept, or of which nobody knows; but a
    customer who holds it for an agent, and whom the floor has lost, is a caller who waits.
    """
    if not leg_roles.is_customers(leg) or leg.bridged_to is not None:
        return False
    if call is None:
        return not leg_roles.is_ready_customers(leg)
    return call.callback is not None and call.state in {
        FloorCallState.WAITING,
        FloorCallState.OFFERED,
    }
