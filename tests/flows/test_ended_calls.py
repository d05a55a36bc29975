"""What is left of a call in the process that followed it."""

from __future__ import annotations

import gc
from collections import Counter

from tests.flows.floor import ANN, TestFloor
from tests.flows.stories import end_talk


def play(floor: TestFloor) -> None:
    """A caller is served, another gives up meanwhile."""
    floor.call_in()
    floor.clock.advance(3)
    impatient = floor.call_in()
    floor.clock.advance(3)
    floor.switch.end(impatient)
    end_talk(floor, ANN)
    floor.clock.advance(30)


def test_nothing_is_left_for_the_collector_of_garbage(floor: TestFloor) -> None:
    """Calls are freed as they end: a full collection, which stops everything, finds nothing of
    them.
    """
    floor.log_in(ANN)
    play(floor)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        play(floor)
        assert len(floor.records()) == 4
        gc.collect()
        left = Counter(f"{type(one).__module__}.{type(one).__name__}" for one in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert [name for name in left if name.startswith("callcore.")] == []
