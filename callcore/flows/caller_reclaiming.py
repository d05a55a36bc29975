"""Callers whom nobody follows, and calls of the floor whose caller is gone."""

from __future__ import annotations

from callcore.domain.agents import CALLCORE, AgentReason, AgentState, Why
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, LegId, Micros
from callcore.flows import leg_roles, missed_events, whereabouts
from callcore.flows.adoption import Adoption, Phase, phase_of
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.healing import Healing
from callcore.flows.missed_events import MissedEvents
from callcore.flows.offer_reclaiming import OfferReclaiming
from callcore.flows.offers_found import OffersFound
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_ends import UnheardEnds
from callcore.ports.stores import FloorCall, FloorCallState, Reservation
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch

_MAY_BE_HELD = frozenset({AgentState.AVAILABLE, AgentState.WRAPPING_UP})

ARRIVAL_SECONDS = 5.0
"""After so long the dialplan takes back whoever it has parked and nobody cares for."""

_OF_WHO_WAS_HERE = ("callcore_call", "callcore_arrived_at", "callcore_joined_at", "callcore_menu")


class CallerReclaiming:
    """Adopts callers and closes calls."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        offers: OfferReclaiming,
        adoption: Adoption,
        ends: UnheardEnds,
        missed: MissedEvents,
        healing: Healing,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._offers = offers
        self._adoption = adoption
        self._ends = ends
        self._missed = missed
        self._healing = healing

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
        offers = self._offers_of(floor_call, leg, phase)
        floor_call = None if floor_call is None else offers.told_of(floor_call)
        if not self._switchboard.follows(leg.leg_id):
            self._end_what_is_over(floor_call, phase)
        is_unknown_talk = phase is Phase.TALKING and floor_call is None
        is_held_again = is_unknown_talk and self._may_be_held_again(leg)
        if self._switchboard.follows(leg.leg_id):
            return
        if not self._site.tenure.holds_leg(leg.node, leg.leg_id):
            return  # it was lost while Redis was asked
        self._take_over(leg, floor_call, phase, offers, is_held_again=is_held_again)
        if self._switchboard.awaits_end(leg.leg_id) and not switch.leg_exists(leg.leg_id):
            self._missed.tell_end(leg.node, leg.leg_id)

    def close(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call that ended while nobody listened.

        Asked anew, because its own script may have closed it since the floor was read.
        """
        if self._switchboard.node_of(call_id) is not None or self._freeing.is_untold(call_id):
            return  # it goes on, or has ended here, and the floor is told in a moment
        call = self._site.waiting_room.call(call_id)
        if call is None or not whereabouts.is_ours(self._site, call):
            return
        has_ended = call.state is FloorCallState.ENDED
        is_on_line = (has_ended or call.callback is None) and switch.leg_exists(call.leg_id)
        if has_ended and is_on_line:
            return  # on the way between two of our hands: an event will bring the caller back
        if is_on_line:
            self._adopt_unlisted(call, switch)
        if not self._switchboard.follows(call.leg_id):
            self.close_call(call, is_elsewhere=is_on_line)

    def _adopt_unlisted(self, call: FloorCall, switch: Switch) -> None:
        """The switch's list of lines is behind: a caller who has just come may be missing in it."""
        for leg in switch.legs({call.leg_id}):
            phase = phase_of(leg, call, self._site.policy.fallback.extension)
            if leg.leg_id == call.leg_id and phase is not Phase.ELSEWHERE:
                self.adopt(leg, switch)

    def close_call(
        self, call: FloorCall, *, is_switch_lost: bool = False, is_elsewhere: bool = False
    ) -> None:
        """Ends what the floor has of a call that is over, and keeps its record; of a caller who
        ``is_elsewhere`` the line goes on in other hands.
        """
        if call.talk is not None and call.state is FloorCallState.TALKING:
            self._freeing.after_talk(call.talk)
        call = self._offers.withdraw(call, is_caller_waiting=False).told_of(call)
        self._ends.close(call, is_switch_lost=is_switch_lost, is_elsewhere=is_elsewhere)
        self._healing.call(whereabouts.node_of(call), call.call_id, "ended_unheard")

    def close_unclaimed(self, call_id: CallId, switch: Switch) -> None:
        """Closes a call that was handed over and of which nothing is left but its ledger."""
        is_followed = self._switchboard.node_of(call_id) is not None
        if not is_followed and not switch.leg_exists(LegId(call_id)):
            self._ends.close_unclaimed(call_id)
            self._healing.call(switch.node, call_id, "ended_unheard")

    def end_talk(self, reservation: Reservation) -> None:
        """Lets the agent wrap up who talks no more."""
        self._freeing.after_talk(reservation)

    def _offers_of(self, call: FloorCall | None, leg: LegSnapshot, phase: Phase) -> OffersFound:
        """Those of a caller who waits in a queue of the settings; others are withdrawn, but that of
        the agent's leg the caller talks with. Raises ``StoreError``.
        """
        if call is not None and phase not in {Phase.ARRIVED, Phase.ELSEWHERE}:
            if phase is Phase.WAITING and call.queue in self._site.policy.queues:
                return self._offers.open_of(call)
            return self._offers.withdraw(call, but=leg.bridged_to)
        return self._offers.none()

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

    def _take_over(
        self,
        leg: LegSnapshot,
        floor_call: FloorCall | None,
        phase: Phase,
        offers: OffersFound,
        *,
        is_held_again: bool,
    ) -> None:
        """Nothing waits from here until the leg is followed."""
        match phase:
            case Phase.ARRIVED:
                at = _arrived_at(leg, floor_call, self._site.clock.now())
                self._switchboard.deliver(missed_events.parked(leg, at))
                self._healing.call(leg.node, CallId(leg.leg_id), "arrived_unheard")
            case Phase.ASKED:
                self._heal_if(self._adoption.resume_asked(leg, floor_call), leg)
            case Phase.WAITING:
                self._heal_if(self._adoption.resume_waiting(leg, floor_call, offers), leg)
            case Phase.TALKING:
                self._heal_if(
                    self._adoption.resume_talking(leg, floor_call, is_held_again=is_held_again),
                    leg,
                )
            case Phase.OUTLIVED:
                self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)
            case Phase.SURVEYED:
                self._heal_if(self._adoption.resume_survey(leg, floor_call), leg)
            case Phase.ELSEWHERE:
                if floor_call is None or floor_call.state is FloorCallState.ENDED:
                    self._heal_if(self._adoption.resume_elsewhere(leg, floor_call), leg)

    def _heal_if(self, is_adopted: bool, leg: LegSnapshot) -> None:  # noqa: FBT001 - an answer
        if is_adopted:
            self._healing.call(leg.node, CallId(leg.leg_id), "adopted")

    def _may_be_held_again(self, leg: LegSnapshot) -> bool:
        """True if the floor may know of a talk again of which it knows nothing: its switch was
        taken for dead. An agent who is with somebody else by now, or does not work any more, is
        left at that.
        """
        agent_id = AgentId(leg.variables.get("callcore_agent", ""))
        agent, roster, ids = self._site.roster.agent(agent_id), self._site.roster, self._site.ids
        if agent is None or agent.state not in _MAY_BE_HELD or agent.outside:
            return False
        if agent.state is AgentState.WRAPPING_UP and agent.offer_id is not None:
            why = Why(reason=AgentReason.FLOOR_LOST, actor=CALLCORE)
            roster.end_wrap_up(agent_id, agent.offer_id, ids.request_id(), why)
        if agent.holds:  # the phone was on that switch, which is asked about phones in a moment
            roster.hold(agent_id, frozenset(), ids.request_id())
        return True

    def _end_talk_of(self, call: FloorCall | None) -> None:
        reservation = call.talk if call else None
        if reservation is not None:
            self._freeing.after_talk(reservation)

    def _give_up_place_of(self, call: FloorCall | None) -> None:
        if call is not None and call.state in {FloorCallState.WAITING, FloorCallState.OFFERED}:
            self._site.waiting_room.leave(call.call_id, call.queue, self._site.ids.request_id())


def _arrived_at(leg: LegSnapshot, floor_call: FloorCall | None, now: Micros) -> Micros:
    """When a caller came to us whom nobody has heard of: whoever was here before has come back just
    now; of others the dialplan's own dead man's switch says that it is not long ago.
    """
    is_back = floor_call is not None or any(map(leg.variables.get, _OF_WHO_WAS_HERE))
    earliest = now - round(ARRIVAL_SECONDS * MICROS_PER_SECOND)
    return now if is_back else Micros(max(leg.created_at, earliest))


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
