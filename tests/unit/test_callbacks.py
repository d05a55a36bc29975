"""When a promised callback may be tried, and when it is over."""

from __future__ import annotations

import pytest

from callcore.domain import callbacks
from callcore.domain.callbacks import Callback
from callcore.domain.ids import CallId, Micros, NodeName, QueueName
from callcore.domain.policies import CallbackPolicy, PolicyError, QueuePolicy
from callcore.domain.treatments import ToCallback, in_words

POLICY = CallbackPolicy(attempts=2, retry_after_seconds=300, expires_after_seconds=3600)
NOW = Micros(1_800_000_000_000_000)
PROMISE = Callback(of_call=CallId("c0"), node=NodeName("fs1"), not_before=NOW)


def test_an_attempt_that_failed_puts_the_next_one_off() -> None:
    """By the queue's time, from the failure on; the rest of the promise stays."""
    again = PROMISE.unreached(POLICY, Micros(NOW + 5_000_000))
    assert (again.attempts_count, again.not_before) == (1, NOW + 305_000_000)
    assert (again.of_call, again.node) == (PROMISE.of_call, PROMISE.node)
    assert not again.is_due(Micros(NOW + 304_999_999))
    assert again.is_due(Micros(NOW + 305_000_000))


def test_a_promise_is_used_up_by_its_attempts() -> None:
    """After as many as the queue allows, be it fewer than before."""
    once = PROMISE.unreached(POLICY, NOW)
    assert not once.is_used_up(POLICY)
    assert once.unreached(POLICY, NOW).is_used_up(POLICY)
    assert once.is_used_up(CallbackPolicy(attempts=1))


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


def test_it_is_named_by_the_queue_it_waits_in() -> None:
    """As records and logs have it."""
    assert in_words(ToCallback(queue=QueueName("support"), prompts=("a",))) == "callback:support"


@pytest.mark.parametrize(
    "setting", ["ring_seconds", "retry_after_seconds", "expires_after_seconds"]
)
def test_lengths_are_more_than_nothing(setting: str) -> None:
    """Each is named."""
    with pytest.raises(PolicyError) as refused:
        CallbackPolicy(**{setting: 0})
    assert refused.value.field == setting
