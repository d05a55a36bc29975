"""Redis comes back without its data, and fails once more while it is told again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.ids import AgentId, CallId
from callcore.domain.policies import BreakPolicy, SitePolicy, Strategy
from callcore.domain.records import DecisionRecord
from callcore.flows.dispatching import AGENT_FREE
from callcore.flows.messages import FloorEmptied, Message, Reserved
from callcore.ports.operations import DutyChange, DutyOrder
from callcore.ports.stores import ReserveAnswer, StoreUnavailableError
from callcore.runtime.identifiers import RandomIds
from tests.contract.floor_builders import reservation
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import agent_of, line, who_talks_with

LUNCH = BreakCode("lunch")


def _order(floor: TestFloor, agent_id: AgentId, what: DutyChange, **more: Any) -> None:
    floor.worker.operating.change_duty(agent_id, DutyOrder(what=what, by="eve", **more))


def _fails_at(real: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The verb, which fails that time."""
    count = 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            raise StoreUnavailableError("timed out")
        return real(*args, **kwargs)

    return call


@pytest.mark.parametrize("enrolled_before", [0, 1, 2])
def test_the_floor_is_told_again_until_it_has_heard(
    monkeypatch: pytest.MonkeyPatch, enrolled_before: int
) -> None:
    """Wherever it was broken off: callers have their places, agents are known and served."""
    floor = TestFloor(agent_of(ANN, ROOMY, logged_in_at_start=True))
    floor.clock.advance(1)
    first = floor.call_in()
    floor.clock.advance(5)
    callers = [floor.call_in() for _ in range(3)]
    floor.store.lose_data()
    enrol = _fails_at(floor.store.roster.enrol, enrolled_before + 1)
    monkeypatch.setattr(floor.store.roster, "enrol", enrol)
    floor.clock.advance(60)
    assert line(floor, *callers) == [1, 2, 3]
    assert who_talks_with(floor, first) == ANN
    floor.switch.end(first)
    floor.clock.advance(20)
    assert who_talks_with(floor, callers[0]) == ANN


def test_the_roster_that_cannot_be_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very first question fails."""
    floor = TestFloor(ROOMY)
    callers = [floor.call_in() for _ in range(2)]
    floor.store.lose_data()
    fail_once(monkeypatch, floor.store.roster, "agents", happens=False)
    floor.clock.advance(60)
    assert line(floor, *callers) == [1, 2]


@pytest.fixture
def shift() -> SitePolicy:
    """Everybody begins logged in; lunch is half an hour."""
    lunch = BreakPolicy(code=LUNCH, maximum_seconds=1800)
    agents = {
        agent_id: replace(agent, logged_in_at_start=True)
        for agent_id, agent in ROOMY.agents.items()
    }
    return replace(ROOMY, agents=agents, breaks={LUNCH: lunch})


@pytest.mark.parametrize("verb", [None, "enrol", "log_in", "start_break"])
@pytest.mark.parametrize("number", [1, 2])
def test_the_agents_sit_where_they_sat(
    shift: SitePolicy, monkeypatch: pytest.MonkeyPatch, verb: str | None, number: int
) -> None:
    """Nobody at lunch or at home is asked, and who serves one queue serves no other; wherever the
    telling was broken off, and whatever is seen of the empty floor meanwhile.
    """
    floor = TestFloor(shift)
    floor.clock.advance(1)
    _order(floor, ANN, DutyChange.START_BREAK, break_code=LUNCH)
    _order(floor, BOB, DutyChange.LOG_OUT)
    _order(floor, CLEO, DutyChange.LOG_OUT, queues=(SALES,))
    floor.clock.advance(1)
    floor.store.lose_data()
    if verb is not None:
        broken = _fails_at(getattr(floor.store.roster, verb), number)
        monkeypatch.setattr(floor.store.roster, verb, broken)
    floor.clock.advance(15.5)
    floor.worker.service.queue_watch.look(shift.queues)
    floor.clock.advance(45)
    ann, bob, cleo = map(floor.agent, (ANN, BOB, CLEO))
    assert (ann.state, ann.break_code) == (AgentState.ON_BREAK, LUNCH)
    assert ann.lease_until is not None
    assert bob.state is AgentState.LOGGED_OUT
    assert (cleo.state, cleo.chosen_queues) == (AgentState.AVAILABLE, (SUPPORT,))
    assert cleo.queues == (SUPPORT,)


def test_who_was_on_a_break_before_the_process_began_is_on_it_after_the_loss(
    shift: SitePolicy,
) -> None:
    """The floor had told of it."""
    floor = TestFloor(shift)
    _order(floor, ANN, DutyChange.START_BREAK, break_code=LUNCH)
    floor.restart()
    floor.clock.advance(1)
    floor.store.lose_data()
    floor.clock.advance(30)
    assert floor.agent(ANN).break_code == LUNCH


def test_a_break_that_is_over_is_forgotten(shift: SitePolicy) -> None:
    """Whoever came back is asked, whoever went home is not."""
    floor = TestFloor(shift)
    for agent_id, what in ((ANN, DutyChange.END_BREAK), (BOB, DutyChange.LOG_OUT)):
        _order(floor, agent_id, DutyChange.START_BREAK, break_code=LUNCH)
        _order(floor, agent_id, what)
    floor.clock.advance(1)
    floor.store.lose_data()
    floor.clock.advance(30)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    assert floor.agent(BOB).state is AgentState.LOGGED_OUT


def test_a_break_that_another_process_ended_is_over(shift: SitePolicy) -> None:
    """All that is seen of it is that the agent is there."""
    other = TestFloor(shift)
    _order(other, ANN, DutyChange.START_BREAK, break_code=LUNCH)
    floor = TestFloor(shift, beside=other)
    _order(other, ANN, DutyChange.END_BREAK)
    floor.worker.service.queue_watch.look(shift.queues)
    other.kill_worker()
    floor.clock.advance(1)
    floor.store.lose_data()
    floor.clock.advance(30)
    assert floor.agent(ANN).state is AgentState.AVAILABLE


@pytest.mark.parametrize("is_read_first", [False, True])
def test_an_agent_reserved_while_a_caller_tells_the_floor_again_rings_once(
    *, is_read_first: bool
) -> None:
    """Another process may reserve one in between, whose word is on its way: the caller has ended
    that offer without knowing of it. Known before, it is told with all else.
    """
    floor = TestFloor(ROOMY)
    caller = floor.call_in()
    floor.clock.advance(5)
    dispatcher, board = floor.worker.crew.dispatcher, floor.worker.crew.switchboard
    dispatcher.hold()
    floor.clock.after(1.0, dispatcher.release)
    floor.log_in(ANN)
    leg_id = RandomIds().leg_id(beside=caller)
    made = replace(reservation(caller, "o1", agent_id=ANN, queue=SUPPORT), leg_id=leg_id)
    assert floor.store.roster.reserve(made) is ReserveAnswer.RESERVED
    now = floor.clock.now()
    decision = DecisionRecord(
        offer_id=made.offer_id,
        queue=SUPPORT,
        agent_id=ANN,
        decided_at=now,
        trigger=AGENT_FREE,
        waited_seconds=5.0,
        priority=0,
        strategy=Strategy.LONGEST_IDLE,
        open_level=1,
        skill_rule="",
    )
    reserved = Reserved(reservation=made, trigger=AGENT_FREE, triggered_at=now, decision=decision)
    words: list[Message] = [FloorEmptied(), reserved]
    for word in reversed(words) if is_read_first else words:
        board.post(CallId(caller), word)
    floor.clock.advance(3)
    assert len(floor.switch.requests) == 1
    assert floor.agent(ANN).call_id == caller
    assert (floor.agent(ANN).offer_id == made.offer_id) is is_read_first
