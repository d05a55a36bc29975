"""The ends of promises that are not due, and losses of process and Redis meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from callcore.domain.ids import CallId
from tests.fakes.clock import settle
from tests.flows.callbacks import NUMBER, CallbackFloor
from tests.flows.floor import SALES, SUPPORT
from tests.flows.put_off import (
    HOUR,
    OTHER,
    ask,
    counts,
    is_deferred,
    site,
)
from tests.flows.stories import line, move


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor(site())


class TestItsEnd:
    """What ends a promise that is not due leaves nothing behind."""

    def test_a_caller_who_rings_in_counts(self, floor: CallbackFloor) -> None:
        """On the promise's place."""
        ask(floor, in_seconds=HOUR)
        behind = floor.call_in(number=OTHER)
        assert floor.position(behind) == 1
        caller = floor.call_in(number=NUMBER)
        assert line(floor, caller, behind) == [1, 2]
        assert (counts(floor).promises_count, counts(floor).deferred_count) == (0, 0)

    def test_one_that_is_withdrawn(self, floor: CallbackFloor) -> None:
        """The counts are as before."""
        promised = ask(floor, in_seconds=HOUR)
        floor.worker.operating.withdraw(CallId(promised), by="eve")
        settle()
        assert (counts(floor).promises_count, counts(floor).deferred_count) == (0, 0)
        assert counts(floor).present_count == 0

    def test_one_that_is_moved(self, floor: CallbackFloor) -> None:
        """It is as little ahead of anybody there; and is when due."""
        promised = ask(floor, in_seconds=HOUR)
        move(floor, promised, SALES)
        assert counts(floor).present_count == 0
        assert counts(floor, SALES).deferred_count == 1
        floor.clock.advance(HOUR + 1)
        assert counts(floor, SALES).deferred_count == 0
        assert counts(floor, SALES).waiting_count == 1

    def test_a_queue_with_such_is_not_empty(self, floor: CallbackFloor) -> None:
        """Taken out of the settings, it stays until the promise is kept or over."""
        promised = ask(floor, in_seconds=HOUR)
        queues = {name: queue for name, queue in site().queues.items() if name != SUPPORT}
        agents = {
            name: replace(agent, queues=tuple(one for one in agent.queues if one != SUPPORT))
            for name, agent in site().agents.items()
        }
        numbers = {n: route for n, route in site().numbers.items() if route.queue != SUPPORT}
        without = replace(site(), queues=queues, agents=agents, numbers=numbers)
        answer = floor.reload(without)
        assert any(
            "support is no longer in the settings while 1 wait" in w for w in answer.warnings
        )
        assert floor.knows(promised)


def lose_process(floor: CallbackFloor) -> None:
    floor.restart()


def lose_data(floor: CallbackFloor) -> None:
    floor.store.lose_data()
    floor.clock.advance(20)


def lose_process_and_redis(floor: CallbackFloor) -> None:
    floor.store.go_down()
    floor.clock.advance(2)
    floor.store.come_up()
    floor.restart()


LOSSES = [lose_process, lose_data, lose_process_and_redis]


class TestALoss:
    """Processes, Redis and its data come and go."""

    @pytest.mark.parametrize("lose", LOSSES)
    def test_it_is_not_due_afterwards_either(
        self, floor: CallbackFloor, lose: Callable[[CallbackFloor], None]
    ) -> None:
        """Until it is."""
        promised = ask(floor, in_seconds=HOUR)
        behind = floor.call_in(number=OTHER)
        lose(floor)
        assert line(floor, promised, behind) == [1, 1]
        assert is_deferred(floor)
        floor.clock.advance(HOUR)
        assert line(floor, promised, behind) == [1, 2]

    def test_it_becomes_due_while_nobody_is_there(self, floor: CallbackFloor) -> None:
        """The next process has it counted."""
        ask(floor, in_seconds=HOUR)
        floor.kill_worker()
        floor.clock.advance(HOUR + 1)
        assert is_deferred(floor)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert not is_deferred(floor)

    def test_it_becomes_due_while_redis_is_away(self, floor: CallbackFloor) -> None:
        """Told as soon as it is back."""
        ask(floor, in_seconds=100)
        assert is_deferred(floor)
        floor.clock.advance(95)
        floor.store.go_down()
        floor.clock.advance(10)
        floor.store.come_up()
        assert is_deferred(floor)
        floor.clock.advance(2)
        assert not is_deferred(floor)
