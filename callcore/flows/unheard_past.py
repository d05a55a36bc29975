"""What became of a call while nobody listened, noted as far as the floor and the leg know it."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.ids import CallId, LegId, Micros, seconds_between
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import AttemptOutcome, HungUpBy, LeaveReason, RecordSource
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAttempt
from callcore.domain.wishes import clamped
from callcore.flows import leg_memory, leg_roles
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, SWITCH_GONE, Call
from callcore.flows.conversation import recording_path
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.flows.speaking import spoken_language
from callcore.flows.standing import wishes_on_floor
from callcore.ports.stores import FloorCall, FloorCallState, Reservation
from callcore.ports.switch_events import LegEnded, LegSnapshot

HEARD_END_SECONDS = 5.0
"""How long an end that another worker has heard of is remembered: the call is compared by then."""

FOUND_ENDED = "the call ended while no process followed it; ended_at is when this was found"

FOUND_ELSEWHERE = (
    "the caller was led away while no process followed; ended_at is when this was found"
)


class UnheardPast:
    """Notes what another process left of a call, and closes calls that ended unheard."""

    def __init__(self, site: Site, freeing: AgentFreeing, keeping: RecordKeeping) -> None:
        self._site = site
        self._freeing = freeing
        self._keeping = keeping
        self._heard_ends: dict[CallId, LegEnded] = {}

    def note_end(self, call_id: CallId, ended: LegEnded) -> None:
        """A worker that was giving the call away has heard of its end, as perhaps nobody else."""
        self._heard_ends[call_id] = ended

        def forget() -> None:
            self._heard_ends.pop(call_id, None)

        self._site.clock.after(HEARD_END_SECONDS, forget)

    def close(
        self, floor_call: FloorCall, *, is_switch_lost: bool = False, is_elsewhere: bool = False
    ) -> None:
        """Keeps the record of a call that ended while nobody listened. A caller who
        ``is_elsewhere`` was sent to the dialplan meanwhile, by the dead man's switch or by others.
        """
        now, heard = self._site.clock.now(), self._heard_ends.pop(floor_call.call_id, None)
        ledger = CallLedger(
            leg_memory.caller_of_ended(floor_call), self._site.policy.site, is_adopted=True
        )
        wishes = wishes_on_floor(floor_call)
        ledger.spoken_in(spoken_language(self._site.policy, wishes.language))
        ledger.known_as(wishes.account)
        if floor_call.callback is not None:
            ledger.callbacks.keeps(floor_call.callback)
        if is_elsewhere:
            left = LeaveReason.FALLBACK
        elif is_switch_lost or not self._ended_by_somebody(floor_call, heard):
            left = LeaveReason.SWITCH_LOST
        else:
            left = LeaveReason.ABANDONED
        self.note_what_the_floor_knows(ledger, floor_call, heard, left)
        if heard is not None:
            ledger.fault("the line ended while the call went from one worker to another")
            record = ledger.close(heard.at, _who_ended(floor_call, heard), heard.cause)
        else:
            ledger.fault(FOUND_ELSEWHERE if is_elsewhere else FOUND_ENDED)
            record = (
                ledger.close(now, HungUpBy.SWITCH, SWITCH_GONE)
                if is_switch_lost
                else ledger.close(now, HungUpBy.UNKNOWN, LOST_TRACK)
            )
        self._keeping.keep(replace(record, source=RecordSource.FLOOR))

    def _ended_by_somebody(self, floor_call: FloorCall, heard: LegEnded | None) -> bool:
        """True if it is known that the line did not end with the switch."""
        if heard is not None:
            return heard.cause not in SWITCH_CAUSES
        is_on_line = floor_call.callback is None
        return is_on_line and self._site.nodes.has_run_since(floor_call.node, floor_call.arrived_at)

    def note_what_the_floor_knows(
        self,
        ledger: CallLedger,
        floor_call: FloorCall,
        heard: LegEnded | None = None,
        left: LeaveReason = LeaveReason.SWITCH_LOST,
    ) -> None:
        """Notes the visit, and the talk if there was one: it ended when the floor heard of it, or
        with the caller's leg if that was ``heard``. Whoever waited ``left`` for that reason.
        """
        heard_at = None if heard is None else heard.at
        over_at = floor_call.ended_at or heard_at or self._site.clock.now()
        bridged_at, reservation = floor_call.bridged_at, floor_call.talk
        ledger.visits.joined(
            floor_call.queue,
            floor_call.first_joined_at,
            priority=floor_call.priority,
            position=None,
        )
        if bridged_at is None or reservation is None:
            queue = self._site.queue_now(QueuePolicy(name=floor_call.queue))
            short = queue.short_abandon_seconds if left is LeaveReason.ABANDONED else 0
            ledger.visits.left(over_at, left, short_abandon_seconds=short)
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


def _who_ended(floor_call: FloorCall, heard: LegEnded) -> HungUpBy:
    """The caller's line ends with the agent's: of a talk, its end does not say whose was first."""
    if heard.cause in SWITCH_CAUSES:
        return HungUpBy.SWITCH
    return HungUpBy.CALLER if floor_call.bridged_at is None else HungUpBy.UNKNOWN


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
