"""Every switch keeps the port's promises: the fake of the flow tests and the real adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from callcore.domain import outcomes
from callcore.domain.ids import LegId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.switch_events import (
    LegAnswered,
    LegEnded,
    LegParked,
    LegRinging,
    PlaybackEnded,
    PlaybackStarted,
    SoundMissing,
    SwitchLost,
    SwitchRestored,
)
from callcore.ports.telephony import HostileTextError, Switch, SwitchUnavailableError
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import (
    ANSWERING,
    BUSY,
    ELSEWHERE,
    MISSING,
    MUSIC,
    PROMPTS,
    REFUSING,
    SILENT,
    UNREGISTERED,
    Stage,
)
from tests.contract.switch_scenes import GONE, arrived, leg, request_for, talking, waiting

RECORDING = "/recordings/a.wav"


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


class TestCaller:
    """A caller's leg, from arrival to end."""

    def test_an_arrival_is_told_with_all_that_is_known(self, stage: Stage) -> None:
        """Who calls whom, the dialplan's word on the queue, and that nobody has answered."""
        caller = stage.call_in("8001", "+48221234567", "Łucja")
        parked = stage.hear(LegParked, caller)
        assert parked.is_inbound
        assert not parked.is_line_answered
        assert (parked.caller_number, parked.caller_name) == ("+48221234567", "Łucja")
        assert parked.dialled_number == "8001"
        assert parked.variables == {"callcore_parked": "true", "callcore_queue": "support"}
        assert parked.node == stage.switch.node

    def test_an_answer_is_told_once_and_later(self, stage: Stage) -> None:
        """The command only posts: nothing is told before it returns, or when it is repeated."""
        caller = arrived(stage)
        stage.switch.answer(caller)
        assert stage.told(LegAnswered) == []
        stage.hear(LegAnswered, caller)
        stage.switch.answer(caller)
        stage.pass_time(0.1)
        assert len(stage.told(LegAnswered)) == 1

    def test_music_begins_and_ends(self, stage: Stage) -> None:
        """What was asked for is told by the path it was asked for with."""
        caller = waiting(stage)
        stage.switch.stop_playing(caller)
        ended = stage.hear(PlaybackEnded, caller)
        assert (ended.path, ended.is_missing) == (MUSIC, False)
        assert [started.path for started in stage.told(PlaybackStarted)] == [MUSIC]

    def test_missing_music_is_told_as_missing(self, stage: Stage) -> None:
        """It never began, and is not tried again and again."""
        caller = arrived(stage)
        stage.switch.play_endlessly(caller, MISSING)
        ended = stage.hear(PlaybackEnded, caller)
        assert (ended.path, ended.is_missing) == (MISSING, True)
        stage.pass_time(0.1)
        assert len(stage.told(PlaybackEnded)) == 1
        assert stage.told(PlaybackStarted) == []

    def test_an_announcement_sounds_over_the_music(self, stage: Stage) -> None:
        """Several prompts are one sound, and the music is not told to have ended."""
        caller = waiting(stage)
        stage.switch.announce(caller, PROMPTS)
        stage.until(lambda: len(stage.told(PlaybackStarted, caller)) > 1)
        assert stage.told(PlaybackStarted)[1].path == "file_string://" + "!".join(PROMPTS)
        assert stage.told(PlaybackEnded) == []

    def test_a_missing_announcement_leaves_the_music(self, stage: Stage) -> None:
        """One prompt that is not there is told; one among others is left out."""
        caller = waiting(stage)
        stage.switch.announce(caller, (MISSING,))
        ended = stage.hear(PlaybackEnded, caller)
        assert (ended.path, ended.is_missing) == (MISSING, True)
        stage.switch.announce(caller, (MISSING, PROMPTS[0]))
        stage.until(lambda: len(stage.told(PlaybackStarted, caller)) > 1)
        assert len(stage.told(PlaybackEnded)) == 1

    def test_a_prompt_that_is_passed_over_is_told(self, stage: Stage) -> None:
        """In its turn, of the switch and of no leg; of one by itself the leg's end tells alone."""
        caller = waiting(stage)
        stage.switch.announce(caller, (MISSING, *PROMPTS))
        missed = stage.hear(SoundMissing)
        assert (missed.node, missed.path) == (stage.switch.node, MISSING)
        stage.until(lambda: len(stage.told(PlaybackStarted, caller)) > 1)
        assert isinstance(stage.heard[-1], PlaybackStarted)
        ended = stage.hear(PlaybackEnded, caller)
        assert not ended.is_missing
        stage.switch.announce(caller, (PROMPTS[0], MISSING))
        stage.until(lambda: len(stage.told(PlaybackEnded, caller)) > 1)
        kinds = [type(event) for event in stage.heard[-3:]]
        assert kinds == [PlaybackStarted, SoundMissing, PlaybackEnded]
        stage.switch.announce(caller, (MISSING, MISSING))
        stage.until(lambda: len(stage.told(PlaybackEnded, caller)) > 2)
        kinds = [type(event) for event in stage.heard[-3:]]
        assert kinds == [SoundMissing, SoundMissing, PlaybackEnded]
        stage.switch.announce(caller, (MISSING,))
        stage.until(lambda: len(stage.told(PlaybackEnded, caller)) > 3)
        assert len(stage.told(SoundMissing)) == 4

    def test_a_caller_who_hangs_up_ends(self, stage: Stage) -> None:
        """The end is told once, and not that the music has ended too."""
        caller = waiting(stage)
        stage.put_down(caller)
        assert stage.hear(LegEnded, caller).cause == "NORMAL_CLEARING"
        assert not stage.switch.leg_exists(caller)
        stage.pass_time(0.1)
        assert [kind for kind, _ in stage.told_of(caller)][-2:] == ["PlaybackStarted", "LegEnded"]

    def test_hanging_up_gives_the_cause(self, stage: Stage) -> None:
        """The leg's end is told with the words it was ended with; again is harmless."""
        caller = waiting(stage)
        stage.switch.hang_up(caller, "SWITCH_CONGESTION")
        assert stage.hear(LegEnded, caller).cause == "SWITCH_CONGESTION"
        stage.switch.hang_up(caller, "NORMAL_CLEARING")
        stage.switch.hang_up(GONE, "NORMAL_CLEARING")
        stage.pass_time(0.1)
        assert len(stage.told(LegEnded)) == 1

    def test_commands_for_a_leg_that_is_gone_are_nothing(self, stage: Stage) -> None:
        """A posted command raises nothing and nothing comes of it."""
        for post in POSTED.values():
            post(stage.switch, GONE)
        stage.pass_time(0.1)
        assert stage.heard == []


class TestAgent:
    """A phone is called."""

    def test_a_phone_that_answers_rings_and_then_waits_for_commands(self, stage: Stage) -> None:
        """Ringing, answered, parked, in this order; the leg carries what it was made with."""
        request = request_for(stage.phone("1001", ANSWERING), callcore_agent="1001")
        stage.switch.originate(request)
        parked = stage.hear(LegParked, request.leg_id)
        assert not parked.is_inbound
        assert parked.is_line_answered
        assert parked.variables == {"callcore_offer": "o1", "callcore_agent": "1001"}
        assert [kind for kind, _ in stage.told_of(request.leg_id)] == [
            "LegRinging",
            "LegAnswered",
            "LegParked",
        ]

    @pytest.mark.parametrize(
        ("manner", "reason", "rings"),
        [
            (BUSY, OfferLostReason.BUSY, False),
            (REFUSING, OfferLostReason.REFUSED, True),
            (SILENT, OfferLostReason.NO_ANSWER, True),
            (UNREGISTERED, OfferLostReason.UNREGISTERED, False),
        ],
    )
    def test_a_phone_that_does_not_answer_ends_with_a_cause_that_says_why(
        self, stage: Stage, manner: str, reason: OfferLostReason, *, rings: bool
    ) -> None:
        """Told once; only a phone that was reached rings."""
        request = request_for(stage.phone("1001", manner), timeout_seconds=1)
        stage.switch.originate(request)
        ended = stage.hear(LegEnded, request.leg_id)
        assert outcomes.offer_lost_by(ended.cause) is reason
        stage.pass_time(0.1)
        kinds = [kind for kind, _ in stage.told_of(request.leg_id)]
        assert kinds == (["LegRinging"] if rings else []) + ["LegEnded"]
        assert not stage.switch.leg_exists(request.leg_id)

    def test_a_ringing_phone_can_be_silenced(self, stage: Stage) -> None:
        """Its leg ends with our cause, and is not answered any more."""
        request = request_for(stage.phone("1001", SILENT))
        stage.switch.originate(request)
        stage.hear(LegRinging, request.leg_id)
        assert stage.switch.leg_exists(request.leg_id)
        stage.switch.hang_up(request.leg_id, "ORIGINATOR_CANCEL")
        assert stage.hear(LegEnded, request.leg_id).cause == "ORIGINATOR_CANCEL"
        stage.pass_time(0.1)
        assert [kind for kind, _ in stage.told_of(request.leg_id)] == ["LegRinging", "LegEnded"]


class TestDialplan:
    """The dead man's switch, and handing a caller back."""

    def test_a_transferred_caller_is_elsewhere(self, stage: Stage) -> None:
        """The leg is not parked any more and lives."""
        caller = waiting(stage)
        stage.switch.transfer(caller, ELSEWHERE, "public")
        stage.until(lambda: (found := leg(stage, caller)) and found.dialled_number == ELSEWHERE)
        found = leg(stage, caller)
        assert found is not None
        assert not found.is_parked

    def test_an_unattended_guard_sends_the_caller_away(self, stage: Stage) -> None:
        """Not before its time."""
        caller = waiting(stage)
        stage.switch.guard(caller, 1, ELSEWHERE, "public")
        found = leg(stage, caller)
        assert found is not None
        assert found.dialled_number == "8001"
        stage.until(lambda: (found := leg(stage, caller)) and found.dialled_number == ELSEWHERE)

    def test_a_guard_that_is_taken_off_or_set_anew_does_nothing(self, stage: Stage) -> None:
        """Each caller has one."""
        talks, waits = waiting(stage), waiting(stage)
        for caller in (talks, waits):
            stage.switch.guard(caller, 1, ELSEWHERE, "public")
        stage.switch.unguard(talks)
        stage.switch.guard(waits, 60, ELSEWHERE, "public")
        stage.pass_time(2.1)
        assert {leg.dialled_number for leg in stage.switch.legs()} == {"8001"}


POSTED: dict[str, Callable[[Switch, LegId], object]] = {
    "answer": lambda switch, leg_id: switch.answer(leg_id),
    "pre_answer": lambda switch, leg_id: switch.pre_answer(leg_id),
    "ring": lambda switch, leg_id: switch.ring(leg_id),
    "play_endlessly": lambda switch, leg_id: switch.play_endlessly(leg_id, MUSIC),
    "announce": lambda switch, leg_id: switch.announce(leg_id, PROMPTS),
    "stop_playing": lambda switch, leg_id: switch.stop_playing(leg_id),
    "remember": lambda switch, leg_id: switch.remember(leg_id, {"callcore_x": "y"}),
    "guard": lambda switch, leg_id: switch.guard(leg_id, 60, ELSEWHERE, "public"),
    "unguard": lambda switch, leg_id: switch.unguard(leg_id),
    "transfer": lambda switch, leg_id: switch.transfer(leg_id, ELSEWHERE, "public"),
    "hang_up": lambda switch, leg_id: switch.hang_up(leg_id, "NORMAL_CLEARING"),
    "start_recording": lambda switch, leg_id: switch.start_recording(leg_id, RECORDING),
    "stop_recording": lambda switch, leg_id: switch.stop_recording(leg_id, RECORDING),
}


ASKED: dict[str, Callable[[Switch, LegId], object]] = {
    "bridge": lambda switch, leg_id: switch.bridge(leg_id, GONE),
    "leg_exists": lambda switch, leg_id: switch.leg_exists(leg_id),
    "legs": lambda switch, _: switch.legs(),
    "leg_ids": lambda switch, _: switch.leg_ids(),
    "originate": lambda switch, _: switch.originate(request_for("user/1001@test")),
}


class TestLink:
    """The event socket goes away and comes back."""

    def test_a_lost_link_is_told_and_no_command_works(self, stage: Stage) -> None:
        """Each raises the same error; what happens meanwhile is not told, then or later."""
        caller, agent = talking(stage)
        assert stage.switch.is_connected
        stage.lose_link()
        assert stage.hear(SwitchLost).reason
        assert not stage.switch.is_connected
        for command in (POSTED | ASKED).values():
            with pytest.raises(SwitchUnavailableError):
                command(stage.switch, caller)
        stage.put_down(agent)
        stage.pass_time(0.2)
        stage.restore_link()
        stage.hear(SwitchRestored)
        stage.pass_time(0.1)
        assert stage.told(LegEnded) == []
        assert not stage.switch.leg_exists(caller)

    def test_a_restored_link_is_of_the_same_core(self, stage: Stage) -> None:
        """Calls went on, and can be asked about and commanded again."""
        caller = waiting(stage)
        stage.lose_link()
        stage.hear(SwitchLost)
        stage.restore_link()
        restored = stage.hear(SwitchRestored)
        assert restored.core_uuid
        assert not restored.is_restarted
        assert stage.switch.is_connected
        assert [leg.leg_id for leg in stage.switch.legs()] == [caller]
        stage.switch.hang_up(caller, "NORMAL_CLEARING")
        stage.hear(LegEnded, caller)

    def test_a_restarted_core_has_none_of_the_old_legs(self, stage: Stage) -> None:
        """It says that it is another; the end of the old legs is told by nobody."""
        caller, agent = talking(stage)
        stage.lose_link()
        stage.hear(SwitchLost)
        stage.restore_link()
        before = stage.hear(SwitchRestored).core_uuid
        stage.heard.clear()
        stage.lose_core()
        stage.hear(SwitchLost)
        stage.restart_core()
        restored = stage.hear(SwitchRestored)
        assert restored.is_restarted
        assert restored.core_uuid != before
        assert stage.switch.legs() == []
        assert not stage.switch.leg_exists(caller)
        assert stage.told_of(caller, agent) == []


@pytest.mark.parametrize(
    "command",
    [
        lambda switch, leg_id: switch.remember(leg_id, {"callcore_x": "${hostname}"}),
        lambda switch, leg_id: switch.remember(leg_id, {"sip_from_user": "x"}),
        lambda switch, leg_id: switch.play_endlessly(leg_id, "/a\n\napi status"),
        lambda switch, leg_id: switch.announce(leg_id, ("../secret.wav",)),
        lambda switch, leg_id: switch.transfer(leg_id, "1 2", "public"),
        lambda switch, leg_id: switch.guard(leg_id, 5, "4000", "a;b"),
        lambda switch, leg_id: switch.hang_up(leg_id, "normal clearing"),
        lambda switch, leg_id: switch.originate(request_for("user/1,user/2")),
    ],
)
def test_hostile_text_is_refused(stage: Stage, command: Callable[[Switch, LegId], None]) -> None:
    """What would end or expand a command never becomes part of one."""
    caller = arrived(stage)
    with pytest.raises(HostileTextError):
        command(stage.switch, caller)
