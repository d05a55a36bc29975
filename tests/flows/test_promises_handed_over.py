"""A promise that is being made while its shard goes to another worker."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.callbacks import policy
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.test_abandoned_calls import AFTER, DELAY, site
from tests.flows.worker_scenes import play_to_the_end


def answer_late(process: Process, seconds: float) -> None:
    """The floor's answer to the next join takes so long on its way."""
    room: Any = process.site.waiting_room
    join = room.join

    def late(*args: object, **kwargs: object) -> object:
        delattr(room, "join")
        answer = join(*args, **kwargs)
        process.life.sleep(seconds)
        return answer

    room.join = late


@pytest.mark.parametrize("seconds", [0.1, 0.5, 2.0])
def test_is_kept_by_the_worker_that_finds_it(seconds: float) -> None:
    """Its record comes, and it is not two workers'."""
    floor = WorkersFloor("1", "2", site=site())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.clock.advance(AFTER + 1)
    answer_late(one, seconds)
    floor.switch.end(caller)
    settle()
    (promise,) = floor.promises()
    spawn("leave", lambda: one.worker.leave(10.0))
    floor.clock.advance(DELAY + 5)
    assert floor.owner(promise.call_id) is floor.named("2")
    play_to_the_end(floor)
    assert floor.kept()[CallId(promise.call_id)].outcome is not CallOutcome.LOST


@pytest.mark.parametrize("hung_up_after", [0.0, 0.02, 0.3])
def test_begins_when_its_caller_has_hung_up_on_the_way(hung_up_after: float) -> None:
    """The worker that took leave of the caller was leaving; the customer is called all the same."""
    floor = WorkersFloor("1", "2", site=policy())
    one = floor.named("1")
    caller = floor.call_to(one)
    while ("announce", caller) not in one.switches[NODE].commands:
        floor.clock.advance(0.1)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    floor.clock.advance(0.05)
    (promise,) = floor.promises()
    spawn("leave", lambda: one.worker.leave(10.0))
    floor.clock.advance(hung_up_after)
    floor.switch.end(caller)
    floor.clock.advance(1.0)
    (promise,) = floor.promises()
    assert promise.callback is not None
    assert promise.callback.not_before < floor.clock.now() + 10e6
    play_to_the_end(floor)
