"""Feature codes dialled on the phone: who is it, and what may happen meanwhile."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import (
    CallArrived,
    CallEnded,
    FeatureCodeDialled,
    FlowFailed,
)
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId
from callcore.flows import feature_call
from tests.fakes.clock import settle
from tests.flows.feature_codes import (
    ANNS_PHONE,
    ANNS_PIN,
    BOBS_PIN,
    answers,
    by_phone,
    dial,
    dial_until_over,
    heard,
    key,
    until,
)
from tests.flows.floor import ANN, BOB, CLEO, TestFloor
from tests.flows.stories import agent_of, arrive, come, done_to, line_of, who_talks_with

WRONG = "9999"


class TestWhoIsIt:
    """The phone says it, or the keys."""

    def test_an_agents_own_phone_is_asked_for_the_pin_only(self) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        assert heard(floor, leg_id) == ["feature/pin"]
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: floor.agent(ANN).state is AgentState.AVAILABLE, floor)
        until(lambda: "menu/goodbye" in heard(floor, leg_id), floor)
        assert heard(floor, leg_id)[1:] == ["feature/logged-in", "menu/goodbye"]
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)

    @pytest.mark.parametrize("phone", ["", "1009@t", "1001@elsewhere", "1001", "@", "1001@t@t"])
    def test_any_other_phone_is_asked_for_the_id_too(self, phone: str) -> None:
        """What the dialplan hands over is compared as a whole: user and domain."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", phone=phone)
        assert heard(floor, leg_id) == ["feature/agent-number"]
        key(floor, leg_id, "1002")
        floor.clock.advance(0.1)
        assert heard(floor, leg_id) == ["feature/agent-number", "feature/pin"]
        key(floor, leg_id, f"{BOBS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)
        assert floor.agent(BOB).state is AgentState.AVAILABLE

    def test_a_phone_of_two_agents_is_nobodys(self) -> None:
        """They take turns at it: who it is now has to be said."""
        floor = TestFloor(agent_of(BOB, by_phone(), contact="user/1001@t"))
        assert heard(floor, dial(floor, "*80")) == ["feature/agent-number"]

    def test_keys_pressed_early_count(self) -> None:
        """Whoever knows the questions need not hear them; # after enough digits answers nothing."""
        floor = TestFloor(by_phone())
        assert dial_until_over(floor, "*80", f"1002#{BOBS_PIN}#", phone="") is FeatureAnswer.DONE
        assert floor.agent(BOB).state is AgentState.AVAILABLE

    def test_star_starts_again_as_somebody_else(self) -> None:
        """On Ann's phone Bob can log in as well; a star is no try."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", "47*")
        floor.clock.advance(0.5)
        assert heard(floor, leg_id)[-1] == "feature/agent-number"
        key(floor, leg_id, f"10*1002{BOBS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)
        assert floor.agent(BOB).state is AgentState.AVAILABLE

    def test_a_pin_ends_with_time_as_well(self) -> None:
        """Ten seconds without a key are as good as #."""
        floor = TestFloor(by_phone())
        dial(floor, "*80", ANNS_PIN)
        floor.clock.advance(9.5)
        assert answers(floor) == []
        floor.clock.advance(0.6)
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)

    def test_who_presses_nothing_is_asked_three_times(self) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", phone="")
        line = line_of(floor, leg_id)
        floor.clock.advance(60)
        assert line.announced == [("/sounds/en/feature/agent-number.wav",)] * 3 + [
            ("/sounds/en/menu/goodbye.wav",)
        ]
        assert leg_id not in floor.switch.legs_by_id
        (told,) = floor.told(FeatureCodeDialled)
        assert (told.agent_id, told.answer) == (None, FeatureAnswer.HUNG_UP)

    def test_a_dialogue_does_not_last_for_ever(self) -> None:
        """However busily keys are pressed."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        for _ in range(20):
            key(floor, leg_id, "1")
            floor.clock.advance(9)
        assert leg_id not in floor.switch.legs_by_id


class TestNoCall:
    """It is not a caller's call."""

    def test_no_queue_no_record_no_count(self) -> None:
        floor = TestFloor(by_phone())
        dial_until_over(floor, "*80", f"{ANNS_PIN}#")
        assert floor.records() == []
        assert floor.told(CallArrived) == floor.told(CallEnded) == []
        assert floor.worker.calls_count == 0

    def test_the_digits_of_a_pin_are_nowhere(self) -> None:
        """Neither in facts nor on the leg, on the floor or in the texts of errors."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", f"{WRONG}#", phone="")
        key(floor, leg_id, "731946#")
        until(lambda: len(heard(floor, leg_id)) >= 4, floor)
        assert "731946" not in repr(floor.facts)
        assert WRONG not in repr(floor.facts)
        assert WRONG not in repr(line_of(floor, leg_id).variables)
        assert done_to(floor, leg_id)[0] == "hide_keys"
        assert floor.store.lockouts.failures(AgentId(WRONG)) == 0  # counted by another name
        assert floor.told(FeatureCodeDialled) == []
        floor.switch.end(leg_id)
        settle()
        (told,) = floor.told(FeatureCodeDialled)
        assert told.agent_id is None

    def test_a_number_of_callers_is_left_alone(self) -> None:
        """A leg for which the dialplan named a queue is a caller's, whatever was dialled."""
        floor = TestFloor(by_phone())
        arrive(floor, "*80", queue="support")
        assert len(floor.told(CallArrived)) == 1
        assert floor.told(FeatureCodeDialled) == []

    def test_the_dialplan_may_name_another_number(self) -> None:
        """Where numbers of a trunk lead to a code."""
        floor = TestFloor(by_phone())
        named = {"callcore_number": "*81", "callcore_phone": ANNS_PHONE}
        floor.switch.deliver_to(lambda _: None)
        leg_id = floor.switch.call_in("8001")
        line_of(floor, leg_id).variables.update(named)
        floor.switch.deliver_to(floor.worker.deliver)
        floor.restart()
        floor.clock.advance(0.1)
        assert heard(floor, leg_id) == ["feature/pin"]
        assert floor.told(CallArrived) == []

    def test_many_at_once_do_not_keep_a_caller_waiting(self) -> None:
        """Ten agents log in while a caller is served: PINs are looked at beside the calls."""
        floor = TestFloor(by_phone(tries=1000))
        come(floor, CLEO)
        legs = [dial(floor, "*80", phone="") for _ in range(10)]
        for leg_id in legs:
            floor.switch.press(leg_id, f"1002{BOBS_PIN}#")
        floor.clock.advance(0.2)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO
        assert len(answers(floor)) < 10
        until(lambda: answers(floor) == [FeatureAnswer.DONE] + [FeatureAnswer.ALREADY] * 9, floor)


class TestTroubles:
    """Hang-ups, deaths, lost links."""

    @pytest.mark.parametrize("seconds", [0.0, 0.03, 0.5, 2.5, 5.0])
    def test_who_hangs_up_is_gone(self, seconds: float) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.clock.advance(seconds)
        floor.switch.end(leg_id)
        settle()
        assert answers(floor) == [FeatureAnswer.HUNG_UP]
        assert floor.worker.calls_count == 0
        assert not floor.worker.crew.switchboard.follows(leg_id)

    def test_who_hangs_up_after_the_pin_has_said_it_all(self) -> None:
        """Agents do not wait for the confirmation."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", f"{ANNS_PIN}#")
        floor.switch.end(leg_id)
        settle()
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    @pytest.mark.parametrize("keys", ["", "47"])
    @pytest.mark.parametrize("seconds", [0.1, 1.0, 4.0])
    def test_another_process_begins_the_dialogue_again(self, seconds: float, keys: str) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", keys)
        floor.clock.advance(seconds)
        floor.restart()
        floor.clock.advance(0.5)
        assert heard(floor, leg_id)[-1] == "feature/pin"
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)
        assert floor.records() == []

    def test_at_once_while_a_prompt_is_heard(self) -> None:
        """A leg that hears something is not parked; it says itself that it is in a dialogue."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.clock.advance(0.2)
        assert line_of(floor, leg_id).announcing is not None
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)

    def test_without_a_process_the_fallback_takes_it(self) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.kill_worker()
        floor.clock.advance(130)
        assert line_of(floor, leg_id).dialled == "callcore_fallback"

    def test_the_link_drops_and_comes_back(self) -> None:
        """The question is asked again."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.clock.advance(0.5)
        floor.switch.lose_link()
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)

    def test_who_hangs_up_without_a_link(self) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.switch.lose_link()
        floor.switch.end(leg_id)
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert answers(floor) == [FeatureAnswer.HUNG_UP]
        assert floor.worker.calls_count == 0

    def test_too_many_are_left_to_the_fallback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And it is told; the next is served once one has gone."""
        monkeypatch.setattr(feature_call, "MOST_AT_ONCE", 1)
        floor = TestFloor(by_phone())
        first, second = dial(floor, "*80"), dial(floor, "*80")
        assert heard(floor, first) == ["feature/pin"]
        assert [fact.flow for fact in floor.told(FlowFailed)] == ["feature_call"]
        floor.clock.advance(6)
        assert line_of(floor, second).dialled == "callcore_fallback"
        floor.switch.end(first)
        settle()
        assert heard(floor, dial(floor, "*80")) == ["feature/pin"]

    def test_nobody_is_taken_on_when_the_process_stops(self) -> None:
        floor = TestFloor(by_phone())
        floor.worker.stop_taking_calls()
        leg_id = dial(floor, "*80")
        assert heard(floor, leg_id) == []
