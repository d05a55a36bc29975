"""When a promised callback may be tried, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from callcore.domain import callbacks
from callcore.domain.callbacks import Callback
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, Micros, NodeName, QueueName
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin, LeaveReason
from callcore.domain.policies import (
    MOST_ATTEMPTS,
    AnswerCheckPolicy,
    CallbackPolicy,
    PolicyError,
    QueuePolicy,
)
from callcore.domain.records import CallbackAttempt
from callcore.domain.treatments import ToCallback, in_words

POLICY = CallbackPolicy(attempts=2, retry_after_seconds=300, expires_after_seconds=3600)
NOW = Micros(1_800_000_000_000_000)
"""Eight in the morning, UTC, on a Friday."""
PROMISE = Callback(of_call=CallId("c0"), node=NodeName("fs1"), not_before=NOW)
MORNING = OpeningHours(
    name="morning",
    timezone="UTC",
    week=dict.fromkeys(range(7), (Interval(opens=time(8), closes=time(9)),)),
)
HOUR = 3_600_000_000


def attempt(outcome: AttemptOutcome = AttemptOutcome.BUSY, cause: str = "") -> CallbackAttempt:
    """One call to the customer."""
    return CallbackAttempt(at=NOW, outcome=outcome, hangup_cause=cause)


def test_an_attempt_that_failed_puts_the_next_one_off() -> None:
    """By the queue's time, from the failure on; the rest of the promise stays."""
    again = PROMISE.unreached(POLICY, attempt(), Micros(NOW + 5_000_000))
    assert (again.attempts_count, again.not_before) == (1, NOW + 305_000_000)
    assert again.attempts == (attempt(),)
    assert (again.of_call, again.node) == (PROMISE.of_call, PROMISE.node)
    assert not again.is_due(Micros(NOW + 304_999_999))
    assert again.is_due(Micros(NOW + 305_000_000))


@pytest.mark.parametrize(
    ("seconds", "origin", "is_tried", "is_put_off"),
    [
        (0, CallbackOrigin.WAITING, False, False),
        (callbacks.LINE_ENDS_WITHIN_SECONDS, CallbackOrigin.WAITING, False, False),
        (callbacks.LINE_ENDS_WITHIN_SECONDS + 1, CallbackOrigin.WAITING, False, True),
        (15, CallbackOrigin.WAITING, True, False),
        (16, CallbackOrigin.WAITING, True, True),
        (15, CallbackOrigin.REQUEST, False, False),
        (16, CallbackOrigin.REQUEST, False, True),
        (16, CallbackOrigin.ABANDONED, False, True),
        (3600, CallbackOrigin.OVERFLOW, True, True),
    ],
)
def test_a_promise_is_put_off_that_is_not_due_for_a_while(
    seconds: float, origin: CallbackOrigin, is_tried: bool, is_put_off: bool
) -> None:
    """Not while only the line must end of the call in which it was promised."""
    promise = replace(
        PROMISE,
        origin=origin,
        attempts=(attempt(),) if is_tried else (),
        not_before=callbacks.after(NOW, seconds),
    )
    assert promise.is_put_off(NOW, NOW) is is_put_off
    soon = Micros(promise.not_before - 15_000_000)
    assert not promise.is_put_off(NOW, soon)


def test_by_the_time_of_its_outcome_where_there_is_one() -> None:
    """A busy phone is free sooner than a bad moment is over."""
    policy = replace(POLICY, retry_after={AttemptOutcome.BUSY: 60.0, AttemptOutcome.LATER: 1800.0})
    for outcome, seconds in [
        (AttemptOutcome.BUSY, 60),
        (AttemptOutcome.LATER, 1800),
        (AttemptOutcome.SILENT, 300),
    ]:
        again = PROMISE.unreached(policy, attempt(outcome), NOW)
        assert again.not_before == NOW + seconds * 1_000_000


def test_a_promise_is_used_up_by_its_attempts() -> None:
    """After as many as the queue allows, be it fewer than before."""
    once = PROMISE.unreached(POLICY, attempt(), NOW)
    assert not once.is_used_up(POLICY)
    assert once.end(POLICY) is None
    twice = once.unreached(POLICY, attempt(), NOW)
    assert twice.is_used_up(POLICY)
    assert twice.end(POLICY) is LeaveReason.CALLBACK_FAILED
    assert once.is_used_up(CallbackPolicy(attempts=1))


def test_who_asked_to_be_called_later_is_called_once_more() -> None:
    """Though it was the last attempt: that is what they were told. Not for ever."""
    later = attempt(AttemptOutcome.LATER)
    twice = PROMISE.unreached(POLICY, attempt(), NOW).unreached(POLICY, later, NOW)
    assert twice.end(POLICY) is None
    thrice = twice.unreached(POLICY, attempt(), NOW)
    assert thrice.end(POLICY) is LeaveReason.CALLBACK_FAILED
    often = replace(PROMISE, attempts=(later,) * MOST_ATTEMPTS)
    assert often.end(POLICY) is LeaveReason.CALLBACK_FAILED


def test_a_number_that_is_none_is_not_dialled_again() -> None:
    """Though attempts are left."""
    impossible = attempt(AttemptOutcome.UNREACHABLE, "UNALLOCATED_NUMBER")
    once = PROMISE.unreached(POLICY, impossible, NOW)
    assert once.end(POLICY) is LeaveReason.CALLBACK_FAILED


def test_declined_is_the_reason_even_of_the_last_attempt() -> None:
    """The customer's word counts more than the count."""
    declined = attempt(AttemptOutcome.DECLINED)
    once = PROMISE.unreached(CallbackPolicy(attempts=1), declined, NOW)
    assert once.end(CallbackPolicy(attempts=1)) is LeaveReason.CALLBACK_DECLINED
    assert once.end(POLICY) is LeaveReason.CALLBACK_DECLINED


def test_a_machine_makes_the_promise_wait_again() -> None:
    """The one in the talk that was bridged then, not one of an earlier attempt."""
    machine = attempt(AttemptOutcome.MACHINE)
    bridged_at = NOW
    again = PROMISE.unreached(POLICY, machine, Micros(NOW + 10_000_000))
    assert again.waits_again(bridged_at)
    later_talk_at = again.not_before
    assert not again.waits_again(later_talk_at)
    busy = PROMISE.unreached(POLICY, attempt(), Micros(NOW + 10_000_000))
    assert not busy.waits_again(bridged_at)


def test_our_own_doing_is_no_attempt() -> None:
    """It is put off, and never to an earlier time than before."""
    later = PROMISE.put_off(NOW, 1.0)
    assert (later.attempts_count, later.not_before) == (0, NOW + 1_000_000)
    assert replace(PROMISE, not_before=Micros(NOW + HOUR)).put_off(NOW, 1.0).not_before > (
        later.not_before
    )


def test_it_may_begin_a_moment_after_the_line_was_ended() -> None:
    """Sooner than if nobody had said so."""
    begun = PROMISE.let_begin(NOW)
    assert begun.not_before == NOW + callbacks.ON_HOOK_SECONDS * 1_000_000
    assert callbacks.ON_HOOK_SECONDS < callbacks.LINE_ENDS_WITHIN_SECONDS


@pytest.mark.parametrize(("passed", "left"), [(0, 3600), (3599, 1), (3600, 0), (9999, 0)])
def test_a_promise_has_so_long(passed: int, left: float) -> None:
    """Counted from when it was made; never less than nothing."""
    now = Micros(NOW + passed * 1_000_000)
    assert callbacks.seconds_left(POLICY, NOW, now) == left


def test_the_number_takes_its_place_in_what_is_dialled() -> None:
    """And nothing else changes."""
    dialled = callbacks.contact("sofia/gateway/carrier/9{number}#", "+48600700800")
    assert dialled == "sofia/gateway/carrier/9+48600700800#"


def test_a_queue_that_promises_none_keeps_those_it_is_given() -> None:
    """By the defaults."""
    queue = QueuePolicy(name=QueueName("support"))
    assert callbacks.policy_of(queue) == CallbackPolicy()
    own = QueuePolicy(name=QueueName("support"), callback=POLICY)
    assert callbacks.policy_of(own) is POLICY


def test_in_the_hours_of_the_callbacks_else_of_the_queue() -> None:
    """Without either at any time."""
    night = replace(MORNING, name="night")
    queue = QueuePolicy(name=QueueName("support"))
    assert callbacks.hours_of(queue) is None
    assert callbacks.hours_of(replace(queue, hours=night)) is night
    both = replace(queue, hours=night, callback=replace(POLICY, hours=MORNING))
    assert callbacks.hours_of(both) is MORNING
    assert callbacks.hours_of(replace(both, callback=POLICY)) is night


def test_hours_are_known_until_they_change() -> None:
    """Open until nine, then closed until the next morning; another clock asks anew."""
    opened = callbacks.hours_now(MORNING, NOW)
    assert (opened.is_open, opened.until) == (True, NOW + HOUR)
    assert opened.holds(MORNING, Micros(NOW + HOUR - 1))
    assert not opened.holds(MORNING, Micros(NOW + HOUR))
    assert not opened.holds(MORNING, Micros(NOW - 1)), "the clock was set back"
    assert not opened.holds(None, NOW), "other settings"
    closed = callbacks.hours_now(MORNING, Micros(NOW + HOUR))
    assert (closed.is_open, closed.until) == (False, NOW + 24 * HOUR)
    assert callbacks.hours_now(None, NOW).is_open


def test_the_next_call_is_in_hours_and_not_before_its_time() -> None:
    """Whichever is later."""
    assert callbacks.next_call_at(PROMISE, MORNING, NOW) == NOW
    assert callbacks.next_call_at(PROMISE, MORNING, Micros(NOW + 2 * HOUR)) == NOW + 24 * HOUR
    late = replace(PROMISE, not_before=Micros(NOW + 2 * HOUR))
    assert callbacks.next_call_at(late, MORNING, NOW) == NOW + 24 * HOUR
    assert callbacks.next_call_at(late, None, NOW) == NOW + 2 * HOUR
    never = OpeningHours(name="never", timezone="UTC", week={})
    assert callbacks.next_call_at(PROMISE, never, NOW) is None


def test_an_agent_may_have_to_wait_for_phone_and_questions() -> None:
    """As long as both may take."""
    assert callbacks.seconds_to_reach(POLICY) == POLICY.ring_seconds
    asked = replace(POLICY, check=AnswerCheckPolicy(timeout_seconds=5, tries=2))
    assert callbacks.seconds_to_reach(asked) == POLICY.ring_seconds + 2 * 35


def test_it_is_named_by_the_queue_it_waits_in() -> None:
    """As records and logs have it."""
    assert in_words(ToCallback(queue=QueueName("support"), prompts=("a",))) == "callback:support"


@pytest.mark.parametrize(
    "setting", ["ring_seconds", "retry_after_seconds", "expires_after_seconds"]
)
def test_lengths_are_more_than_nothing(setting: str) -> None:
    """Each is named."""
    with pytest.raises(PolicyError) as refused:
        replace(POLICY, **{setting: 0})  # type: ignore[arg-type] # each of them is a number
    assert refused.value.field == setting
