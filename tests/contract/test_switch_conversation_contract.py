"""Every switch joins and parts a caller and an agent alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.ids import MICROS_PER_SECOND, LegId
from callcore.domain.transfers import TransferKind
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegHeld,
    LegParked,
    LegUnbridged,
    LegUnheld,
    PlaybackStarted,
    RecordingStarted,
    RecordingStopped,
)
from callcore.ports.telephony import LegGoneError
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import ELSEWHERE, MUSIC, Stage
from tests.contract.switch_scenes import GONE, arrived, leg, picked_up, talking, waiting

RECORDING = "/recordings/a.wav"


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def is_parked(stage: Stage, leg_id: LegId) -> bool:
    """Whether the leg is there and awaits commands."""
    found = leg(stage, leg_id)
    return found is not None and found.is_parked


def keep_after_talk(stage: Stage, leg_id: LegId, seconds: int) -> None:
    """Has the leg kept; it is so when this returns, since the next question has been answered."""
    stage.switch.keep_after_talk(leg_id, seconds)
    assert stage.switch.leg_exists(leg_id)


class TestConversation:
    """Caller and agent are joined."""

    def test_a_bridge_is_told_once_with_the_caller_first(self, stage: Stage) -> None:
        """The music ends with it, untold, and does not come back."""
        caller, agent = talking(stage)
        (bridged,) = stage.told(LegBridged)
        assert (bridged.leg_id, bridged.other_leg_id) == (caller, agent)
        stage.pass_time(0.1)
        kinds = [kind for kind, _ in stage.told_of(caller)]
        assert kinds[-2:] == ["PlaybackStarted", "LegBridged"]

    @pytest.mark.parametrize("gone", ["caller", "agent"])
    def test_a_leg_that_is_gone_cannot_be_bridged(self, stage: Stage, gone: str) -> None:
        """The other leg is not touched."""
        if gone == "caller":
            left = picked_up(stage)
            legs = (GONE, left)
        else:
            left = waiting(stage)
            legs = (left, GONE)
        with pytest.raises(LegGoneError):
            stage.switch.bridge(*legs)
        stage.pass_time(0.1)
        assert stage.switch.leg_exists(left)

    def test_a_caller_without_media_is_lost_by_a_bridge(self, stage: Stage) -> None:
        """Neither answered nor hearing anything: the switch hangs up both."""
        caller, agent = arrived(stage), picked_up(stage)
        stage.switch.bridge(caller, agent)
        assert stage.hear(LegEnded, caller).cause == "DESTINATION_OUT_OF_ORDER"
        assert stage.hear(LegEnded, agent).cause == "ORIGINATOR_CANCEL"
        assert stage.told(LegBridged) == []

    def test_an_agent_who_hangs_up_takes_the_caller_along(self, stage: Stage) -> None:
        """The agent's end, then the end of the talk on the caller's leg, then the caller's end."""
        caller, agent = talking(stage)
        stage.heard.clear()
        stage.put_down(agent)
        stage.hear(LegEnded, caller)
        assert stage.told_of(caller, agent) == [
            ("LegEnded", agent),
            ("LegUnbridged", caller),
            ("LegEnded", caller),
        ]

    def test_a_caller_who_hangs_up_takes_the_agent_along(self, stage: Stage) -> None:
        """The caller's end first; only the caller's leg is told to talk no more."""
        caller, agent = talking(stage)
        stage.heard.clear()
        stage.put_down(caller)
        stage.hear(LegEnded, agent)
        stage.hear(LegUnbridged, caller)
        assert stage.told_of(caller, agent)[0] == ("LegEnded", caller)
        assert len(stage.told_of(caller, agent)) == 3

    def test_a_leg_that_outlives_talks_parks_again(self, stage: Stage) -> None:
        """An agent who dialled in and stays: talk after talk with callers who hang up."""
        line = arrived(stage)
        stage.switch.answer(line)
        stage.switch.outlive_talks(line)
        for _ in range(2):
            caller = waiting(stage)
            stage.heard.clear()
            stage.switch.play_endlessly(line, MUSIC)
            stage.hear(PlaybackStarted, line)
            stage.switch.bridge(caller, line)
            stage.hear(LegBridged, caller)
            stage.put_down(caller)
            stage.hear(LegParked, line)
            stage.hear(LegUnbridged, caller)
            assert not stage.told(LegEnded, line)
            assert is_parked(stage, line)

    def test_a_caller_ends_with_the_line_that_outlives_talks(self, stage: Stage) -> None:
        """The agent puts the phone down: the line is over, and the talk."""
        line, caller = arrived(stage), waiting(stage)
        stage.switch.answer(line)
        stage.switch.outlive_talks(line)
        stage.hear(LegAnswered, line)
        stage.switch.bridge(caller, line)
        stage.hear(LegBridged, caller)
        stage.put_down(line)
        stage.hear(LegEnded, caller)
        kinds = [
            one for one in stage.told_of(line, caller) if one[0] in {"LegEnded", "LegUnbridged"}
        ]
        assert kinds == [("LegEnded", line), ("LegUnbridged", caller), ("LegEnded", caller)]

    def test_a_leg_that_is_kept_parks_when_its_talk_is_over(self, stage: Stage) -> None:
        """Told apart from an arrival, by event and by asking; not ended while it is guarded."""
        caller, agent = talking(stage)
        keep_after_talk(stage, caller, 1)
        stage.heard.clear()
        stage.put_down(agent)
        parked = stage.hear(LegParked, caller)
        assert parked.is_after_talk
        assert parked.dialled_number == "8001"
        assert [kind for kind, _ in stage.told_of(caller, agent)] == [
            "LegEnded",
            "LegUnbridged",
            "LegParked",
        ]
        stage.switch.guard(caller, 60, "callcore_fallback", "public")
        found = leg(stage, caller)
        assert found is not None
        assert found.is_after_talk
        assert found.is_parked
        stage.pass_time(2.2)
        assert not stage.told(LegEnded, caller)

    def test_a_leg_that_is_kept_ends_if_nobody_cares(self, stage: Stage) -> None:
        """The switch itself ends it."""
        caller, agent = talking(stage)
        keep_after_talk(stage, caller, 1)
        stage.put_down(agent)
        stage.hear(LegParked, caller)
        assert stage.hear(LegEnded, caller).cause == "ALLOTTED_TIMEOUT"

    def test_a_leg_that_is_kept_no_more_ends_with_its_talk(self, stage: Stage) -> None:
        """As any other."""
        caller, agent = talking(stage)
        keep_after_talk(stage, caller, 5)
        stage.switch.forget_after_talk(caller)
        stage.heard.clear()
        stage.put_down(agent)
        assert stage.hear(LegEnded, caller).cause == "NORMAL_CLEARING"
        assert not stage.told(LegParked, caller)

    def test_a_leg_that_is_kept_goes_where_it_is_sent(self, stage: Stage) -> None:
        """A blind transfer goes before it."""
        caller, agent = talking(stage)
        keep_after_talk(stage, caller, 5)
        stage.heard.clear()
        stage.transfer_blind(agent, ELSEWHERE)
        stage.hear(LegUnbridged, caller)
        stage.until(lambda: (found := leg(stage, caller)) and found.dialled_number == ELSEWHERE)
        assert not stage.told(LegParked, caller)
        assert not stage.told(LegEnded, caller)

    def test_a_leg_that_is_kept_ends_on_hold(self, stage: Stage) -> None:
        """Whose partner hangs up while holding it."""
        caller, agent = talking(stage)
        keep_after_talk(stage, caller, 5)
        stage.hold(agent)
        stage.hear(LegHeld, agent)
        stage.put_down(agent)
        stage.hear(LegEnded, caller)
        assert not [one for one in stage.told(LegParked, caller) if one.is_after_talk]

    def test_a_leg_is_taken_out_of_its_talk(self, stage: Stage) -> None:
        """The partner ends, and the leg waits."""
        caller, agent = talking(stage)
        stage.heard.clear()
        stage.switch.take_out_of_talk(caller, 5)
        assert stage.hear(LegParked, caller).is_after_talk
        stage.hear(LegUnbridged, caller)
        stage.hear(LegEnded, agent)
        assert not stage.told(LegEnded, caller)

    def test_a_leg_is_taken_out_of_a_talk_with_a_line_that_stays(self, stage: Stage) -> None:
        """Both wait then."""
        line, caller = arrived(stage), waiting(stage)
        stage.switch.answer(line)
        stage.switch.outlive_talks(line)
        stage.hear(LegAnswered, line)
        stage.switch.bridge(caller, line)
        stage.hear(LegBridged, caller)
        stage.heard.clear()
        stage.switch.take_out_of_talk(caller, 5)
        assert stage.hear(LegParked, caller).is_after_talk
        assert not stage.hear(LegParked, line).is_after_talk

    def test_an_agent_leaves_before_the_legs_have_met(self, stage: Stage) -> None:
        """No bridge is told, and the caller is lost with the agent."""
        caller, agent = waiting(stage), picked_up(stage)
        stage.switch.bridge(caller, agent)
        stage.put_down(agent)
        stage.hear(LegEnded, caller)
        assert stage.told(LegBridged) == []

    def test_a_hold_is_told_of_the_phone_that_holds(self, stage: Stage) -> None:
        """And so is its end."""
        _, agent = talking(stage)
        stage.hold(agent)
        stage.hear(LegHeld, agent)
        stage.unhold(agent)
        stage.hear(LegUnheld, agent)

    def test_a_blind_transfer_ends_the_agent_only(self, stage: Stage) -> None:
        """The caller talks no more, and lives on at the other extension."""
        caller, agent = talking(stage)
        stage.heard.clear()
        stage.transfer_blind(agent, ELSEWHERE)
        stage.hear(LegUnbridged, caller)
        stage.hear(LegEnded, agent)
        stage.until(lambda: (found := leg(stage, caller)) and found.dialled_number == ELSEWHERE)
        assert stage.told(LegEnded, caller) == []

    def test_at_the_end_of_a_leg_its_transfers_are_told(self, stage: Stage) -> None:
        """Those that a phone makes; a bridge is none."""
        caller, agent = talking(stage)
        stage.transfer_blind(agent, ELSEWHERE)
        unbridged = stage.hear(LegUnbridged, caller)
        assert stage.hear(LegEnded, agent).transfers == ()
        stage.until(lambda: (found := leg(stage, caller)) and found.dialled_number == ELSEWHERE)
        stage.put_down(caller)
        [transfer] = stage.hear(LegEnded, caller).transfers
        assert (transfer.kind, transfer.to, transfer.partner) == (
            TransferKind.BLIND,
            ELSEWHERE,
            agent,
        )
        assert 0 <= unbridged.at - transfer.at < 2 * MICROS_PER_SECOND

    def test_a_recording_is_told_by_its_path(self, stage: Stage) -> None:
        """When it has begun and when it is complete, at the latest after the leg's end."""
        caller, _ = talking(stage)
        stage.switch.start_recording(caller, RECORDING)
        assert stage.hear(RecordingStarted, caller).path == RECORDING
        stage.switch.stop_recording(caller, RECORDING)
        assert stage.hear(RecordingStopped, caller).path == RECORDING
        stage.switch.start_recording(caller, RECORDING)
        stage.until(lambda: len(stage.told(RecordingStarted)) == 2)
        stage.put_down(caller)
        stage.until(lambda: len(stage.told(RecordingStopped)) == 2)
