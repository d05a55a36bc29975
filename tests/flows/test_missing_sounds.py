"""A sound that one caller found missing is not asked for again by anybody, for a while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.events import PromptMissing, SoundNotFound
from callcore.domain.ids import Language, LegId, MenuName, Micros, NodeName
from callcore.domain.policies import (
    MenuChoice,
    MenuPolicy,
    NumberRoute,
    SitePolicy,
    SoundsPolicy,
)
from callcore.domain.treatments import ToQueue
from callcore.flows import missing_sounds
from callcore.flows.missing_sounds import KNOWN_SECONDS, REMEDY, MissingSounds
from callcore.ports.switch_events import SoundMissing
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.floor import ROOMY, SUPPORT, TestFloor
from tests.flows.stories import line_of

OTHER_NODE = NodeName("fs2")
PL = Language("pl")
MAIN, SINGLE = MenuName("main"), MenuName("single")

FIRST, SECOND = "shop/first", "shop/second"


def asking(name: MenuName, *prompts: str) -> MenuPolicy:
    """A menu that asks so."""
    choices = {"1": MenuChoice(to=ToQueue(queue=SUPPORT))}
    return MenuPolicy(name=name, prompts=prompts, choices=choices, invalid=(), no_input=())


SITE = replace(
    ROOMY,
    numbers={
        "8002": NumberRoute(menu=MAIN, language=PL),
        "8003": NumberRoute(menu=SINGLE, language=PL),
    },
    menus={MAIN: asking(MAIN, FIRST, SECOND), SINGLE: asking(SINGLE, SECOND)},
)
"""Polish by the number, at a site that speaks English."""

HOLE = f"/sounds/pl/{SECOND}.wav"


def sentence(language: str) -> tuple[str, ...]:
    """The menu's question."""
    return (f"/sounds/{language}/{FIRST}.wav", f"/sounds/{language}/{SECOND}.wav")


def heard(floor: TestFloor, dialled: str = "8002") -> list[tuple[str, ...]]:
    """What the next caller is told in the first seconds."""
    caller: LegId = floor.call_in(dialled)
    floor.clock.advance(3)
    told = line_of(floor, caller).announced
    floor.switch.end(caller)
    settle()
    return told


def floor_with_hole(policy: SitePolicy = SITE) -> TestFloor:
    """A floor whose switch lacks one Polish sound."""
    floor = TestFloor(policy)
    floor.switch.missing_sounds.add(HOLE)
    return floor


class TestCallers:
    """The first hears the hole, the others do not."""

    def test_the_next_hears_the_whole_sentence_in_the_sites_language(self) -> None:
        """Told to operators once, with what to do; not of a call, because the switch does not say
        which.
        """
        floor = floor_with_hole()
        assert heard(floor) == [sentence("pl")]
        assert heard(floor) == heard(floor) == [sentence("en")]
        (fact,) = floor.told(SoundNotFound)
        assert (fact.node, fact.path) == (NODE, HOLE)
        assert "callcore sounds build" in fact.remedy
        assert floor.told(PromptMissing) == []

    def test_a_sentence_without_it_is_still_said_in_the_callers_language(self) -> None:
        """And one that is nothing but it is not."""
        floor = TestFloor(replace(SITE, menus={**SITE.menus, SINGLE: asking(SINGLE, FIRST)}))
        floor.switch.missing_sounds.add(HOLE)
        heard(floor)
        assert heard(floor, "8003") == [(f"/sounds/pl/{FIRST}.wav",)]
        floor = floor_with_hole()
        heard(floor)
        assert heard(floor, "8003") == [(f"/sounds/en/{SECOND}.wav",)]

    def test_a_hole_in_the_sites_language_too_is_a_tone(self) -> None:
        """The third caller hears it; nobody hears nothing."""
        floor = floor_with_hole()
        floor.switch.missing_sounds.add(sentence("en")[0])
        assert [heard(floor) for _ in range(4)] == [
            [sentence("pl")],
            [sentence("en")],
            *2 * [[(ATTENTION_TONE,)]],
        ]
        assert len(floor.told(SoundNotFound)) == 2

    def test_a_single_recording_is_told_and_tried_by_one_call(self) -> None:
        """With what to do; the next hear the site's language at once. A line a call would bury
        every other one where a whole language is gone.
        """
        floor = floor_with_hole()
        for _ in range(3):
            assert heard(floor, "8003") == [(f"/sounds/en/{SECOND}.wav",)]
        (fact,) = floor.told(PromptMissing)
        assert (fact.what, fact.remedy) == (HOLE, REMEDY)
        tried = [one for one in floor.switch.commands if one[0] == "announce"]
        assert len(tried) == 1 + 3
        floor.clock.advance(KNOWN_SECONDS)
        floor.switch.missing_sounds.clear()
        assert heard(floor, "8003") == [(HOLE,)]

    def test_a_sentence_of_nothing_but_holes_is_told_by_call_and_once_by_sound(self) -> None:
        """The first caller hears the site's language, as before, and the next at once."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= set(sentence("pl"))
        assert heard(floor) == [sentence("en")]
        assert len(floor.told(PromptMissing)) == 1
        commands = len(floor.switch.commands)
        assert heard(floor) == [sentence("en")]
        again = floor.switch.commands[commands:]
        assert len([one for one in again if one[0] == "announce"]) == 1
        assert len(floor.told(PromptMissing)) == 1
        assert [fact.path for fact in floor.told(SoundNotFound)] == [*sentence("pl")]

    def test_it_is_tried_again_after_a_while(self) -> None:
        """By then it may be there; if it is not, that is told again."""
        floor = floor_with_hole()
        heard(floor)
        floor.clock.advance(KNOWN_SECONDS)
        assert heard(floor) == [sentence("pl")]
        assert len(floor.told(SoundNotFound)) == 2
        floor.clock.advance(KNOWN_SECONDS)
        floor.switch.missing_sounds.clear()
        assert heard(floor) == heard(floor) == [sentence("pl")]
        assert len(floor.told(SoundNotFound)) == 2

    @pytest.mark.parametrize("is_changed", [True, False])
    def test_it_is_tried_again_after_a_reload(self, *, is_changed: bool) -> None:
        """Whoever has added sounds need not wait, whether the settings are others or not."""
        floor = floor_with_hole()
        heard(floor)
        floor.switch.missing_sounds.clear()
        floor.settings.write(SITE, "v2" if is_changed else floor.version)
        assert floor.worker.operating.reload(by="eve").is_changed == is_changed
        assert heard(floor) == [sentence("pl")]

    @pytest.mark.parametrize("is_restarted", [True, False])
    def test_it_is_tried_again_on_a_switch_that_was_restarted(self, *, is_restarted: bool) -> None:
        """Which may have got other sounds; a link that was lost says nothing of them."""
        floor = floor_with_hole()
        heard(floor)
        floor.switch.missing_sounds.clear()
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=is_restarted)
        settle()
        assert heard(floor) == [sentence("pl" if is_restarted else "en")]


class TestWhatIsTold:
    """Only what is ours, and of the caller's switch."""

    @pytest.mark.parametrize(
        "path",
        [
            "/music/pl/shop/second.wav",
            "/sounds",
            "/sounds2/pl/shop/second.wav",
            "/sounds/../etc/passwd",
            "/sounds/pl/a b.wav",
            "/sounds/pl/${shell}.wav",
            "/sounds/" + "a" * 600,
            "shop/second.wav",
        ],
    )
    def test_what_is_none_of_ours_is_ignored(self, path: str) -> None:
        """Anybody's dialplan may have anything played."""
        floor = TestFloor(SITE)
        floor.worker.deliver(SoundMissing(node=NODE, at=floor.clock.now(), path=path))
        assert floor.told(SoundNotFound) == []
        assert not floor.site.missing_sounds.lacks_any(NODE, (path,), floor.clock.now())

    def test_a_site_without_sounds_has_none_missing(self) -> None:
        """It plays tones."""
        floor = TestFloor(replace(SITE, sounds=SoundsPolicy(), menus={}, numbers={}))
        floor.worker.deliver(SoundMissing(node=NODE, at=floor.clock.now(), path=HOLE))
        assert floor.told(SoundNotFound) == []

    def test_another_switch_may_have_what_this_one_lacks(self) -> None:
        """Each is told of by itself."""
        floor = TestFloor(SITE)
        for node in (OTHER_NODE, OTHER_NODE):
            floor.worker.deliver(SoundMissing(node=node, at=floor.clock.now(), path=HOLE))
        assert heard(floor) == [sentence("pl")]
        assert [fact.node for fact in floor.told(SoundNotFound)] == [OTHER_NODE]


class TestMemory:
    """What is known, of which switch, and for how long."""

    def test_it_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was found first is forgotten first, however often it was told of since."""
        monkeypatch.setattr(missing_sounds, "MOST_KNOWN", 3)
        memory, now = MissingSounds(), Micros(0)
        assert [memory.note(NODE, sound, now) for sound in "abcab"] == [*3 * [True], *2 * [False]]
        assert memory.note(NODE, "d", now)
        assert [memory.lacks_any(NODE, one, now) for one in "abcd"] == [False, *3 * [True]]
        assert memory.note(OTHER_NODE, "a", now)
        assert memory.lacks_any(NODE, ("x", "d"), now)
        assert not memory.lacks_any(NODE, (), now)

    def test_what_is_known_no_longer_is_news_again(self) -> None:
        """At the very end of its time; telling again does not lengthen it."""
        memory, end = MissingSounds(), Micros(round(KNOWN_SECONDS * 1e6))
        memory.note(NODE, "a", Micros(0))
        assert not memory.note(NODE, "a", Micros(end - 1))
        assert memory.lacks_any(NODE, ("a",), Micros(end - 1))
        assert not memory.lacks_any(NODE, ("a",), end)
        assert memory.note(NODE, "a", end)
        assert memory.lacks_any(NODE, ("a",), end)

    def test_one_switch_or_all_are_forgotten(self) -> None:
        """A switch that nothing is known of can be forgotten as well."""
        memory, now = MissingSounds(), Micros(0)
        for node in (NODE, OTHER_NODE):
            memory.note(node, "a", now)
        memory.forget(NODE)
        memory.forget(NODE)
        known = [memory.lacks_any(node, ("a",), now) for node in (NODE, OTHER_NODE)]
        assert known == [False, True]
        memory.forget_all()
        assert not memory.lacks_any(OTHER_NODE, ("a",), now)
