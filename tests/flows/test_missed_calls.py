"""Agents who do not pick up: how long each is left alone, and when a break follows."""

from __future__ import annotations

import pytest

from callcore.domain.agents import MISSED_CALLS, AgentReason, AgentState
from callcore.domain.events import AgentChanged, AgentMissedTooMany, LimitChanged
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import SitePolicy, WaitingPerAgent
from tests.fakes.switch import ANSWERING, BUSY, REFUSING, SILENT, UNREGISTERED, Phone
from tests.flows.floor import ANN, BOB, POLICY, SUPPORT, TestFloor
from tests.flows.stories import agent_of, come, end_talk, queue_of, rung
from tests.flows.test_duty import END_BREAK, LOG_IN, change

R = OfferLostReason
CONTACT = POLICY.agents[ANN].contact


def never_registered(policy: SitePolicy) -> SitePolicy:
    """Ann is asked whether her phone is registered or not."""
    return agent_of(ANN, policy, must_be_registered=False)


@pytest.mark.parametrize(
    ("phone", "reason", "seconds"),
    [
        (SILENT, R.NO_ANSWER, 12.0),
        (BUSY, R.BUSY, 20.0),
        (REFUSING, R.REFUSED, 40.0),
        (UNREGISTERED, R.UNREGISTERED, 8.0),
    ],
)
def test_the_rest_is_as_long_as_the_settings_say_for_the_outcome(
    phone: Phone, reason: OfferLostReason, seconds: float
) -> None:
    """The agent's, then the queue's, then the usual one; asked again as it ends."""
    policy = agent_of(
        ANN,
        queue_of(retry_after={R.BUSY: 20, R.REFUSED: 30}),
        retry_after={R.NO_ANSWER: 12, R.REFUSED: 40},
        must_be_registered=False,
    )
    floor = TestFloor(policy)
    come(floor, ANN)
    floor.switch.phones[CONTACT] = phone
    floor.call_in()
    while floor.agent(ANN).state is not AgentState.AVAILABLE:
        floor.clock.advance(0.05)
    view = floor.worker.operating.agents()[0]
    assert (view.is_resting, view.reason) == (True, reason)
    floor.clock.advance(seconds - 0.1)
    assert rung(floor) == [ANN]
    floor.clock.advance(0.2)
    assert rung(floor) == [ANN, ANN]


class TestBreakAfterMisses:
    """So many in a row."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        """A break follows the second."""
        per_agent = WaitingPerAgent(ratio=1, floor=0, ceiling=10)
        policy = queue_of(retry_after_miss_seconds=2, waiting_per_agent=per_agent)
        return TestFloor(never_registered(agent_of(ANN, policy, break_after_misses=2)))

    def play(self, floor: TestFloor, phone: Phone, seconds: float) -> None:
        """A caller waits so long for Ann, whose phone is like that."""
        come(floor, ANN)
        floor.switch.phones[CONTACT] = phone
        floor.call_in()
        floor.clock.advance(seconds)

    @pytest.mark.parametrize("phone", [BUSY, REFUSING])
    def test_a_break_follows_and_a_supervisor_is_told(self, floor: TestFloor, phone: Phone) -> None:
        """Once; as long as it takes the agent to come back."""
        self.play(floor, phone, 60)
        assert rung(floor) == [ANN, ANN]
        view = floor.worker.operating.agents()[0]
        assert (view.state, view.break_code, view.until, view.reason) == (
            AgentState.ON_BREAK,
            MISSED_CALLS,
            None,
            AgentReason.MISSED_CALLS,
        )
        (told,) = floor.told(AgentMissedTooMany)
        assert (told.agent_id, told.queue, told.misses_count) == (ANN, SUPPORT, 2)
        last = floor.told(AgentChanged)[-1]
        assert (last.reason, last.break_code) == (AgentReason.MISSED_CALLS, MISSED_CALLS)
        change(floor, END_BREAK)
        assert rung(floor) == [ANN, ANN]  # the caller was turned out: see below
        assert floor.agent(ANN).miss_count == 0

    def test_those_who_wait_hear_that_nobody_is_there(self, floor: TestFloor) -> None:
        """As with any other break."""
        self.play(floor, BUSY, 60)
        assert floor.told(LimitChanged)[-1].limit == 0
        assert floor.worker.operating.queues()[-1].waiting_count == 0

    def test_only_misses_in_a_row_count(self, floor: TestFloor) -> None:
        """One that was picked up in between forgets them."""
        self.play(floor, BUSY, 1)
        assert floor.worker.operating.agents()[0].misses_count == 1
        floor.switch.phones[CONTACT] = ANSWERING
        floor.clock.advance(5)
        floor.switch.phones[CONTACT] = BUSY
        floor.call_in()
        end_talk(floor, ANN)
        floor.clock.advance(11)
        assert floor.agent(ANN).miss_count == 1
        assert floor.told(AgentMissedTooMany) == []

    def test_a_phone_that_is_away_is_nobodys_will(self, floor: TestFloor) -> None:
        """A network that fails does not send everybody on a break."""
        self.play(floor, UNREGISTERED, 30)
        assert len(rung(floor)) > 2
        assert floor.agent(ANN).state is not AgentState.ON_BREAK

    @pytest.mark.parametrize("other", [BUSY, SILENT])
    def test_agents_without_such_a_setting_are_asked_again_and_again(self, other: Phone) -> None:
        """Each after a rest."""
        floor = TestFloor(queue_of(retry_after_miss_seconds=2))
        floor.switch.phones[POLICY.agents[BOB].contact] = other
        come(floor, BOB)
        floor.call_in()
        floor.clock.advance(120)
        assert len(rung(floor)) > 5
        assert floor.told(AgentMissedTooMany) == []

    def test_it_survives_the_process(self, floor: TestFloor) -> None:
        """The count is the floor's."""
        self.play(floor, BUSY, 1)
        floor.restart()
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.ON_BREAK
        assert not change(floor, LOG_IN).is_changed
