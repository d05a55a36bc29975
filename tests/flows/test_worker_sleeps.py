"""A worker that slept past its leases, and what others did meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import CallEnded, CallRefused
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN
from tests.flows.many_workers import WorkersFloor
from tests.flows.stories import line_of
from tests.flows.worker_scenes import everything, play_to_the_end

QUICK = Phone(answers_after_seconds=0.1)


class TestSleeper:
    """A process that is stopped for longer than its lease."""

    def test_it_does_nothing_to_what_it_has_lost(self) -> None:
        """What it was about to do, hears when it wakes, and what its timers were set for."""
        floor = WorkersFloor("1", "2", site=everything())
        one, two = floor.processes
        floor.log_in(ANN, phone=QUICK)
        talking = floor.call_to(one)
        floor.clock.advance(3)
        partner = line_of(floor, talking).bridged_to
        waiting, gone = floor.call_to(one), floor.call_to(one, number="+48200109")
        floor.clock.advance(1)
        one.life.stop()
        floor.clock.advance(1)
        floor.switch.end(gone)
        floor.clock.advance(19)
        assert two.follows(talking)
        assert two.follows(waiting)
        count = len(one.switches[NODE].commands)
        told = len(one.facts)
        one.life.go_on()
        floor.clock.advance(1)
        mine = {talking, waiting, gone}
        assert not [leg for _, leg in one.switches[NODE].commands[count:] if leg in mine]
        assert not [fact for fact in one.facts[told:] if isinstance(fact, CallEnded)]
        floor.clock.advance(10)
        assert floor.objections() == []
        assert line_of(floor, talking).bridged_to == partner
        assert floor.position(waiting) == 1
        play_to_the_end(floor)

    def test_it_comes_back_to_what_nobody_claimed(self) -> None:
        """Alone, it goes on as if nothing had been."""
        floor = WorkersFloor("1", site=everything())
        (one,) = floor.processes
        caller = floor.call_to(one)
        floor.clock.advance(1)
        one.life.stop()
        floor.clock.advance(20)
        one.life.go_on()
        floor.clock.advance(3)
        assert floor.objections() == []
        assert floor.position(caller) == 1
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(2)
        assert line_of(floor, caller).bridged_to is not None
        play_to_the_end(floor)

    @pytest.mark.parametrize("is_overloaded", [False, True])
    def test_it_refuses_nobody_whom_another_has_taken(self, *, is_overloaded: bool) -> None:
        """It hears of the arrival when it wakes, and Redis is away just then: it cannot admit the
        caller, and leaves them where they are.
        """
        floor = WorkersFloor("1", "2", site=everything())
        one, two = floor.processes
        one.life.stop()
        caller = floor.call_to(one)
        floor.clock.advance(5)
        assert two.follows(caller)
        one.worker.overload._load = replace(
            one.worker.overload._load, share=1.0 if is_overloaded else 0.0
        )
        count, told = len(one.switches[NODE].commands), len(one.facts)
        floor.store.go_down()
        one.life.go_on()
        floor.clock.advance(3)
        floor.store.come_up()
        floor.clock.advance(10)
        assert caller not in [leg for _, leg in one.switches[NODE].commands[count:]]
        assert not [fact for fact in one.facts[told:] if isinstance(fact, CallEnded | CallRefused)]
        assert floor.objections() == []
        assert floor.position(caller) == 1
        play_to_the_end(floor)
