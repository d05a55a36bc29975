"""Moments in which what one worker knows of another is just not so any more."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.domain.sharding import DIGITS, shard_of_leg, shard_of_promise
from callcore.flows.messages import Message, Reserved
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN, ROOMY, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.stories import line_of, queue_of
from tests.flows.worker_scenes import everything, play_to_the_end

QUICK = Phone(answers_after_seconds=0.1)


@pytest.mark.parametrize("talked_seconds", [3, 8, 13])
def test_a_wrap_up_ends_in_time_though_its_worker_is_gone(talked_seconds: int) -> None:
    """Another worker ends it, with little delay."""
    policy = queue_of(SUPPORT, policy=everything(), wrap_up_seconds=2)
    floor = WorkersFloor("1", "2", site=policy)
    one = floor.named("1")
    floor.log_in(ANN, phone=QUICK)
    caller = floor.call_to(one)
    floor.clock.advance(talked_seconds)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP
    assert floor.leave(one)
    floor.clock.advance(5)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    play_to_the_end(floor)


def mislead_once(about: LegId, one: Process, another: Process) -> None:
    """The next reservation by the one for a call goes to another, which had it a beat ago."""
    board, shard = one.worker.crew.switchboard, shard_of_leg(NODE, about)
    post, misled = board.post, list[Message]()

    def posted(call_id: CallId, message: Message, node: NodeName = CALLBACKS) -> bool:
        if isinstance(message, Reserved) and not misled:
            misled.append(message)
            one.tenure._others = {**one.tenure._others, shard: another.name}
        return post(call_id, message, node)

    board.post = posted


def look_away(floor: WorkersFloor, seconds: float, *processes: Process) -> None:
    """These look for nobody for so long."""
    for process in processes:
        dispatcher = process.worker.crew.dispatcher
        dispatcher.hold()
        floor.clock.after(seconds, dispatcher.release)


def test_a_reservation_for_a_call_that_was_another_workers_a_moment_ago() -> None:
    """Is passed on: the caller does not wait beside a free agent."""
    floor = WorkersFloor("1", "2", "3", site=everything())
    one, two, three = floor.processes
    caller = floor.call_to(three)
    mislead_once(caller, one, two)
    floor.worker = one.worker
    look_away(floor, 0.5, two, three)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(2)
    assert line_of(floor, caller).bridged_to is not None
    play_to_the_end(floor)


def test_a_reservation_for_a_call_that_was_given_away_is_passed_on_at_once() -> None:
    """Whoever gave it knows better than who takes it for that one's."""
    floor = WorkersFloor("1", "2", site=ROOMY)
    one, two = floor.processes
    callers = [floor.call_in(digit=digit) for digit in two.digits]
    floor.begin("3")
    floor.clock.advance(5)
    caller = next(each for each in callers if not two.follows(each))
    for each in callers:
        if each != caller:
            floor.switch.end(each)
    floor.clock.advance(0.1)
    heir = floor.owner(caller)
    by = one if heir is not one else floor.named("3")
    mislead_once(caller, by, two)
    floor.worker = by.worker
    look_away(floor, 2.0, two, heir)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(0.1)
    assert [request.variables["callcore_call"] for request in heir.switches[NODE].requests] == [
        caller
    ]


def test_an_end_is_waited_for_with_the_promise_that_was_given() -> None:
    """No longer than with the legs."""
    floor = WorkersFloor("1", site=everything())
    (one,) = floor.processes
    caller = floor.call_to(one)
    board, giving = one.worker.crew.switchboard, one.worker.recovery.giving_up
    board._promises.add(CallId(caller))
    giving.lose(frozenset({shard_of_promise(CallId(caller))}))
    assert not one.follows(caller)
    assert list(giving._given) == [caller]
    floor.clock.advance(2)
    assert not giving._given


def test_an_offer_lost_with_the_link_that_the_floor_hears_of_when_the_link_is_back() -> None:
    """The agent is offered to those who wait all the same."""
    floor = WorkersFloor("1", site=everything())
    (one,) = floor.processes
    caller = floor.call_to(one)
    reserve = floor.store.roster.reserve

    def reserve_and_fail(*what: Any, **more: Any) -> Any:
        """The last that is heard of the floor, and of the switch."""
        answer = reserve(*what, **more)
        floor.store.roster.reserve = reserve
        floor.store.go_down()
        one.switches[NODE].lose_link()
        return answer

    floor.store.roster.reserve = reserve_and_fail
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(0.01)
    floor.store.come_up()
    one.switches[NODE].restore_link()
    floor.clock.advance(12)
    assert line_of(floor, caller).bridged_to is not None


def test_digits_that_are_gained_as_a_node_is_compared_have_their_turn_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The switch may not list their legs yet: nobody is to take their callers for gone."""
    floor = WorkersFloor("1", "2", site=everything())
    one, two = floor.processes
    floor.clock.advance(2)  # until what was shared out is heard no more
    caller, before = floor.call_to(two), one.digits
    recovery, compared = one.worker.recovery, list[str]()
    taking = recovery.taking_over
    follow, compare = taking._follow_digits, recovery.reclaiming.compare

    def follow_and_gain(node: NodeName) -> None:
        """The other worker dies, and its leases end, in the moment after."""
        follow(node)
        if two.is_alive:
            two.kill()
            floor.store.shards.end(two.name, two._shared.life)
            floor.clock.advance(1)

    def note_and_compare(node: NodeName, restored_at: Micros, digits: str, *given: Any) -> None:
        compared.append(digits)
        compare(node, restored_at, digits, *given)

    monkeypatch.setattr(taking, "_follow_digits", follow_and_gain)
    monkeypatch.setattr(recovery.reclaiming, "compare", note_and_compare)
    taking.compare_soon(NODE, DIGITS)
    floor.clock.advance(3)
    assert compared == [before, "".join(sorted(set(DIGITS).difference(before)))]
    assert one.follows(caller)
    play_to_the_end(floor)
