"""Agents whom operators log in and out and give breaks, and what follows for those who wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentReason, AgentState, WrapUpEnd
from callcore.domain.events import AgentChanged, LimitChanged, WrapUpEnded
from callcore.domain.ids import AgentId
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import WaitingPerAgent
from callcore.ports.operations import (
    DutyAnswer,
    DutyChange,
    DutyOrder,
    DutyRefusedError,
    NotReadyError,
    OutOfRangeError,
    UnknownAgentError,
)
from tests.fakes.clock import settle
from tests.fakes.switch import BUSY, SILENT
from tests.flows.floor import ANN, BOB, CLEO, POLICY, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    TOLD_WHY_SECONDS,
    agent_of,
    come,
    queue_of,
    record_of,
    rung,
    who_talks_with,
)

LOG_IN, LOG_OUT = DutyChange.LOG_IN, DutyChange.LOG_OUT
START_BREAK, END_BREAK = DutyChange.START_BREAK, DutyChange.END_BREAK
READY, EXTEND = DutyChange.END_WRAP_UP, DutyChange.EXTEND_WRAP_UP
GOING = pytest.mark.parametrize("what", [LOG_OUT, START_BREAK])


def change(floor: TestFloor, what: DutyChange, agent_id: AgentId = ANN, **more: Any) -> DutyAnswer:
    """An operator decides, and everybody has heard of it."""
    order = DutyOrder(what=what, by="eve", **more)
    answer = floor.worker.operating.change_duty(agent_id, order)
    settle()
    return answer


class TestEffects:
    """Who is there changes who may wait, who is offered and who leaves."""

    def test_who_logs_in_is_given_the_first_caller_at_once(self) -> None:
        """In the same instant, not at the next look."""
        floor = TestFloor(ROOMY)
        first, _ = floor.call_in(), floor.call_in()
        change(floor, LOG_IN)
        assert rung(floor) == [ANN]
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == ANN

    def test_who_returns_from_a_break_is_given_the_first_caller_at_once(self) -> None:
        """And nobody during it."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        change(floor, START_BREAK)
        first = floor.call_in()
        floor.clock.advance(20)
        assert rung(floor) == []
        change(floor, END_BREAK)
        assert rung(floor) == [ANN]
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == ANN

    @GOING
    def test_when_the_last_agent_goes_the_grace_begins(self, what: DutyChange) -> None:
        """A break is as much of an absence; counted from that instant."""
        floor = TestFloor(queue_of(no_agents_grace_seconds=20))
        come(floor, ANN)
        talking = floor.call_in()
        floor.clock.advance(3)
        waiting = floor.call_in()
        floor.clock.advance(30)
        floor.switch.end(talking)
        settle()
        change(floor, what)
        floor.clock.advance(19.9)
        assert floor.knows(waiting)
        floor.clock.advance(0.2)
        assert not floor.knows(waiting)
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert record_of(floor, waiting).visits[0].leave_reason is LeaveReason.NO_AGENTS

    @pytest.mark.parametrize("back", [(LOG_OUT, LOG_IN), (START_BREAK, END_BREAK)])
    def test_who_comes_back_within_the_grace_saves_those_who_wait(
        self, back: tuple[DutyChange, DutyChange]
    ) -> None:
        """And serves them."""
        floor = TestFloor(queue_of(no_agents_grace_seconds=20))
        come(floor, ANN)
        change(floor, back[0])
        waiting = floor.call_in()
        floor.clock.advance(19)
        change(floor, back[1])
        floor.clock.advance(3)
        assert who_talks_with(floor, waiting) == ANN

    @GOING
    def test_the_limit_by_agents_shrinks_with_them(self, what: DutyChange) -> None:
        """The last in line, for whom there is no room any more, leaves; and it grows again."""
        per_agent = WaitingPerAgent(ratio=1, floor=1, ceiling=10)
        floor = TestFloor(queue_of(waiting_per_agent=per_agent, wrap_up_seconds=600))
        come(floor, ANN, BOB)
        talking = [floor.call_in(), floor.call_in()]
        floor.clock.advance(3)
        first, last = floor.call_in(), floor.call_in()
        floor.switch.end(talking[0])
        settle()
        change(floor, what, ANN)
        assert (floor.knows(first), floor.knows(last)) == (True, False)
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert record_of(floor, last).visits[0].leave_reason is LeaveReason.QUEUE_FULL
        change(floor, END_BREAK if what is START_BREAK else LOG_IN, ANN)
        assert [fact.limit for fact in floor.told(LimitChanged) if fact.queue == SUPPORT][-2:] == [
            1,
            2,
        ]

    def test_who_wraps_up_may_go_at_once(self) -> None:
        """The rest of the wrap-up is not waited for."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.switch.end(caller)
        settle()
        assert change(floor, LOG_OUT) == DutyAnswer(
            is_changed=True, state=AgentState.LOGGED_OUT, queues=(SUPPORT,)
        )
        (wrapped_up,) = floor.told(WrapUpEnded)
        assert (wrapped_up.end, wrapped_up.queue) == (WrapUpEnd.ENDED_EARLY, SUPPORT)
        floor.call_in()
        floor.clock.advance(30)
        assert len(rung(floor)) == 1

    def test_a_change_survives_a_restart(self) -> None:
        """One who begins logged in, and was logged out by command, stays out."""
        floor = TestFloor(agent_of(ANN, ROOMY, logged_in_at_start=True))
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        change(floor, LOG_OUT)
        floor.restart()
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_who_decided_and_why_is_told(self) -> None:
        """Once for each change that was one; in the agent's timeline as well."""
        floor = TestFloor(ROOMY)
        for _ in range(2):
            change(floor, LOG_IN, note="shift\nbegins")
        (told,) = floor.told(AgentChanged)
        assert (told.state, told.reason, told.actor, told.note) == (
            AgentState.AVAILABLE,
            AgentReason.COMMAND,
            "eve",
            "shiftbegins",
        )
        (line,) = [one.change for one in floor.store.pending_changes.read(10, 0)]
        assert (line.agent_id, line.state, line.reason, line.actor, line.note) == (
            ANN,
            AgentState.AVAILABLE,
            AgentReason.COMMAND,
            "eve",
            "shiftbegins",
        )


class TestAnswers:
    """What is not done is said, with what the agent is doing."""

    @pytest.mark.parametrize(
        ("before", "what", "state"),
        [
            ([], LOG_OUT, AgentState.LOGGED_OUT),
            ([LOG_IN], LOG_IN, AgentState.AVAILABLE),
            ([LOG_IN], END_BREAK, AgentState.AVAILABLE),
            ([LOG_IN, START_BREAK], START_BREAK, AgentState.ON_BREAK),
            ([LOG_IN, START_BREAK], LOG_IN, AgentState.ON_BREAK),
        ],
    )
    def test_it_is_so_already(
        self, before: list[DutyChange], what: DutyChange, state: AgentState
    ) -> None:
        """A log-in does not end a break."""
        floor = TestFloor(ROOMY)
        for one in before:
            change(floor, one)
        assert change(floor, what) == DutyAnswer(is_changed=False, state=state, queues=(SUPPORT,))

    @pytest.mark.parametrize("what", [START_BREAK, END_BREAK, READY, EXTEND])
    def test_who_is_not_there_is_to_log_in_first(self, what: DutyChange) -> None:
        """With the remedy."""
        floor = TestFloor(ROOMY)
        with pytest.raises(DutyRefusedError, match="1001 is logged out: log in first"):
            change(floor, what)

    def test_a_note_is_not_a_book(self) -> None:
        """Nothing is done."""
        floor = TestFloor(ROOMY)
        with pytest.raises(OutOfRangeError, match="at most 200 characters"):
            change(floor, LOG_IN, note="x" * 201)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    @pytest.mark.parametrize(
        ("wrong", "guess"),
        [
            ("101", r"did you mean 1001 \(Ann\)\?"),
            ("ann", r"did you mean 1001 \(Ann\)\?"),
            ("Cloe", r"did you mean 1003 \(Cleo\)\?"),
            ("zed", "the agents are 1001, 1002, 1003$"),
        ],
    )
    @pytest.mark.parametrize("what", list(DutyChange))
    def test_an_agent_nobody_knows(self, what: DutyChange, wrong: str, guess: str) -> None:
        """A guess by id or name, or whom there are."""
        floor = TestFloor(ROOMY)
        with pytest.raises(UnknownAgentError, match=f"there is no agent {wrong}: {guess}"):
            change(floor, what, AgentId(wrong))
        assert floor.told(AgentChanged) == []

    def test_of_many_agents_some_are_named(self) -> None:
        """An error is to be read."""
        many = [AgentId(f"{number}") for number in range(2000, 2050)]
        ann = ROOMY.agents[ANN]
        policy = replace(ROOMY, agents={one: replace(ann, agent_id=one) for one in many})
        with pytest.raises(UnknownAgentError, match=r"2000, .*, 2009 and 40 more$"):
            change(TestFloor(policy), LOG_IN, AgentId("zed"))

    @pytest.mark.parametrize("what", list(DutyChange))
    def test_redis_is_away(self, what: DutyChange) -> None:
        """Said so, with how to find out what was done."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        floor.store.go_down()
        with pytest.raises(NotReadyError, match="callcore agent list"):
            change(floor, what)
        with pytest.raises(NotReadyError):
            floor.worker.operating.agents()


class TestAgents:
    """Whom operators see."""

    def test_everybody_with_what_they_do(self) -> None:
        """By id; one who never came has no since."""
        floor = TestFloor(ROOMY)
        floor.clock.advance(10)
        came_at = floor.clock.now()
        come(floor, CLEO)
        floor.clock.advance(5)
        views = floor.worker.operating.agents()
        assert [(view.agent_id, view.name, view.state, view.since) for view in views] == [
            (ANN, "Ann", AgentState.LOGGED_OUT, None),
            (BOB, "Bob", AgentState.LOGGED_OUT, None),
            (CLEO, "Cleo", AgentState.AVAILABLE, came_at),
        ]
        assert [view.queues for view in views] == [(SUPPORT,), (SUPPORT,), (SUPPORT, SALES)]

    def test_one_who_missed_a_call_rests(self) -> None:
        """Available and not asked is not the same as free."""
        floor = TestFloor(ROOMY)
        floor.log_in(ANN, phone=BUSY)
        floor.call_in()
        floor.clock.advance(1)
        assert floor.worker.operating.agents()[0].is_resting
        floor.switch.phones[POLICY.agents[ANN].contact] = SILENT
        floor.clock.advance(8)
        assert not floor.worker.operating.agents()[0].is_resting

    def test_one_whom_the_settings_lost_while_at_work(self) -> None:
        """Is seen until the call is over, and is gone then."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.policy = replace(ROOMY, agents={BOB: ROOMY.agents[BOB]})
        floor.restart()
        (ann, _) = floor.worker.operating.agents()
        assert (ann.agent_id, ann.name, ann.state) == (ANN, "", AgentState.TALKING)
        floor.switch.end(caller)
        floor.clock.advance(20)
        assert [view.agent_id for view in floor.worker.operating.agents()] == [BOB]
        with pytest.raises(UnknownAgentError):
            change(floor, LOG_IN)
