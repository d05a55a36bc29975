"""Workers that are drained: no new calls, and those who are there are served to their end."""

from __future__ import annotations

from callcore.domain.events import CallTurnedAway
from callcore.domain.ids import LegId
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
