"""What became of a call while nobody listened, noted as far as the floor and the leg know it."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.ids import LegId, Micros, seconds_between
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import AttemptOutcome, HungUpBy, LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAttempt
from callcore.domain.wishes import clamped
from callcore.flows import leg_memory, leg_roles
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import LOST_TRACK, Call
from callcore.flows.conversation import recording_path
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.flows.speaking import spoken_language
from callcore.flows.standing import wishes_on_floor
from callcore.ports.stores import FloorCall, FloorCallState, Reservation
from callcore.ports.switch_events import LegSnapshot


class UnheardPast:
    """Notes what another process left of a call, and closes calls that ended unheard."""

    def __init__(self, site: Site, freeing: AgentFreeing, keeping: RecordKeeping) -> None:
        self._site = site
        self._freeing = freeing
        self._keeping = keeping

    def close(self, floor_call: FloorCall) -> None:
        """Keeps the record of a call that ended while nobody listened."""
        now = self._site.clock.now()
        ledger = CallLedger(
            leg_memory.caller_of_ended(floor_call), self._site.policy.site, is_adopted=True
        )
        wishes = wishes_on_floor(floor_call)
        ledger.spoken_in(spoken_language(self._site.policy, wishes.language))
        ledger.known_as(wishes.account)
        if floor_call.callback is not None:
            ledger.callbacks.keeps(floor_call.callback)
        self.note_what_the_floor_knows(ledger, floor_call)
        ledger.fault("the call ended while no process followed it; ended_at is when this was found")
        self._keeping.keep(ledger.close(now, HungUpBy.UNKNOWN, LOST_TRACK))

    def note_what_the_floor_knows(self, ledger: CallLedger, floor_call: FloorCall) -> None:
        """Notes the visit, and the talk if there was one: it ended when the floor heard of it."""
        over_at = floor_call.ended_at or self._site.clock.now()
        bridged_at, reservation = floor_call.bridged_at, floor_call.talk
        ledger.visits.joined(
            floor_call.queue,
            floor_call.first_joined_at,
            priority=floor_call.priority,
            position=None,
        )
        if bridged_at is None or reservation is None:
            ledger.visits.left(over_at, LeaveReason.SWITCH_LOST, short_abandon_seconds=0)
            return
        ledger.visits.left(bridged_at, LeaveReason.PICKED_UP, short_abandon_seconds=0)
        _note_talk(ledger, reservation, bridged_at, is_within_service_level=None)
        ledger.offers.unbridged(reservation.offer_id, over_at, LOST_TRACK)

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
        call.ledger.visits.joined(
            queue.name,
            place.first_joined_at,
            priority=clamped(queue.priority + call.wishes.own_priority),
            position=None,
        )
        call.ledger.visits.left(
            bridged_at, LeaveReason.PICKED_UP, short_abandon_seconds=queue.short_abandon_seconds
        )
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
        call.ledger.offers.unbridged(reservation.offer_id, ended_at, "")

    def stop_recording(self, call: Call, queue: QueuePolicy, talk: Reservation) -> None:
        """Stops the recording of a talk that ended while nobody was there to do it."""
        path = recording_path(self._site.policy, queue, talk)
        if path is not None:
            call.stop_recording(path)


def note_callback(ledger: CallLedger, leg: LegSnapshot, floor_call: FloorCall | None) -> None:
    """Notes how the customer was called who is on the leg, if it was a callback: there is no more
    to be kept of it. Whether they talk may show only later.
    """
    if not leg_roles.is_customers(leg):
        return
    if floor_call is not None and floor_call.callback is not None:
        ledger.callbacks.keeps(floor_call.callback)
    if any(noted.leg_id == leg.leg_id for noted in ledger.callbacks.attempts):
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
