"""A promise that is being made while its shard goes to another worker."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import CallOutcome
from callcore.flows.promise_line import LOOK_SECONDS
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


def told_goodbye() -> tuple[WorkersFloor, Process, LegId]:
    """A caller of the first worker is being told that they are called back."""
    floor = WorkersFloor("1", "2", site=policy())
    one = floor.named("1")
    caller = floor.call_to(one)
    while ("announce", caller) not in one.switches[NODE].commands:
        floor.clock.advance(0.1)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    floor.clock.advance(0.05)
    return floor, one, caller


def calls_before_long(floor: WorkersFloor) -> bool:
    """True if the customer of the one promise is called as soon as the phone is on the hook."""
    (promise,) = floor.promises()
    assert promise.callback is not None
    return promise.callback.not_before < floor.clock.now() + 10e6


@pytest.mark.parametrize("hung_up_after", [0.0, 0.02, 0.3])
def test_begins_when_its_caller_has_hung_up_on_the_way(hung_up_after: float) -> None:
    """The worker that took leave of the caller was leaving; the customer is called all the same."""
    floor, one, caller = told_goodbye()
    spawn("leave", lambda: one.worker.leave(10.0))
    floor.clock.advance(hung_up_after)
    floor.switch.end(caller)
    floor.clock.advance(1.0)
    assert calls_before_long(floor)
    play_to_the_end(floor)


@pytest.mark.parametrize("hung_up_after", [0.0, 0.5, 4.0])
def test_begins_when_its_caller_hung_up_unheard(hung_up_after: float) -> None:
    """The worker that took leave of the caller was killed."""
    floor, one, caller = told_goodbye()
    one.kill()
    floor.clock.advance(hung_up_after)
    if caller in floor.switch.legs_by_id:
        floor.switch.end(caller)
    floor.clock.advance(3.0 + 2 * LOOK_SECONDS)
    assert calls_before_long(floor)
    play_to_the_end(floor)


def test_begins_as_soon_as_the_leave_taken_anew_is_over() -> None:
    """The worker that took leave of the caller was killed, and its notes went with it: who goes on
    knows of the promise, and does not wait until somebody looks at the line.
    """
    floor, one, caller = told_goodbye()
    floor.switch._sounds.prompt_seconds = 10.0
    floor.kill(one)
    floor.clock.advance(1.0)
    assert not calls_before_long(floor)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert calls_before_long(floor)
    play_to_the_end(floor)
