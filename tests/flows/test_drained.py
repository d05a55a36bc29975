"""Workers that are drained: no new calls, and those who are there are served to their end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from callcore.domain.events import CallTurnedAway, DrainBegan, DrainCancelled
from callcore.domain.ids import LegId
from callcore.flows.ending import Ending
from callcore.ports.operations import TooLateError
from tests.fakes.clock import settle
from tests.flows.floor import ANN, TestFloor
from tests.flows.many_workers import WorkersFloor
from tests.flows.stories import arrive, come, pick_up, who_talks_with


def new_caller(floor: TestFloor) -> LegId:
    """Somebody calls whose line is answered: nobody else could take the call."""
    floor.switch.deliver_to(lambda _: None)
    caller = floor.switch.call_in("8001")
    floor.switch.deliver_to(floor.worker.deliver)
    floor.switch._park(floor.switch.legs_by_id[caller])
    settle()
    return caller


def test_new_callers_go_to_the_fallback_and_who_waits_is_served(floor: TestFloor) -> None:
    """At once, and not after seconds of silence."""
    waiting = arrive(floor)
    assert floor.worker.operating.drain(by="eve", is_of_site=True) == ("1",)
    before = floor.worker.calls_count
    caller = new_caller(floor)
    assert floor.worker.calls_count == before
    assert floor.switch.legs_by_id[caller].dialled == "callcore_fallback"
    assert [fact.is_refused for fact in floor.facts if isinstance(fact, CallTurnedAway)] == [False]
    come(floor, ANN)
    floor.clock.advance(1)
    pick_up(floor, ANN)
    floor.clock.advance(1)
    assert who_talks_with(floor, waiting) == ANN
    assert floor.worker.operating.drained_by == "eve"


def test_every_worker_of_the_site_is_drained() -> None:
    """Whichever was asked."""
    floor = WorkersFloor("1", "2")
    first, second = floor.living()
    assert first.worker.operating.drain(by="eve", is_of_site=True) == ("1", "2")
    floor.clock.advance(0.5)
    assert [one.worker.is_site_drained for one in (first, second)] == [True, True]
    assert second.worker.operating.drained_by == "eve"


def test_one_of_several_is_drained_alone() -> None:
    """The others take calls as ever, its own soon as well."""
    floor = WorkersFloor("1", "2")
    first, second = floor.living()
    assert first.worker.operating.drain(by="eve", is_of_site=False) == ("1",)
    floor.clock.advance(0.5)
    assert [one.worker.operating.drained_by for one in (first, second)] == ["eve", ""]
    assert not first.worker.is_site_drained


def test_a_drain_is_taken_back_and_told_once_each_way(floor: TestFloor) -> None:
    """New callers are taken as before, and callbacks dialled; it is counted and logged by facts."""
    assert floor.worker.operating.undrain(by="eve") == ("1",)
    assert [fact for fact in floor.facts if isinstance(fact, DrainCancelled)] == []
    floor.worker.operating.drain(by="eve", is_of_site=True)
    floor.worker.operating.drain(by="ann", is_of_site=True)
    assert floor.worker.service.callbacks.is_paused
    assert floor.worker.operating.undrain(by="bob") == ("1",)
    assert not floor.worker.service.callbacks.is_paused
    assert floor.worker.operating.drained_by == ""
    assert not floor.worker.is_site_drained
    before = floor.worker.calls_count
    new_caller(floor)
    assert floor.worker.calls_count == before + 1
    assert [fact.by for fact in floor.facts if isinstance(fact, DrainBegan)] == ["eve"]
    assert [fact.by for fact in floor.facts if isinstance(fact, DrainCancelled)] == ["bob"]


def test_every_worker_of_the_site_takes_calls_again() -> None:
    """Whichever was asked."""
    floor = WorkersFloor("1", "2")
    first, second = floor.living()
    first.worker.operating.drain(by="eve", is_of_site=True)
    floor.clock.advance(0.5)
    assert second.worker.operating.undrain(by="bob") == ("1", "2")
    floor.clock.advance(0.5)
    assert [one.worker.is_site_drained for one in (first, second)] == [False, False]


@dataclass
class EndingProcess:
    """A process that stops already."""

    drained_by: str = ""

    def drain(self, by: str) -> None:
        self.drained_by = by

    def undrain(self) -> bool:
        return False


def test_it_is_too_late_for_one_that_ends_already(floor: TestFloor) -> None:
    """Which it says, and goes on turning callers away."""
    office, process = floor.worker.office, EndingProcess()
    ending = Ending(
        floor.site, office.node_draining, floor.worker.service.callbacks, None, process, lambda: 0
    )
    ending.drain(by="eve", is_of_site=True)
    assert process.drained_by == "eve"
    with pytest.raises(TooLateError, match="worker 1 ends already"):
        ending.undrain(by="bob")
    assert ending.asked_by == "eve"
    new_caller(floor)
    assert [fact.is_refused for fact in floor.facts if isinstance(fact, CallTurnedAway)] == [False]
