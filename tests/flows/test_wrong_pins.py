"""Wrong PINs given for agents on the phone: what is told, and the lock-out."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import (
    AgentLockedOut,
)
from callcore.domain.feature_answers import FeatureAnswer
from tests.fakes.clock import settle
from tests.flows.feature_codes import (
    ANNS_PIN,
    answers,
    by_phone,
    dial,
    dial_until_over,
    heard,
    key,
    until,
)
from tests.flows.floor import ANN, TestFloor
from tests.flows.stories import line_of

WRONG = "9999"


class TestWrongPins:
    """Who does not know the PIN learns nothing else."""

    def test_three_in_one_call_lock_out(self) -> None:
        """From then on the right one is refused too, for as long as the settings say."""
        floor = TestFloor(by_phone(lockout_seconds=900.0))
        leg_id = dial(floor, "*80", f"{WRONG}#")
        for count in (1, 2):
            until(lambda: heard(floor, leg_id).count("feature/wrong-pin") == count, floor)  # noqa: B023 - called in this round
            until(lambda: heard(floor, leg_id).count("feature/pin") == count + 1, floor)  # noqa: B023 - called in this round
            key(floor, leg_id, f"{WRONG}#")
        until(lambda: answers(floor) == [FeatureAnswer.LOCKED_OUT], floor)
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)
        (fact,) = floor.told(AgentLockedOut)
        assert (fact.agent_id, fact.failures_count, fact.seconds) == (ANN, 3, 900.0)
        assert dial_until_over(floor, "*80", f"{ANNS_PIN}#") is FeatureAnswer.LOCKED_OUT
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert len(floor.told(AgentLockedOut)) == 1
        floor.clock.advance(901)
        assert dial_until_over(floor, "*80", f"{ANNS_PIN}#") is FeatureAnswer.DONE

    def test_those_of_several_calls_count_together(self) -> None:
        floor = TestFloor(by_phone())
        for count in range(3):
            leg_id = dial(floor, "*80", f"{WRONG}#")
            if count < 2:
                until(lambda: "feature/wrong-pin" in heard(floor, leg_id), floor)  # noqa: B023 - called in this round
                floor.switch.end(leg_id)
                settle()
        until(lambda: bool(floor.told(AgentLockedOut)), floor)

    def test_a_right_one_forgives(self) -> None:
        """Two wrong ones a day do not add up."""
        floor = TestFloor(by_phone())
        for _ in range(3):
            leg_id = dial(floor, "*80", f"{WRONG}#")
            for count in (1, 2):
                until(lambda: heard(floor, leg_id).count("feature/wrong-pin") == count, floor)  # noqa: B023 - called in this round
                key(floor, leg_id, f"{WRONG if count == 1 else ANNS_PIN}#")
            until(lambda: leg_id not in floor.switch.legs_by_id, floor)  # noqa: B023 - called in this round
        assert floor.told(AgentLockedOut) == []
        assert floor.store.lockouts.failures(ANN) == 0

    @pytest.mark.parametrize("who", ["1001", "1003", "8888"])
    def test_unknown_without_pin_and_wrong_are_the_same(self, who: str) -> None:
        """The same prompts for an agent with a PIN, one without, and one there is not."""
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80", who, phone="")
        line = line_of(floor, leg_id)
        floor.clock.advance(0.2)
        key(floor, leg_id, f"{WRONG}#")
        until(lambda: "feature/wrong-pin" in heard(floor, leg_id), floor)
        for count in (2, 3):
            until(lambda: heard(floor, leg_id).count("feature/agent-number") == count, floor)  # noqa: B023 - called in this round
            key(floor, leg_id, who)
            until(lambda: heard(floor, leg_id).count("feature/pin") == count, floor)  # noqa: B023 - called in this round
            key(floor, leg_id, f"{WRONG}#")
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)
        assert [prompt for paths in line.announced for prompt in paths] == [
            f"/sounds/en/{prompt}.wav"
            for prompt in (
                *("feature/agent-number", "feature/pin", "feature/wrong-pin"),
                *("feature/agent-number", "feature/pin", "feature/wrong-pin"),
                *("feature/agent-number", "feature/pin", "feature/locked-out", "menu/goodbye"),
            )
        ]
        assert answers(floor) == [FeatureAnswer.LOCKED_OUT]
        assert dial_until_over(floor, "*80", f"{who}{ANNS_PIN}#", phone="") is (
            FeatureAnswer.LOCKED_OUT
        )

    def test_many_at_once_try_no_more_often_than_one(self) -> None:
        """A try is counted before the PIN is looked at."""
        floor = TestFloor(by_phone())
        legs = [dial(floor, "*80") for _ in range(12)]
        for number, leg_id in enumerate(legs):
            floor.switch.press(leg_id, f"90{number:02}#")
        floor.clock.advance(0.1)
        until(lambda: floor.store.lockouts.failures(ANN) == 3, floor)
        floor.clock.advance(5)
        until(lambda: answers(floor).count(FeatureAnswer.LOCKED_OUT) >= 10, floor)
        assert floor.store.lockouts.failures(ANN) == 3

    def test_without_redis_nothing_is_looked_at(self) -> None:
        floor = TestFloor(by_phone())
        leg_id = dial(floor, "*80")
        floor.store.go_down()
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.NOT_READY], floor)
        until(lambda: "feature/not-ready" in heard(floor, leg_id), floor)
