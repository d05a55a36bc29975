"""callcore ends while notices are told on real sockets: none is lost without a word."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from gevent import Greenlet
from gevent.event import Event

from callcore.adapters.hooks.http_notices import STOP_SECONDS
from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.ids import CallId, HookName, Micros
from callcore.runtime.greenlets import spawn
from tests.adapters.hooks import stages
from tests.adapters.hooks.stages import (
    NOON,
    PAUSE,
    Stage,
    answers_in_turn,
    answers_when,
    notice,
    policy_of,
)
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem
from tests.fakes.clock import FakeClock, FakeTimer
from tests.waiting import wait_until


class NotedClock(FakeClock):
    """Keeps the pauses that it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def after(self, seconds: float, run: Callable[[], None]) -> FakeTimer:
        self.pauses.append(seconds)
        return super().after(seconds, run)


@pytest.fixture
def clock() -> NotedClock:
    return NotedClock()


@pytest.fixture
def stage(clock: NotedClock) -> Iterator[Stage]:
    made = Stage(clock=clock)
    yield made
    made.notices.stop()


def begin_to_stop(stage: Stage) -> Greenlet[..., Any]:
    """A stop that has begun, and waits."""
    stopping = spawn("stopping", stage.notices.stop)
    stages.round_trip()
    assert not stopping.dead
    return stopping


class TestStop:
    """callcore ends."""

    def test_what_is_being_told_may_end(self, stage: Stage, gateway: OtherSystem) -> None:
        """The customer is told all the same."""
        may_answer = Event()
        answers_when(gateway, may_answer)
        policy = policy_of(gateway.url, timeout_seconds=5.0)
        stage.tell(policy, notice(), notice(at=Micros(NOON + 1)))
        stopping = begin_to_stop(stage)
        assert len(gateway.requests) == 2
        may_answer.set()
        systems.finished(stopping)
        assert stage.ends(2) == [(None, 1)] * 2
        wait_until(lambda: gateway.open_count == 0)

    def test_no_other_try_is_waited_for(
        self, stage: Stage, clock: NotedClock, gateway: OtherSystem
    ) -> None:
        """It is said that the notice was not taken."""
        answers_in_turn(gateway, 500)
        stage.tell(policy_of(gateway.url, retry_after_seconds=60.0))
        wait_until(lambda: clock.pauses == [60.0])
        started = time.monotonic()
        stage.notices.stop()
        assert time.monotonic() - started < 0.5
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        clock.advance(60.0)
        stages.round_trip()
        assert len(stage.facts) == len(gateway.requests) == 1

    def test_a_try_that_ends_in_vain_meanwhile_is_the_last_one(
        self, stage: Stage, clock: NotedClock, gateway: OtherSystem
    ) -> None:
        """Nothing is told once the stop is over."""
        may_answer = Event()
        answers_when(gateway, may_answer, status=500)
        stage.tell(policy_of(gateway.url, timeout_seconds=5.0))
        wait_until(lambda: gateway.requests)
        stopping = begin_to_stop(stage)
        may_answer.set()
        systems.finished(stopping)
        clock.advance(5 * PAUSE)
        stages.round_trip()
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        assert len(gateway.requests) == 1

    def test_what_is_not_answered_in_time_is_hung_up_on(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """No greenlet and no connection is left behind."""
        gateway.behaves = lambda _link, _request: None
        stage.tell(policy_of(gateway.url, timeout_seconds=30.0))
        wait_until(lambda: gateway.requests)
        stage.notices.stop()
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        wait_until(lambda: gateway.open_count == 0)

    def test_a_deaf_gateway_holds_up_no_stop(self, stage: Stage) -> None:
        """Nor do many notices for it."""
        with systems.deaf_port() as port:
            policy = policy_of(f"http://127.0.0.1:{port}/", timeout_seconds=30.0)
            stage.tell(policy, *(notice(call_id=CallId(f"c{number}")) for number in range(10)))
            stages.round_trip()
            started = time.monotonic()
            stage.notices.stop()
            assert STOP_SECONDS <= time.monotonic() - started < STOP_SECONDS + 0.5
        assert {failure for failure, _ in stage.ends(10)} == {NoticeFailure.STOPPED}
        assert len(stage.facts) == 10

    def test_nothing_is_told_afterwards(self, stage: Stage, gateway: OtherSystem) -> None:
        """Of a hook that was told something before, or not."""
        stage.tell(policy_of(gateway.url))
        stage.ends()
        stage.notices.stop()
        stage.tell(policy_of(gateway.url))
        stage.tell(replace(policy_of(gateway.url), name=HookName("push")))
        assert stage.ends(3)[1:] == [(NoticeFailure.STOPPED, 0)] * 2
        assert len(gateway.requests) == 1
