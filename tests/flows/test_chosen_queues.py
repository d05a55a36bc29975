"""Agents who serve some of their queues: chosen by logging in, left by logging out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.events import AgentChanged
from callcore.domain.ids import QueueName
from callcore.domain.policies import SitePolicy
from callcore.ports.operations import DutyAnswer, UnknownQueueError
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import agent_of, end_talk, rung, who_talks_with
from tests.flows.test_duty import END_BREAK, LOG_IN, LOG_OUT, START_BREAK, change

VIP = QueueName("vip")


def three_queues() -> SitePolicy:
    """Cleo serves support, sales and vip."""
    queues = {**ROOMY.queues, VIP: replace(ROOMY.queues[SUPPORT], name=VIP)}
    return agent_of(CLEO, replace(ROOMY, queues=queues), queues=(SUPPORT, SALES, VIP))


@pytest.fixture
def floor() -> TestFloor:
    """Nobody is there."""
    return TestFloor(three_queues())


def serves(floor: TestFloor) -> tuple[QueueName, ...]:
    """The queues that Cleo is seen to serve, and that the floor has her at."""
    (view,) = [one for one in floor.worker.operating.agents() if one.agent_id == CLEO]
    for queue in (SUPPORT, SALES, VIP):
        is_there = CLEO in floor.store.roster.staffed(queue)
        assert is_there is (queue in view.queues and view.state is not AgentState.LOGGED_OUT)
    return view.queues


def log_in(floor: TestFloor, *queues: QueueName) -> DutyAnswer:
    """Cleo is logged in to these."""
    return change(floor, LOG_IN, CLEO, queues=queues)


def log_out(floor: TestFloor, *queues: QueueName) -> DutyAnswer:
    """Cleo is logged out of these."""
    return change(floor, LOG_OUT, CLEO, queues=queues)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ((), (SUPPORT, SALES, VIP)),
        ((SALES,), (SALES,)),
        ((VIP, SUPPORT), (SUPPORT, VIP)),
        ((VIP, SALES, SUPPORT), (SUPPORT, SALES, VIP)),
    ],
)
def test_an_agent_serves_those_that_were_named(
    floor: TestFloor, asked: tuple[QueueName, ...], served: tuple[QueueName, ...]
) -> None:
    """All if none were; told in the order of the settings."""
    answer = log_in(floor, *asked)
    assert (answer.is_changed, answer.state, answer.queues) == (
        True,
        AgentState.AVAILABLE,
        served,
    )
    assert serves(floor) == served


def test_nobody_of_the_others_is_offered(floor: TestFloor) -> None:
    """Neither when a caller comes nor when the agent is free; the next of the chosen is."""
    log_in(floor, SALES)
    support = floor.call_in("8001")
    floor.clock.advance(5)
    assert rung(floor) == []
    sales = floor.call_in("8002")
    floor.clock.advance(3)
    assert who_talks_with(floor, sales) == CLEO
    waiting = floor.call_in("8002")
    end_talk(floor, CLEO)
    floor.clock.advance(3)
    assert who_talks_with(floor, waiting) == CLEO
    assert floor.knows(support)


def test_a_queue_the_agent_does_not_serve_is_refused(floor: TestFloor) -> None:
    """With those there are; nothing is done."""
    for what in (LOG_IN, LOG_OUT):
        with pytest.raises(
            UnknownQueueError, match="of queue nowhere, but of the queues support, "
        ):
            change(floor, what, CLEO, queues=(SALES, QueueName("nowhere")))
        with pytest.raises(UnknownQueueError, match="1001 is not an agent of queue sales"):
            change(floor, what, ANN, queues=(SALES,))
    assert floor.told(AgentChanged) == []


def test_who_is_logged_in_may_choose_others(floor: TestFloor) -> None:
    """The state stays; those who wait there are offered at once."""
    log_in(floor, SALES)
    waiting = floor.call_in("8001")
    answer = log_in(floor, SUPPORT, SALES)
    assert (answer.is_changed, answer.queues) == (True, (SUPPORT, SALES))
    chosen = [fact for fact in floor.told(AgentChanged) if fact.reason is AgentReason.QUEUES_CHOSEN]
    assert [(fact.state, fact.actor) for fact in chosen] == [(AgentState.AVAILABLE, "eve")]
    floor.clock.advance(3)
    assert who_talks_with(floor, waiting) == CLEO
    assert serves(floor) == (SUPPORT, SALES)
    assert not log_in(floor, SALES, SUPPORT).is_changed
    assert log_in(floor).is_changed
    assert serves(floor) == (SUPPORT, SALES, VIP)


class TestLeaving:
    """One after another; the last one ends the shift."""

    def test_the_others_go_on(self, floor: TestFloor) -> None:
        """Of all, and of some."""
        log_in(floor)
        assert log_out(floor, SALES) == DutyAnswer(
            is_changed=True, state=AgentState.AVAILABLE, queues=(SUPPORT, VIP)
        )
        assert serves(floor) == (SUPPORT, VIP)
        assert not log_out(floor, SALES).is_changed
        assert log_out(floor, SUPPORT, VIP).state is AgentState.LOGGED_OUT
        assert floor.agent(CLEO).state is AgentState.LOGGED_OUT

    def test_the_last_one_logs_out(self, floor: TestFloor) -> None:
        """What was chosen is forgotten with it."""
        log_in(floor, SALES)
        answer = log_out(floor, SALES)
        assert (answer.is_changed, answer.state) == (True, AgentState.LOGGED_OUT)
        assert log_in(floor).queues == (SUPPORT, SALES, VIP)
        assert serves(floor) == (SUPPORT, SALES, VIP)

    def test_during_a_call_it_goes_on(self, floor: TestFloor) -> None:
        """Left at once; the last one after the call."""
        log_in(floor, SALES, VIP)
        caller = floor.call_in("8002")
        floor.clock.advance(3)
        assert log_out(floor, VIP).queues == (SALES,)
        answer = log_out(floor, SALES)
        assert (answer.state, answer.wish is not None) == (AgentState.TALKING, True)
        assert who_talks_with(floor, caller) == CLEO
        end_talk(floor, CLEO)
        assert floor.agent(CLEO).state is AgentState.LOGGED_OUT

    def test_who_is_not_there_leaves_nothing(self, floor: TestFloor) -> None:
        """Told so."""
        assert log_out(floor, SALES) == DutyAnswer(
            is_changed=False, state=AgentState.LOGGED_OUT, queues=(SUPPORT, SALES, VIP)
        )


class TestLasting:
    """What was chosen stays chosen."""

    def test_over_a_restart(self, floor: TestFloor) -> None:
        """And an agent who talks is at those queues after it."""
        log_in(floor, SALES, VIP)
        floor.call_in("8002")
        floor.clock.advance(3)
        floor.restart()
        floor.clock.advance(1)
        assert serves(floor) == (SALES, VIP)

    def test_over_other_settings(self, floor: TestFloor) -> None:
        """As far as they give them; all that they give if none is left."""
        log_in(floor, SALES, VIP)
        for queues, left in (
            ((SUPPORT, SALES), (SALES,)),
            ((SUPPORT,), (SUPPORT,)),
        ):
            floor.policy = agent_of(CLEO, three_queues(), queues=queues)
            floor.restart()
            assert serves(floor) == left

    def test_over_a_break(self, floor: TestFloor) -> None:
        """A log-in by command says anew which."""
        log_in(floor, SALES)
        change(floor, START_BREAK, CLEO)
        change(floor, END_BREAK, CLEO)
        assert serves(floor) == (SALES,)


def test_who_serves_no_queue_is_warned_of() -> None:
    """And can choose none."""
    floor = TestFloor(agent_of(CLEO, ROOMY, queues=()))
    answer = log_in(floor)
    assert answer.queues == ()
    assert answer.warnings == ("the agent serves no queue: no calls before the settings give one",)
    with pytest.raises(UnknownQueueError, match="but of no queue"):
        log_in(floor, SALES)
