"""A ledger that another process goes on with is as it was, and what is told again is noted once."""

from __future__ import annotations

from dataclasses import fields, replace

from callcore.domain.ids import AgentId, LegId, Micros, OfferId, QueueName, SurveyName
from callcore.domain.ledger import CallLedger, CallNotes
from callcore.domain.outcomes import (
    AskingEnd,
    AttemptOutcome,
    CallbackOrigin,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
)
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    DigitPress,
    OfferRecord,
    QueueVisit,
    Recording,
    SurveyAnswer,
)
from callcore.flows.ledger_passing import LeftLedger
from callcore.runtime.wire import Wire
from tests.unit.test_ledger import ANN, BOB, FIRST, QUEUE, SECOND, at, decision, ledger

NOTES = CallNotes(
    caller=ledger().caller,
    line_answered_at=at(1),
    visits=(QueueVisit(queue=QUEUE, joined_at=at(2), announcements_count=3),),
    told_at=at(12),
    decisions=(decision(FIRST, ANN), decision(SECOND, BOB)),
    offers=(
        OfferRecord(
            offer_id=FIRST,
            queue=QUEUE,
            agent_id=ANN,
            leg_id=LegId("a"),
            reserved_at=at(10),
            ended_at=at(11),
            lost_reason=OfferLostReason.BUSY,
            hangup_cause="USER_BUSY",
        ),
        OfferRecord(
            offer_id=SECOND, queue=QUEUE, agent_id=BOB, leg_id=LegId("b"), reserved_at=at(13)
        ),
    ),
    held_since=at(15),
    is_within_service_level=True,
    callback_origin=CallbackOrigin.OVERFLOW,
    callback_askings=(
        CallbackAsking(
            at=at(3), queue=QUEUE, origin=CallbackOrigin.OVERFLOW, end=AskingEnd.DECLINED
        ),
    ),
    callback_attempts=(CallbackAttempt(at=at(4), outcome=AttemptOutcome.BUSY),),
    callback_attempt=CallbackAttempt(at=at(5), outcome=AttemptOutcome.HUNG_UP),
    digits=(DigitPress(at=at(6), digit="5"),),
    recordings=(Recording(path="/r/1.wav", started_at=at(7)),),
    faults=("a fault",),
    survey_answers=(
        SurveyAnswer(at=at(8), survey=SurveyName("csat"), question="q", answer="5", queue=QUEUE),
    ),
    language="pl",
    account="A-1",
    ordered_end="NORMAL_CLEARING",
    has_walked=True,
    is_promised=True,
)


def taken_up(notes: CallNotes = NOTES) -> CallLedger:
    """The ledger that goes on from them."""
    return CallLedger.taken_up(notes, notes.caller, "test")


def test_nothing_of_a_ledger_is_lost_on_the_way() -> None:
    """Each of its notes is told, sent as bytes, and taken up; the record says so."""
    empty = CallNotes(caller=NOTES.caller)
    same = [
        one.name
        for one in fields(CallNotes)
        if getattr(NOTES, one.name) == getattr(empty, one.name)
    ]
    assert same == ["caller", "left_at"]
    wire = Wire[LeftLedger](LeftLedger)
    sent = wire.decode(wire.encode(LeftLedger(version=1, notes=NOTES))).notes
    assert sent == NOTES
    assert taken_up(sent).notes() == NOTES
    assert taken_up(sent).close(at(20), HungUpBy.CALLER, "").is_adopted


def test_what_is_told_again_changes_nothing() -> None:
    """Who goes on with an offer, or finds a talk or an answer, need not know what was noted."""
    notes = taken_up()
    notes.offers.made(SECOND, QUEUE, BOB, LegId("b"), at(16))
    notes.decisions.made(replace(decision(SECOND, BOB), trigger="another"))
    again = notes.survey_answered(SurveyName("csat"), "q", "5", at(8), about=None)
    assert again == NOTES.survey_answers[0]
    assert notes.notes() == NOTES
    notes.offers.bridged(SECOND, at(17), is_within_service_level=True)
    notes.offers.parted(SECOND, at(18), "NORMAL_CLEARING")
    before = notes.notes()
    notes.offers.parted(SECOND, at(19), "LOST_TRACK")
    assert notes.notes() == before


def test_it_is_known_whether_a_visit_goes_on() -> None:
    """And whether the last one led to an agent: each of the queue that is asked for alone."""
    notes, other = taken_up(), QueueName("sales")
    assert (notes.visits.goes_on(QUEUE), notes.visits.goes_on(other)) == (True, False)
    assert not notes.visits.led_to_talk(QUEUE)
    notes.visits.left(at(20), LeaveReason.PICKED_UP, short_abandon_seconds=0)
    assert (notes.visits.goes_on(QUEUE), notes.visits.led_to_talk(QUEUE)) == (False, True)
    assert not notes.visits.led_to_talk(other)
    assert not ledger().visits.goes_on(QUEUE)


def test_offers_that_nobody_goes_on_with_are_ended() -> None:
    """Those that are open, but for some."""
    third, agent = OfferId("third"), AgentId("1003")
    notes = taken_up()
    notes.offers.made(third, QUEUE, agent, LegId("c"), Micros(at(14)))
    notes.offers.end_open(at(21), OfferLostReason.RECLAIMED, {third})
    reasons = {one.offer_id: one.lost_reason for one in notes.offers.noted()}
    assert reasons == {
        FIRST: OfferLostReason.BUSY,
        SECOND: OfferLostReason.RECLAIMED,
        third: None,
    }


def lost_at(name: str, seconds: float) -> OfferRecord:
    return OfferRecord(
        offer_id=OfferId(name),
        queue=QUEUE,
        agent_id=ANN,
        leg_id=LegId(name),
        reserved_at=at(seconds),
        ended_at=at(seconds + 1),
        lost_reason=OfferLostReason.NO_ANSWER,
    )


def test_offers_found_lost_are_told_of_in_their_order() -> None:
    """Whenever they are found; what is noted of one stays as it is."""
    notes = taken_up()
    found = [lost_at("later", 14), lost_at("earlier", 9), replace(NOTES.offers[0], hangup_cause="")]
    notes.offers.found_lost(found)
    assert notes.offers.noted() == (found[1], *NOTES.offers, found[0])
    assert notes.offers.loss_of(OfferId("later")) == found[0]
    assert notes.offers.loss_of(SECOND) is notes.offers.loss_of(OfferId("unknown")) is None


def test_announcements_found_are_of_the_visit_that_is_noted_next() -> None:
    """To that queue, and once; one that is noted already knows its own."""
    notes, other = ledger(), QueueName("sales")
    assert notes.visits.announcements_count == 0
    notes.visits.found_announced(QUEUE, 4)
    for queue in (other, QUEUE, QUEUE):
        notes.visits.joined(queue, at(2), priority=0, position=None)
    notes.visits.announced(at(3))
    notes.visits.found_announced(QUEUE, 9)
    assert [visit.announcements_count for visit in notes.visits.noted()] == [0, 4, 1]
    assert notes.visits.announcements_count == 1
