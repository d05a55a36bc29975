"""Two workers of one site run the same configuration, or a metric says that they do not."""

from __future__ import annotations

import pytest

from callcore.domain.events import ConfigurationApplied, ConfigurationDiffers, StoreFailed
from callcore.domain.ids import AgentId
from callcore.domain.policies import Tier
from callcore.ports.configuration import FaultyFileError
from callcore.ports.operations import DutyChange, DutyOrder
from tests.flows.floor import ANN, BOB, ROOMY, SUPPORT, TestFloor
from tests.flows.reloads import DORA, with_agent
from tests.flows.stories import agent_of, come, queue_of

LOGOUT = DutyOrder(what=DutyChange.LOG_OUT, by="eve")
JAZZ = queue_of(music="jazz.wav")


@pytest.fixture
def one() -> TestFloor:
    """A worker on which the settings are read again."""
    return TestFloor(ROOMY)


@pytest.fixture
def other(one: TestFloor) -> TestFloor:
    """Another one of the site, on another machine."""
    return TestFloor(ROOMY, beside=one)


def is_told_to_differ(floor: TestFloor) -> bool:
    """Does the worker's gauge say so?"""
    told = floor.told(ConfigurationDiffers)
    return bool(told) and told[-1].is_different


def version_of(floor: TestFloor) -> str:
    """What a worker runs."""
    return floor.worker.operating.configuration().version


def free(floor: TestFloor) -> list[AgentId]:
    """Who is asked for callers of support, in that order."""
    (found,) = floor.store.waiting_room.candidates([SUPPORT], 10)
    return [agent.agent_id for agent in found.agents]


def test_the_other_worker_follows(one: TestFloor, other: TestFloor) -> None:
    """Its own file says the same by now: it is put in force within a look."""
    answer = one.reload(JAZZ)
    other.settings.write(JAZZ, answer.version)
    one.clock.advance(16)
    assert version_of(other) == version_of(one) == answer.version
    assert other.site.policy.queues[SUPPORT].music == "jazz.wav"
    assert not is_told_to_differ(other)
    (_, applied) = other.told(ConfigurationApplied)
    assert applied.by == "eve"


def test_one_whose_file_is_another_says_so(one: TestFloor, other: TestFloor) -> None:
    """Once, with what to do; it is read again when it is edited, and not before."""
    answer = one.reload(JAZZ)
    one.clock.advance(16)
    assert is_told_to_differ(other)
    fact = other.told(ConfigurationDiffers)[-1]
    assert (fact.version, fact.site_version) == ("v1", answer.version)
    assert "callcore reload" in fact.remedy
    one.clock.advance(120)
    assert len(other.told(ConfigurationDiffers)) == 1
    assert other.settings.reads_count == 1
    other.settings.write(JAZZ, answer.version)
    one.clock.advance(16)
    assert not is_told_to_differ(other)
    assert version_of(other) == answer.version


def test_one_whose_file_has_faults_says_so(one: TestFloor, other: TestFloor) -> None:
    """It goes on as before."""
    one.reload(JAZZ)
    other.settings.write(JAZZ)
    other.settings.fault = FaultyFileError("x.yaml:1:1: wrong")
    one.clock.advance(16)
    assert "x.yaml:1:1: wrong" in other.told(ConfigurationDiffers)[-1].remedy
    assert version_of(other) == "v1"


def test_a_reload_there_makes_its_file_the_sites(one: TestFloor, other: TestFloor) -> None:
    """Whoever reloads last announces; agents are enrolled by that file, all of them."""
    first = one.reload(with_agent(DORA, agent_of(ANN, ROOMY, tiers={SUPPORT: Tier(level=2)})))
    come(one, BOB)
    one.clock.advance(1)
    come(one, ANN)
    assert free(one) == [BOB, ANN]
    one.clock.advance(16)
    again = other.worker.operating.reload(by="mallory")
    assert not again.changes
    assert version_of(other) == "v1"
    assert other.agent(DORA).queues == ()
    other.worker.office.duty.log_out(BOB, LOGOUT)
    come(other, BOB)
    assert free(other) == [ANN, BOB]
    one.clock.advance(16)
    assert is_told_to_differ(one)
    assert not is_told_to_differ(other)
    one.settings.write(ROOMY, "v1")
    one.clock.advance(16)
    assert version_of(one) == "v1" != first.version


def test_a_worker_that_begins_announces_its_file(one: TestFloor) -> None:
    """A restart is how a site of one worker gets a file that was edited meanwhile."""
    one.settings.write(JAZZ, "v7")
    one.policy = JAZZ
    one.version = "v7"
    one.restart()
    announced = one.store.config_versions.announced()
    assert announced is not None
    assert announced.version == "v7"
    one.clock.advance(30)
    assert one.told(ConfigurationDiffers) == []


def test_redis_away_is_no_other_version(one: TestFloor, other: TestFloor) -> None:
    """Nobody differs for not being able to ask."""
    one.store.go_down()
    one.clock.advance(40)
    assert one.told(StoreFailed) != []
    assert not is_told_to_differ(other)
    view = one.worker.operating.configuration()
    assert (view.version, view.site_version) == ("v1", None)
    one.store.come_up()
    one.clock.advance(40)
    assert not is_told_to_differ(one)
