"""In which language agents are spoken to, and what they hear if a sound is not there."""

from __future__ import annotations

from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.feature_prompts import QUESTION_TONE
from callcore.domain.policies import SitePolicy
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.feature_codes import ANNS_PIN, by_phone, dial, key, stand, standing, until
from tests.flows.floor import ANN, BOB, TestFloor
from tests.flows.languages import FIRST_TOLD_SECONDS, RU, SITE, missing, next_in, told
from tests.flows.stories import agent_of, line_of, queue_of


class TestAgents:
    """Agents are spoken to in their own language, whatever their callers'."""

    def site(self) -> SitePolicy:
        """Ann speaks Russian and accepts with a key; the queue says its name."""
        policy = queue_of(policy=SITE, whisper=("shop/support",))
        return agent_of(ANN, policy, language=RU, confirm_key="1")

    def test_the_whisper_is_in_the_agents_language(self) -> None:
        """The caller is Polish and hears Polish."""
        floor = TestFloor(self.site())
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(0.5)
        ((name, *press),) = told(floor, floor.offered_leg())
        assert name == "/sounds/ru/shop/support.wav"
        assert press
        assert all(path.startswith("/sounds/ru/") for path in press)
        assert told(floor, caller) == [next_in("pl")]

    def test_a_whisper_that_is_not_there_is_said_as_the_site_does_then_a_tone(self) -> None:
        """Each is told of, the key is taken, and the caller comes."""
        floor = TestFloor(agent_of(ANN, self.site(), confirm_key=None))
        sounds = [f"/sounds/{language}/shop/support.wav" for language in ("ru", "en")]
        floor.switch.missing_sounds |= set(sounds)
        caller = floor.call_in()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(0.5)
        leg_id = floor.offered_leg()
        assert told(floor, leg_id) == [(ATTENTION_TONE,)]
        floor.clock.advance(PROMPT_SECONDS)
        assert missing(floor) == sounds
        assert line_of(floor, caller).bridged_to == leg_id

    def test_nothing_can_be_played_and_the_caller_comes_at_once(self) -> None:
        """The second agent, for whom nothing is left to try, does not keep the caller waiting."""
        floor = TestFloor(queue_of(policy=SITE, whisper=("shop/support",)))
        floor.switch.missing_sounds |= {"/sounds/en/shop/support.wav", ATTENTION_TONE}
        caller = floor.call_in()
        for agent_id in (ANN, BOB):
            floor.log_in(agent_id, phone=Phone(answers_after_seconds=0.1))
            floor.clock.advance(1)
            leg_id = floor.offered_leg()
            assert line_of(floor, caller).bridged_to == leg_id
            floor.switch.blind_transfer(leg_id)
            floor.switch.park_again(caller, "8001")
            settle()

    def test_a_feature_code_speaks_to_whose_phone_it_is(self) -> None:
        """From the first word; one nobody knows hears the site's until the PIN was right."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80")
        assert told(floor, hers) == [("/sounds/ru/feature/pin.wav",)]
        other = dial(floor, "*80", phone="1009@t")
        key(floor, other, f"{ANN}#")
        until(lambda: len(told(floor, other)) == 2, floor)
        assert told(floor, other)[-1] == ("/sounds/en/feature/pin.wav",)
        key(floor, other, f"{ANNS_PIN}#")
        until(lambda: len(told(floor, other)) == 3, floor)
        assert told(floor, other)[-1] == ("/sounds/ru/feature/logged-in.wav",)

    def test_a_standing_line_speaks_to_its_agent(self) -> None:
        """Also on the phone of somebody else, to the goodbye."""
        floor = TestFloor(agent_of(ANN, standing(by_phone(SITE)), language=RU))
        line = line_of(floor, stand(floor))
        key(floor, line.leg_id, "*81")
        until(lambda: line.leg_id not in floor.switch.legs_by_id, floor)
        assert line.announced[-2:] == [
            ("/sounds/ru/feature/logged-out.wav",),
            ("/sounds/ru/menu/goodbye.wav",),
        ]

    def test_what_was_lost_with_the_link_is_said_again(self) -> None:
        """The question, once, to a line on which nothing sounds."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80")
        floor.switch.lose_link()
        floor.clock.advance(PROMPT_SECONDS)
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        assert told(floor, hers) == [("/sounds/ru/feature/pin.wav",)] * 2
        floor.clock.advance(PROMPT_SECONDS)
        key(floor, hers, f"{ANNS_PIN}#")
        until(lambda: hers not in floor.switch.legs_by_id, floor)

    def test_star_is_somebody_else(self) -> None:
        """Who is not known any more hears the site's language."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80", "*")
        until(lambda: len(told(floor, hers)) == 2, floor)
        assert told(floor, hers)[-1] == ("/sounds/en/feature/agent-number.wav",)

    def test_a_feature_code_falls_back_in_the_same_way(self) -> None:
        """To the site's language, then to a tone of its own; told of like callers' sounds."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        sounds = [f"/sounds/{language}/feature/pin.wav" for language in ("ru", "en")]
        floor.switch.missing_sounds |= set(sounds)
        hers = dial(floor, "*80")
        floor.clock.advance(0.2)
        assert told(floor, hers) == [(QUESTION_TONE,)]
        assert missing(floor) == sounds
