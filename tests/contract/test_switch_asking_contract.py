"""Every switch, when asked, tells what is there alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.ids import LegId
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegRinging,
    PlaybackEnded,
    PlaybackStarted,
)
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import MUSIC, PROMPTS, SILENT, Stage
from tests.contract.switch_scenes import (
    GONE,
    arrived,
    leg,
    picked_up,
    request_for,
    talking,
    waiting,
)


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def is_parked(stage: Stage, leg_id: LegId) -> bool:
    """Whether the leg is there and awaits commands."""
    found = leg(stage, leg_id)
    return found is not None and found.is_parked


class TestAsking:
    """What is there, as asking finds it."""

    def test_a_waiting_caller_is_not_parked_but_remembers(self, stage: Stage) -> None:
        """While music plays the leg does not await commands; an empty value takes one away."""
        caller = arrived(stage)
        stage.until(lambda: (found := leg(stage, caller)) and found.is_parked)
        stage.switch.answer(caller)
        stage.switch.play_endlessly(caller, MUSIC)
        stage.switch.remember(caller, {"callcore_queue": "", "callcore_waits_in": "support"})
        stage.hear(PlaybackStarted, caller)
        found = leg(stage, caller)
        assert found is not None
        assert found.variables == {"callcore_parked": "true", "callcore_waits_in": "support"}
        assert found.is_inbound
        assert found.is_line_answered
        assert not found.is_parked
        assert found.bridged_to is None
        assert (found.caller_number, found.dialled_number) == ("+48200100", "8001")
        assert found.answered_at is not None
        assert found.created_at < found.answered_at <= stage.told(LegAnswered)[0].at

    def test_who_hears_nothing_awaits_commands(self, stage: Stage) -> None:
        """Whatever was done and heard before; music goes on under prompts that have ended."""
        caller = arrived(stage)
        stage.switch.answer(caller)
        stage.until(lambda: (found := leg(stage, caller)) and found.is_line_answered)
        assert is_parked(stage, caller)
        stage.switch.announce(caller, PROMPTS)
        stage.hear(PlaybackStarted, caller)
        assert not is_parked(stage, caller)
        stage.hear(PlaybackEnded, caller)
        stage.until(lambda: is_parked(stage, caller))
        stage.switch.play_endlessly(caller, MUSIC)
        stage.switch.announce(caller, PROMPTS)
        stage.until(lambda: len(stage.told(PlaybackEnded, caller)) == 2)
        stage.pass_time(0.1)
        assert not is_parked(stage, caller)
        stage.switch.stop_playing(caller)
        stage.until(lambda: is_parked(stage, caller))

    def test_a_caller_for_whom_the_dialplan_knows_no_queue_is_found(self, stage: Stage) -> None:
        """One who arrived unheard is taken whatever the number dialled."""
        caller = stage.call_in("8002")
        stage.until(lambda: (found := leg(stage, caller)) and found.is_parked)

    def test_who_talks_is_bridged_to_the_other(self, stage: Stage) -> None:
        """Both ways, and neither is parked."""
        caller, agent = talking(stage)
        found = {leg.leg_id: leg for leg in stage.switch.legs()}
        assert found[caller].bridged_to == agent
        assert found[agent].bridged_to == caller
        assert not found[caller].is_parked
        assert not found[agent].is_parked
        assert found[agent].variables == {"callcore_offer": "o1"}
        assert not found[agent].is_inbound

    def test_who_is_being_joined_talks_only_when_both_have_met(self, stage: Stage) -> None:
        """Asked as soon as the bridge was ordered, and again once it is told."""
        caller, agent = waiting(stage), picked_up(stage)
        stage.switch.bridge(caller, agent)
        joining = {leg.leg_id: leg for leg in stage.switch.legs()}
        stage.hear(LegBridged)
        joined = {leg.leg_id: leg for leg in stage.switch.legs()}
        for found, is_joining in ((joining, True), (joined, False)):
            assert [found[one].is_joining for one in (caller, agent)] == [is_joining] * 2
            assert (found[caller].bridged_to, found[agent].bridged_to) == (agent, caller)

    def test_who_picked_up_is_parked(self, stage: Stage) -> None:
        """An agent's leg that nobody bridged yet."""
        agent = picked_up(stage)
        stage.until(lambda: (found := leg(stage, agent)) and found.is_parked)
        found = leg(stage, agent)
        assert found is not None
        assert found.is_line_answered

    def test_a_phone_that_rings_is_neither_answered_nor_parked(self, stage: Stage) -> None:
        """But it is there."""
        request = request_for(stage.phone("1001", SILENT))
        stage.switch.originate(request)
        stage.hear(LegRinging, request.leg_id)
        found = leg(stage, request.leg_id)
        assert found is not None
        assert (found.is_line_answered, found.is_parked, found.answered_at) == (False, False, None)

    def test_what_is_gone_is_not_found(self, stage: Stage) -> None:
        """Neither by its id nor among all."""
        caller = arrived(stage)
        assert stage.switch.leg_exists(caller)
        assert not stage.switch.leg_exists(GONE)
        stage.put_down(caller)
        stage.hear(LegEnded, caller)
        stage.until(lambda: leg(stage, caller) is None)
        stage.until(lambda: caller not in stage.switch.leg_ids())

    def test_some_may_be_asked_about(self, stage: Stage) -> None:
        """Among all that are listed; one that is gone is left out."""
        caller, agent = talking(stage)
        stage.until(lambda: {caller, agent} <= stage.switch.leg_ids())
        assert [one.leg_id for one in stage.switch.legs({agent, GONE})] == [agent]
        assert stage.switch.legs(()) == []
