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
from callcore.domain.policies import Strategy
from callcore.domain.records import CallRecord, DecisionRecord, PassedOver
from callcore.domain.routing import Verdict
from callcore.domain.transfers import Transfer, TransferKind

OTHER_QUEUE = QueueName("sales")
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
    notes.visits.joined(QUEUE, at(1), priority=0, position=3)
    notes.offers.made(FIRST, QUEUE, ANN, LegId("a"), at(10))
    notes.offers.ringing(FIRST, at(10.5))
    notes.offers.lost(FIRST, at(25), OfferLostReason.NO_ANSWER, "NO_ANSWER")
    notes.offers.made(SECOND, QUEUE, BOB, LegId("b"), at(25))
    notes.offers.picked_up(SECOND, at(28))
    notes.offers.bridged(SECOND, at(28.1), is_within_service_level=False)
    notes.visits.left(at(28.1), LeaveReason.PICKED_UP, short_abandon_seconds=5)
    notes.offers.held(at(30))
    notes.offers.unheld(SECOND, at(34))
    notes.offers.held(at(50))
    notes.offers.unbridged(SECOND, at(58.1), "NORMAL_CLEARING")
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
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(waited), LeaveReason.ABANDONED, short_abandon_seconds=5)
    assert notes.close(at(waited), HungUpBy.CALLER, "").outcome is outcome


@pytest.mark.parametrize("reason", list(LeaveReason))
def test_every_reason_to_leave_has_an_outcome(reason: LeaveReason) -> None:
    """No call ends without one."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(60), reason, short_abandon_seconds=5)
    assert notes.outcome() in CallOutcome


@pytest.mark.parametrize(
    "reason",
    [
        LeaveReason.MAXIMUM_WAIT,
        LeaveReason.QUEUE_FULL,
        LeaveReason.CLOSED,
        LeaveReason.NO_AGENTS,
        LeaveReason.ESTIMATE_TOO_LONG,
        LeaveReason.WITHDRAWN,
        LeaveReason.UNANSWERED_TOO_LONG,
    ],
)
def test_a_caller_whom_the_queue_did_not_keep_has_overflowed(reason: LeaveReason) -> None:
    """Whoever did not go by own will was sent on."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(60), reason, short_abandon_seconds=5)
    assert notes.outcome() is CallOutcome.OVERFLOWED


def test_a_caller_who_chose_to_go_has_left_by_the_exit_key() -> None:
    """Nothing that comes after a queue changes that."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(60), LeaveReason.EXIT_KEY, short_abandon_seconds=5)
    notes.visits.sent_on("extension:5000")
    assert notes.outcome() is CallOutcome.EXITED


@pytest.mark.parametrize("reason", [LeaveReason.MOVED, LeaveReason.MAXIMUM_WAIT])
def test_after_another_queue_that_one_decides(reason: LeaveReason) -> None:
    """Where the caller was before does not matter to how the call ended."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(60), reason, short_abandon_seconds=5)
    notes.visits.sent_on("queue:sales")
    notes.visits.joined(OTHER_QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(90), LeaveReason.PICKED_UP, short_abandon_seconds=5)
    record = notes.close(at(100), HungUpBy.CALLER, "")
    assert (record.outcome, record.queue) == (CallOutcome.SERVED, OTHER_QUEUE)
    assert [visit.treatment for visit in record.visits] == ["queue:sales", ""]


@pytest.mark.parametrize(
    ("to", "outcome"),
    [("queue:sales", CallOutcome.OVERFLOWED), ("menu:main", CallOutcome.REFUSED)],
)
def test_a_refusal_by_the_queue_one_was_sent_to_is_an_overflow(
    to: str, outcome: CallOutcome
) -> None:
    """Such a caller had been admitted once, and did not choose the queue that refused."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=1)
    notes.visits.left(at(60), LeaveReason.MAXIMUM_WAIT, short_abandon_seconds=5)
    notes.visits.sent_on(to)
    notes.visits.refused(OTHER_QUEUE, at(60), RefusalReason.CLOSED)
    assert notes.outcome() is outcome


def test_a_caller_whom_no_queue_admitted_is_refused() -> None:
    """However many were tried."""
    notes = ledger()
    notes.visits.refused(QUEUE, at(0), RefusalReason.QUEUE_FULL)
    notes.visits.sent_on("queue:sales")
    notes.visits.refused(OTHER_QUEUE, at(0), RefusalReason.CLOSED)
    assert notes.outcome() is CallOutcome.REFUSED


def waits(notes: CallLedger) -> tuple[list[float], float]:
    """The wait of each visit, and of the call, which ends after 100 seconds."""
    record = notes.close(at(100), HungUpBy.CALLER, "")
    return [visit.waited_seconds for visit in record.visits], record.wait_seconds


@pytest.mark.parametrize(
    ("joined_at", "of_the_visits", "of_the_call"),
    [
        (at(10), [30, 50], 50),  # the wait so far counts in the other queue
        (at(45), [30, 15], 45),  # it does not
        (at(40), [30, 20], 50),
    ],
)
def test_no_moment_of_waiting_counts_twice(
    joined_at: Micros, of_the_visits: list[float], of_the_call: float
) -> None:
    """A visit tells the wait since first joining, the call the time that went by."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(10), priority=0, position=1)
    notes.visits.left(at(40), LeaveReason.MAXIMUM_WAIT, short_abandon_seconds=5)
    notes.visits.joined(OTHER_QUEUE, joined_at, priority=0, position=1)
    notes.visits.left(at(60), LeaveReason.ABANDONED, short_abandon_seconds=5)
    found = waits(notes)
    assert found[0] == pytest.approx(of_the_visits)
    assert found[1] == pytest.approx(of_the_call)


def test_a_queue_that_refuses_takes_no_time_from_the_next() -> None:
    """Between two queues that both count from the first joining, a third one refused."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(10), priority=0, position=1)
    notes.visits.left(at(40), LeaveReason.MAXIMUM_WAIT, short_abandon_seconds=5)
    notes.visits.refused(OTHER_QUEUE, at(40), RefusalReason.CLOSED)
    notes.visits.joined(QUEUE, at(10), priority=0, position=1)
    notes.visits.left(at(60), LeaveReason.ABANDONED, short_abandon_seconds=5)
    assert waits(notes)[1] == pytest.approx(50)


def test_the_wait_of_a_resumed_place_belongs_to_both_calls() -> None:
    """The visit counts from the first call, the call from its own arrival."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(-300), priority=0, position=1, is_resumed=True)
    notes.visits.left(at(20), LeaveReason.ABANDONED, short_abandon_seconds=5)
    found = waits(notes)
    assert found[0] == pytest.approx([320])
    assert found[1] == pytest.approx(20)
    assert notes.close(at(20), HungUpBy.CALLER, "").visits[0].is_resumed


def closed(notes: CallLedger) -> CallRecord:
    """The record of a call that ended long after all else."""
    return notes.close(at(1000), HungUpBy.CALLER, "")


def test_a_visit_tells_what_was_found_at_the_door() -> None:
    """Admitted or not, the limit and the estimate stand in the record."""
    notes = ledger()
    notes.visits.refused(
        QUEUE, at(0), RefusalReason.ESTIMATE_TOO_LONG, limit=10, estimate_seconds=900.0
    )
    notes.visits.joined(OTHER_QUEUE, at(1), priority=2, position=3, limit=20, estimate_seconds=60.5)
    refused, joined = closed(notes).visits
    assert (refused.limit, refused.estimate_seconds) == (10, 900.0)
    assert (joined.limit, joined.estimate_seconds, joined.is_resumed) == (20, 60.5, False)


@pytest.mark.parametrize(("limit", "expected"), [(None, 20), (4, 4)])
def test_the_limit_one_had_to_leave_for_replaces_that_of_the_door(
    limit: int | None, expected: int
) -> None:
    """Only where there is one: a caller who hung up leaves what was found at the door."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=0, position=9, limit=20)
    notes.visits.left(at(9), LeaveReason.QUEUE_FULL, short_abandon_seconds=5, limit=limit)
    assert closed(notes).visits[0].limit == expected


def test_a_priority_is_kept_as_it_was_and_as_it_became() -> None:
    """Ageing changes the second only, and only of the queue the caller is in."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(0), priority=2, position=1)
    notes.visits.priority_changed(5)
    notes.visits.left(at(60), LeaveReason.MOVED, short_abandon_seconds=5)
    notes.visits.joined(OTHER_QUEUE, at(0), priority=3, position=1)
    first, second = closed(notes).visits
    assert (first.priority, first.last_priority) == (2, 5)
    assert (second.priority, second.last_priority) == (3, 3)


def decision(offer_id: OfferId, agent_id: AgentId) -> DecisionRecord:
    """A decision for that agent."""
    return DecisionRecord(
        offer_id=offer_id,
        queue=QUEUE,
        agent_id=agent_id,
        decided_at=at(5),
        trigger="agent_free",
        waited_seconds=4.0,
        priority=1,
        strategy=Strategy.RING_ALL,
        open_level=2,
        skill_rule="english >= 50",
        passed_over=(PassedOver(agent_id=AgentId("1003"), verdict=Verdict.LACKS_SKILL),),
    )


def test_decisions_are_kept_in_their_order_and_completed_later() -> None:
    """Who was not free becomes known a moment after: of that decision, and of no other."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(1), priority=0, position=1)
    notes.decisions.made(decision(FIRST, ANN))
    notes.decisions.made(decision(SECOND, BOB))
    not_free: dict[str, tuple[AgentId, ...]] = {"talking": (AgentId("1004"),)}
    notes.decisions.completed(FIRST, not_free)
    not_free["talking"] = ()
    first, second = closed(notes).decisions
    assert (first.offer_id, first.agent_id) == (FIRST, ANN)
    assert first.not_free == {"talking": (AgentId("1004"),)}
    assert second == decision(SECOND, BOB)


def test_of_several_agents_rung_at_once_one_wins() -> None:
    """The quicker one is the agent of the call; the other offer is lost, with times of its own."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(1), priority=0, position=1)
    notes.offers.made(FIRST, QUEUE, ANN, LegId("a"), at(2))
    notes.offers.made(SECOND, QUEUE, BOB, LegId("b"), at(2))
    notes.offers.ringing(SECOND, at(3))
    notes.offers.ringing(FIRST, at(4))
    notes.offers.picked_up(SECOND, at(8))
    notes.offers.lost(FIRST, at(8), OfferLostReason.PICKED_UP_ELSEWHERE, "LOSE_RACE")
    notes.offers.bridged(SECOND, at(9), is_within_service_level=True)
    notes.visits.left(at(9), LeaveReason.PICKED_UP, short_abandon_seconds=5)
    notes.offers.unbridged(SECOND, at(19), "NORMAL_CLEARING")
    record = closed(notes)
    lost, won = record.offers
    assert (lost.ringing_at, lost.lost_reason) == (at(4), OfferLostReason.PICKED_UP_ELSEWHERE)
    assert (won.ringing_at, won.lost_reason) == (at(3), None)
    assert (record.agent_id, record.picked_up_at, record.talk_seconds) == (BOB, at(8), 10)


def test_talks_are_told_in_their_own_order() -> None:
    """Of two conversations the first to begin is the first, whoever was asked before."""
    notes = ledger()
    notes.visits.joined(QUEUE, at(1), priority=0, position=1)
    notes.offers.made(FIRST, QUEUE, ANN, LegId("a"), at(2))
    notes.offers.made(SECOND, QUEUE, BOB, LegId("b"), at(2))
    for offer_id, begins, ends in ((SECOND, 5, 10), (FIRST, 12, 20)):
        notes.offers.picked_up(offer_id, at(begins))
        notes.offers.bridged(offer_id, at(begins), is_within_service_level=True)
        notes.offers.unbridged(offer_id, at(ends), "")
    record = closed(notes)
    assert (record.bridged_at, record.unbridged_at, record.agent_id) == (at(5), at(20), ANN)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, [(TransferKind.BLIND, "8002"), (None, "")]),
        (1, [(None, ""), (TransferKind.BLIND, "8002")]),
    ],
)
def test_each_transfer_ends_one_talk(number: int, told: list[tuple[object, str]]) -> None:
    """Though the next one is with the same leg, of an agent who stays on the line."""
    notes, line = ledger(), LegId("line")
    for offer_id, since in ((FIRST, 10), (SECOND, 20)):
        notes.offers.made(offer_id, QUEUE, ANN, line, at(since))
        notes.offers.bridged(offer_id, at(since + 0.1), is_within_service_level=True)
        notes.offers.unbridged(offer_id, at(since + 9.2), "NORMAL_CLEARING")
    second = (19, 29)[number]
    transfer = Transfer(at=at(second), kind=TransferKind.BLIND, partner=line, to="8002")
    notes.offers.transferred((transfer,), at(30))
    assert [(one.transfer, one.transferred_to) for one in closed(notes).offers] == told


def test_a_refused_call_is_refused() -> None:
    """The visit says why."""
    notes = ledger()
    notes.visits.refused(QUEUE, at(0), RefusalReason.QUEUE_FULL)
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
