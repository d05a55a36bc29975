"""The settings are read again: what is answered, and what is completed when Redis was away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import (
    BY_START,
    ConfigurationApplied,
    ConfigurationRefused,
    ConfigurationUnchanged,
    FlowFailed,
)
from callcore.domain.policies import Tier
from callcore.ports.configuration import FaultyFileError, NoFileError
from callcore.ports.operations import ConfigRefusedError, NoConfigError, NotReadyError
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.reloads import DORA, with_agent, without_agents
from tests.flows.stories import agent_of, come, queue_of, rung, who_talks_with


def break_down(floor: TestFloor, after: int) -> None:
    """Redis goes away after so many more agents were enrolled, logged in or out."""
    roster, left = floor.store.roster, [after]

    def counting(verb: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            if left[0] == 0:
                floor.store.go_down()
            left[0] -= 1
            return verb(*args, **more)

        return counted

    for name in ("enrol", "log_in", "log_out"):
        setattr(roster, name, counting(getattr(roster, name)))


@pytest.fixture
def floor() -> TestFloor:
    """Room for everybody."""
    return TestFloor(ROOMY)


@pytest.fixture(autouse=True)
def nothing_fails(floor: TestFloor) -> object:
    """No flow of the common floor fails in any story."""
    yield
    assert floor.told(FlowFailed) == []


class TestAnswer:
    """What whoever asked for it is told."""

    def test_what_has_changed_is_told(self, floor: TestFloor) -> None:
        """To who asked, to the log, and to who looks later."""
        policy = queue_of(music="jazz.wav", policy=with_agent(DORA, without_agents(ANN)))
        answer = floor.reload(policy)
        told = ("agents.1001 removed", "agents.1004 added", "queues.support changed: music")
        assert tuple(map(str, answer.changes)) == told
        assert answer.is_changed
        assert answer.warnings == ()
        (_, fact) = floor.told(ConfigurationApplied)
        assert (fact.changes, fact.by, fact.version) == (told, "eve", answer.version)
        view = floor.worker.operating.configuration()
        assert view.version == view.site_version == answer.version
        assert (view.changes, view.loaded_by) == (answer.changes, "eve")
        assert view.loaded_at == floor.clock.now()

    def test_the_start_is_a_configuration_too(self, floor: TestFloor) -> None:
        """Its version is announced and told."""
        (fact,) = floor.told(ConfigurationApplied)
        assert (fact.by, fact.version, fact.changes) == (BY_START, "v1", ())
        announced = floor.store.config_versions.announced()
        assert announced is not None
        assert announced.version == "v1"

    def test_the_same_again_changes_nothing(self, floor: TestFloor) -> None:
        """Nobody is enrolled anew, nothing is put in force."""
        floor.settings.write(ROOMY, "v1")
        answer = floor.worker.operating.reload(by="eve")
        assert not answer.is_changed
        assert answer.version == "v1"
        assert len(floor.told(ConfigurationUnchanged)) == 1
        assert floor.settings.in_force == []

    def test_what_waits_for_the_next_start_is_warned_of(self, floor: TestFloor) -> None:
        """The rest is in force."""
        floor.settings.write(
            queue_of(music="jazz.wav"), needs_restart=("nodes",), warnings=("too late",)
        )
        answer = floor.worker.operating.reload(by="eve")
        assert answer.needs_restart == ("nodes",)
        assert answer.warnings == ("too late", "nodes takes effect at the next start")
        assert floor.site.policy.queues[SUPPORT].music == "jazz.wav"
        again = floor.worker.operating.reload(by="eve")
        assert not again.is_changed
        assert again.warnings == answer.warnings

    def test_a_faulty_file_is_refused_whole(self, floor: TestFloor) -> None:
        """With its faults; the configuration of before goes on."""
        floor.settings.write(queue_of(music="jazz.wav"))
        floor.settings.fault = FaultyFileError("x.yaml:1:1: this\nx.yaml:2:1: that")
        with pytest.raises(ConfigRefusedError, match=r"x\.yaml:1:1: this\nx\.yaml:2:1: that"):
            floor.worker.operating.reload(by="eve")
        assert floor.site.policy is ROOMY
        (fact,) = floor.told(ConfigurationRefused)
        assert (fact.version, fact.by) == ("v1", "eve")
        assert "that" in fact.reason
        floor.settings.fault = None
        assert floor.worker.operating.reload(by="eve").is_changed

    def test_without_a_file_there_is_nothing_to_read(self, floor: TestFloor) -> None:
        """The demonstration says so."""
        floor.settings.fault = NoFileError("no file")
        with pytest.raises(NoConfigError, match="no file"):
            floor.worker.operating.reload(by="eve")

    def test_of_two_at_once_the_second_sees_the_newest_file(self, floor: TestFloor) -> None:
        """One after the other; both are answered."""
        floor.settings.write(queue_of(music="a.wav"))
        asked = [gevent.spawn(floor.worker.operating.reload, by=by) for by in ("eve", "mallory")]
        gevent.idle()
        answers = [one.get(timeout=5) for one in asked]
        assert [answer.is_changed for answer in answers] == [True, False]
        assert floor.settings.reads_count == 2

    def test_a_flow_that_fails_keeps_nobody_from_asking_again(self) -> None:
        """The one who asked is told to look at the log."""
        floor = TestFloor(ROOMY)
        floor.settings.fault = RuntimeError("boom")  # type: ignore[assignment]  # a defect
        with pytest.raises(NotReadyError, match="the log says why"):
            floor.worker.operating.reload(by="eve")
        assert "boom" in floor.told(FlowFailed)[0].reason
        floor.settings.fault = None
        assert floor.reload(queue_of(music="a.wav")).is_changed


class TestRedisAway:
    """Redis goes away before or while it is told."""

    def test_away_from_the_beginning_nothing_is_changed(self, floor: TestFloor) -> None:
        """The old configuration goes on, and the operator is told."""
        come(floor, ANN)
        floor.store.go_down()
        with pytest.raises(NotReadyError, match="nothing is changed"):
            floor.reload(queue_of(music="jazz.wav"))
        assert floor.site.policy is ROOMY
        assert len(floor.told(ConfigurationRefused)) == 1
        floor.store.come_up()
        floor.clock.advance(30)
        assert floor.site.policy is ROOMY
        assert floor.worker.operating.reload(by="eve").is_changed

    @pytest.mark.parametrize("after", range(8))
    def test_away_half_way_it_is_completed(self, floor: TestFloor, after: int) -> None:
        """The new configuration is in force; agents follow as soon as Redis is back."""
        come(floor, ANN, BOB)
        policy = agent_of(CLEO, with_agent(DORA, without_agents(ANN), logged_in_at_start=True))
        policy = agent_of(BOB, policy, queues=(SALES,))
        break_down(floor, after)
        answer = floor.reload(policy)
        is_whole = not floor.store._memory.is_down
        assert is_whole is (answer.warnings == ())
        assert floor.site.policy == policy
        caller = floor.call_in("8002")
        floor.store.come_up()
        floor.clock.advance(3)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()
        assert floor.agent(BOB).queues == (SALES,)
        assert floor.agent(DORA).state is AgentState.AVAILABLE
        announced = floor.store.config_versions.announced()
        assert announced is not None
        floor.clock.advance(15)
        assert floor.worker.operating.configuration().site_version == answer.version
        if is_whole:
            assert who_talks_with(floor, caller) == BOB

    def test_a_second_reload_takes_over_from_one_that_is_not_finished(
        self, floor: TestFloor
    ) -> None:
        """What the first had yet to tell is told by the second."""
        come(floor, ANN, BOB)
        break_down(floor, 1)
        floor.reload(agent_of(BOB, without_agents(ANN), queues=(SALES,)))
        floor.store.come_up()
        floor.reload(agent_of(BOB, ROOMY, queues=(SUPPORT, SALES)))
        assert floor.agent(ANN).queues == (SUPPORT,)
        assert floor.agent(BOB).queues == (SUPPORT, SALES)
        assert {floor.agent(one).state for one in (ANN, BOB)} <= {
            AgentState.AVAILABLE,
            AgentState.LOGGED_OUT,
        }

    def test_nor_is_it_forgotten_by_one_that_changes_something_else(self, floor: TestFloor) -> None:
        """The level of the first reload is on the floor after the second."""
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        policy = agent_of(ANN, ROOMY, tiers={SUPPORT: Tier(level=2)})
        break_down(floor, 0)
        floor.reload(policy)
        floor.store.come_up()
        floor.reload(queue_of(policy=policy, music="jazz.wav"))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_a_floor_that_lost_its_data_gets_the_new_configuration(self, floor: TestFloor) -> None:
        """Agents of the reload are enrolled anew, and the version is announced again."""
        answer = floor.reload(with_agent(DORA, logged_in_at_start=True))
        floor.clock.advance(20)
        floor.store.lose_data()
        floor.clock.advance(40)
        assert floor.agent(DORA).state is AgentState.AVAILABLE
        announced = floor.store.config_versions.announced()
        assert announced is not None
        assert announced.version == answer.version
