"""What became of a call while nobody listened, noted as far as the floor and the leg know it.

Where another worker has left its ledger of the call, that says it already, and better.
"""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.ids import LegId, Micros, QueueName, seconds_between
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import AttemptOutcome, LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAttempt
from callcore.domain.wishes import clamped
from callcore.flows import leg_memory, leg_roles
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import LOST_TRACK, Call
from callcore.flows.conversation import recording_path
from callcore.flows.site import Site
from callcore.ports.stores import FloorCall, FloorCallState, Reservation
from callcore.ports.switch_events import LegSnapshot


class UnheardPast:
    """Notes what another process left of a call."""

    def __init__(self, site: Site, freeing: AgentFreeing) -> None:
        self._site = site
        self._freeing = freeing

    def note_what_the_floor_knows(
        self,
        ledger: CallLedger,
        floor_call: FloorCall,
        over_at: Micros,
        left: LeaveReason = LeaveReason.SWITCH_LOST,
    ) -> None:
        """Notes the visit, and the talk if there was one, which was ``over_at``. Whoever waited
        ``left`` then, for that reason.
        """
        bridged_at, talk, queue = floor_call.bridged_at, floor_call.talk, floor_call.queue
        has_talked = bridged_at is not None and talk is not None
        is_noted = has_talked and ledger.visits.led_to_talk(queue)
        if not is_noted and not ledger.visits.goes_on(queue):
            ledger.visits.joined(
                queue, floor_call.first_joined_at, priority=floor_call.priority, position=None
            )
        if bridged_at is None or talk is None:
            self.note_left(ledger, queue, over_at, left)
            return
        if not is_noted:
            ledger.visits.left(bridged_at, LeaveReason.PICKED_UP, short_abandon_seconds=0)
        _note_talk(ledger, talk, bridged_at, is_within_service_level=None)
        ledger.offers.parted(talk.offer_id, over_at, LOST_TRACK)

    def note_left(
        self, ledger: CallLedger, name: QueueName, at: Micros, reason: LeaveReason
    ) -> None:
        """Notes the end of the visit to a queue, of a caller whom nobody has served."""
        queue = self._site.queue_now(QueuePolicy(name=name))
        short = queue.short_abandon_seconds if reason is LeaveReason.ABANDONED else 0
        ledger.visits.left(at, reason, short_abandon_seconds=short)

    def note_bridge(
        self,
        call: Call,
        queue: QueuePolicy,
        reservation: Reservation,
        leg: LegSnapshot,
        floor_call: FloorCall | None,
    ) -> Micros:
        """Notes the bridge, on the floor too if the other process died before it could."""
        place = leg_memory.place_of(leg, floor_call)
        kept = floor_call.bridged_at if floor_call else None
        known = kept or leg_memory.instant(leg.variables.get("callcore_bridged_at"))
        bridged_at = known or self._site.clock.now()
        if floor_call is not None and floor_call.state is FloorCallState.OFFERED:
            self._freeing.won(reservation, bridged_at)
        visits, short = call.ledger.visits, queue.short_abandon_seconds
        if not visits.led_to_talk(queue.name):
            if not visits.goes_on(queue.name):
                priority = clamped(queue.priority + call.wishes.own_priority)
                visits.joined(queue.name, place.first_joined_at, priority=priority, position=None)
            visits.left(bridged_at, LeaveReason.PICKED_UP, short_abandon_seconds=short)
        waited = seconds_between(place.first_joined_at, bridged_at)
        _note_talk(
            call.ledger,
            reservation,
            bridged_at,
            is_within_service_level=(
                waited <= queue.service_level_seconds
                if known and not call.caller.is_callback
                else None
            ),
        )
        if known is None:
            call.ledger.fault("the bridge was found, not heard: bridged_at is when it was found")
        return bridged_at

    def note_talk_that_is_over(
        self, call: Call, queue: QueuePolicy, leg: LegSnapshot, floor_call: FloorCall | None
    ) -> None:
        """Notes what the floor knows of the talk, or else what the leg remembers, and stops its
        recording unless the survey has begun.
        """
        partner = leg.variables.get("callcore_agent_leg") or ""
        reservation = leg_memory.reservation_of(
            replace(leg, bridged_to=LegId(partner)), floor_call, queue
        )
        if reservation is None:
            return
        self.note_bridge(call, queue, reservation, leg, floor_call)
        if not leg.variables.get("callcore_survey"):
            self.stop_recording(call, queue, reservation)
        ended_at = (
            leg_memory.instant(leg.variables.get("callcore_talk_ended_at"))
            or (floor_call.ended_at if floor_call else None)
            or self._site.clock.now()
        )
        call.ledger.offers.parted(reservation.offer_id, ended_at, "")

    def stop_recording(self, call: Call, queue: QueuePolicy, talk: Reservation) -> None:
        """Stops the recording of a talk that ended while nobody was there to do it."""
        path = recording_path(self._site.policy, queue, talk)
        if path is not None:
            call.stop_recording(path)


def note_what_the_floor_kept(ledger: CallLedger, floor_call: FloorCall) -> None:
    """Notes what whoever followed the call before has told the floor for its record: offers lost in
    any queue, and announcements in the one where the call is.
    """
    ledger.offers.found_lost(floor_call.lost_offers)
    ledger.visits.found_announced(floor_call.queue, floor_call.announcements_count)


def note_callback(ledger: CallLedger, leg: LegSnapshot, floor_call: FloorCall | None) -> None:
    """Notes how the customer was called who is on the leg, if it was a callback: there is no more
    to be kept of it. Whether they talk may show only later.
    """
    if not leg_roles.is_customers(leg):
        return
    if floor_call is not None and floor_call.callback is not None:
        ledger.callbacks.keeps(floor_call.callback)
    known = (*ledger.callbacks.attempts, ledger.callbacks.going_on)
    if any(noted is not None and noted.leg_id == leg.leg_id for noted in known):
        return
    attempt = CallbackAttempt(
        at=leg.created_at,
        outcome=AttemptOutcome.HUNG_UP,
        leg_id=leg.leg_id,
        answered_at=leg.answered_at,
    )
    if leg_memory.has_talked(leg, floor_call):
        ledger.callbacks.attempted(replace(attempt, outcome=AttemptOutcome.TALKED))
    else:
        ledger.callbacks.goes_on(attempt)


def _note_talk(
    ledger: CallLedger,
    reservation: Reservation,
    bridged_at: Micros,
    *,
    is_within_service_level: bool | None,
) -> None:
    if ledger.offers.is_talk(reservation.offer_id):
        return
    ledger.offers.made(
        reservation.offer_id,
        reservation.queue,
        reservation.agent_id,
        reservation.leg_id,
        bridged_at,
    )
    ledger.offers.bridged(
        reservation.offer_id, bridged_at, is_within_service_level=is_within_service_level
    )
