"""Callers about whom another system is asked: what they hear while it takes long."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.policies import USUAL_MUSIC, LookupMenu, NumberRoute
from callcore.domain.treatments import OverflowReason, Said, ToMenu, ToQueue
from tests.fakes.lookups import System
from tests.flows.floor import SALES, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    HEARS,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    floor_of,
    heard,
    press,
    with_menus,
)
from tests.flows.lookups import BYE, asked, lookup_menu
from tests.flows.stories import done_to, line, line_of, queue_of


class TestWaiting:
    """While it takes long."""

    def test_a_moment_in_silence_then_words_then_music(self) -> None:
        """And from there on never silence."""
        floor, caller = asked(System(after_seconds=2.9))
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        floor.clock.advance(0.1)
        leg = line_of(floor, caller)
        assert heard(floor, caller) == [HEARS]
        assert not leg.is_answered
        assert "pre_answer" in done_to(floor, caller)
        assert leg.playing == USUAL_MUSIC
        floor.clock.advance(1.7)
        assert leg.announcing or leg.music

    def test_music_that_is_not_there_becomes_a_tone(self) -> None:
        """As in a queue."""
        floor = floor_of(lookup_menu(), BYE, systems={CRM: System(after_seconds=2.9)})
        floor.switch.missing_sounds |= {USUAL_MUSIC}
        caller = floor.call_in(NUMBER)
        floor.clock.advance(1.1 + PROMPT_SECONDS)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC

    def test_several_quick_ones_are_no_silence_either(self) -> None:
        """What counts is how long the caller has heard nothing."""
        again = LookupMenu(
            name=NEXT,
            lookup=CRM,
            branches={},
            otherwise=choice(ToQueue(queue=SALES)),
            failed=choice(ToQueue(queue=SALES)),
        )
        menu = lookup_menu(otherwise=choice(ToMenu(menu=NEXT)))
        floor = floor_of(menu, again, systems={CRM: System(after_seconds=0.7)})
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        floor.clock.advance(0.1)
        assert heard(floor, caller) == [HEARS]

    def test_words_that_have_begun_are_finished(self) -> None:
        """An answer that comes in the midst of them waits for them."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=1.5))
        floor.clock.advance(1 + PROMPT_SECONDS - 0.05)
        assert line_of(floor, caller).announcing is not None
        assert line(floor, caller, queue=SALES) == [None]
        floor.clock.advance(0.2)
        assert line(floor, caller, queue=SALES) == [1]
        assert line_of(floor, caller).music == "local_stream://moh"

    def test_long_words_are_not(self) -> None:
        """Two seconds more and no longer."""
        policy = with_menus(lookup_menu(), BYE)
        hears = replace(policy.lookups[CRM], hears=("a-minute-of-advertisement",))
        floor = TestFloor(replace(policy, lookups={CRM: hears}))
        floor.switch._sounds.prompt_seconds = 60.0
        floor.lookups.systems[CRM] = System(after_seconds=1.5)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(3.4)
        assert line(floor, caller) == [None]
        floor.clock.advance(0.2)
        assert line(floor, caller) == [1]

    def test_the_callers_own_music(self) -> None:
        """Where number, list or menu have given one."""
        policy = with_menus(lookup_menu(), BYE)
        route = NumberRoute(menu=DOOR, music="local_stream://jazz")
        floor = TestFloor(replace(policy, numbers={NUMBER: route}))
        floor.lookups.systems[CRM] = System(after_seconds=30)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(2)
        assert line_of(floor, caller).playing == "local_stream://jazz"

    def test_a_key_is_kept_for_the_menu_that_follows(self) -> None:
        """Pressed in silence, during the words or the music; a wrong one takes the others along."""
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=2.5))
        floor.clock.advance(1.5)
        press(floor, caller, "7", then_seconds=2.0)
        assert line(floor, caller, queue=SALES) == [1]
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=2.5))
        floor.clock.advance(1.5)
        press(floor, caller, "87", then_seconds=2.0)
        assert heard(floor, caller)[-1] == "menu/invalid next"
        assert line_of(floor, caller).music is None

    def test_what_must_be_heard_after_it_forgets_the_key(self) -> None:
        """As it does everywhere."""
        law = Said(prompts=("law",), then=ToMenu(menu=NEXT), is_skippable=False)
        floor, caller = asked(System(after_seconds=2.5), otherwise=choice(law))
        floor.clock.advance(1.5)
        press(floor, caller, "7", then_seconds=2.0)
        assert heard(floor, caller)[-1] == "law"
        floor.clock.advance(PROMPT_SECONDS)
        assert heard(floor, caller)[-1] == "next"

    def test_after_a_queue_its_music_goes_on_for_a_moment(self) -> None:
        """Then the words; nothing of the queue's is left in the next one."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=DOOR)}
        policy = with_menus(
            lookup_menu(otherwise=choice(ToQueue(queue=SALES))),
            BYE,
            policy=queue_of(exit_key="0", overflow=overflow),
        )
        floor = TestFloor(queue_of(SALES, policy=policy, music="sales.wav"))
        floor.lookups.systems[CRM] = System(after_seconds=2.5)
        caller = floor.call_in()
        floor.clock.advance(5)
        press(floor, caller, "0", then_seconds=0.5)
        assert line_of(floor, caller).music == "local_stream://moh"
        floor.clock.advance(1)
        assert heard(floor, caller)[-1] == HEARS
        floor.clock.advance(3)
        assert line_of(floor, caller).music == "sales.wav"
        assert line(floor, caller, queue=SALES) == [1]
