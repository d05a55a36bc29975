"""Every switch plays and stops in the same order, before the answer and after it, keys or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.ids import LegId
from callcore.ports.switch_events import (
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    PlaybackEnded,
    PlaybackStarted,
)
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import MISSING, MUSIC, PROMPTS, Stage
from tests.contract.switch_scenes import arrived, leg, picked_up, waiting

BOTH = "file_string://" + "!".join(PROMPTS)
FIRST, SECOND = PROMPTS


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def sounds(stage: Stage, leg_id: LegId) -> list[tuple[str, str]]:
    """What began and ended to sound on a leg, in order."""
    kinds = {PlaybackStarted: "began", PlaybackEnded: "ended"}
    return [
        (kinds[type(event)], event.path)
        for event in stage.heard
        if isinstance(event, PlaybackStarted | PlaybackEnded) and event.leg_id == leg_id
    ]


def hear_end_of(stage: Stage, path: str) -> None:
    """Waits until a sound has ended."""
    stage.until(lambda: any(ended.path == path for ended in stage.told(PlaybackEnded)))


def hear_begin_of(stage: Stage, path: str) -> None:
    """Waits until a sound has begun."""
    stage.until(lambda: any(began.path == path for began in stage.told(PlaybackStarted)))


class TestUnanswered:
    """Callers whose line is not answered yet."""

    def test_early_media_carries_music_and_is_answered_by_a_bridge(self, stage: Stage) -> None:
        """Opening it is told by nothing; the answer is told before the bridge."""
        caller = arrived(stage)
        stage.switch.pre_answer(caller)
        stage.switch.play_endlessly(caller, MUSIC)
        stage.hear(PlaybackStarted, caller)
        found = leg(stage, caller)
        assert found is not None
        assert (found.is_line_answered, found.answered_at) == (False, None)
        agent = picked_up(stage)
        stage.switch.bridge(caller, agent)
        stage.hear(LegBridged, caller)
        kinds = [kind for kind, _ in stage.told_of(caller)]
        assert kinds == ["LegParked", "PlaybackStarted", "LegAnswered", "LegBridged"]

    def test_early_media_alone_lets_a_bridge_happen(self, stage: Stage) -> None:
        """Nothing needs to be playing."""
        caller, agent = arrived(stage), picked_up(stage)
        stage.switch.pre_answer(caller)
        stage.pass_time(0.1)
        assert stage.told(LegAnswered, caller) == []
        stage.switch.bridge(caller, agent)
        stage.hear(LegBridged, caller)
        assert len(stage.told(LegAnswered, caller)) == 1

    def test_an_answer_after_early_media_leaves_the_music(self, stage: Stage) -> None:
        """It is told once."""
        caller = arrived(stage)
        stage.switch.pre_answer(caller)
        stage.switch.play_endlessly(caller, MUSIC)
        stage.hear(PlaybackStarted, caller)
        stage.switch.answer(caller)
        stage.hear(LegAnswered, caller)
        stage.pass_time(0.1)
        assert sounds(stage, caller) == [("began", MUSIC)]

    def test_ringing_is_told_by_nothing_and_the_caller_goes_on_waiting(self, stage: Stage) -> None:
        """Neither as an answer nor as a phone that rings."""
        caller = arrived(stage)
        stage.switch.ring(caller)
        stage.pass_time(0.1)
        assert [kind for kind, _ in stage.told_of(caller)] == ["LegParked"]
        found = leg(stage, caller)
        assert found is not None
        assert (found.is_line_answered, found.is_parked) == (False, True)

    def test_a_caller_who_hears_ringing_is_bridged_once_answered(self, stage: Stage) -> None:
        """The answer comes first."""
        caller, agent = arrived(stage), picked_up(stage)
        stage.switch.ring(caller)
        stage.pass_time(0.1)
        stage.switch.answer(caller)
        stage.hear(LegAnswered, caller)
        stage.switch.bridge(caller, agent)
        bridged = stage.hear(LegBridged)
        assert (bridged.leg_id, bridged.other_leg_id) == (caller, agent)

    def test_a_caller_who_hears_ringing_is_lost_by_a_bridge(self, stage: Stage) -> None:
        """Ringing is no media."""
        caller, agent = arrived(stage), picked_up(stage)
        stage.switch.ring(caller)
        stage.pass_time(0.1)
        stage.switch.bridge(caller, agent)
        assert stage.hear(LegEnded, caller).cause == "DESTINATION_OUT_OF_ORDER"

    @pytest.mark.parametrize("what", ["music", "prompts"])
    def test_a_sound_opens_early_media_by_itself(self, stage: Stage, *, what: str) -> None:
        """Also for a caller who heard ringing; it does not answer."""
        caller, agent = arrived(stage), picked_up(stage)
        stage.switch.ring(caller)
        if what == "music":
            stage.switch.play_endlessly(caller, MUSIC)
        else:
            stage.switch.announce(caller, PROMPTS)
        stage.hear(PlaybackStarted, caller)
        assert stage.told(LegAnswered, caller) == []
        stage.switch.bridge(caller, agent)
        stage.hear(LegBridged, caller)
        assert len(stage.told(LegAnswered, caller)) == 1

    def test_an_answered_line_neither_rings_nor_goes_back(self, stage: Stage) -> None:
        """Both commands are harmless then."""
        caller = waiting(stage)
        stage.switch.ring(caller)
        stage.switch.pre_answer(caller)
        stage.pass_time(0.1)
        found = leg(stage, caller)
        assert found is not None
        assert found.is_line_answered
        assert sounds(stage, caller) == [("began", MUSIC)]


class TestPrompts:
    """Prompts by themselves, and what comes before and after them."""

    @pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "unanswered"])
    @pytest.mark.parametrize("hears", ["nothing", "music"])
    def test_a_goodbye_is_heard_to_its_end(
        self, stage: Stage, hears: str, *, is_answered: bool
    ) -> None:
        """The music ends, the prompts are played whole, and the leg ends with the cause given."""
        caller = arrived(stage)
        if is_answered:
            stage.switch.answer(caller)
        if hears == "music":
            stage.switch.play_endlessly(caller, MUSIC)
            stage.hear(PlaybackStarted, caller)
        stage.pass_time(0.1)
        stage.switch.stop_playing(caller)
        stage.switch.pre_answer(caller)
        stage.switch.announce(caller, PROMPTS)
        hear_end_of(stage, BOTH)
        music = [("began", MUSIC), ("ended", MUSIC)] if hears == "music" else []
        assert sounds(stage, caller) == [*music, ("began", BOTH), ("ended", BOTH)]
        stage.switch.hang_up(caller, "SWITCH_CONGESTION")
        assert stage.hear(LegEnded, caller).cause == "SWITCH_CONGESTION"
        assert len(stage.told(LegAnswered, caller)) == is_answered

    def test_prompts_that_are_all_missing_are_told_by_their_sequence(self, stage: Stage) -> None:
        """They never began."""
        caller = waiting(stage)
        stage.switch.announce(caller, (MISSING, MISSING))
        ended = stage.hear(PlaybackEnded, caller)
        assert (ended.path, ended.is_missing) == (f"file_string://{MISSING}!{MISSING}", True)
        assert sounds(stage, caller)[:-1] == [("began", MUSIC)]

    def test_a_stop_ends_prompts_and_then_the_music_under_them(self, stage: Stage) -> None:
        """Both are told, and nothing comes back."""
        caller = waiting(stage)
        stage.switch.announce(caller, PROMPTS)
        hear_begin_of(stage, BOTH)
        stage.switch.stop_playing(caller)
        hear_end_of(stage, MUSIC)
        stage.pass_time(0.1)
        assert sounds(stage, caller)[1:] == [("began", BOTH), ("ended", BOTH), ("ended", MUSIC)]

    @pytest.mark.parametrize("later_seconds", [0.0, 0.03, 0.06])
    def test_prompts_are_stopped_however_soon(self, stage: Stage, later_seconds: float) -> None:
        """The stop is not lost to prompts that were about to begin, and the music ends too."""
        caller = waiting(stage)
        stage.switch.announce(caller, PROMPTS)
        stage.pass_time(later_seconds)
        stage.switch.stop_playing(caller)
        hear_end_of(stage, MUSIC)
        stage.pass_time(1.0)
        begun = sounds(stage, caller).count(("began", BOTH))
        assert sounds(stage, caller).count(("ended", BOTH)) == begun
        assert sounds(stage, caller)[-1] == ("ended", MUSIC)

    def test_prompts_asked_for_at_once_are_heard_one_after_another(self, stage: Stage) -> None:
        """None cuts into another, and music asked for after them waits for their end."""
        caller = arrived(stage)
        stage.switch.answer(caller)
        for prompt in PROMPTS:
            stage.switch.announce(caller, (prompt,))
        stage.switch.play_endlessly(caller, MUSIC)
        hear_begin_of(stage, MUSIC)
        assert sounds(stage, caller) == [
            *(("began", FIRST), ("ended", FIRST)),
            *(("began", SECOND), ("ended", SECOND)),
            ("began", MUSIC),
        ]

    def test_an_answer_does_not_wait_for_the_end_of_prompts(self, stage: Stage) -> None:
        """They go on."""
        caller = arrived(stage)
        stage.switch.announce(caller, PROMPTS)
        stage.hear(PlaybackStarted, caller)
        stage.switch.answer(caller)
        hear_end_of(stage, BOTH)
        kinds = [kind for kind, _ in stage.told_of(caller)]
        assert kinds == ["LegParked", "PlaybackStarted", "LegAnswered", "PlaybackEnded"]

    def test_a_stop_takes_back_what_has_not_begun(self, stage: Stage) -> None:
        """But not an answer; what is asked for after it is done."""
        caller = arrived(stage)
        stage.switch.announce(caller, PROMPTS)
        stage.hear(PlaybackStarted, caller)
        stage.switch.announce(caller, (SECOND,))
        stage.switch.play_endlessly(caller, MUSIC)
        stage.switch.answer(caller)
        stage.switch.stop_playing(caller)
        stage.hear(LegAnswered, caller)
        stage.pass_time(0.2)
        assert sounds(stage, caller) == [("began", BOTH), ("ended", BOTH)]
        stage.switch.stop_playing(caller)
        stage.switch.announce(caller, (FIRST,))
        hear_end_of(stage, FIRST)

    def test_prompts_cut_by_a_bridge_are_told_to_have_ended(self, stage: Stage) -> None:
        """Before the bridge is told."""
        caller, agent = waiting(stage), picked_up(stage)
        stage.switch.announce(caller, PROMPTS)
        hear_begin_of(stage, BOTH)
        stage.switch.bridge(caller, agent)
        stage.hear(LegBridged, caller)
        kinds = [kind for kind, _ in stage.told_of(caller)]
        assert ("ended", BOTH) in sounds(stage, caller)
        assert kinds.index("PlaybackEnded") < kinds.index("LegBridged")
        assert kinds[-1] == "LegBridged"


class TestKeys:
    """Keys are heard whatever plays, and break nothing by themselves."""

    @pytest.mark.parametrize("hears", ["nothing", "music", "prompts", "prompts over music"])
    def test_every_key_is_told_at_once(self, stage: Stage, hears: str) -> None:
        """The star as well, which a switch left alone takes for an end of the sound."""
        caller = arrived(stage)
        stage.switch.answer(caller)
        stage.hear(LegAnswered, caller)
        if "music" in hears:
            stage.switch.play_endlessly(caller, MUSIC)
            hear_begin_of(stage, MUSIC)
        if "prompts" in hears:
            stage.switch.announce(caller, PROMPTS)
            hear_begin_of(stage, BOTH)
        before = sounds(stage, caller)
        stage.press(caller, "*1#*")
        stage.until(lambda: len(stage.told(DigitPressed, caller)) == 4)
        assert [pressed.digit for pressed in stage.told(DigitPressed)] == list("*1#*")
        assert sounds(stage, caller) == before
        if "prompts" in hears:
            hear_end_of(stage, BOTH)
        stage.pass_time(0.6)
        assert ("ended", MUSIC) not in sounds(stage, caller)

    def test_prompts_after_a_key_that_stopped_others_are_heard_whole(self, stage: Stage) -> None:
        """As in a menu: the key ends the question, and the next one begins."""
        caller = arrived(stage)
        stage.switch.answer(caller)
        stage.switch.announce(caller, PROMPTS)
        hear_begin_of(stage, BOTH)
        stage.press(caller, "7")
        stage.hear(DigitPressed, caller)
        stage.switch.stop_playing(caller)
        stage.switch.announce(caller, (SECOND,))
        hear_end_of(stage, SECOND)
        assert sounds(stage, caller) == [
            *(("began", BOTH), ("ended", BOTH)),
            *(("began", SECOND), ("ended", SECOND)),
        ]
