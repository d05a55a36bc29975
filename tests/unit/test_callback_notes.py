"""What a call's notes keep of callbacks: wishes of a caller, calls to a customer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.callbacks import Callback
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.ledger import Caller, CallLedger
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin, HungUpBy
from callcore.domain.records import CallbackAsking, CallbackAttempt, CallRecord

NOON = Micros(1_800_000_000_000_000)
BUSY, TALKED = (
    CallbackAttempt(at=Micros(NOON + number), outcome=outcome)
    for number, outcome in enumerate((AttemptOutcome.BUSY, AttemptOutcome.TALKED))
)


def ledger(callback_of: str | None = None) -> CallLedger:
    caller = Caller(
        call_id=CallId("call"),
        leg_id=LegId("leg"),
        node=NodeName("fs1"),
        number="+48200100",
        name="Caller",
        dialled_number="8001",
        arrived_at=NOON,
        is_callback=callback_of is not None,
        callback_of=None if callback_of is None else CallId(callback_of),
    )
    return CallLedger(caller, "test")


def promise(origin: CallbackOrigin, *attempts: CallbackAttempt) -> Callback:
    return Callback(
        of_call=CallId("asking"),
        origin=origin,
        node=NodeName("fs1"),
        attempts=attempts,
        not_before=NOON,
    )


def closed(notes: CallLedger) -> CallRecord:
    return notes.close(NOON, HungUpBy.CALLER, "NORMAL_CLEARING")


def test_a_call_that_has_to_do_with_no_callback_keeps_nothing_of_one() -> None:
    """Most calls."""
    record = closed(ledger())
    assert (record.is_callback, record.callback_of, record.callback_origin) == (False, None, None)
    assert (record.callback_attempts, record.callback_askings) == ((), ())


@pytest.mark.parametrize("origin", CallbackOrigin)
def test_a_promise_has_every_attempt_however_often_it_was_taken_up(origin: CallbackOrigin) -> None:
    """Those of earlier processes come from the floor, and are noted once."""
    notes = ledger("asking")
    for _ in range(2):
        notes.callbacks.keeps(promise(origin, BUSY))
    notes.callbacks.attempted(TALKED)
    record = closed(notes)
    assert (record.callback_of, record.callback_origin) == ("asking", origin)
    assert record.callback_attempts == (BUSY, TALKED)


def test_a_promise_without_a_call_is_of_none() -> None:
    """An empty id is that of no call."""
    assert closed(ledger("")).callback_of is None
    assert ledger("").story.callback_of is None


def test_the_story_so_far_is_that_of_the_record() -> None:
    """Whoever asks while the call goes on is told the same."""
    notes = ledger("asking")
    asking = CallbackAsking(
        at=NOON,
        queue=QueueName("support"),
        origin=CallbackOrigin.REQUEST,
        end=AskingEnd.PROMISED,
        number="+48200100",
        promise=CallId("call"),
    )
    notes.callbacks.keeps(promise(CallbackOrigin.REQUEST))
    notes.callbacks.asked(asking)
    notes.callbacks.attempted(BUSY)
    record, story = closed(notes), notes.story
    assert record.callback_askings == (asking,)
    for name in ("callback_of", "callback_origin", "callback_attempts", "callback_askings"):
        assert getattr(story, name) == getattr(record, name)


def test_what_came_of_a_line_that_goes_on_is_noted_once_at_its_end() -> None:
    """With the cause, unless they have talked."""
    on_line = CallbackAttempt(at=NOON, outcome=AttemptOutcome.HUNG_UP, leg_id=LegId("leg"))
    notes = ledger("asking")
    notes.callbacks.goes_on(on_line)
    assert notes.story.callback_attempts == ()
    for _ in range(2):
        assert closed(notes).callback_attempts == (
            replace(on_line, hangup_cause="NORMAL_CLEARING"),
        )
    talked = ledger("asking")
    talked.callbacks.goes_on(on_line)
    talked.offers.made(OfferId("o1"), QueueName("support"), AgentId("ann"), LegId("a1"), NOON)
    talked.offers.bridged(OfferId("o1"), NOON, is_within_service_level=None)
    expected = replace(on_line, outcome=AttemptOutcome.TALKED)
    assert closed(talked).callback_attempts == (expected,)
