"""A scripted switch, and callcore's link to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gevent
import pytest

from callcore.adapters.freeswitch.link import Retry
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.scripted_switch import (
    PASSWORD,
    Heard,
    RecordingObserver,
    ScriptedSwitch,
)
from tests.waiting import wait_until

TEST_SECONDS = 20


@pytest.fixture(autouse=True)
def _deadline() -> Iterator[None]:
    """No test of a link may hang."""
    with gevent.Timeout(TEST_SECONDS):
        yield


@pytest.fixture
def scripted() -> Iterator[ScriptedSwitch]:
    scripted = ScriptedSwitch()
    yield scripted
    scripted.stop()


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
def heard() -> Heard:
    return Heard()


Connect = Callable[..., FreeSwitch]


@pytest.fixture
def begin(scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard) -> Iterator[Connect]:
    """Starts links that are stopped after the test."""
    started: list[FreeSwitch] = []

    def begin_link(*, password: str = PASSWORD, **changes: object) -> FreeSwitch:
        policy = changes.pop("policy", None) or scripted.policy()
        digits = changes.pop("digits", None)
        options: dict[str, object] = {
            "clock": SystemClock(),
            "deliver": heard.append,
            "observe": observer,
            "retry": Retry(first_seconds=0.01, longest_seconds=0.02),
        }
        switch = FreeSwitch(policy, password, **(options | changes))  # type: ignore[arg-type]
        started.append(switch)
        if isinstance(digits, str):
            switch.follow_digits(digits)
        switch.start()
        return switch

    yield begin_link
    for switch in started:
        switch.stop()


@pytest.fixture
def connect(begin: Connect) -> Connect:
    """Starts a link and waits until it is up."""

    def connect_link(**changes: object) -> FreeSwitch:
        switch = begin(**changes)
        wait_until(lambda: switch.is_connected)
        return switch

    return connect_link
