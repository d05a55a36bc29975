"""What the live view shows of callbacks: in the frame of the queues, and line by line."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.adapters.terminal import call_words, callback_words
from callcore.adapters.terminal.callback_tally import LONGEST_CALL_SECONDS, CallbackTally
from callcore.domain import events
from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.ids import CallId, HookName, LegId, NodeName, QueueName
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin, LeaveReason
from callcore.domain.policies import NoticeKind
from callcore.ports.stores import QueueCounts
from tests.adapters.terminal.scenes import NOW, SUPPORT, ago, arrived, offer, shown, told, view_of

CALL = CallId("c1")
IN_SUPPORT: dict[str, Any] = {"at": NOW, "call_id": CALL, "queue": SUPPORT}


def promised(origin=CallbackOrigin.WAITING, **changes: Any) -> events.CallbackPromised:
    values: dict[str, Any] = {
        **IN_SUPPORT,
        "of_call": CallId("c0"),
        "caller_number": "+48201234501",
        "origin": origin,
    }
    return events.CallbackPromised(**(values | changes))


def asked(end: AskingEnd, **changes: Any) -> events.CallbackAsked:
    values: dict[str, Any] = {**IN_SUPPORT, "origin": CallbackOrigin.WAITING, "end": end}
    return events.CallbackAsked(**(values | changes))


def dialled(call_id: str = CALL, at=NOW) -> events.CallbackDialled:
    return events.CallbackDialled(
        at=at,
        call_id=CallId(call_id),
        queue=SUPPORT,
        node=NodeName("fs1"),
        leg_id=LegId("l"),
        attempt=2,
    )


def unreached(outcome: AttemptOutcome, call_id: str = CALL) -> events.CallbackUnreached:
    return events.CallbackUnreached(
        at=NOW,
        call_id=CallId(call_id),
        queue=SUPPORT,
        attempt=2,
        outcome=outcome,
        hangup_cause="USER_BUSY",
    )


def left(reason: LeaveReason, call_id: str = CALL, *, is_callback=True) -> events.CallerLeft:
    return events.CallerLeft(
        at=NOW,
        call_id=CallId(call_id),
        queue=SUPPORT,
        reason=reason,
        waited_seconds=41.0,
        is_short=False,
        is_callback=is_callback,
    )


def bridged(call_id: str = CALL) -> events.LegsBridged:
    return events.LegsBridged(
        **offer(call_id, "anna"),
        waited_seconds=900.0,
        is_within_service_level=False,
        is_callback=True,
    )


def with_promises(count: int, deferred_count: int = 0) -> list[QueueCounts]:
    return [
        QueueCounts(
            queue=QueueName(name),
            waiting_count=0,
            offered_count=0,
            free_agents_count=0,
            staffed_count=0,
            promises_count=count,
            deferred_count=deferred_count,
            oldest_joined_at=None,
        )
        for name in ("sales", "support")
    ]


def subtitle(lines: list[str]) -> str:
    """What stands in the frame under the queues, or nothing."""
    found = [line.partition("╯")[0] for line in lines if "callbacks:" in line]
    return " ".join(found[0].strip("─╰ ").split()) if found else ""


@pytest.mark.parametrize("width", [80, 140])
def test_callbacks_stand_in_the_frame(width):
    """Those to keep as on the floor, of all queues; those called, kept and failed as heard."""
    view = view_of(
        dialled("c1"),
        dialled("c2"),
        dialled("c3"),
        unreached(AttemptOutcome.BUSY, "c2"),
        events.CallbackAnswered(at=NOW, call_id=CallId("c3"), queue=SUPPORT, rang_seconds=1.0),
        bridged("c3"),
        left(LeaveReason.PICKED_UP, "c3"),
        left(LeaveReason.CALLBACK_EXPIRED, "c4"),
        left(LeaveReason.WITHDRAWN, "c5"),
        left(LeaveReason.RANG_IN, "c6"),
        counts=lambda: with_promises(6),
    )
    lines = shown(view, width)
    assert subtitle(lines) == "callbacks: 12 to keep 1 being called 1 kept 1 failed"
    assert {len(line) for line in lines[3:]} == {width}


@pytest.mark.parametrize("width", [80, 140])
def test_those_that_are_not_due_are_told_apart(width):
    """Of all queues; nothing is said where there are none."""
    view = view_of(dialled("c1"), counts=lambda: with_promises(6, 4))
    lines = shown(view, width)
    told = "callbacks: 12 to keep 8 of them not due 1 being called 0 kept 0 failed"
    assert subtitle(lines) == told
    assert {len(line) for line in lines[3:]} == {width}


def test_who_calls_nobody_back_reads_nothing_of_it():
    """The frame is as it was."""
    assert subtitle(shown(view_of(arrived("c1", "+48201234501")))) == ""


def test_a_call_that_was_broken_off_is_not_shown_for_ever():
    """No fact tells of it; nobody's phone rings for so long."""
    tally = CallbackTally()
    tally.observe(dialled(at=ago(LONGEST_CALL_SECONDS - 1)))
    assert tally.line(1, 0, NOW).called_count == 1
    tally.observe(dialled(at=ago(LONGEST_CALL_SECONDS)))
    assert tally.line(1, 0, NOW).called_count == 0


def test_a_talk_with_a_machine_keeps_no_promise():
    """It stands in line again; one that the view has not seen being put through counts nothing."""
    tally = CallbackTally()
    tally.observe(unreached(AttemptOutcome.MACHINE))
    assert tally.line(1, 0, NOW).kept_count == 0
    for fact in (bridged(), unreached(AttemptOutcome.MACHINE), dialled(), bridged()):
        tally.observe(fact)
    assert tally.line(0, 0, NOW).kept_count == 1


@pytest.mark.parametrize(
    "fact",
    [
        unreached(AttemptOutcome.NO_ANSWER),
        events.CallbackAnswered(**IN_SUPPORT, rang_seconds=1.0),
        bridged(),
        left(LeaveReason.RANG_IN),
    ],
)
def test_nothing_is_kept_of_a_call_that_is_over(fact):
    """A view that is left on for weeks does not grow."""
    tally = CallbackTally()
    tally.observe(dialled())
    tally.observe(fact)
    assert tally.line(0, 0, NOW).called_count == 0
    assert not tally._dialled_at


def test_a_callback_is_told_from_the_wish_to_the_talk():
    """Under the customer's shortened number."""
    assert told(
        promised(),
        asked(AskingEnd.PROMISED),
        dialled(),
        unreached(AttemptOutcome.BUSY),
        unreached(AttemptOutcome.LATER),
        events.CallbackAnswered(**IN_SUPPORT, rang_seconds=7.5),
        unreached(AttemptOutcome.SILENT),
        events.CallbackAnswered(**IN_SUPPORT, rang_seconds=7.5, is_confirmed=True),
        bridged(),
        left(LeaveReason.PICKED_UP),
    ) == [
        ("+4820…01", text)
        for text in (
            "is promised a callback by support",
            "is called back, attempt 2",
            "was not reached: busy",
            "asks to be called back later",
            "answered the callback after 7s",
            "answered the callback and pressed no key",
            "answered the callback after 7s and is there",
            "is called back and talks with anna, waited 15:00",
        )
    ]


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (
            promised(CallbackOrigin.REQUEST),
            "is promised a callback by support, as was asked for",
        ),
        (
            promised(CallbackOrigin.ABANDONED),
            "is promised a callback by support, having hung up",
        ),
        (promised(is_adopted=True), "is still to be called back by support"),
    ],
)
def test_how_a_promise_came_to_be_is_told(fact, text):
    """Nobody offered it on the line."""
    assert told(fact) == [("+4820…01", text)]


def test_every_wish_that_comes_to_nothing_is_told():
    """With the reason; what the promise or the pick-up tells is not told twice."""
    silent = {AskingEnd.PROMISED, AskingEnd.PICKED_UP}
    for end in AskingEnd:
        lines = told(asked(end))
        assert bool(lines) is (end not in silent), end
    assert told(asked(AskingEnd.NUMBER_NOT_ALLOWED)) == [
        ("call c1", "gets no callback from support: number not allowed")
    ]
    assert told(asked(AskingEnd.DECLINED)) == [("call c1", "wants no callback from support")]
    assert told(asked(AskingEnd.ALREADY_PROMISED)) == [
        ("call c1", "is to be called back by support already")
    ]


def test_a_wish_without_a_call_is_told_of_the_queue():
    """That of a web form which was not granted."""
    request = asked(AskingEnd.TOO_MANY, call_id=CallId(""), origin=CallbackOrigin.REQUEST)
    assert told(request) == [("support", "promises no callback on request: too many")]


def test_who_asks_for_a_callback_or_takes_its_place_has_lost_nothing():
    """Other ways out of a queue are bad news."""
    for reason, tone in (
        (LeaveReason.CALLBACK_ASKED, "plain"),
        (LeaveReason.RANG_IN, "plain"),
        (LeaveReason.CALLBACK_FAILED, "bad"),
    ):
        line = call_words.describe(left(reason))
        assert line is not None
        assert line[1] == tone


def test_every_outcome_of_an_attempt_has_words():
    """None of them is the name of a constant."""
    for outcome in AttemptOutcome:
        line = callback_words.describe(unreached(outcome))
        assert line is not None
        assert "_" not in line[0]


def test_notices_are_told():
    """Whether the other system took it."""

    def notice(failure: NoticeFailure | None) -> events.NoticeTold:
        return events.NoticeTold(
            at=NOW,
            call_id=CALL,
            hook=HookName("sms"),
            kind=NoticeKind.UNREACHED,
            failure=failure,
            reason="https://sms.example: status 503",
        )

    assert told(notice(None), notice(NoticeFailure.TIMED_OUT)) == [
        ("call c1", "is told by sms: unreached"),
        ("call c1", "is not told by sms: unreached; timed out"),
    ]
