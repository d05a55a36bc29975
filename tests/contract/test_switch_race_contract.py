"""Every switch lets several phones ring for one caller, of which one has the call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.ids import LegId
from callcore.ports.switch_events import LegAnswered, LegBridged, LegEnded, LegParked, LegRinging
from callcore.ports.telephony import LegGoneError
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import ANSWERING, SILENT, Stage
from tests.contract.switch_scenes import leg, picked_up, request_for, waiting

LOST = "LOSE_RACE"


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def called(stage: Stage, *manners: str) -> list[LegId]:
    """Phones called at the same time, one of each manner."""
    requests = [
        request_for(stage.phone(f"10{number:02}", manner))
        for number, manner in enumerate(manners, start=1)
    ]
    for request in requests:
        stage.switch.originate(request)
    return [request.leg_id for request in requests]


def test_phones_called_for_one_caller_ring_at_the_same_time(stage: Stage) -> None:
    """And the caller goes on waiting."""
    caller = waiting(stage)
    phones = called(stage, SILENT, SILENT, SILENT)
    for phone in phones:
        stage.hear(LegRinging, phone)
    assert {found.leg_id for found in stage.switch.legs()} == {caller, *phones}


def test_a_phone_that_lost_stops_ringing_and_the_others_do_not(stage: Stage) -> None:
    """Its end is told once, with the cause it was ended with."""
    waiting(stage)
    lost, other = called(stage, SILENT, SILENT)
    for phone in (lost, other):
        stage.hear(LegRinging, phone)
    stage.switch.hang_up(lost, LOST)
    assert stage.hear(LegEnded, lost).cause == LOST
    stage.pass_time(0.1)
    assert [kind for kind, _ in stage.told_of(lost)] == ["LegRinging", "LegEnded"]
    assert stage.switch.leg_exists(other)
    assert stage.told(LegAnswered, lost) == []


@pytest.mark.parametrize("first", ["bridge", "hang up"])
def test_of_two_who_pick_up_at_once_one_has_the_caller(stage: Stage, *, first: str) -> None:
    """Both park; joining one while the other is being hung up disturbs neither."""
    caller = waiting(stage)
    won, lost = called(stage, ANSWERING, ANSWERING)
    for phone in (won, lost):
        stage.hear(LegParked, phone)
    if first == "bridge":
        stage.switch.bridge(caller, won)
        stage.switch.hang_up(lost, LOST)
    else:
        stage.switch.hang_up(lost, LOST)
        stage.switch.bridge(caller, won)
    bridged = stage.hear(LegBridged)
    assert (bridged.leg_id, bridged.other_leg_id) == (caller, won)
    assert stage.hear(LegEnded, lost).cause == LOST
    stage.pass_time(0.1)
    assert stage.told(LegEnded, caller) == stage.told(LegEnded, won) == []
    assert len(stage.told(LegBridged)) == 1
    found = leg(stage, caller)
    assert found is not None
    assert found.bridged_to == won


def test_a_phone_that_is_picked_up_after_the_race_can_be_hung_up(stage: Stage) -> None:
    """The talk of the winner goes on."""
    caller, won = waiting(stage), picked_up(stage, "1009")
    stage.switch.bridge(caller, won)
    (late,) = called(stage, ANSWERING)
    stage.hear(LegParked, late)
    stage.switch.hang_up(late, LOST)
    assert stage.hear(LegEnded, late).cause == LOST
    stage.pass_time(0.1)
    found = leg(stage, caller)
    assert found is not None
    assert found.bridged_to == won


def test_a_leg_that_is_being_hung_up_cannot_be_bridged(stage: Stage) -> None:
    """The command says so at once, and the caller goes on waiting."""
    caller = waiting(stage)
    (agent,) = called(stage, ANSWERING)
    stage.hear(LegParked, agent)
    stage.switch.hang_up(agent, LOST)
    with pytest.raises(LegGoneError):
        stage.switch.bridge(caller, agent)
    assert not stage.switch.leg_exists(agent)
    stage.hear(LegEnded, agent)
    stage.pass_time(0.1)
    assert stage.told(LegEnded, caller) == []
