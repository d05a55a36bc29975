"""What is recorded, and until when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import SurveyName
from callcore.domain.policies import SATISFACTION, QueueSurveyPolicy, SitePolicy, SurveyPolicy
from tests.flows.floor import ANN, CLEO, POLICY, SALES, TestFloor
from tests.flows.stories import queue_of

CSAT = SurveyName("csat")


def test_the_end_of_a_recording_stands_in_the_record(floor: TestFloor) -> None:
    """The switch tells it after the leg's end: the record does not miss it."""
    floor.log_in(CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(10)
    floor.switch.end(caller)
    floor.clock.advance(1)
    (recording,) = floor.record().recordings
    assert recording.stopped_at is not None


def test_a_recording_ends_with_its_conversation(floor: TestFloor) -> None:
    """Sent on to a queue that does not record, the caller is not recorded there."""
    floor.log_in(CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.blind_transfer(agent_leg)
    floor.log_in(ANN)
    floor.switch.park_again(caller, "8001", queue="")
    floor.clock.advance(5)
    assert floor.switch.legs_by_id[caller].bridged_to is not None
    assert floor.switch.legs_by_id[caller].recordings == []


def test_two_conversations_of_a_call_have_a_recording_each(floor: TestFloor) -> None:
    """The second does not overwrite the first."""
    floor.log_in(CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.blind_transfer(agent_leg)
    floor.clock.advance(1)
    floor.switch.park_again(caller, "8002", queue="")
    floor.clock.advance(5)
    paths = [path for _, path in floor.switch.recordings]
    assert len(paths) == len(set(paths)) == 2


def with_survey() -> SitePolicy:
    """Who has talked with sales is asked about it."""
    site = queue_of(SALES, policy=POLICY, survey=QueueSurveyPolicy(name=CSAT))
    return replace(site, surveys={CSAT: SurveyPolicy(name=CSAT, questions=(SATISFACTION,))})


@pytest.mark.parametrize("ends", ["followed", "unfollowed"])
def test_an_adopted_recording_ends_before_the_survey(ends: str) -> None:
    """Whether the talk ends after its adoption, or while nobody follows it."""
    floor = TestFloor(with_survey())
    floor.log_in(CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(5)
    leg = floor.switch.legs_by_id[caller]
    agent_leg = leg.bridged_to
    assert agent_leg is not None
    assert len(leg.recordings) == 1
    if ends == "followed":
        floor.restart()
        floor.switch.end(agent_leg)
    else:
        floor.kill_worker()
        floor.switch.end(agent_leg)
        floor.restart()
    floor.clock.advance(0.5)
    assert leg.announced
    assert leg.recordings == []
    assert len(floor.switch.recordings) == 1


def test_an_adopter_stops_the_recording_of_a_talk_that_is_over() -> None:
    """The agent has sent the caller on while nobody followed the talk."""
    floor = TestFloor()
    floor.log_in(CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(5)
    leg = floor.switch.legs_by_id[caller]
    agent_leg = leg.bridged_to
    assert agent_leg is not None
    floor.kill_worker()
    floor.switch.blind_transfer(agent_leg)
    floor.restart()
    floor.clock.advance(0.5)
    assert leg.recordings == []
