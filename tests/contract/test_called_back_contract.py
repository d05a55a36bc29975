"""A customer who is called back, and the agent: two legs we called. Fake and real are the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.announcements import RINGING_TONE
from callcore.domain.ids import LegId
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegParked,
    LegRinging,
    PlaybackStarted,
)
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import ANSWERING, SILENT, Stage
from tests.contract.switch_scenes import leg, picked_up, request_for


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def answered(stage: Stage) -> LegId:
    """A customer who has answered and waits for commands."""
    request = request_for(stage.phone("600", ANSWERING), callcore_callback_of="c0")
    stage.switch.originate(request)
    stage.hear(LegParked, request.leg_id)
    return request.leg_id


def talking(stage: Stage) -> tuple[LegId, LegId]:
    """A customer and an agent who heard the ringing tone meanwhile, and talk now."""
    agent = picked_up(stage)
    stage.switch.play_endlessly(agent, RINGING_TONE)
    stage.hear(PlaybackStarted, agent)
    customer = answered(stage)
    stage.switch.bridge(customer, agent)
    stage.hear(LegBridged)
    return customer, agent


def test_they_talk_and_the_tone_ends(stage: Stage) -> None:
    """Told once, with the customer first; each is the other's partner."""
    customer, agent = talking(stage)
    (bridged,) = stage.told(LegBridged)
    assert (bridged.leg_id, bridged.other_leg_id) == (customer, agent)
    stage.pass_time(0.1)
    found = {one.leg_id: one for one in stage.switch.legs()}
    assert found[customer].bridged_to == agent
    assert found[agent].bridged_to == customer
    assert not found[customer].is_inbound
    assert found[customer].variables["callcore_callback_of"] == "c0"


def test_an_agent_who_hangs_up_takes_the_customer_along(stage: Stage) -> None:
    """The agent's end, the end of the talk, the customer's end."""
    customer, agent = talking(stage)
    stage.heard.clear()
    stage.put_down(agent)
    stage.hear(LegEnded, customer)
    assert stage.told_of(customer, agent) == [
        ("LegEnded", agent),
        ("LegUnbridged", customer),
        ("LegEnded", customer),
    ]


def test_a_customer_who_hangs_up_takes_the_agent_along(stage: Stage) -> None:
    """The customer's end first."""
    customer, agent = talking(stage)
    stage.heard.clear()
    stage.put_down(customer)
    stage.hear(LegEnded, agent)
    ends = [what for what in stage.told_of(customer, agent) if what[0] == "LegEnded"]
    assert ends == [("LegEnded", customer), ("LegEnded", agent)]


def test_a_customer_answers_before_being_parked(stage: Stage) -> None:
    """Only a parked leg is joined: what was ordered for the answered one comes after."""
    customer = answered(stage)
    kinds = [kind for kind, _ in stage.told_of(customer)]
    assert kinds.index(LegAnswered.__name__) < kinds.index(LegParked.__name__)


def test_a_phone_that_rings_is_silenced(stage: Stage) -> None:
    """And the leg is gone."""
    request = request_for(stage.phone("600", SILENT), callcore_callback_of="c0")
    stage.switch.originate(request)
    stage.hear(LegRinging, request.leg_id)
    stage.switch.hang_up(request.leg_id, "ORIGINATOR_CANCEL")
    assert stage.hear(LegEnded, request.leg_id).cause == "ORIGINATOR_CANCEL"
    stage.until(lambda: leg(stage, request.leg_id) is None)
