"""What can be read of the waiting room: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.ids import CallId, Micros, NodeName, QueueName
from callcore.ports.stores import FloorCallState, QueueCounts
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    NODE,
    SALES,
    SUPPORT,
    AnyFloor,
    candidates,
    joining,
    make_available,
    request,
    reservation,
    reserved,
    talking,
    waiting_ids,
)


def test_a_position_counts_those_being_offered(floor: AnyFloor) -> None:
    """A caller being offered keeps the place ahead, and knows it."""
    reserved(floor, "c1")
    floor.waiting_room.join(joining("c0", score=0.0), request())
    floor.waiting_room.join(joining("c2", score=2.0), request())
    places = [floor.waiting_room.position(CallId(c), SUPPORT) for c in ("c0", "c1", "c2")]
    assert places == [1, 2, 3]
    assert waiting_ids(floor) == ["c0", "c2"]


def test_equal_scores_never_share_a_position(floor: AnyFloor) -> None:
    """Of equal scores, those being offered are ahead."""
    for call_id in ("c1", "c2", "c3"):
        floor.waiting_room.join(joining(call_id), request())
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c3", "o1"))
    places = [floor.waiting_room.position(CallId(c), SUPPORT) for c in ("c3", "c1", "c2")]
    assert places == [1, 2, 3]


def test_who_does_not_wait_has_no_position(floor: AnyFloor) -> None:
    """Strangers, callers of other queues and those who talk have none."""
    talking(floor)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    for call_id in ("c1", "c2", "nobody"):
        assert floor.waiting_room.position(CallId(call_id), SUPPORT) is None


def test_positions_are_read_together(floor: AnyFloor) -> None:
    """As one by one, of whatever queues, in the order asked, however many."""
    reserved(floor, "c1")
    floor.waiting_room.join(joining("c0", score=0.0), request())
    floor.waiting_room.join(joining("c2", queue=SALES, score=2.0), request())
    asked = [
        (CallId(call_id), queue)
        for call_id in ("c2", "c1", "nobody", "c0", "c1")
        for queue in (SUPPORT, SALES)
    ]
    found = floor.waiting_room.positions(asked)
    assert found == [None, 1, 2, None, None, None, 1, None, 2, None]
    assert found == [floor.waiting_room.position(*one) for one in asked]
    assert floor.waiting_room.positions(asked * 60) == found * 60
    assert floor.waiting_room.positions([]) == []


def test_no_more_callers_than_asked_for(floor: AnyFloor) -> None:
    """``count`` is a limit, also when it is 0."""
    for call_id in ("c1", "c2"):
        floor.waiting_room.join(joining(call_id), request())
    assert [len(list(candidates(floor, SUPPORT, n).callers)) for n in (0, 1, 2, 3)] == [0, 1, 2, 2]


def test_the_calls_of_a_node_are_in_every_state(floor: AnyFloor) -> None:
    """Also ended ones until they are forgotten; those of other nodes are not listed."""
    floor.waiting_room.join(joining("c0"), request())
    floor.waiting_room.leave(CallId("c0"), SUPPORT, request())
    talking(floor)
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c2", "o2", agent_id=BORIS))
    floor.waiting_room.join(joining("c3"), request())
    floor.waiting_room.join(joining("c4", node=NodeName("fs2")), request())
    states = {call.call_id: call.state for call in floor.waiting_room.calls(NODE)}
    assert states == {
        "c0": FloorCallState.ENDED,
        "c1": FloorCallState.TALKING,
        "c2": FloorCallState.OFFERED,
        "c3": FloorCallState.WAITING,
    }


def test_counts_tell_each_queue_in_the_order_asked(floor: AnyFloor) -> None:
    """The head is the first in the order of service, also while being offered."""
    make_available(floor, ANNA, SUPPORT, SALES)
    make_available(floor, BORIS, SALES)
    floor.waiting_room.join(joining("c1", score=1.0, first_joined_at=11), request())
    floor.waiting_room.join(joining("c2", score=2.0, first_joined_at=10), request())
    floor.roster.reserve(reservation("c1", "o1"))
    empty, support, sales = floor.waiting_room.counts([QueueName("empty"), SUPPORT, SALES])
    assert empty == _counts("empty", 0, 0, 0, 0, None)
    assert support == _counts("support", 1, 1, 0, 1, 11)
    assert sales == _counts("sales", 0, 0, 1, 2, None)
    assert floor.waiting_room.counts([]) == []


def _counts(
    queue: str,
    waiting_count: int,
    offered_count: int,
    free_count: int,
    staffed_count: int,
    oldest: int | None,
) -> QueueCounts:
    return QueueCounts(
        queue=QueueName(queue),
        waiting_count=waiting_count,
        offered_count=offered_count,
        free_agents_count=free_count,
        staffed_count=staffed_count,
        oldest_joined_at=Micros(oldest) if oldest is not None else None,
    )


def test_candidates_of_several_queues_come_in_the_order_asked(floor: AnyFloor) -> None:
    """Each queue with its own callers and agents; a queue nobody knows is empty."""
    make_available(floor, ANNA, SALES)
    floor.waiting_room.join(joining("c1"), request())
    sales, nobody, support = floor.waiting_room.candidates([SALES, QueueName("nobody"), SUPPORT], 9)
    assert [agent.agent_id for agent in sales.agents] == [ANNA]
    assert (sales.callers, nobody.callers, nobody.agents, support.agents) == ((), (), (), ())
    assert [caller.call_id for caller in support.callers] == ["c1"]
