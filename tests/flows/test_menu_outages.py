"""Callers in menus when the link or the process goes away."""

from __future__ import annotations

import pytest

from callcore.domain.treatments import OverflowReason, ToMenu
from tests.fakes.clock import settle
from tests.flows.floor import ANN, SALES, TestFloor
from tests.flows.front_doors import press
from tests.flows.menus import MAIN, WELCOME, menus
from tests.flows.stories import (
    arrive,
    come,
    done_to,
    line,
    line_of,
    place,
    queue_of,
    record_of,
    who_talks_with,
)


class TestLinkDrops:
    """The event socket goes down and comes back."""

    @pytest.mark.parametrize("down_after", [0.0, 0.01, 0.5, 3.0])
    @pytest.mark.parametrize("down_for", [1.0, 4.0])
    def test_the_menu_goes_on(self, down_after: float, down_for: float) -> None:
        """Answered, guarded and asked: not carried off by the switch set for arriving callers."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(down_after)
        floor.switch.lose_link()
        floor.clock.advance(down_for)
        floor.switch.restore_link()
        floor.clock.advance(6.5)
        leg = line_of(floor, caller)
        assert leg.dialled == "9000"
        assert leg.is_answered
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_down_before_a_word_was_said(self) -> None:
        """The link goes in the instant the caller arrives: said again when it is back."""
        floor = TestFloor(menus())
        floor.switch.deliver_to(lambda _: None)
        caller = floor.switch.call_in("9000")
        floor.switch.deliver_to(floor.worker.deliver)
        floor.switch._park(line_of(floor, caller))
        floor.switch.lose_link()
        settle()
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(7)
        leg = line_of(floor, caller)
        assert leg.dialled == "9000"
        assert leg.is_answered
        assert leg.announced[:1] == [WELCOME]
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_down_for_too_long_the_fallback_has_the_caller(self) -> None:
        """Gone to the dialplan: not taken into a queue behind its back."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(125)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        floor.switch.restore_link()
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [None]
        done = floor.switch.commands
        done.clear()
        floor.clock.advance(60)
        assert done_to(floor, caller) == []
        floor.switch.end(caller)
        settle()
        (fault,) = [one for one in record_of(floor, caller).faults if "dead man" in one]
        assert fault.endswith("sent the caller to the fallback")

    def test_a_hang_up_meanwhile_is_found_out(self) -> None:
        """The call ends with the comparison."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(5)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert record_of(floor, caller)
        assert floor.worker.calls_count == 0


class TestProcessDies:
    """Another process takes over a caller in a menu."""

    @pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0, 5.5, 7.2])
    def test_the_menu_begins_again(self, seconds: float) -> None:
        """While the prompts are played or the caller thinks."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(seconds)
        announced = len(line_of(floor, caller).announced)
        floor.restart()
        floor.clock.advance(1)
        assert len(line_of(floor, caller).announced) > announced
        press(floor, caller, "1")
        assert line(floor, caller) == [1]
        assert place(floor, caller).own_priority == 2
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN
        floor.switch.end(caller)
        settle()
        assert len(floor.records()) == 1

    @pytest.mark.parametrize("seconds", [0.5, 3.0])
    def test_in_a_menu_after_a_queue(self, seconds: float) -> None:
        """The floor remembers that the caller had a place: still in the menu, not elsewhere."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow, keeps_join_time=True)))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(seconds)
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(1)
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_what_was_chosen_before_is_kept(self) -> None:
        """Killed in the second menu: the first one's priority stays, and since when they wait."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow)))
        caller = arrive(floor, own_priority="6")
        joined_at = place(floor, caller).first_joined_at
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(0.5)
        press(floor, caller, "3")
        floor.clock.advance(0.5)
        floor.restart()
        floor.clock.advance(1)
        press(floor, caller, "7")
        call = place(floor, caller)
        assert (call.own_priority, call.skills) == (6 + 1 + 4, ("russian",))
        assert call.first_joined_at == joined_at
        assert call.arrived_at == joined_at
