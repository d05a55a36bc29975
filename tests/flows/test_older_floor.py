"""Redis comes back as it was a while ago, or another server in its place: what happened since is
told it again, what has ended stays so, and nothing is lost that had been kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import SelfHealed
from callcore.domain.ids import AgentId, CallId, LegId
from callcore.domain.policies import BreakPolicy, SitePolicy
from callcore.domain.treatments import OverflowReason, ToMenu
from callcore.ports.operations import DutyChange, DutyOrder
from callcore.ports.stores import FloorCallState
from tests.fakes.switch import NODE, SILENT
from tests.flows.callbacks import CallbackFloor
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.menus import MAIN, menus
from tests.flows.stories import line, queue_of, who_talks_with

LUNCH = BreakCode("lunch")
SHIFT = replace(ROOMY, breaks={LUNCH: BreakPolicy(code=LUNCH, maximum_seconds=1800)})


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor(SHIFT)


def order(floor: TestFloor, agent_id: AgentId, what: DutyChange, **more: Any) -> None:
    floor.worker.operating.change_duty(agent_id, DutyOrder(what=what, by="eve", **more))


def state(floor: TestFloor, agent_id: AgentId) -> AgentState:
    return floor.agent(agent_id).state


def go_back(floor: TestFloor, then: object, seconds: float = 20) -> None:
    """The floor of then answers from now on; all has been noticed and told after a while."""
    floor.store.go_back(then)
    floor.clock.advance(seconds)


def end_all(floor: TestFloor, *callers: LegId) -> None:
    """Everybody hangs up: nothing is left, agents are free and each call has one record."""
    for caller in callers:
        if caller in floor.switch.legs_by_id:
            floor.switch.end(caller)
    floor.clock.advance(120)
    for node in (NODE, CALLBACKS):
        left = floor.store.waiting_room.calls(node)
        assert [call for call in left if call.state is not FloorCallState.ENDED] == []
    held = {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAPPING_UP}
    assert not held & {agent.state for agent in floor.store.roster.agents()}
    recorded = [record.call_id for record in floor.records()]
    assert sorted(recorded) == sorted(set(recorded))
    assert set(callers) <= set(recorded)
    assert floor.worker.calls_count == 0


def test_a_floor_that_kept_everything_stays_as_it_was(floor: TestFloor) -> None:
    """A talk, an offer, a wrap-up, a break, a place in line: another server has them all, and being
    told again changes none.
    """
    floor.clock.advance(1)
    order(floor, BOB, DutyChange.LOG_IN)
    order(floor, BOB, DutyChange.START_BREAK, break_code=LUNCH)
    floor.log_in(ANN)
    talking = floor.call_in()
    floor.clock.advance(5)
    floor.log_in(CLEO, phone=SILENT)
    ringing, first, second = (floor.call_in() for _ in range(3))
    floor.clock.advance(3)
    before = [floor.store.waiting_room.call(CallId(one)) for one in (talking, ringing, first)]
    agents, healed = floor.store.roster.agents(), len(floor.told(SelfHealed))
    floor.store.begin_anew()
    floor.worker.recovery.lease_watch.look()
    floor.clock.advance(0.5)
    assert floor.store.roster.agents() == agents
    after = [floor.store.waiting_room.call(CallId(one)) for one in (talking, ringing, first)]
    assert after == before
    assert line(floor, first, second) == [2, 3]
    assert [fact.what for fact in floor.told(SelfHealed)[healed:]] == ["floor"]
    floor.clock.advance(4)
    assert [fact.what for fact in floor.told(SelfHealed)[healed:]] == ["floor"]
    assert who_talks_with(floor, talking) == ANN
    end_all(floor, talking, ringing, first, second)


def test_who_came_and_went_since_is_known(floor: TestFloor) -> None:
    """Callers who hung up are gone, those who came have their places behind the others'."""
    first, second = floor.call_in(), floor.call_in()
    floor.clock.advance(1)
    then = floor.store.snapshot()
    floor.switch.end(first)
    third = floor.call_in()
    floor.clock.advance(1)
    go_back(floor, then)
    assert line(floor, second, third) == [1, 2]
    assert not floor.knows(first)
    end_all(floor, first, second, third)


def test_an_agent_who_has_finished_is_free(floor: TestFloor) -> None:
    """The old floor thinks they talk."""
    floor.log_in(ANN)
    first = floor.call_in()
    floor.clock.advance(5)
    assert state(floor, ANN) is AgentState.TALKING
    then = floor.store.snapshot()
    floor.switch.end(first)
    floor.clock.advance(1)
    go_back(floor, then, 40)
    assert state(floor, ANN) is AgentState.AVAILABLE
    second = floor.call_in()
    floor.clock.advance(5)
    assert who_talks_with(floor, second) == ANN
    end_all(floor, first, second)


def test_an_agent_talks_with_whom_they_talk(floor: TestFloor) -> None:
    """The old floor has the agent in the talk before, in its offer, or in the wrap-up after it; in
    each case with the caller of now still in line.
    """
    for seconds in (1.0, 5.0, 60.0):
        floor = TestFloor(SHIFT)
        floor.log_in(ANN)
        first = floor.call_in()
        second = floor.call_in()
        if seconds > 5:
            floor.clock.advance(5)
            floor.switch.end(first)
            floor.clock.advance(1)
        else:
            floor.clock.advance(seconds)
        then = floor.store.snapshot()
        floor.clock.advance(5)
        if first in floor.switch.legs_by_id:
            floor.switch.end(first)
        floor.clock.advance(20)
        assert who_talks_with(floor, second) == ANN
        go_back(floor, then, 1)
        floor.worker.recovery.lease_watch.look()
        floor.clock.advance(1)
        assert who_talks_with(floor, second) == ANN
        assert floor.agent(ANN).call_id == second
        floor.clock.advance(10)
        assert who_talks_with(floor, second) == ANN
        end_all(floor, first, second)


@pytest.mark.parametrize("moment", [0.5, 2.0, 6.0, 16.0])
def test_an_offer_of_the_past_is_no_offer(floor: TestFloor, moment: float) -> None:
    """Whenever the snapshot was: the caller waits and is offered to whoever is there."""
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(moment)
    then = floor.store.snapshot()
    floor.clock.advance(16)
    order(floor, ANN, DutyChange.LOG_OUT)
    floor.clock.advance(16)
    go_back(floor, then)
    assert state(floor, ANN) is AgentState.LOGGED_OUT
    assert line(floor, caller) == [1]
    floor.log_in(BOB)
    floor.clock.advance(5)
    assert who_talks_with(floor, caller) == BOB
    end_all(floor, caller)


def _at_lunch(floor: TestFloor) -> None:
    order(floor, ANN, DutyChange.START_BREAK, break_code=LUNCH)


def _back(floor: TestFloor) -> None:
    order(floor, ANN, DutyChange.END_BREAK)


def _home(floor: TestFloor) -> None:
    order(floor, ANN, DutyChange.LOG_OUT)


def _here(floor: TestFloor) -> None:
    order(floor, ANN, DutyChange.LOG_IN)


@pytest.mark.parametrize(
    ("before", "since", "is_now"),
    [
        ([_here], [_at_lunch], AgentState.ON_BREAK),
        ([_here], [_home], AgentState.LOGGED_OUT),
        ([_here, _at_lunch], [_back], AgentState.AVAILABLE),
        ([_here, _at_lunch], [_home], AgentState.LOGGED_OUT),
        ([_here, _home], [_here], AgentState.AVAILABLE),
        ([_here, _home], [_here, _at_lunch], AgentState.ON_BREAK),
        ([], [_here], AgentState.AVAILABLE),
        ([], [_here, _at_lunch], AgentState.ON_BREAK),
    ],
)
def test_agents_are_where_they_went(
    floor: TestFloor,
    before: list[Callable[[TestFloor], None]],
    since: list[Callable[[TestFloor], None]],
    is_now: AgentState,
) -> None:
    """Nobody at lunch or at home is asked, and whoever came back is."""
    for step in before:
        step(floor)
        floor.clock.advance(1)
    then = floor.store.snapshot()
    for step in since:
        floor.clock.advance(1)
        step(floor)
    floor.clock.advance(1)
    go_back(floor, then)
    assert state(floor, ANN) is is_now
    if is_now is AgentState.ON_BREAK:
        assert floor.agent(ANN).break_code == LUNCH
    caller = floor.call_in()
    floor.clock.advance(5)
    assert (who_talks_with(floor, caller) == ANN) is (is_now is AgentState.AVAILABLE)
    end_all(floor, caller)


def test_what_another_process_did_later_holds() -> None:
    """Of two, the later change of an agent is the right one, whoever tells the floor first."""
    one = TestFloor(SHIFT)
    order(one, ANN, DutyChange.LOG_IN)
    other = TestFloor(SHIFT, beside=one)
    one.clock.advance(1)
    order(one, ANN, DutyChange.START_BREAK, break_code=LUNCH)
    one.clock.advance(1)
    order(other, ANN, DutyChange.END_BREAK)
    one.clock.advance(1)
    one.store.begin_anew()
    one.clock.advance(20)
    assert state(one, ANN) is AgentState.AVAILABLE


def test_a_caller_is_in_the_queue_they_were_moved_to(floor: TestFloor) -> None:
    """Not in both."""
    caller = floor.call_in()
    floor.clock.advance(1)
    then = floor.store.snapshot()
    floor.worker.operating.move(CallId(caller), SALES, by="eve")
    floor.clock.advance(1)
    go_back(floor, then)
    assert floor.position(caller, SALES) == 1
    assert floor.position(caller, SUPPORT) is None
    end_all(floor, caller)


def test_a_caller_who_was_sent_on_waits_no_more() -> None:
    """The old floor has them in line; nobody is rung for them."""
    to_menu = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
    site = menus(queue_of(exit_key="*", overflow=to_menu), timeout_seconds=100.0)
    floor = TestFloor(site)
    caller = floor.call_in()
    floor.clock.advance(9)
    then = floor.store.snapshot()
    floor.switch.press(caller, "*")
    floor.clock.advance(1)
    assert not floor.knows(caller)
    go_back(floor, then, 25)
    assert not floor.knows(caller)
    floor.log_in(ANN)
    floor.clock.advance(5)
    assert state(floor, ANN) is AgentState.AVAILABLE
    end_all(floor, caller)


def test_a_priority_given_since_holds(floor: TestFloor) -> None:
    """The place in line is that of now."""
    first, second = floor.call_in(), floor.call_in()
    floor.clock.advance(1)
    then = floor.store.snapshot()
    floor.worker.operating.set_priority(CallId(second), 10, by="eve")
    assert line(floor, second, first) == [1, 2]
    go_back(floor, then)
    assert line(floor, second, first) == [1, 2]
    end_all(floor, first, second)


def test_a_promise_that_was_kept_is_not_kept_again() -> None:
    """The customer has been called, has talked, and is left alone."""
    floor = CallbackFloor()
    caller = floor.promised()
    floor.clock.advance(1)
    then = floor.store.snapshot()
    floor.log_in(ANN)
    floor.clock.advance(60)
    dialled = len(floor.switch.requests)
    assert dialled
    for leg_id in list(floor.switch.legs_by_id):
        floor.switch.end(leg_id)
    floor.clock.advance(60)
    dialled = len(floor.switch.requests)
    go_back(floor, then, 120)
    assert len(floor.switch.requests) == dialled, caller
    assert state(floor, ANN) is AgentState.AVAILABLE


def test_records_that_redis_lost_are_there_again(floor: TestFloor) -> None:
    """Each call that ended since has its record, once."""
    caller = floor.call_in()
    floor.clock.advance(1)
    then = floor.store.snapshot()
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert len(floor.records()) == 1
    go_back(floor, then)
    assert [record.call_id for record in floor.records()] == [caller]
    assert floor.record().source == "followed"


def test_many_snapshots_of_a_busy_floor() -> None:
    """Whenever the snapshot was and however much happened since, everybody is served in order and
    nothing is left over.
    """
    policy: SitePolicy = SHIFT
    for snapshot_at in range(0, 40, 3):
        floor = TestFloor(policy)
        floor.log_in(ANN, BOB)
        callers: list[LegId] = []
        then: object = None
        for second in range(50):
            if second == snapshot_at:
                then = floor.store.snapshot()
            if second % 4 == 0:
                callers.append(floor.call_in())
            if second % 7 == 6:
                talking = [one for one in callers if floor.switch.legs_by_id.get(one)]
                if talking:
                    floor.switch.end(talking[0])
            floor.clock.advance(1)
        go_back(floor, then, 17)
        living = [one for one in callers if one in floor.switch.legs_by_id]
        served = [one for one in living if who_talks_with(floor, one)]
        waiting = [one for one in living if one not in served]
        places = line(floor, *waiting)
        assert places == sorted(filter(None, places)), (snapshot_at, places)
        end_all(floor, *callers)
