"""Callers in menus: where their keys lead, and how they go."""

from __future__ import annotations

import pytest

from callcore.domain.events import CallRefused
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import AnswerWhen
from callcore.domain.treatments import OverflowReason, ToMenu, ToQueue
from tests.fakes.clock import settle
from tests.flows.floor import ANN, CLEO, SALES, SUPPORT, TestFloor
from tests.flows.front_doors import press
from tests.flows.menus import MAIN, asked_at_the_door, menus
from tests.flows.stories import (
    arrive,
    come,
    line,
    line_of,
    place,
    queue_of,
    record_of,
    rung,
    visits_of,
)


@pytest.fixture
def asked() -> tuple[TestFloor, LegId]:
    return asked_at_the_door()


class TestWays:
    """Where keys lead."""

    def test_menu_to_menu_to_queue_adds_up(self, asked: tuple[TestFloor, LegId]) -> None:
        """Priorities and skills of all choices on the way."""
        floor, caller = asked
        press(floor, caller, "3")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/languages.wav",)
        press(floor, caller, "7")
        call = place(floor, caller)
        assert (call.queue, call.own_priority, call.skills) == (SUPPORT, 5, ("russian",))
        come(floor, ANN)
        assert rung(floor) == []

    def test_into_voicemail_and_away(self, asked: tuple[TestFloor, LegId]) -> None:
        """No queue at all: the caller has left by choice."""
        floor, caller = asked
        press(floor, caller, "4")
        leg = line_of(floor, caller)
        assert leg.variables["transferred_to"] == "callcore_voicemail public"
        assert "callcore_menu" not in leg.variables
        assert leg.guarded is None
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert (record.outcome, record.visits) == (CallOutcome.EXITED, ())

    def test_goodbye_is_heard_and_the_call_ends(self, asked: tuple[TestFloor, LegId]) -> None:
        """By us, in good order."""
        floor, caller = asked
        press(floor, caller, "9")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/bye.wav",)
        floor.clock.advance(3)
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLCORE)

    def test_the_same_menu_again(self, asked: tuple[TestFloor, LegId]) -> None:
        """All tries anew."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(0.3)
        press(floor, caller, "*")
        floor.clock.advance(0.5)
        for digit in "55":
            press(floor, caller, digit)
            floor.clock.advance(0.3)
        assert line(floor, caller, queue=SALES) == [None]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_queue_that_refuses_leads_on(self) -> None:
        """To the menu again, as often as the caller likes; without a key not for ever."""
        overflow = {OverflowReason.QUEUE_FULL: ToMenu(menu=MAIN)}
        policy = queue_of(
            SALES, policy=queue_of(maximum_waiting=1, overflow=overflow), maximum_waiting=1
        )
        policy = queue_of(SALES, policy=policy, overflow=overflow)
        floor = TestFloor(menus(policy, tries=1, otherwise=ToQueue(queue=SALES)))
        floor.call_in()
        floor.call_in("8002")
        caller = floor.call_in("9000")
        for _ in range(40):
            floor.clock.advance(0.5)
            press(floor, caller, "1")
        leg = line_of(floor, caller)
        assert "transferred_to" not in leg.variables
        floor.clock.advance(30 * 8)
        assert leg.variables["transferred_to"] == "callcore_fallback public"

    def test_a_menu_of_the_dialplans_choice(self) -> None:
        """Named by a variable; one that is none is refused by name."""
        floor = TestFloor(menus())
        caller = arrive(floor, menu="languages")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced == [("/sounds/en/languages.wav",)]
        other = arrive(floor, menu="lang")
        floor.clock.advance(0.5)
        assert other not in floor.switch.legs_by_id
        assert [fact.queue for fact in floor.told(CallRefused)] == ["lang"]

    def test_a_queue_that_answers_late_is_answered_already(self) -> None:
        """The menu answered: music at once, and nothing is limited."""
        policy = queue_of(answer=AnswerWhen.AT_PICK_UP)
        floor = TestFloor(menus(policy))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        press(floor, caller, "1")
        assert line_of(floor, caller).playing == "local_stream://moh"


class TestHangUps:
    """The caller goes."""

    @pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 4.0, 10.0])
    def test_in_the_menu(self, seconds: float) -> None:
        """At any moment: one record, no place, nobody rung."""
        floor = TestFloor(menus())
        come(floor, ANN, CLEO)
        caller = floor.call_in("9000")
        floor.clock.advance(seconds)
        floor.switch.end(caller)
        floor.clock.advance(30)
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLER)
        assert rung(floor) == []
        assert floor.worker.calls_count == 0

    def test_in_the_menu_after_a_queue(self) -> None:
        """Left by the exit key: that is how the visit ended."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow)))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(1)
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert visits_of(record) == [("support", "exit_key")]
        assert record.visits[0].treatment == "menu:main"
        assert record.outcome is CallOutcome.EXITED
        assert record.wait_seconds == pytest.approx(10, abs=0.2)
