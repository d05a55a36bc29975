"""When a switch that is not reached counts as dead."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.adapters.freeswitch.vanishing import Vanishing
from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports import switch_events
from callcore.ports.switch_events import SwitchEvent
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.fakes.clock import FakeClock
from tests.live.ports import free_port
from tests.waiting import wait_until

POLICY = NodePolicy(
    name=NodeName("fs1"), host="127.0.0.1", lost_after_refused_seconds=5, lost_after_seconds=60
)
REFUSED, SILENT = FaultKind.CONNECTION_REFUSED, FaultKind.HEARTBEAT_MISSING


class Watched:
    """A link that is lost and comes back as a test says."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[str] = []
        self._vanishing = Vanishing(POLICY, self.clock, self.told.append)

    def fails(self, kind: FaultKind, seconds: float = 0.0) -> None:
        """So, and then time passes."""
        self._vanishing.is_down(LinkFaultError(POLICY, kind))
        self.clock.advance(seconds)

    def is_up(self, seconds: float = 0.0) -> None:
        self._vanishing.is_up()
        self.clock.advance(seconds)

    def stops(self) -> None:
        self._vanishing.stop()


@pytest.fixture
def link() -> Watched:
    return Watched()


def test_a_process_that_is_gone_is_dead_soon(link: Watched) -> None:
    """Its connections are refused."""
    link.fails(FaultKind.CLOSED, 0.5)
    link.fails(REFUSED, 4.9)
    assert link.told == []
    link.clock.advance(0.2)
    assert len(link.told) == 1


def test_one_that_says_nothing_is_dead_late(link: Watched) -> None:
    """It may be the network."""
    for _ in range(11):
        link.fails(SILENT, 5.4)
    assert link.told == []
    link.clock.advance(1)
    assert len(link.told) == 1


def test_refusals_count_from_the_last_that_was_none(link: Watched) -> None:
    """A host that answered otherwise in between has something on the port."""
    link.fails(REFUSED, 4)
    link.fails(FaultKind.NONSENSE, 4)
    link.fails(REFUSED, 4)
    assert link.told == []
    link.clock.advance(1.1)
    assert len(link.told) == 1


def test_it_is_told_once_for_each_time_it_is_away(link: Watched) -> None:
    """However long it is."""
    for _ in range(20):
        link.fails(REFUSED, 10)
    assert len(link.told) == 1
    link.is_up(100)
    assert len(link.told) == 1
    link.fails(REFUSED, 6)
    assert len(link.told) == 2


@pytest.mark.parametrize("end", [Watched.is_up, Watched.stops])
def test_one_that_is_back_or_not_used_any_more_is_not_dead(link: Watched, end) -> None:
    """Nothing is told."""
    link.fails(REFUSED, 4)
    end(link)
    link.clock.advance(1000)
    assert link.told == []


def test_the_adapter_tells_of_a_switch_that_never_was_there() -> None:
    """Nobody listens on its port."""
    heard: list[SwitchEvent] = []
    switch = FreeSwitch(
        NodePolicy(
            name=NodeName("fs1"),
            host="127.0.0.1",
            port=free_port(),
            lost_after_refused_seconds=0.2,
        ),
        "secret",
        clock=SystemClock(),
        deliver=heard.append,
        observe=RecordingObserver(),
    )
    switch.start()
    wait_until(lambda: bool(heard))
    switch.stop()
    (gone,) = heard
    assert isinstance(gone, switch_events.SwitchGone)
    assert "refuses connections" in gone.reason
