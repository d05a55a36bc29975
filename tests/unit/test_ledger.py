"""The record that is made of a call's notes."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.ledger import Caller, CallLedger
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
    offer_lost_by,
)

QUEUE, ANN, BOB = QueueName("support"), AgentId("1001"), AgentId("1002")
FIRST, SECOND = OfferId("first"), OfferId("second")


def at(seconds: float) -> Micros:
    """An instant, in seconds after the call's arrival."""
    return Micros(1_800_000_000_000_000 + round(seconds * 1e6))


def ledger() -> CallLedger:
    """Notes of a call that has just arrived."""
    caller = Caller(
        call_id=CallId("call"),
        leg_id=LegId("leg"),
        node=NodeName("fs1"),
        number="+48200100",
        name="Caller",
        dialled_number="8001",
        arrived_at=at(0),
    )
    return CallLedger(caller, "test")


def test_a_served_call_sums_up_its_parts() -> None:
    """Wait from joining to bridge, talk from bridge to its end, hold within the talk."""
    notes = ledger()
    notes.joined(QUEUE, at(1), priority=0, position=3)
    notes.offered(FIRST, QUEUE, ANN, LegId("a"), at(10))
    notes.ringing(FIRST, at(10.5))
    notes.offer_lost(FIRST, at(25), OfferLostReason.NO_ANSWER, "NO_ANSWER")
    notes.offered(SECOND, QUEUE, BOB, LegId("b"), at(25))
    notes.picked_up(SECOND, at(28))
    notes.bridged(SECOND, at(28.1), is_within_service_level=False)
    notes.left(at(28.1), LeaveReason.PICKED_UP, short_abandon_seconds=5)
    notes.held(at(30))
    notes.unheld(SECOND, at(34))
    notes.held(at(50))
    notes.unbridged(SECOND, at(58.1), "NORMAL_CLEARING")
    record = notes.close(at(58.2), HungUpBy.AGENT, "NORMAL_CLEARING")
    assert record.outcome is CallOutcome.SERVED
    assert record.wait_seconds == pytest.approx(27.1)
    assert record.talk_seconds == pytest.approx(30)
    assert record.hold_seconds == pytest.approx(4 + 8.1)
    assert (record.agent_id, record.picked_up_at, record.queue) == (BOB, at(28), QUEUE)
    assert record.is_within_service_level is False


@pytest.mark.parametrize(
    ("waited", "outcome"),
    [(4.9, CallOutcome.SHORT_ABANDONED), (5.0, CallOutcome.ABANDONED)],
)
def test_an_abandonment_below_the_threshold_is_short(waited: float, outcome: CallOutcome) -> None:
    """At the threshold it counts."""
    notes = ledger()
    notes.joined(QUEUE, at(0), priority=0, position=1)
    notes.left(at(waited), LeaveReason.ABANDONED, short_abandon_seconds=5)
    assert notes.close(at(waited), HungUpBy.CALLER, "").outcome is outcome


@pytest.mark.parametrize("reason", list(LeaveReason))
def test_every_reason_to_leave_has_an_outcome(reason: LeaveReason) -> None:
    """No call ends without one."""
    notes = ledger()
    notes.joined(QUEUE, at(0), priority=0, position=1)
    notes.left(at(60), reason, short_abandon_seconds=5)
    assert notes.outcome() in CallOutcome


def test_a_refused_call_is_refused() -> None:
    """The visit says why."""
    notes = ledger()
    notes.refused(QUEUE, at(0), RefusalReason.QUEUE_FULL)
    record = notes.close(at(1), HungUpBy.CALLCORE, "")
    assert record.outcome is CallOutcome.REFUSED
    assert record.visits[0].refusal_reason is RefusalReason.QUEUE_FULL


def test_a_call_that_got_nowhere_is_lost() -> None:
    """Neither joined nor refused: something broke on the way."""
    assert ledger().close(at(1), HungUpBy.UNKNOWN, "").outcome is CallOutcome.LOST


def test_a_recording_ends_where_it_began() -> None:
    """Beginning and end stand together under the path."""
    notes = ledger()
    notes.recording_started("/r/x.wav", at(5))
    notes.recording_stopped("/r/x.wav", at(9))
    (recording,) = notes.close(at(10), HungUpBy.AGENT, "").recordings
    assert (recording.started_at, recording.stopped_at) == (at(5), at(9))


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("USER_BUSY", OfferLostReason.BUSY),
        ("NO_ANSWER", OfferLostReason.NO_ANSWER),
        ("CALL_REJECTED", OfferLostReason.REFUSED),
        ("SUBSCRIBER_ABSENT", OfferLostReason.UNREGISTERED),
        ("NORMAL_TEMPORARY_FAILURE", OfferLostReason.UNREACHABLE),
        ("SOMETHING_NEW", OfferLostReason.UNREACHABLE),
    ],
)
def test_hangup_causes_have_a_meaning(cause: str, reason: OfferLostReason) -> None:
    """An unknown cause is a phone that could not be reached."""
    assert offer_lost_by(cause) is reason
