"""What callers hear if a sound is not there: the site's language, then a tone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.announcements import ATTENTION_TONE, STAND_IN_MUSIC
from callcore.domain.events import LegsBridged
from callcore.domain.ids import CallId, Language
from callcore.domain.policies import NumberRoute, SoundsPolicy
from callcore.flows.messages import Admitted
from callcore.ports.switch_events import PlaybackEnded
from tests.fakes.switch import NODE
from tests.flows.floor import ANN, ROOMY, SUPPORT, TestFloor
from tests.flows.languages import FIRST_TOLD_SECONDS, MUSIC, POLKA, SITE, missing, next_in, told
from tests.flows.stories import come, line, line_of


class TestMissingSounds:
    """The caller's language, then the site's, then a tone; each is told of once."""

    def test_each_in_turn(self) -> None:
        """And the next time nothing that is known not to be there is tried."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {*next_in("pl"), *next_in("en")}
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [(ATTENTION_TONE,)]
        assert missing(floor) == [*next_in("pl"), *next_in("en")]
        asked_count = floor.switch.commands.count(("announce", caller))
        floor.clock.advance(60)
        repeated_count = floor.switch.commands.count(("announce", caller)) - asked_count
        assert repeated_count == len(told(floor, caller)) - 1 > 0
        assert set(told(floor, caller)) == {(ATTENTION_TONE,)}
        assert len(missing(floor)) == 2

    def test_the_language_of_the_site_is_better_than_a_tone(self) -> None:
        """Said to the end, in the middle of music."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [next_in("en")]
        assert missing(floor) == [*next_in("pl")]

    def test_another_sentence_is_tried_in_the_callers_language_all_the_same(self) -> None:
        """One sound that is not there is no language that is not there."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds + 0.5)
        assert told(floor, caller)[-1] == ("/sounds/pl/shop/sorry.wav",)

    def test_more_than_one_command_can_say(self) -> None:
        """A tone, told of once, and the caller waits on: it does not end the call."""
        names = tuple(f"shop/{number:03}{'x' * 120}" for number in range(130))
        queue = replace(SITE.queues[SUPPORT], greeting=names)
        floor = TestFloor(replace(SITE, queues={**SITE.queues, SUPPORT: queue}))
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller)[0] == (ATTENTION_TONE,)
        assert [what.partition(" sounds")[0] for what in missing(floor)] == ["130", "130"]
        assert line(floor, caller) == [1]

    def test_not_even_a_tone(self) -> None:
        """Nothing spins: three commands, three facts, and the call goes on to its end."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {*next_in("pl"), *next_in("en"), ATTENTION_TONE}
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert floor.switch.commands.count(("announce", caller)) == 3
        assert missing(floor) == [*next_in("pl"), *next_in("en"), ATTENTION_TONE]
        floor.clock.advance(60)
        assert floor.switch.commands.count(("announce", caller)) == 3
        assert line_of(floor, caller).playing == POLKA

    def test_what_was_cut_off_is_not_said_otherwise(self) -> None:
        """The news that a sound is not there comes when the agent and the caller talk already."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        come(floor, ANN)
        floor.clock.advance(5)
        assert len(floor.told(LegsBridged)) == 1
        before = floor.switch.commands.count(("announce", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=next_in("pl")[0], is_missing=True
        )
        floor.worker.deliver(late)
        floor.clock.advance(1)
        assert floor.switch.commands.count(("announce", caller)) == before
        assert missing(floor) == [*next_in("pl")]

    @pytest.mark.parametrize("when", ["talking", "saying"])
    def test_music_that_was_ended_does_not_begin_otherwise(self, when: str) -> None:
        """Not into a talk, nor under a goodbye."""
        floor = TestFloor(SITE)
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        if when == "talking":
            come(floor, ANN)
            floor.clock.advance(5)
            assert line_of(floor, caller).bridged_to is not None
        else:
            floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds - 0.5)
            assert told(floor, caller)[-1] == ("/sounds/pl/shop/sorry.wav",)
        before = floor.switch.commands.count(("play_endlessly", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=POLKA, is_missing=True
        )
        floor.worker.deliver(late)
        floor.clock.advance(1)
        assert floor.switch.commands.count(("play_endlessly", caller)) == before
        assert missing(floor) == [POLKA]

    def test_news_of_another_sound_changes_nothing_of_this_one(self) -> None:
        """The goodbye is being said; what was missing before it was said is told late."""
        floor = TestFloor(SITE)
        caller = floor.call_in("8002")
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds + 0.5)
        before = floor.switch.commands.count(("announce", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=next_in("pl")[0], is_missing=True
        )
        floor.worker.deliver(late)
        floor.worker.deliver(late)
        floor.clock.advance(0.5)
        assert floor.switch.commands.count(("announce", caller)) == before
        assert line_of(floor, caller).announcing == "/sounds/pl/shop/sorry.wav"
        assert missing(floor) == [*next_in("pl")]

    def test_the_callers_music_then_the_queues_then_a_quiet_tone(self) -> None:
        """Told once each, and not tried again after something was said."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {POLKA, MUSIC}
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC
        floor.worker.crew.switchboard.post(CallId(caller), Admitted())
        floor.clock.advance(1)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC
        assert missing(floor) == [POLKA, MUSIC]

    def test_a_site_whose_language_has_no_catalogue_speaks_what_needs_none(self) -> None:
        """Its own recordings; numbers are a tone."""
        site = replace(
            SITE,
            sounds=SoundsPolicy(directory="/sounds", language=Language("de")),
            menus={},
            numbers={"8001": NumberRoute(queue=SUPPORT)},
        )
        floor = TestFloor(site)
        caller = floor.call_in()
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [(ATTENTION_TONE,)]
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds - 10)
        assert told(floor, caller)[-1] == ("/sounds/de/shop/sorry.wav",)
        assert missing(floor) == []
