"""What feature codes do, once it is known who dialled them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentReason, AgentState, BreakCode
from callcore.domain.events import (
    AgentChanged,
)
from callcore.domain.feature_answers import FeatureAnswer
from tests.fakes.clock import settle
from tests.flows.feature_codes import (
    ANNS_PIN,
    BREAKS,
    answers,
    by_phone,
    dial,
    dial_until_over,
    heard,
    key,
    until,
    with_tones,
)
from tests.flows.floor import ANN, TestFloor
from tests.flows.stories import come, line_of, who_talks_with

WRONG = "9999"


class TestWhatComesOfIt:
    """The same as an operator's order, and told."""

    def test_it_is_the_agent_who_asked(self) -> None:
        floor = TestFloor(by_phone())
        dial_until_over(floor, "*80", f"{ANNS_PIN}#")
        changed = floor.told(AgentChanged)[-1]
        assert (changed.state, changed.reason, changed.actor) == (
            AgentState.AVAILABLE,
            AgentReason.FEATURE_CODE,
            "agent",
        )

    @pytest.mark.parametrize(
        ("codes", "state", "answer"),
        [
            (["*80"], AgentState.AVAILABLE, FeatureAnswer.DONE),
            (["*80", "*80"], AgentState.AVAILABLE, FeatureAnswer.ALREADY),
            (["*81"], AgentState.LOGGED_OUT, FeatureAnswer.ALREADY),
            (["*80", "*81"], AgentState.LOGGED_OUT, FeatureAnswer.DONE),
            (["*82"], AgentState.LOGGED_OUT, FeatureAnswer.NOT_POSSIBLE),
            (["*80", "*82"], AgentState.ON_BREAK, FeatureAnswer.DONE),
            (["*80", "*82", "*83"], AgentState.AVAILABLE, FeatureAnswer.DONE),
            (["*80", "*83"], AgentState.AVAILABLE, FeatureAnswer.ALREADY),
            (["*83"], AgentState.LOGGED_OUT, FeatureAnswer.NOT_POSSIBLE),
            (["*80", "*84"], AgentState.AVAILABLE, FeatureAnswer.NOT_POSSIBLE),
        ],
    )
    def test_states_and_answers(
        self, codes: list[str], state: AgentState, answer: FeatureAnswer
    ) -> None:
        floor = TestFloor(by_phone())
        given = [dial_until_over(floor, code, f"{ANNS_PIN}#") for code in codes]
        assert (floor.agent(ANN).state, given[-1]) == (state, answer)

    def test_during_a_call_it_is_for_later_and_can_be_taken_back(self) -> None:
        """A break asked for, then not; logging out, then not."""
        floor = TestFloor(by_phone())
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN
        for code in ("*82", "*81"):
            assert dial_until_over(floor, code, f"{ANNS_PIN}#") is FeatureAnswer.AFTER_THE_CALL
            assert floor.agent(ANN).wish is not None
            assert dial_until_over(floor, "*83", f"{ANNS_PIN}#") is FeatureAnswer.DONE
            assert floor.agent(ANN).wish is None
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_a_wrap_up_is_extended_and_ended(self) -> None:
        floor = TestFloor(by_phone())
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.switch.end(caller)
        settle()
        until_before = floor.agent(ANN).lease_until
        assert dial_until_over(floor, "*84", f"{ANNS_PIN}#") is FeatureAnswer.DONE
        lease_until = floor.agent(ANN).lease_until
        assert until_before is not None
        assert lease_until is not None
        assert lease_until - until_before == 60_000_000
        assert dial_until_over(floor, "*83", f"{ANNS_PIN}#") is FeatureAnswer.DONE
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_available_takes_back_the_wish_and_ends_the_wrap_up(self) -> None:
        """Whoever dials it wants calls, whatever was said before."""
        floor = TestFloor(by_phone())
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert dial_until_over(floor, "*82", f"{ANNS_PIN}#") is FeatureAnswer.AFTER_THE_CALL
        floor.switch.end(caller)
        settle()
        assert dial_until_over(floor, "*83", f"{ANNS_PIN}#") is FeatureAnswer.DONE
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_of_several_breaks_one_is_chosen(self) -> None:
        """A key that is none of them is asked again; the choices are named."""
        floor = TestFloor(replace(by_phone(), breaks=BREAKS))
        come(floor, ANN)
        leg_id = dial(floor, "*82", f"{ANNS_PIN}#")
        until(lambda: "feature/which-break" in heard(floor, leg_id), floor)
        assert heard(floor, leg_id)[1:] == [
            *("feature/which-break", "break/lunch", "press/key", "digit/1"),
            *("break/coffee", "press/key", "digit/2"),
        ]
        key(floor, leg_id, "7")
        floor.clock.advance(2.5)
        key(floor, leg_id, "2")
        until(lambda: answers(floor) == [FeatureAnswer.DONE], floor)
        assert floor.agent(ANN).break_code == "coffee"

    def test_no_break_is_chosen(self) -> None:
        """Three silences: nothing has changed."""
        floor = TestFloor(replace(by_phone(), breaks=BREAKS))
        come(floor, ANN)
        leg_id = dial(floor, "*82", f"{ANNS_PIN}#")
        until(lambda: "feature/which-break" in heard(floor, leg_id), floor)
        until(lambda: answers(floor) == [FeatureAnswer.NOT_POSSIBLE], floor)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_break_without_a_key_needs_no_question(self) -> None:
        """One that can be taken by phone is that one; without any it is the usual one."""
        keyless = {code: replace(one, key=None) for code, one in BREAKS.items()}
        one_key = {**keyless, BreakCode("coffee"): BREAKS[BreakCode("coffee")]}
        for breaks, code in ((keyless, "lunch"), (one_key, "coffee"), ({}, "break")):
            floor = TestFloor(replace(by_phone(), breaks=breaks))
            come(floor, ANN)
            assert dial_until_over(floor, "*82", f"{ANNS_PIN}#") is FeatureAnswer.DONE
            assert floor.agent(ANN).break_code == code

    def test_without_recordings_tones_tell(self) -> None:
        """A question, yes, no: each its own; nothing for the goodbye."""
        floor = TestFloor(with_tones(by_phone()))
        leg_id = dial(floor, "*80", f"{WRONG}#")
        until(lambda: len(line_of(floor, leg_id).announced) == 3, floor)
        key(floor, leg_id, f"{ANNS_PIN}#")
        line = line_of(floor, leg_id)
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)
        question, no, again, yes = (paths[0] for paths in line.announced)
        assert len({question, no, yes}) == 3
        assert question == again

    def test_missing_recordings_are_tones_too(self) -> None:
        """Prompts that are not there say as much as a tone can."""
        floor = TestFloor(by_phone())
        floor.switch.missing_sounds |= {
            f"/sounds/en/{prompt}.wav"
            for prompt in ("feature/logged-in", "menu/goodbye", "feature/pin")
        }
        leg_id = dial(floor, "*80")
        line = line_of(floor, leg_id)
        floor.clock.advance(0.2)
        assert line.announcing == "tone_stream://%(200,100,620);%(200,100,620)"
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)
        assert line.announced[-1] == ("tone_stream://%(150,50,660);%(250,100,880)",)
