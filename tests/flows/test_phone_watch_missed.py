"""What was not told of agents' phones, or told late, is found out."""

from __future__ import annotations

import pytest

from callcore.domain.phones import Phone
from callcore.flows.phone_watch import COMPARE_SECONDS
from callcore.ports.telephony import CommandTimedOutError
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, TestFloor
from tests.flows.phone_holds import (
    ANNS,
    AWAY,
    BOBS,
    NOTHING,
    ON_A_CALL,
    healed,
    holds,
    pass_time,
    with_ann,
)
from tests.flows.stories import come, rung


@pytest.fixture
def floor() -> TestFloor:
    return with_ann()


class TestMissed:
    """What was not told is found, and counted."""

    def test_what_happened_while_the_link_was_down(self, floor: TestFloor) -> None:
        """Known before the link's return is told to anybody else; nothing is guessed meanwhile."""
        come(floor, BOB)
        call = floor.switch.dial(BOBS)
        pass_time(floor)
        floor.switch.lose_link()
        floor.switch.unregister(ANNS)
        floor.switch.end(call)
        pass_time(floor, 2 * COMPARE_SECONDS)
        assert (holds(floor), holds(floor, BOB)) == (NOTHING, ON_A_CALL)
        floor.switch.restore_link()
        settle()
        assert (holds(floor), holds(floor, BOB)) == (AWAY, NOTHING)
        assert ("registration_unheard", "1001@t") in healed(floor)
        assert ("call_end_unheard", "1002@t") in healed(floor)

    def test_an_event_that_was_lost(self, floor: TestFloor) -> None:
        """The comparison of every minute finds it."""
        floor.switch.deliver_to(lambda _: None)
        floor.switch.dial(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL
        assert healed(floor).count(("call_unheard", "1001@t")) == 1

    def test_a_process_dies_with_agents_held(self, floor: TestFloor) -> None:
        """At the next start the switch decides; an end nobody heard is a difference that counts."""
        come(floor, BOB)
        call = floor.switch.dial(ANNS)
        floor.switch.unregister(BOBS)
        pass_time(floor)
        floor.kill_worker()
        floor.switch.end(call)
        floor.call_in()
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        pass_time(floor)
        floor.switch.restore_link()
        settle()
        assert (holds(floor), holds(floor, BOB)) == (NOTHING, AWAY)
        assert [one for one in healed(floor) if one[0] == "hold_differed"] == [
            ("hold_differed", ANN)
        ]
        assert rung(floor) == [ANN]

    def test_a_call_that_goes_on_when_a_process_dies(self, floor: TestFloor) -> None:
        """The next one neither lets the agent go nor counts anything."""
        call = floor.switch.dial(ANNS)
        pass_time(floor)
        floor.restart()
        assert holds(floor) == ON_A_CALL
        floor.switch.end(call)
        pass_time(floor)
        assert holds(floor) == NOTHING
        assert "hold_differed" not in dict(healed(floor))

    def test_the_switch_was_restarted(self, floor: TestFloor) -> None:
        """Its calls are gone."""
        floor.switch.dial(ANNS)
        pass_time(floor)
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        pass_time(floor)
        assert holds(floor) == NOTHING
        assert healed(floor) == []

    def test_the_switch_does_not_answer(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is taken for granted, and the next comparison asks again."""
        floor.switch.deliver_to(lambda _: None)
        floor.switch.unregister(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        fault = CommandTimedOutError("late")
        fail_once(monkeypatch, floor.switch, "registered", happens=False, error=fault)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == NOTHING
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == AWAY

    @pytest.mark.parametrize("verb", ["agent", "hold"])
    @pytest.mark.parametrize("happens", [False, True])
    def test_redis_is_away(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch, verb: str, *, happens: bool
    ) -> None:
        """The floor hears of it as soon as it is back."""
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        call = floor.switch.dial(ANNS)
        pass_time(floor, 2)
        assert holds(floor) == ON_A_CALL
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        floor.call_in()
        floor.switch.end(call)
        pass_time(floor, 2)
        assert (holds(floor), rung(floor)) == (NOTHING, [ANN])

    def test_the_floor_lost_its_data(self, floor: TestFloor) -> None:
        """It is told again why agents are not asked."""
        floor.switch.unregister(ANNS)
        pass_time(floor)
        floor.store.lose_data()
        pass_time(floor, COMPARE_SECONDS / 2)
        assert holds(floor) == AWAY


class TestWhileAsking:
    """An answer may be older than what was told meanwhile."""

    def test_a_call_ends_while_the_switch_is_asked(self, floor: TestFloor) -> None:
        """It is not taken for one that goes on."""
        floor.switch.deliver_to(lambda _: None)
        call = floor.switch.dial(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        found = floor.switch.legs_of

        def late(phones: frozenset[Phone]) -> object:
            answer = found(phones)
            floor.switch.end(call)
            return answer

        floor.switch.legs_of = late  # type: ignore[assignment]  # the world moves on
        floor.worker.service.phone_watch.compare(NODE)
        pass_time(floor)
        assert holds(floor) == NOTHING

    def test_a_call_that_is_not_listed_yet(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The list is written late: what is not on it is asked about."""
        floor.switch.dial(ANNS)
        pass_time(floor)
        monkeypatch.setattr(floor.switch, "legs_of", lambda _: {})
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL

    def test_a_phone_goes_while_the_switch_is_asked(self, floor: TestFloor) -> None:
        """The event is newer than the answer."""
        found = floor.switch.registered

        def late(phones: frozenset[Phone]) -> object:
            answer = found(phones)
            floor.switch.unregister(ANNS)
            return answer

        floor.switch.registered = late  # type: ignore[assignment]  # the world moves on
        floor.worker.service.phone_watch.compare(NODE)
        pass_time(floor)
        assert holds(floor) == AWAY
