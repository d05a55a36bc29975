"""In which order callers are served: who comes back, who has gone, and across queues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.ids import LegId
from callcore.domain.policies import NumberRoute
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, TESTED, TestFloor
from tests.flows.stories import (
    arrive,
    come,
    end_break,
    end_talk,
    leg_of,
    line,
    log_in,
    place,
    queue_of,
    record_of,
    start_break,
)


class TestComingBack:
    """A caller whom an agent sends to a queue again."""

    @staticmethod
    def sent_back(floor: TestFloor, *, dies: bool = False) -> tuple[LegId, LegId]:
        """Who talked with Ann after a minute of waiting, and one who came half a minute later."""
        log_in(floor, CLEO)
        talking = floor.call_in("8002")
        caller = floor.call_in()
        floor.clock.advance(30)
        later = floor.call_in("8002")
        floor.clock.advance(30)
        come(floor, ANN)
        floor.clock.advance(5)
        assert floor.agent(ANN).call_id == caller
        assert floor.agent(CLEO).call_id == talking
        if dies:
            floor.restart()
        floor.switch.blind_transfer(leg_of(floor, ANN))
        floor.switch.park_again(caller, "8002", queue="")
        settle()
        return caller, later

    @pytest.mark.parametrize("dies", [False, True])
    def test_on_the_first_place_where_the_queue_keeps_it(self, *, dies: bool) -> None:
        """Waited before, counted again: ahead of one who came later, whoever follows the call."""
        floor = TestFloor(queue_of(SALES, keeps_join_time=True))
        caller, later = self.sent_back(floor, dies=dies)
        assert line(floor, caller, later, queue=SALES) == [1, 2]

    def test_or_at_the_end_of_the_line(self) -> None:
        """Without it the wait begins with the transfer."""
        floor = TestFloor(ROOMY)
        caller, later = self.sent_back(floor)
        assert line(floor, later, caller, queue=SALES) == [1, 2]

    def test_the_wait_is_counted_once(self) -> None:
        """The old place does not make the record's wait longer than it was."""
        floor = TestFloor(queue_of(SALES, keeps_join_time=True))
        caller, _ = self.sent_back(floor)
        floor.clock.advance(10)
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).wait_seconds == pytest.approx(72, abs=0.5)

    def test_the_number_dialled_then_gives_the_priority(self) -> None:
        """What an operator gave in the first queue was for that queue."""
        numbers = {**ROOMY.numbers, "8002": NumberRoute(queue=SALES, priority=4)}
        floor = TestFloor(replace(ROOMY, numbers=numbers))
        caller, _ = self.sent_back(floor)
        assert place(floor, caller).priority == 4


class TestGhosts:
    """Who has gone elsewhere stands in nobody's way."""

    @staticmethod
    def rescued(floor: TestFloor, *, talks: bool) -> LegId:
        """The process dies; the dead man's switch sends the caller on, to a stranger perhaps."""
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.kill_worker()
        floor.clock.advance(121)
        leg = floor.switch.legs_by_id[caller]
        assert leg.dialled == "callcore_fallback"
        if talks:
            leg.dialled, leg.bridged_to = "2000", LegId("b0000000-0000-4000-8000-000000000000")
        floor.restart()
        return caller

    @pytest.mark.parametrize("talks", [False, True])
    def test_the_place_of_a_caller_the_fallback_took_is_given_up(self, *, talks: bool) -> None:
        """Nobody waits behind one who does not wait."""
        floor = TestFloor(ROOMY)
        self.rescued(floor, talks=talks)
        assert line(floor, floor.call_in()) == [1]

    @pytest.mark.parametrize("talks", [False, True])
    def test_and_forgotten_with_one_record(self, *, talks: bool) -> None:
        """At the latest when the caller hangs up."""
        floor = TestFloor(ROOMY)
        caller = self.rescued(floor, talks=talks)
        floor.switch.legs_by_id[caller].bridged_to = None
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert record_of(floor, caller)
        assert floor.store.waiting_room.calls(NODE) == []

    def test_a_join_that_was_not_heard_of_is_forgotten_though_the_process_died(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller went to the fallback and hangs up there, in the care of another process."""
        floor = TestFloor(ROOMY)
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        caller = floor.call_in()
        floor.restart()
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert floor.store.waiting_room.calls(NODE) == []
        assert record_of(floor, caller)


class TestAcrossQueues:
    """An agent who serves several queues."""

    @staticmethod
    def floor(**sales: Any) -> TestFloor:
        """Cleo serves support and sales, nobody else is there."""
        return TestFloor(queue_of(SALES, **sales))

    def test_the_longest_wait_first(self) -> None:
        """Of equal priority and weight."""
        floor = self.floor()
        first = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == first

    @pytest.mark.parametrize(("weight", "is_sales"), [(2.1, True), (1.9, False)])
    def test_a_second_of_waiting_counts_the_queues_weight(
        self, weight: float, *, is_sales: bool
    ) -> None:
        """Twenty seconds in support against ten in sales."""
        floor = self.floor(weight=weight)
        support = floor.call_in()
        floor.clock.advance(10)
        sales = floor.call_in("8002")
        floor.clock.advance(10)
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == (sales if is_sales else support)

    def test_priority_before_weight(self) -> None:
        """However long the others have waited and however heavy their queue is."""
        floor = self.floor(weight=1000.0)
        floor.call_in("8002")
        floor.clock.advance(100)
        important = arrive(floor, own_priority="1")
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == important

    @pytest.mark.parametrize("how", ["log in", "end of a break", "end of a talk", "rest"])
    def test_however_the_agent_becomes_free(self, how: str) -> None:
        """The first of all queues, not of the first queue."""
        floor = self.floor()
        if how == "end of a break":
            come(floor, CLEO)
            start_break(floor, CLEO)
        if how == "end of a talk":
            come(floor, CLEO)
            floor.call_in()
            floor.clock.advance(3)
        longest = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        match how:
            case "log in" | "rest":
                come(floor, CLEO)
            case "end of a break":
                end_break(floor, CLEO)
            case _:
                end_talk(floor, CLEO)
                floor.clock.advance(10)
        settle()
        if how == "rest":
            floor.switch.end(leg_of(floor, CLEO), "USER_BUSY")
            floor.clock.advance(0.5)
            assert floor.agent(CLEO).call_id is None
            floor.clock.advance(12)
        assert floor.agent(CLEO).call_id == longest

    def test_another_process_that_finds_the_floor_so(self) -> None:
        """Killed and begun again with callers in both queues and an agent who is free."""
        floor = self.floor()
        longest = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        floor.kill_worker()
        floor.store.roster.log_in(CLEO, "by hand", TESTED)
        floor.restart()
        assert floor.agent(CLEO).call_id == longest
