"""Calls that ended while nobody listened: what is still to be done for the caller, and the record.

It is made of the ledger, if another worker has left one, and of what the floor knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.domain.ids import CallId, Micros
from callcore.domain.ledger import Caller, CallLedger
from callcore.domain.outcomes import HungUpBy, LeaveReason, OfferLostReason, RecordSource
from callcore.domain.records import CallRecord
from callcore.domain.wishes import Wishes
from callcore.flows import abandoned_calls, leg_memory
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, SWITCH_GONE
from callcore.flows.ledger_passing import LedgerPassing
from callcore.flows.line_freeing import let_promises_begin
from callcore.flows.promising import Promises
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.flows.speaking import spoken_language
from callcore.flows.standing import Place, wishes_on_floor
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_past import UnheardPast, note_what_the_floor_kept
from callcore.ports.stores import FloorCall, FloorCallState
from callcore.ports.switch_events import LegEnded

HEARD_END_SECONDS = 5.0
"""How long an end that another worker has heard of is remembered: the call is compared by then."""

FOUND_ENDED = "the call ended while no process followed it; ended_at is when this was found"

FOUND_ELSEWHERE = (
    "the caller was led away while no process followed; ended_at is when this was found"
)

ENDED_ON_THE_WAY = "the line ended while the call went from one worker to another"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A caller whose line is gone. Implements ``promising.Asker``."""

    site: Site
    caller: Caller
    wishes: Wishes
    ledger: CallLedger

    def remember(self, **variables: str) -> None:
        """There is no leg that could keep it."""


class UnheardEnds:
    """Closes such calls."""

    def __init__(
        self,
        site: Site,
        board: Switchboard,
        past: UnheardPast,
        keeping: RecordKeeping,
        passing: LedgerPassing,
        promises: Promises,
    ) -> None:
        self._site = site
        self._board = board
        self._past = past
        self._keeping = keeping
        self._passing = passing
        self._promises = promises
        self._heard: dict[CallId, LegEnded] = {}

    def note_end(self, call_id: CallId, ended: LegEnded) -> None:
        """A worker that was giving the call away has heard of its end, as perhaps nobody else."""
        self._heard[call_id] = ended

        def forget() -> None:
            self._heard.pop(call_id, None)

        self._site.clock.after(HEARD_END_SECONDS, forget)

    def close(
        self, call: FloorCall, *, is_switch_lost: bool = False, is_elsewhere: bool = False
    ) -> None:
        """Gives up the place of a call that is over, and keeps its record. A caller who
        ``is_elsewhere`` was sent to the dialplan meanwhile, by the dead man's switch or by others.
        """
        site, heard = self._site, self._heard.get(call.call_id)
        ledger = self._ledger_of(call)
        if call.left_for is not None:
            left = call.left_for
        elif is_elsewhere:
            left = LeaveReason.FALLBACK
        elif is_switch_lost or not self._ended_by_somebody(call, heard):
            left = LeaveReason.SWITCH_LOST
            self._call_back(call, ledger, heard, is_switch_lost=is_switch_lost)
        else:
            left = LeaveReason.ABANDONED
        # After the promise: the place is not to be lost between the two.
        site.waiting_room.leave(call.call_id, call.queue, site.ids.request_id())
        over_at = call.ended_at or self._over_at(heard)
        self._past.note_what_the_floor_knows(ledger, call, over_at, left)
        ledger.offers.end_open(over_at, OfferLostReason.CALLER_GONE)
        if is_switch_lost and heard is None:
            ledger.fault(FOUND_ENDED)
            self._keep_record(ledger.close(site.clock.now(), HungUpBy.SWITCH, SWITCH_GONE))
        else:
            fault = FOUND_ELSEWHERE if is_elsewhere else FOUND_ENDED
            self._keep(ledger, heard, fault, has_talked=call.bridged_at is not None)
        self._passing.take_up(call.call_id)
        self._heard.pop(call.call_id, None)

    def close_unclaimed(self, call_id: CallId) -> None:
        """Keeps the record of a call that was handed over, and of which neither a line nor a place
        is left: who was in a menu, or was leaving, and hung up just then.
        """
        notes, heard = self._passing.take_up(call_id), self._heard.pop(call_id, None)
        if notes is None:
            return
        ledger = CallLedger.taken_up(notes, notes.caller, self._site.policy.site)
        over_at = self._over_at(heard)
        is_known = heard is not None and heard.cause not in SWITCH_CAUSES
        left = LeaveReason.ABANDONED if is_known else LeaveReason.SWITCH_LOST
        for visit in notes.visits[-1:]:
            if visit.left_at is None:
                self._past.note_left(ledger, visit.queue, over_at, left)
        ledger.offers.end_open(over_at, OfferLostReason.CALLER_GONE)
        self._keep(ledger, heard, FOUND_ENDED, has_talked=bool(ledger.offers.talks()))

    def _ledger_of(self, call: FloorCall) -> CallLedger:
        notes = self._passing.notes_of(call.call_id)
        site_name, caller = self._site.policy.site, leg_memory.caller_of_ended(call)
        if notes is not None:
            ledger = CallLedger.taken_up(notes, caller, site_name)
        else:
            ledger, wishes = CallLedger(caller, site_name, is_adopted=True), wishes_on_floor(call)
            ledger.spoken_in(spoken_language(self._site.policy, wishes.language))
            ledger.known_as(wishes.account)
        if call.callback is not None:
            ledger.callbacks.keeps(call.callback)
        note_what_the_floor_kept(ledger, call)
        return ledger

    def _ended_by_somebody(self, call: FloorCall, heard: LegEnded | None) -> bool:
        """True if it is known that the line did not end with the switch."""
        if heard is not None:
            return heard.cause not in SWITCH_CAUSES
        is_on_line = call.callback is None
        return is_on_line and self._site.nodes.has_run_since(call.node, call.arrived_at)

    def _call_back(
        self,
        call: FloorCall,
        ledger: CallLedger,
        heard: LegEnded | None,
        *,
        is_switch_lost: bool,
    ) -> None:
        """Promises a callback to whoever waited on a switch that is lost, where the queue says so:
        not to somebody who may just as well have hung up.
        """
        site, queue = self._site, self._site.policy.queues.get(call.queue)
        has_waited = call.state in {FloorCallState.WAITING, FloorCallState.OFFERED}
        # Marks on the switch would have told that it went on; a lone worker may have none.
        is_sure = is_switch_lost or heard is not None or not site.tenure.is_alone
        if queue is not None and has_waited and call.callback is None and is_sure:
            place = Place(first_joined_at=call.first_joined_at, joined_at=call.joined_at)
            asker = CutOff(
                site=site, caller=ledger.caller, wishes=wishes_on_floor(call), ledger=ledger
            )
            abandoned_calls.call_back_cut_off(asker, queue, place, self._promises)

    def _over_at(self, heard: LegEnded | None) -> Micros:
        return self._site.clock.now() if heard is None else heard.at

    def _keep(
        self, ledger: CallLedger, heard: LegEnded | None, fault: str, *, has_talked: bool
    ) -> None:
        if heard is None:
            ledger.fault(fault)
            record = ledger.close(self._site.clock.now(), HungUpBy.UNKNOWN, LOST_TRACK)
        else:
            ledger.fault(ENDED_ON_THE_WAY)
            who = _who_ended(heard, ledger.ordered_end, has_talked=has_talked)
            record = ledger.close(heard.at, who, heard.cause)
        self._keep_record(record)

    def _keep_record(self, record: CallRecord) -> None:
        self._keeping.keep(replace(record, source=RecordSource.FLOOR))
        let_promises_begin(self._board, record)


def _who_ended(heard: LegEnded, ordered_end: str, *, has_talked: bool) -> HungUpBy:
    """The caller's line ends with the agent's: of a talk, its end does not say whose was first."""
    if heard.cause in SWITCH_CAUSES:
        return HungUpBy.SWITCH
    if heard.cause == ordered_end:
        return HungUpBy.CALLCORE
    return HungUpBy.UNKNOWN if has_talked else HungUpBy.CALLER
