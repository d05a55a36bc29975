"""A worker dies, or leaves as planned, with a caller in any phase: the others go on, and the caller
hears nothing of it.
"""

from __future__ import annotations

import pytest

from callcore.domain.callbacks import CALLBACKS
from tests.fakes.switch import NODE
from tests.flows.worker_scenes import SCENES, play_to_the_end


@pytest.mark.parametrize("scene", SCENES)
def test_a_worker_is_killed(scene: str) -> None:
    """The others have its calls within three seconds; each ends with one record."""
    now = SCENES[scene]()
    floor, two = now.floor, now.floor.named("2")
    floor.kill(now.one)
    assert floor.objections() == []
    for call in (*floor.store.waiting_room.calls(NODE), *floor.store.waiting_room.calls(CALLBACKS)):
        if call.state != "ended":
            assert two.follows(call.call_id)
    assert now.goes_on()
    play_to_the_end(floor)


@pytest.mark.parametrize("scene", SCENES)
def test_a_worker_leaves(scene: str) -> None:
    """At once, and nothing is kept of its calls."""
    now = SCENES[scene]()
    floor = now.floor
    began_at = floor.clock.now()
    assert floor.leave(now.one)
    assert floor.clock.now() - began_at < 1e6
    assert now.one.leftovers() == dict.fromkeys(now.one.leftovers(), 0)
    assert floor.objections() == []
    assert now.goes_on()
    play_to_the_end(floor)
