"""Prompts that callers hear to their end: when that is, and what becomes of missing ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.events import PromptMissing
from callcore.domain.ids import MenuName
from callcore.domain.policies import (
    AnswerWhen,
    MenuChoice,
    MenuPolicy,
    NumberRoute,
    SitePolicy,
)
from callcore.domain.treatments import Goodbye, OverflowReason, ToQueue
from callcore.flows.menu_question import PAUSE_SECONDS
from tests.fakes.switch import Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.floor import ANN, POLICY, SUPPORT, TestFloor

MAIN = MenuName("main")
THINKING_SECONDS = 1.0
BRIDGED_WITHIN_SECONDS = 0.2


def with_menu() -> SitePolicy:
    """The site with a menu at the number 9001."""
    menu = MenuPolicy(
        name=MAIN,
        prompts=("main",),
        choices={
            "1": MenuChoice(to=ToQueue(queue=SUPPORT)),
            "2": MenuChoice(to=Goodbye(prompts=("main",))),
        },
        otherwise=Goodbye(),
        timeout_seconds=THINKING_SECONDS,
        tries=2,
    )
    return replace(POLICY, numbers={"9001": NumberRoute(menu=MAIN)}, menus={MAIN: menu})


def test_time_to_think_begins_when_the_prompt_played_anew_has_ended() -> None:
    """A wrong key cuts the prompt short; that end is not taken for the end of the next playing."""
    floor = TestFloor(with_menu())
    caller = floor.call_in("9001")
    floor.clock.advance(0.5)
    floor.switch.press(caller, "7")
    floor.clock.advance(PROMPT_SECONDS + THINKING_SECONDS - 0.2)
    assert len(floor.switch.legs_by_id[caller].announced) == 2
    assert caller in floor.switch.legs_by_id, "hung up while there was time to think"
    floor.clock.advance(0.2 + PAUSE_SECONDS + 0.2)
    assert caller not in floor.switch.legs_by_id


def test_goodbye_with_the_words_of_the_menu_is_heard_to_its_end() -> None:
    """The key ended the prompt; the same prompt, played as goodbye, is heard in full."""
    floor = TestFloor(with_menu())
    caller = floor.call_in("9001")
    floor.clock.advance(0.5)
    floor.switch.press(caller, "2")
    floor.clock.advance(PROMPT_SECONDS - 0.2)
    assert caller in floor.switch.legs_by_id
    floor.clock.advance(0.5)
    assert caller not in floor.switch.legs_by_id


def test_goodbye_that_is_not_there_is_a_tone_heard_to_its_end() -> None:
    """The caller is not hung up on in silence."""
    floor = TestFloor(with_goodbye())
    floor.switch.missing_sounds.add("/sounds/en/sorry.wav")
    caller = floor.call_in()
    floor.clock.advance(600.5)
    assert floor.switch.legs_by_id[caller].announced[-1] == (ATTENTION_TONE,)
    floor.clock.advance(PROMPT_SECONDS - 0.7)
    assert caller in floor.switch.legs_by_id
    floor.clock.advance(1)
    assert caller not in floor.switch.legs_by_id


def test_not_even_the_tone_is_there() -> None:
    """The caller is hung up on all the same, at once."""
    floor = TestFloor(with_goodbye())
    floor.switch.missing_sounds |= {"/sounds/en/sorry.wav", ATTENTION_TONE}
    caller = floor.call_in()
    floor.clock.advance(601)
    assert caller not in floor.switch.legs_by_id


def test_missing_prompt_silences_no_other() -> None:
    """Where the recording of the position is missing, the goodbye is spoken as ever."""
    floor = TestFloor(with_goodbye())
    floor.switch.missing_sounds.add("/sounds/en/position/you-are-next.wav")
    caller = floor.call_in()
    floor.clock.advance(600.5)
    leg = floor.switch.legs_by_id[caller]
    assert set(leg.announced[:-1]) == {(ATTENTION_TONE,)}
    assert leg.announced[-1] == ("/sounds/en/sorry.wav",)
    assert len(floor.told(PromptMissing)) == 1


def test_pick_up_does_not_wait_for_an_announcement() -> None:
    """A caller who is not answered yet is told the position when an agent picks up: they talk at
    once.
    """
    queue = replace(POLICY.queues[SUPPORT], answer=AnswerWhen.AT_PICK_UP)
    first_after = queue.announce_position.first_after_seconds if queue.announce_position else 0.0
    floor = TestFloor(replace(POLICY, queues={**POLICY.queues, SUPPORT: queue}))
    picks_up_after = first_after + PROMPT_SECONDS / 2
    floor.log_in(ANN, phone=Phone(answers_after_seconds=picks_up_after))
    caller = floor.call_in()
    floor.clock.advance(picks_up_after - 0.1)
    assert floor.switch.legs_by_id[caller].announcing
    floor.clock.advance(0.1 + BRIDGED_WITHIN_SECONDS)
    assert floor.switch.legs_by_id[caller].bridged_to is not None


@pytest.mark.parametrize("seconds", [0.5, PROMPT_SECONDS + THINKING_SECONDS / 2])
def test_the_dead_mans_switch_does_not_take_who_is_asked(seconds: float) -> None:
    """However short it is wound, while prompts are heard and while the caller thinks."""
    policy = with_menu()
    fallback = replace(policy.fallback, waiting_after_seconds=1)
    floor = TestFloor(replace(policy, fallback=fallback))
    caller = floor.call_in("9001")
    floor.clock.advance(0.1)
    for _ in range(2):
        floor.clock.advance(seconds)
        leg = floor.switch.legs_by_id[caller]
        assert "transferred_to" not in leg.variables
        assert leg.guarded == (1, fallback.extension, fallback.context)
        floor.switch.press(caller, "7")
        floor.clock.advance(0.05)


def with_goodbye() -> SitePolicy:
    """The site with a goodbye after the longest wait."""
    overflow = {OverflowReason.MAXIMUM_WAIT: Goodbye(prompts=("sorry",))}
    queue = replace(POLICY.queues[SUPPORT], overflow=overflow)
    return replace(POLICY, queues={**POLICY.queues, SUPPORT: queue})
