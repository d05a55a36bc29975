"""Going on with a call that another process began.

A caller left waiting keeps the place, the clock and the music, and the phones that ring for the
caller ring on; one in a menu hears it from its beginning, with what was gained before it; a
conversation is followed to its end. A worker that handed the call over has left its ledger of it,
one that died what it told the floor: the place, the talk, offers that were lost. What it knew and
left nowhere is missing from the record, which says that the call was adopted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from enum import StrEnum

from callcore.domain import surveys
from callcore.domain.ids import CallId, LegId, OfferId, QueueName, SurveyName
from callcore.domain.outcomes import HungUpBy, LeaveReason, OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import leg_memory, leg_roles, walk_memory
from callcore.flows.call import Call
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.messages import FloorEmptied, LinkBack
from callcore.flows.offers_found import OffersFound
from callcore.flows.site import Site
from callcore.flows.unheard_past import (
    UnheardPast,
    note_callback,
    note_what_the_floor_kept,
)
from callcore.ports.stores import FloorCall, FloorCallState
from callcore.ports.switch_events import LegSnapshot

Spawn = Callable[[CallId, Callable[[], None]], None]
"""Starts a call's script in a greenlet of its own."""


_BEGUN_ANEW = ("callcore_menu", "callcore_feature", "callcore_promised")
"""One of these on a leg: it is as if the caller had just arrived."""


class Phase(StrEnum):
    """Where a caller's leg that nobody follows is."""

    ARRIVED = "arrived"
    ASKED = "asked"
    """In a menu."""
    WAITING = "waiting"
    TALKING = "talking"
    OUTLIVED = "outlived"
    """On the line after the talk with our agent, in other hands."""
    SURVEYED = "surveyed"
    """Left by the agent; asked about the talk, or about to be."""
    ELSEWHERE = "elsewhere"


def phase_of(leg: LegSnapshot, floor_call: FloorCall | None, fallback_extension: str) -> Phase:
    """Where the caller is, from the switch first, then the floor, then what the leg remembers.

    The switch owns channels: a leg that is bridged talks, whatever the floor says. A leg in the
    fallback or in another dialplan extension is no longer ours.
    """
    if leg.dialled_number == fallback_extension:
        return Phase.ELSEWHERE
    is_waiting_on_floor = floor_call is not None and floor_call.state in {
        FloorCallState.WAITING,
        FloorCallState.OFFERED,
    }
    has_talked = floor_call is not None and floor_call.state in {
        FloorCallState.TALKING,
        FloorCallState.ENDED,
    }
    if leg.bridged_to is not None:
        return _phase_of_talk(leg, floor_call, leg.bridged_to)
    if (phase := _phase_while_asked(leg)) is not None:
        return phase
    if has_talked and not leg.is_parked:
        return Phase.OUTLIVED
    if is_waiting_on_floor or leg.variables.get("callcore_waits_in"):
        return Phase.WAITING
    return Phase.ARRIVED if leg.is_parked else Phase.ELSEWHERE


def _phase_while_asked(leg: LegSnapshot) -> Phase | None:
    """Who is in a menu goes on from its beginning, and so does who is in a survey; who dialled a
    feature code begins anew, and the leave that is taken of who was promised a callback; who was
    offered one, where the offer came from.
    """
    if leg.variables.get("callcore_survey") or leg.is_after_talk:
        return Phase.SURVEYED
    if walk_memory.menu_of(leg.variables) is not None:
        return Phase.ASKED
    if any(map(leg.variables.get, _BEGUN_ANEW)):
        return Phase.ARRIVED
    if leg.variables.get("callcore_offers_callback"):
        return Phase.WAITING if leg.variables.get("callcore_waits_in") else Phase.ARRIVED
    return None


def _phase_of_talk(leg: LegSnapshot, floor_call: FloorCall | None, partner: LegId) -> Phase:
    """A talk is ours if it is with the leg our agent was called on."""
    if floor_call is None:
        return Phase.TALKING if leg.variables.get("callcore_offer") else Phase.ELSEWHERE
    if floor_call.state is FloorCallState.ENDED:
        return Phase.OUTLIVED
    agents_legs = {offer.leg_id for offer in floor_call.offers} | {floor_call.agent_leg_id}
    return Phase.TALKING if partner in agents_legs else Phase.OUTLIVED


class Adoption:
    """Takes over calls of callers who are still on the line."""

    def __init__(self, site: Site, calls: InboundCalls, unheard: UnheardPast, spawn: Spawn) -> None:
        self._site = site
        self._calls = calls
        self._unheard = unheard
        self._spawn = spawn

    def resume_asked(self, leg: LegSnapshot, floor_call: FloorCall | None) -> bool:
        """Leads a caller through the menu anew, as the leg knows it: the floor knows of the queue
        before. False if there is none.
        """
        menu = walk_memory.menu_of(leg.variables)
        if menu is None:
            return False
        call = self._begin(leg, None)
        if floor_call is not None:
            call.ledger.offers.found_lost(floor_call.lost_offers)
        call.first_joined_at = leg_memory.instant(leg.variables.get("callcore_joined_at"))
        self._spawn(
            call.caller.call_id, lambda: self._calls.resume_asked(call, menu, leg.variables)
        )
        return True

    def resume_waiting(
        self, leg: LegSnapshot, floor_call: FloorCall | None, offers: OffersFound
    ) -> bool:
        """Goes on with a caller left waiting, and with the agents who are rung for the caller; one
        whose queue is no more goes to the fallback.
        """
        name = leg_memory.queue_name(leg, floor_call)
        queue = self._site.policy.queues.get(name)
        if queue is None:
            self._send_away(leg, floor_call, name)
            return True
        call = self._follow(leg, queue, floor_call)
        call.promising = leg_memory.promise_of(leg)
        self._end_offers(call, offers.ids)
        call.mailbox.post(LinkBack(is_silent=leg.is_parked))
        offers.claim(call.caller.call_id)
        place = leg_memory.place_of(leg, floor_call)
        self._spawn(
            call.caller.call_id, lambda: self._calls.resume_waiting(call, queue, place, offers)
        )
        return True

    def resume_talking(
        self, leg: LegSnapshot, floor_call: FloorCall | None, *, is_held_again: bool = False
    ) -> bool:
        """Goes on with a conversation. False if nothing says with whom. If it ``is_held_again`` the
        floor is told of it, as of a new offer: that of the old one it has seen the end.

        In a queue that is no more it is followed all the same, by the usual settings: the agent is
        not free before it ends.
        """
        name = leg_memory.queue_name(leg, floor_call)
        queue = self._site.policy.queues.get(name) or QueuePolicy(name=name)
        reservation = leg_memory.reservation_of(leg, floor_call, queue)
        if not name or reservation is None:
            return False
        if is_held_again:
            reservation = replace(reservation, offer_id=self._site.ids.offer_id())
        call = self._follow(leg, queue, floor_call)
        if is_held_again:
            call.mailbox.post(FloorEmptied())
        place = leg_memory.place_of(leg, floor_call)
        call.first_joined_at = place.first_joined_at
        call.joining = self._calls.joining(call, queue, place)
        bridged_at = self._unheard.note_bridge(call, queue, reservation, leg, floor_call)
        self._end_offers(call)
        self._spawn(
            call.caller.call_id,
            lambda: self._calls.resume_talking(call, queue, reservation, bridged_at),
        )
        return True

    def resume_elsewhere(self, leg: LegSnapshot, floor_call: FloorCall | None) -> bool:
        """Follows a caller who is in other hands to the end of the line, and does nothing to it:
        after the talk with our agent, or one whom the floor does not know. False if the caller was
        never in ours.
        """
        if floor_call is None:
            return self._follow_who_has_left(leg)
        call = self._begin(leg, floor_call)
        call.first_joined_at = floor_call.first_joined_at
        over_at = floor_call.ended_at or self._site.clock.now()
        self._unheard.note_what_the_floor_knows(call.ledger, floor_call, over_at)
        if call.ledger.offers.talks():
            call.hung_up_by, call.talk_ended_at = HungUpBy.AGENT, over_at
        queue = self._site.policy.queues.get(floor_call.queue)
        if queue and floor_call.talk and floor_call.state is FloorCallState.TALKING:
            self._unheard.stop_recording(call, queue, floor_call.talk)
        self._spawn(call.caller.call_id, lambda: self._calls.resume_elsewhere(call))
        return True

    def _follow_who_has_left(self, leg: LegSnapshot) -> bool:
        """Whoever has led the caller away would have kept the record at the end of the line."""
        is_begun = leg.variables.get("callcore_parked") and "callcore_feature" not in leg.variables
        if not is_begun or leg_roles.is_customers(leg):
            return False
        call = self._begin(leg, None)
        self._spawn(call.caller.call_id, lambda: self._calls.resume_elsewhere(call))
        return True

    def resume_survey(self, leg: LegSnapshot, floor_call: FloorCall | None) -> bool:
        """Goes on with a survey; the line is ended if it is not known, or is no more."""
        name = leg_memory.queue_name(leg, floor_call)
        queue = self._site.policy.queues.get(name) or QueuePolicy(name=name)
        call = self._begin(leg, floor_call)
        call.hung_up_by = HungUpBy.AGENT
        self._unheard.note_talk_that_is_over(call, queue, leg, floor_call)
        chosen = None if queue.survey is None else queue.survey.name
        survey = SurveyName(leg.variables.get("callcore_survey", "")) or chosen
        given = surveys.found(leg.variables.get("callcore_survey_answers", ""))
        self._spawn(call.caller.call_id, lambda: self._calls.resume_survey(call, survey, given))
        return True

    def _end_offers(self, call: Call, but: Collection[OfferId] = ()) -> None:
        """Notes the end of those that the ledger has open and that are not gone on with."""
        now = self._site.clock.now()
        call.ledger.offers.end_open(now, OfferLostReason.RECLAIMED, but)

    def _send_away(self, leg: LegSnapshot, floor_call: FloorCall | None, queue: QueueName) -> None:
        """Ends the visit to a queue that was taken out of the settings."""
        call = self._begin(leg, floor_call)
        if not call.ledger.visits.goes_on(queue):
            joined_at = leg_memory.place_of(leg, floor_call).first_joined_at
            call.ledger.visits.joined(queue, joined_at, priority=0, position=None)
        now = self._site.clock.now()
        call.ledger.visits.left(now, LeaveReason.FALLBACK, short_abandon_seconds=0)
        call.ledger.fault(f"queue {queue} is not in the settings any more: sent to the fallback")
        self._spawn(call.caller.call_id, lambda: self._calls.send_to_fallback(call, queue))

    def _follow(self, leg: LegSnapshot, queue: QueuePolicy, floor_call: FloorCall | None) -> Call:
        call = self._begin(leg, floor_call)
        call.remember_music(queue.music)
        return call

    def _begin(self, leg: LegSnapshot, floor_call: FloorCall | None) -> Call:
        call = self._calls.follow(leg_memory.caller_on(leg, floor_call), is_adopted=True)
        call.bring(leg_memory.wishes_of(leg, floor_call))
        call.is_line_answered = leg.is_line_answered
        call.ledger.line_answered_at = call.ledger.line_answered_at or leg.answered_at
        note_callback(call.ledger, leg, floor_call)
        if floor_call is not None:
            note_what_the_floor_kept(call.ledger, floor_call)
        return call
