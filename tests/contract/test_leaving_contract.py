"""How callers give up their places: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import CallId, NodeName
from callcore.ports.stores import FloorCallState, JoinAnswer, Joined, LeaveAnswer
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    NODE,
    PLACED,
    SALES,
    SUPPORT,
    AnyFloor,
    bring_call_into,
    ended,
    joining,
    request,
    reserved,
    waiting_ids,
)


@pytest.mark.parametrize("state", PLACED)
def test_a_caller_may_leave_from_every_state(floor: AnyFloor, state: FloorCallState) -> None:
    """Leaving gives up the place; the call is remembered, and the agent's promise stands."""
    bring_call_into(floor, state)
    agent = floor.roster.agent(ANNA)
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.LEFT
    assert floor.waiting_room.calls(NODE) == [ended(floor)]
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) is None
    assert (waiting_ids(floor), floor.roster.agent(ANNA)) == ([], agent)
    (counts,) = floor.waiting_room.counts([SUPPORT])
    assert (counts.waiting_count, counts.offered_count, counts.oldest_joined_at) == (0, 0, None)


@pytest.mark.parametrize("state", PLACED)
def test_an_ended_call_remembers_an_offer_only_if_they_talked(
    floor: AnyFloor, state: FloorCallState
) -> None:
    """An offer that was never won does not look like a talk; one that was is kept whole."""
    bring_call_into(floor, state)
    before = floor.waiting_room.call(CallId("c1"))
    assert before
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    left = ended(floor)
    if state is FloorCallState.TALKING:
        assert left == replace(before, state=FloorCallState.ENDED, ended_at=left.ended_at)
        assert (left.offer_id, left.bridged_at) == ("o1", 7)
    else:
        assert (left.offers, left.offer_id, left.agent_id) == ((), None, None)
        assert (left.agent_leg_id, left.bridged_at) == (None, None)


def test_an_end_is_timed_by_the_floor_s_clock(floor: AnyFloor) -> None:
    """It is not before the instant at which the agent was promised."""
    reserved(floor)
    agent = floor.roster.agent(ANNA)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert agent
    assert 0 <= (ended(floor).ended_at or 0) - agent.since < LONG_SECONDS * 1_000_000


def test_an_ended_call_has_no_place_to_leave(floor: AnyFloor) -> None:
    """The end of the talk was the end of the call: when it ended is not changed."""
    bring_call_into(floor, FloorCallState.ENDED)
    before = ended(floor)
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.NOT_THERE
    assert ended(floor) == before


def test_an_ended_call_is_forgotten(floor: AnyFloor) -> None:
    """For good, and as often as asked."""
    bring_call_into(floor, FloorCallState.ENDED)
    agent = floor.roster.agent(ANNA)
    for _ in range(2):
        floor.waiting_room.forget(CallId("c1"))
        assert floor.waiting_room.call(CallId("c1")) is None
        assert floor.waiting_room.calls(NODE) == []
    assert floor.roster.agent(ANNA) == agent


@pytest.mark.parametrize("state", PLACED)
def test_a_call_with_a_place_is_not_forgotten(floor: AnyFloor, state: FloorCallState) -> None:
    """Forgetting changes nothing until the call has ended."""
    bring_call_into(floor, state)
    before = (floor.waiting_room.call(CallId("c1")), floor.waiting_room.counts([SUPPORT]))
    floor.waiting_room.forget(CallId("c1"))
    assert before == (floor.waiting_room.call(CallId("c1")), floor.waiting_room.counts([SUPPORT]))
    assert [call.call_id for call in floor.waiting_room.calls(NODE)] == ["c1"]


@pytest.mark.parametrize("node", [NODE, NodeName("fs2")])
def test_an_ended_call_joins_like_a_new_one(floor: AnyFloor, node: NodeName) -> None:
    """Nothing of its earlier place, talk or node is left."""
    bring_call_into(floor, FloorCallState.ENDED)
    again = joining("c1", score=5.0, queue=SALES, node=node, first_joined_at=9, caller_name="x")
    joined = floor.waiting_room.join(again, "r")
    assert floor.waiting_room.join(again, "r") == joined
    assert joined == Joined(answer=JoinAnswer.JOINED, position=1)
    floor.waiting_room.join(replace(again, call_id=CallId("new")), request())
    back, new = (floor.waiting_room.call(CallId(each)) for each in ("c1", "new"))
    assert back
    assert replace(back, call_id=CallId("new")) == new
    assert (waiting_ids(floor, SALES), waiting_ids(floor)) == (["c1", "new"], [])
    listed = {n: {call.call_id for call in floor.waiting_room.calls(n)} for n in (NODE, node)}
    assert listed == {NODE: set(), node: {"c1", "new"}}


def test_many_calls_of_a_node_are_all_told(floor: AnyFloor) -> None:
    """More than are read at a time."""
    ids = {CallId(f"c{number}") for number in range(120)}
    for call_id in ids:
        floor.waiting_room.join(joining(call_id), request())
    assert {call.call_id for call in floor.waiting_room.calls(NODE)} == ids


def test_an_ended_call_may_find_the_queue_full(floor: AnyFloor) -> None:
    """It takes no place itself, has none to claim, and stays as it ended."""
    bring_call_into(floor, FloorCallState.ENDED)
    before = ended(floor)
    floor.waiting_room.join(joining("c2", maximum_waiting=1), request())
    refused = floor.waiting_room.join(joining("c1", maximum_waiting=1), request())
    assert refused == Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
    assert ended(floor) == before


def test_leaving_twice_is_harmless(floor: AnyFloor) -> None:
    """The same request is answered the same, another one finds nobody there."""
    floor.waiting_room.join(joining("c1"), request())
    answers = [floor.waiting_room.leave(CallId("c1"), SUPPORT, r) for r in ("r", "r", "s")]
    assert answers == [LeaveAnswer.LEFT, LeaveAnswer.LEFT, LeaveAnswer.NOT_THERE]


def test_a_late_repetition_of_leave_does_not_throw_out_who_joined_again(floor: AnyFloor) -> None:
    """A call that left and came back keeps its new place."""
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.leave(CallId("c1"), SUPPORT, "r")
    floor.waiting_room.join(joining("c1"), request())
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, "r") is LeaveAnswer.LEFT
    assert waiting_ids(floor) == ["c1"]


def test_nobody_leaves_a_queue_they_are_not_in(floor: AnyFloor) -> None:
    """Leaving another queue leaves the place alone."""
    floor.waiting_room.join(joining("c1"), request())
    assert floor.waiting_room.leave(CallId("c1"), SALES, request()) is LeaveAnswer.NOT_THERE
    assert waiting_ids(floor) == ["c1"]
