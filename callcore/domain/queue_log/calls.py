"""A call record as lines of a ``queue_log``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import MISSES, HungUpBy, LeaveReason
from callcore.domain.queue_log.lines import NONE, Line, Verb
from callcore.domain.records import CallRecord, OfferRecord, QueueVisit
from callcore.domain.transfers import TransferKind

TRANSFERRED_SECONDS: Final = 1.0
"""Of a line that lives on for longer after the last talk it is assumed that it was transferred (as
in view ``talk_facts``), should the switch not have told.
"""

_EXITS: Final = {
    LeaveReason.ABANDONED: Verb.ABANDON,
    LeaveReason.EXIT_KEY: Verb.EXITWITHKEY,
    LeaveReason.MAXIMUM_WAIT: Verb.EXITWITHTIMEOUT,
    LeaveReason.UNANSWERED_TOO_LONG: Verb.EXITWITHTIMEOUT,
    LeaveReason.ESTIMATE_TOO_LONG: Verb.EXITWITHTIMEOUT,
    LeaveReason.QUEUE_FULL: Verb.EXITWITHTIMEOUT,
    LeaveReason.CLOSED: Verb.EXITEMPTY,
    LeaveReason.NO_AGENTS: Verb.EXITEMPTY,
}
"""How a caller left who was not picked up; ``WITHDRAW`` with the reason for all others."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stay:
    """A visit to a queue, as the log sees it."""

    queue: str
    came_at: Micros
    position: int


def of_call(record: CallRecord) -> list[Line]:
    """The lines of a call, by time, none earlier than its arrival.

    A refusal has none, as in app_queue. A callback has only its talk, with no wait: nobody heard
    music.
    """
    lines = _of_callback(record) if record.is_callback else _of_visits(record)
    late = [replace(line, at=max(line.at, record.arrived_at)) for line in lines]
    return sorted(late, key=lambda line: line.at)  # of one instant in the order they were made in


def _of_visits(record: CallRecord) -> Iterator[Line]:
    """Stay by stay, each from its beginning to its end."""
    visits = [visit for visit in record.visits if visit.refusal_reason is None]
    stays = [_stay(visit) for visit in visits]
    offers = [(_stay_of(offer, stays), offer) for offer in record.offers]
    for theirs, offer in offers:
        if theirs not in stays:
            yield from _of_offer(record, offer, theirs)
    for visit, stay in zip(visits, stays, strict=True):
        yield _entry(record, stay)
        made = [offer for theirs, offer in offers if theirs is stay]
        for offer in made:
            yield from _of_offer(record, offer, stay)
        is_told = any(offer.bridged_at is not None for offer in made)
        if visit.leave_reason is not LeaveReason.PICKED_UP and not is_told:
            yield _exit(record, visit)


def _entry(record: CallRecord, stay: _Stay) -> Line:
    told = ("", record.caller_number, stay.position)  # the first is a URL that Queue() may be given
    return _line(record, stay.came_at, Verb.ENTERQUEUE, stay, *told)


def _exit(record: CallRecord, visit: QueueVisit) -> Line:
    stay, left_at = _stay(visit), visit.left_at or record.ended_at
    # The place at the end is not in the record: it was not behind that of the join.
    told: list[str | int] = [stay.position, stay.position, round(visit.waited_seconds)]
    verb = Verb.WITHDRAW
    if visit.leave_reason is not None:
        verb = _EXITS.get(visit.leave_reason, Verb.WITHDRAW)
    if verb is Verb.EXITWITHKEY:
        told.insert(0, _last_key(record, left_at))
    if verb is Verb.WITHDRAW:
        told.append(visit.leave_reason or "unknown")
    return _line(record, left_at, verb, stay, *told)


def _last_key(record: CallRecord, left_at: Micros) -> str:
    """That with which the caller left; empty if it is not in the record."""
    pressed = [press for press in record.digits if press.at <= left_at]
    return pressed[-1].digit if pressed else ""


def _of_offer(record: CallRecord, offer: OfferRecord, stay: _Stay) -> list[Line]:
    if offer.bridged_at is None:
        ended_at = offer.ended_at or offer.ringing_at or offer.reserved_at
        verb = Verb.RINGNOANSWER if offer.lost_reason in MISSES else Verb.RINGCANCELED
        rang = 0.0 if offer.ringing_at is None else seconds_between(offer.ringing_at, ended_at)
        return [_line(record, ended_at, verb, stay, round(rang * 1000), agent_id=offer.agent_id)]
    return _talk(record, offer, stay, offer.bridged_at)


def _talk(record: CallRecord, offer: OfferRecord, stay: _Stay, bridged_at: Micros) -> list[Line]:
    ended_at = offer.unbridged_at or offer.ended_at or record.ended_at
    held = round(seconds_between(stay.came_at, bridged_at))
    talked = round(seconds_between(bridged_at, ended_at))
    rang = 0
    if offer.ringing_at is not None:
        rang = round(seconds_between(offer.ringing_at, offer.picked_up_at or bridged_at))
    connect = _line(
        record, bridged_at, Verb.CONNECT, stay, held, offer.leg_id, rang, agent_id=offer.agent_id
    )
    told: tuple[str | int, ...] = (held, talked, stay.position)
    target = _transferred_to(record, offer, ended_at)
    if offer.transfer is TransferKind.ATTENDED:
        verb, told = Verb.ATTENDEDTRANSFER, ("BRIDGE", record.call_id, *told)
    elif target is not None:
        verb, told = Verb.BLINDTRANSFER, (target, "", *told)
    elif record.hung_up_by in {HungUpBy.CALLER, HungUpBy.SWITCH, HungUpBy.UNKNOWN}:
        verb = Verb.COMPLETECALLER
    else:
        verb = Verb.COMPLETEAGENT
    return [connect, _line(record, ended_at, verb, stay, *told, agent_id=offer.agent_id)]


def _transferred_to(record: CallRecord, offer: OfferRecord, ended_at: Micros) -> str | None:
    """The queue to which the agent sent the caller, else the number, empty if that is not known;
    ``None`` if nowhere.
    """
    began_at = offer.bridged_at or ended_at
    for visit in record.visits:
        if (visit.came_at or visit.joined_at) >= began_at:
            return visit.queue
    if offer.transfer is not None:
        return offer.transferred_to
    lived_on = seconds_between(ended_at, record.ended_at) > TRANSFERRED_SECONDS
    is_last = all((other.bridged_at or began_at) <= began_at for other in record.offers)
    by_caller = record.hung_up_by is HungUpBy.CALLER
    return "" if lived_on and is_last and by_caller and not record.survey_answers else None


def _of_callback(record: CallRecord) -> Iterator[Line]:
    for offer in record.offers:
        if offer.bridged_at is None:
            continue
        stay = _Stay(offer.queue, offer.bridged_at, 1)
        yield _entry(record, stay)
        yield from _talk(record, offer, stay, offer.bridged_at)


def _stay(visit: QueueVisit) -> _Stay:
    return _Stay(visit.queue, visit.came_at or visit.joined_at, visit.position_at_join or 0)


def _stay_of(offer: OfferRecord, stays: list[_Stay]) -> _Stay:
    """The last stay in the offer's queue that had begun; a record that lost it has a guess."""
    begun = [
        stay for stay in stays if stay.queue == offer.queue and stay.came_at <= offer.reserved_at
    ]
    return begun[-1] if begun else _Stay(offer.queue, offer.reserved_at, 0)


def _line(
    record: CallRecord,
    at: Micros,
    verb: Verb,
    stay: _Stay,
    *data: str | int,
    agent_id: str = NONE,
) -> Line:
    return Line(
        at=at, verb=verb, call_id=record.call_id, queue=stay.queue, agent_id=agent_id, data=data
    )
